"""``captions serve``: show the database in a browser with Datasette, its views, facets and saved queries set up."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import re
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import rich
import typer

from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import note
from captions.cli.sockets import listening
from captions.errors import CaptionsError

_App = Callable[[Any, Any, Any], Awaitable[None]]
_HOST = "127.0.0.1"
_HOSTS = re.compile(rb"(?:127\.0\.0\.1|localhost)(?::[0-9]+)?", re.IGNORECASE)
"""How a browser on this machine addresses the server."""
_LIMITS = {
    "allow_csv_stream": False,
    "allow_download": False,
    "default_allow_sql": False,
    "facet_time_limit_ms": 200,
    "max_csv_mb": 10,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 1000,
}
"""Datasette's settings: what a request may take, and no copies of the whole file."""
_MOST_CONNECTIONS = 64
_PLUMBING = ("alembic_version", "sqlite_sequence", "use_words")
"""Tables that are not in the schema's models."""
_FACETS = {
    "use_in_words": ["supplier", "publication"],
    "finding_in_words": ["code", "state", "supplier"],
    "open_findings_by_decision": ["severity", "code"],
    "uncredited_uses": ["publication"],
    "uses_without_supplier": ["publication"],
    "supplier_usage_by_month": ["supplier", "month"],
    "agency_usage_by_month": ["agency", "month"],
    "creator_usage_by_month": ["month"],
}
_QUERIES = {
    "find": (
        "Captions, creators and credit lines that contain a word, newest first",
        """SELECT w.* FROM use_search JOIN use_in_words AS w ON w.use_id = (use_search.rowid & 4294967295)
WHERE use_search MATCH '"' || replace(lower(:word), '"', '') || '"*' ORDER BY use_search.rowid DESC LIMIT 100""",
    ),
    "open_findings_by_decision": (
        "Decisions to make on the stored findings, most money first",
        """SELECT severity, code, message, about, cost, open_findings, uses, articles, example,
    command, days_old, outdated_by
FROM open_findings_by_decision WHERE audit_id = (SELECT max(id) FROM stored_audit) ORDER BY place""",
    ),
    "one_supplier": (
        "Uses and articles of a supplier by month",
        "SELECT month, uses, articles FROM supplier_usage_by_month WHERE supplier = :supplier ORDER BY month",
    ),
    "most_used_suppliers": (
        "Suppliers by the number of uses",
        "SELECT supplier, sum(uses) AS uses FROM supplier_usage_by_month GROUP BY supplier ORDER BY 2 DESC, 1",
    ),
}


def serve(
    db_url: o.Database = o.DATABASE,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to listen on, on this machine only.")
    ] = 8001,
    sql: Annotated[bool, typer.Option("--sql", help="Allow any SQL query, not only the saved ones.")] = False,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Show agreements, corrections, waivers and merges as well.")
    ] = False,
    settings: Annotated[bool, typer.Option("--settings", help="Print the settings for Datasette and exit.")] = False,
) -> None:
    """Show a database in the browser with Datasette. Press Ctrl-C to stop.

    Needs Datasette: pip install 'captions[serve]'. The database cannot be changed there. Its views have facets,
    and `find` and other queries are set up. Only browsers on this machine can reach it; a query ends after a
    second, and a page has at most 1,000 rows.

    \b
    Example:
      captions serve --port 8001
    """
    from captions import escaping

    with opened_store(db_url) as engine:
        path = engine.url.database if engine.dialect.name == "sqlite" else None
    if path is None:
        raise CaptionsError(
            "Datasette can show only SQLite databases; open this one with psql or another SQL tool: docs/store.md"
        )
    hidden = () if decisions else _decisions()
    facts = metadata(Path(path).stem, hidden, sql=sql)
    if settings:
        typer.echo(escaping.json_text(json.dumps(facts, indent=2)))
        return
    if importlib.util.find_spec("datasette") is None:
        raise CaptionsError("captions serve needs Datasette: pip install 'captions[serve]'")
    with listening(_HOST, port) as listener:
        app = _app(Path(path).resolve(), facts, hidden)
        note(f"serving {path} at http://{_HOST}:{listener.getsockname()[1]}/; press Ctrl-C to stop")
        _run(app, listener)


def _tables() -> list[str]:
    """Return the tables of the schema, which the views put into words; Datasette lists them on request."""
    from captions_db.models.base import Base

    return sorted(Base.metadata.tables.keys() - set(_decisions()))


def _decisions() -> tuple[str, ...]:
    """Return the tables of people's decisions, which show prices, names and reasons."""
    from captions_db import models

    return models.DECISIONS


def metadata(name: str, hidden: Collection[str] = (), *, sql: bool = False) -> dict[str, Any]:
    """Return Datasette's settings for a database with this name: titles and facets of its views, and queries.

    Nobody may see the ``hidden`` tables; only with ``sql`` may a visitor write queries.
    """
    import captions_db as db

    tables: dict[str, Any] = {
        view: {"description": title[:1].upper() + title[1:], "facets": _FACETS.get(view, [])}
        for view, (title, _) in db.VIEWS.items()
    }
    return {
        "title": "Photo captions and credits",
        "databases": {
            name: {
                "allow_sql": sql,
                "tables": tables
                | {table: {"hidden": True} for table in (*_tables(), *_PLUMBING)}
                | {table: {"allow": False} for table in hidden},
                "queries": {key: {"title": title, "sql": sql} for key, (title, sql) in _QUERIES.items()},
            }
        },
    }


def _app(path: Path, facts: dict[str, Any], hidden: Collection[str]) -> _App:
    """Return Datasette as an ASGI application that shows a database."""
    rich.reconfigure(quiet=True)  # Datasette prints a traceback with all local variables for each refused request
    module = import_module("datasette.app")
    # Datasette 0.65 reads tables and queries in its metadata, 1.0 in its configuration.
    named = {"config": facts} if "config" in inspect.signature(module.Datasette).parameters else {}
    datasette = module.Datasette([os.fspath(path)], metadata=facts, settings=_LIMITS, **named)
    module.pm.register(_hiding(frozenset(hidden)))
    asyncio.run(datasette.invoke_startup())
    app: _App = datasette.app()
    return _for_this_machine(app)


def _hiding(tables: Collection[str]) -> ModuleType:
    """Return a plugin of Datasette that keeps every query, whoever wrote it, from reading some tables."""

    def prepare_connection(conn: sqlite3.Connection) -> None:
        def authorized(action: int, table: str | None, column: str | None, *_: str | None) -> int:
            # Without a column, it counts the rows of a table, as Datasette does for every table.
            hides = action == sqlite3.SQLITE_READ and table in tables and column
            return sqlite3.SQLITE_DENY if hides else sqlite3.SQLITE_OK

        conn.set_authorizer(authorized)

    plugin = ModuleType("captions_hiding")
    vars(plugin)["prepare_connection"] = import_module("datasette").hookimpl(prepare_connection)
    return plugin


def _for_this_machine(app: _App) -> _App:
    """Return the application, which then answers only requests to this machine's own names.

    Otherwise a page on the web could have its host name point to 127.0.0.1, and read the database in the browser.
    """

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or _HOSTS.fullmatch(dict(scope["headers"]).get(b"host", b"")):
            await app(scope, receive, send)
            return
        head = {"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"text/plain")]}
        await send(head)
        await send({"type": "http.response.body", "body": b"unknown host; open http://127.0.0.1 instead\n"})

    return checked


def _run(app: _App, listener: socket.socket) -> None:
    """Answer requests in this process until it is interrupted, so that nothing is left when it ends."""
    uvicorn = import_module("uvicorn")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, limit_concurrency=_MOST_CONNECTIONS, timeout_graceful_shutdown=1
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])

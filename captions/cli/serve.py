"""``captions serve``: show the database in a browser with Datasette, its views, facets and saved queries set up."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import note
from captions.errors import CaptionsError

_FACETS = {
    "use_in_words": ["supplier", "publication"],
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
    settings: Annotated[bool, typer.Option("--settings", help="Print the settings for Datasette and exit.")] = False,
) -> None:
    """Show a database in the browser with Datasette. Press Ctrl-C to stop.

    Needs Datasette: pip install 'captions[serve]'. The database cannot be changed there. Its views have facets,
    and `find` and other queries are set up.

    \b
    Example:
      captions serve --port 8001
    """
    from captions import escaping

    with opened_store(db_url) as engine:
        path = engine.url.database if engine.dialect.name == "sqlite" else None
    if path is None:
        raise CaptionsError("Datasette can show only SQLite databases; use another SQL tool for this one")
    facts = metadata(Path(path).stem)
    if settings:
        typer.echo(escaping.json_text(json.dumps(facts, indent=2)))
        return
    if importlib.util.find_spec("datasette") is None:
        raise CaptionsError("captions serve needs Datasette: pip install 'captions[serve]'")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.json"
        file.write_text(json.dumps(facts), encoding="utf-8")
        command = [sys.executable, "-m", "datasette", "serve", os.fspath(Path(path).resolve())]
        note(f"serving {path} at http://127.0.0.1:{port}/; press Ctrl-C to stop")
        ended = subprocess.run(  # noqa: S603 - fixed arguments, and the path of a database
            [*command, "--host", "127.0.0.1", "--port", str(port), "--metadata", os.fspath(file)], check=False
        )
    raise typer.Exit(2 if ended.returncode else 0)


def metadata(name: str) -> dict[str, Any]:
    """Return Datasette's settings for a database with this name: titles and facets of its views, and queries."""
    import captions_db as db

    tables: dict[str, Any] = {
        view: {"description": title[:1].upper() + title[1:], "facets": _FACETS.get(view, [])}
        for view, (title, _) in db.VIEWS.items()
    }
    return {
        "title": "Photo captions and credits",
        "databases": {
            name: {
                "tables": tables | {"use_words": {"hidden": True}},
                "queries": {key: {"title": title, "sql": sql} for key, (title, sql) in _QUERIES.items()},
            }
        },
    }

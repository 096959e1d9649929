"""``captions serve``: the database in a browser, by Datasette, with the views, facets and questions set up."""

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
_QUESTIONS = {
    "find": (
        "Captions, creators and credit lines with a word, the latest first",
        """SELECT w.* FROM use_search JOIN use_in_words AS w ON w.use_id = (use_search.rowid & 4294967295)
WHERE use_search MATCH '"' || replace(lower(:word), '"', '') || '"*' ORDER BY use_search.rowid DESC LIMIT 100""",
    ),
    "one_supplier": (
        "What a supplier was used for, month by month",
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
        int, typer.Option("--port", min=0, max=65535, help="Where to listen, on this machine only.")
    ] = 8001,
    settings: Annotated[bool, typer.Option("--settings", help="Only print what Datasette would be told.")] = False,
) -> None:
    """Show a database in the browser, with Datasette (pip install 'captions[serve]'); ends with Ctrl-C.

    It is opened for reading only. The views in plain words have facets; `find` and other questions stand ready.

    \b
    Example:
      captions serve --port 8001
    """
    import captions_db as db

    from captions import escaping

    engine = db.open_store(db_url)
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    engine.dispose()
    if path is None:
        raise CaptionsError("Datasette shows SQLite databases only; point another tool at the views of this one")
    told = metadata(Path(path).stem)
    if settings:
        typer.echo(escaping.json_text(json.dumps(told, indent=2)))
        return
    if importlib.util.find_spec("datasette") is None:
        raise CaptionsError("captions serve needs Datasette: pip install 'captions[serve]'")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        command = [sys.executable, "-m", "datasette", "serve", os.fspath(Path(path).resolve())]
        note(f"http://127.0.0.1:{port}/ shows {path}; Ctrl-C ends it")
        ended = subprocess.run(  # noqa: S603 - our own words, and a path that is a database
            [*command, "--host", "127.0.0.1", "--port", str(port), "--metadata", os.fspath(file)], check=False
        )
    raise typer.Exit(2 if ended.returncode else 0)


def metadata(name: str) -> dict[str, Any]:
    """What Datasette is told of a database of this name: titles and facets of its views, and questions."""
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
                "queries": {key: {"title": title, "sql": sql} for key, (title, sql) in _QUESTIONS.items()},
            }
        },
    }

"""``captions config``: print the settings in force, and where each comes from."""

from __future__ import annotations

import os
import sys

from captions.cli import options as o
from captions.cli import settings
from captions.cli.inputs import database_name
from captions.report import Column, Row, write_rows

_COLUMNS = (
    Column("setting", "Setting"),
    Column("value", "Value", wide=True),
    Column("from", "From", wide=True),
)
_DEFAULT = "default"
_VARIABLE = "CAPTIONS_DB"


def config(form: o.ShapeFormat = o.Shape.table) -> None:
    """Show the settings in force, and where each comes from.

    Settings are in captions.toml, in the working folder or above it. An option overrides the environment, and the
    environment overrides this file.

    \b
    Examples:
      captions config
      captions config --format json
    """
    file = settings.current()
    rows = _rows(file)
    if form is o.Shape.json:
        from captions.report import as_json

        head = {"file": file.name or None}
        as_json.write_listing(head, "settings", as_json.objects(_COLUMNS, rows), sys.stdout)
    else:
        write_rows("settings", _COLUMNS, rows, "table", sys.stdout)


def _rows(file: settings.SettingsFile) -> list[Row]:
    """Return a row for each setting, in the order of the docs; settings without a value have none."""
    url = os.environ.get(_VARIABLE)
    database = database_name(url or file.database or o.DATABASE)
    origin = _VARIABLE if url else file.name if file.database else _DEFAULT
    register = o.register_of(file.agencies)
    rows: list[Row] = [
        {"setting": "database", "value": database, "from": origin},
        _row("agencies", None if register is None else str(register), file.name if file.agencies else _DEFAULT),
        _row("baseline", None if file.baseline is None else str(file.baseline), file.name),
        _row("for", file.scope, file.name),
        _row("territory", file.territory, file.name),
    ]
    for folder, name in sorted(file.publications.items()):
        rows.append({"setting": f"publication in {folder}", "value": name, "from": file.name})
    for code, grade in sorted(file.grades().items()):
        rows.append({"setting": code, "value": grade, "from": file.name})
    return rows


def _row(setting: str, value: str | None, origin: str) -> Row:
    return {"setting": setting, "value": value, "from": origin if value is not None else _DEFAULT}

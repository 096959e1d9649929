"""What people decided about a use: its ETag, and who decided last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import captions_db as db
from captions_db.meanwhile import Check, nothing
from sqlalchemy import Connection, Engine

from captions.audit.dossier import is_about
from captions.audit.waivers import waivers
from captions.corrections.corrections import corrections
from captions.desk.api import paging
from captions.desk.api.problems import ProblemError
from captions.desk.api.rows import use_data
from captions.stored import use_of

LastDecision = tuple[datetime, str, str]
"""When something was decided, what, and by whom."""


def use_tag(source: Engine | Connection, use: db.AuditRow) -> str:
    """Return the ETag of a use, which changes with its article, its reading, and each decision about it."""
    decided = [f"{when.isoformat()} {what} {who}" for when, what, who in _decisions(source, use)]
    return paging.etag({"use": use_data(use), "decided": decided})


def unless_changed(engine: Engine, use: int | None, if_match: str | None) -> Check:
    """Return a check for a write: it raises ProblemError (412) if a use is not as the client saw it.

    Raise ProblemError at once if the use has changed already, or is unknown (404).
    """
    if use is None:
        if if_match is not None:
            raise ProblemError(422, "If-Match needs `use`: the use whose ETag it is")
        return nothing
    if db.use_by_id(engine, use) is None:
        raise ProblemError(404, f"no use {use} in the store")

    def check(connection: Connection) -> None:
        found = db.use_by_id(connection, use)
        if found is not None and paging.matches(if_match, use_tag(connection, found)):
            return
        last = None if found is None else max(_decisions(connection, found), default=None)
        by = f"decided by {last[2]} meanwhile: {last[1]}" if last else "its article was read again meanwhile"
        raise ProblemError(412, f"use {use} has changed: {by}; look at it again")

    if if_match is None:
        return nothing
    with engine.connect() as connection:
        check(connection)
    return check


def _decisions(source: Engine | Connection, row: db.AuditRow) -> Iterator[LastDecision]:
    """Yield what was decided about a use and undone, oldest first of each kind."""
    use, key = use_of(row), db.use_keys(source, [row.use_id]).get(row.use_id)
    line = use.credit.line if use.credit is not None else None
    found: list[tuple[str, db.CorrectionRecord | db.WaiverRecord]] = []
    found += [("correction", it) for it, _ in corrections(source) if it.line == line]
    digest = key.caption_digest if key is not None else ""
    found += [("waiver", it) for it, _ in waivers(source, date.max) if is_about(it, use, digest)]
    for kind, it in found:
        yield it.added or datetime.min.replace(tzinfo=UTC), f"{kind} {it.id}", it.who
        if it.undone is not None:
            yield it.undone, f"undid {kind} {it.id}", it.undone_by or ""

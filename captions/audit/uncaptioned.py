"""Report pictures that are printed with neither caption nor credit (CR100)."""

from __future__ import annotations

from collections.abc import Iterator

import captions_db.audit as store

from captions.audit.finding import Finding
from captions.audit.fixes import waive
from captions.lexicon.picture_names import suggested_agency


def bare_pictures(audit: store.Audit) -> Iterator[Finding]:
    """Yield CR100 for each picture of an audit."""
    return (bare_picture(picture.source, picture.address) for picture in audit.uncaptioned_pictures())


def bare_picture(source: str, address: str) -> Finding:
    """Return CR100 for a picture, with the agency that its file name suggests: only a hint, not a credit."""
    message = f"no caption and no credit: {address}"
    if agency := suggested_agency(address):
        message += f" (file name suggests {agency})"
    return Finding("CR100", message, source, command=waive("CR100", source=source))

"""Recognize agencies by the file names of their pictures: ``gettyimages-123456789.jpg``."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from captions.lexicon import tables

# In characters: no file name is longer.
_LONGEST = 300


@lru_cache(maxsize=1)
def forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each agency with the pattern of its file names, as in ``captions/data/picture_names.toml``."""
    read = tables.load("picture_names.toml")
    read.only({"form"})
    rows = read.rows("form")
    for row in rows:
        row.only({"agency", "names"})
    return tuple((row.text("agency"), re.compile("|".join(row.texts("names")))) for row in rows)


def suggested_agency(address: str) -> str | None:
    """Return the agency that a picture's address suggests by its last parts; None if it suggests none or several."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    names = [unquote(part).lower()[:_LONGEST] for part in path.rstrip("/").split("/")[-2:]]
    found = {agency for agency, pattern in forms() if any(map(pattern.search, names))}
    return found.pop() if len(found) == 1 else None

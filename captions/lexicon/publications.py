"""Compare the names of publications: without case, company suffix and slogan (``captions/data/publications.toml``)."""

from __future__ import annotations

from functools import lru_cache

from captions.lexicon import tables
from captions.text import match_key, tidy

# Words: a longer part after the name is a slogan, a shorter one may name a section.
_SLOGAN = 3
# In characters: what is left of a name must not be shorter.
_SHORTEST = 3


@lru_cache(maxsize=1_000)
def publication_key(name: str) -> str:
    """Return the key that spellings of a publication share.

    ``HARBOR ECHO GmbH`` and ``Harbor Echo | News from the coast`` have ``harbor echo``.
    """
    plain = _without_company(_without_slogan(tidy(name)))
    return match_key(plain) or match_key(name)


def _without_slogan(name: str) -> str:
    words = _words()
    cuts = [at for sign in words["slogan"] if (at := name.find(sign)) >= _SHORTEST]
    if not cuts:
        return name
    rest = match_key(name[min(cuts) :]).split()
    return name[: min(cuts)] if len(rest) >= _SLOGAN or set(rest) & words["short"] else name


def _without_company(name: str) -> str:
    parts = name.split()
    while len(parts) > 1 and parts[-1].lower().strip(",") in _words()["company"]:
        parts.pop()
    return " ".join(parts).rstrip(",")


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    read = tables.load("publications.toml")
    read.only({"company", "slogan", "short"})
    return {name: frozenset(read.words(name)) for name in ("company", "slogan", "short")}

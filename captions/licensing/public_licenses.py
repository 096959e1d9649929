"""Public licenses: what they permit a newsroom, and where a credit line contradicts them.

The table is ``[[public_license]]`` and ``publishes`` in ``data/terms.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from captions.lexicon import tables
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.exemptions import exemption_for, exemptions
from captions.model import Credit

_SELLERS = ("agency", "stock")
"""The kinds of agencies that sell their pictures."""


@lru_cache(maxsize=1)
def _limits() -> Mapping[str, tuple[str, ...]]:
    """Return the scopes that a license with a word permits: ``{"NC": (), "ND": ("web", "print", "social")}``."""
    table = tables.load("terms.toml")
    found = {}
    for row in table.rows("public_license"):
        row.only({"word", "scopes"})
        found[row.text("word")] = row.texts("scopes", optional=True)
        if unknown := set(found[row.text("word")]) - set(table.texts("scopes")):
            raise row.error(f"unknown scope {min(unknown)!r}")
    return found


@lru_cache(maxsize=1)
def _not_sellers() -> frozenset[str]:
    free = (name for row in exemptions() for name in row.agencies)
    return frozenset((*free, *tables.load("terms.toml").texts("publishes")))


def permits(license_: str, scope: str | None) -> bool:
    """Return whether a public license permits a newsroom's use in a scope, or without one in any scope at all.

    ``CC BY-ND 4.0`` permits web and not syndication, whose recipients change pictures; ``CC BY-NC`` permits neither.
    """
    words = license_.upper().replace("-", " ").split()
    limits = [scopes for word, scopes in _limits().items() if word in words]
    return all(scopes if scope is None else scope in scopes for scopes in limits)


def is_permitted(credit: Credit, words: Vocabulary, scope: str | None) -> bool:
    """Return whether a credit's public license permits a use, and no agency in the line sells its pictures."""
    license_ = credit.license
    return license_ is not None and permits(license_, scope) and not contradicting(credit, words)


def contradicting(credit: Credit, words: Vocabulary) -> tuple[str, ...]:
    """Return the agencies in a credit that sell their pictures, so that the line cannot show that it is free.

    ``John Roe/AFP via Wikimedia Commons`` gives ``("AFP",)``.
    """
    rows = ((name, words.agencies.get(name)) for name in credit.agencies)
    return tuple(name for name, row in rows if row and row.kind in _SELLERS and row.name not in _not_sellers())


def free_by(credit: Credit, words: Vocabulary) -> str | None:
    """Return what a credit line is free by: its public license, or the source; None if nothing in it says so."""
    if credit.license is not None:
        return credit.license
    row = exemption_for(credit, words)
    return row.name if row is not None and row.kind == "free" else None

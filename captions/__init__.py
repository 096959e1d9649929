"""Reads photo captions and credits out of news articles, for licensing audits.

>>> import captions
>>> captions.parse_credit("AMMAR AWAD/REUTERS").creators
('Ammar Awad',)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from captions.errors import CaptionsError, InputError, StoreError, VocabularyError
from captions.model import Article, Caption, Credit, Occurrence

if TYPE_CHECKING:
    from captions.credit import parse_credit, parse_credits
    from captions.page import parse_html
    from captions.plain import parse_text

_PARSERS = {
    "parse_credit": "captions.credit",
    "parse_credits": "captions.credit",
    "parse_html": "captions.page",
    "parse_text": "captions.plain",
}
"""Imported when they are asked for: a program that only counts what is stored starts without them."""

__all__ = [
    "Article",
    "Caption",
    "CaptionsError",
    "Credit",
    "InputError",
    "Occurrence",
    "StoreError",
    "VocabularyError",
    "parse_credit",
    "parse_credits",
    "parse_html",
    "parse_text",
]


def __getattr__(name: str) -> object:
    if name not in _PARSERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_PARSERS[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PARSERS})

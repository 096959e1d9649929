"""Read photo captions and credits out of news articles, for licensing audits.

>>> import captions
>>> captions.parse_credit("AMMAR AWAD/REUTERS").creators
('Ammar Awad',)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from captions.errors import CaptionsError, InputError, VocabularyError
from captions.model import Article, Caption, Credit, Occurrence, Picture

if TYPE_CHECKING:
    from captions.credit.parser import parse_credit, parse_credits
    from captions.page.parser import parse_html
    from captions.plain.parser import parse_text

__version__ = "0.1.0"
"""The version that ``captions --version`` prints. Articles stored by another version are read again."""

_PARSERS = {
    "parse_credit": "captions.credit.parser",
    "parse_credits": "captions.credit.parser",
    "parse_html": "captions.page.parser",
    "parse_text": "captions.plain.parser",
}
"""Modules imported on first use, so that a program that only queries the database starts faster."""

__all__ = [
    "Article",
    "Caption",
    "CaptionsError",
    "Credit",
    "InputError",
    "Occurrence",
    "Picture",
    "VocabularyError",
    "__version__",
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

"""Read photo captions and credits out of news articles, for licensing audits.

>>> import captions
>>> captions.parse_credit("AMMAR AWAD/REUTERS").creators
('Ammar Awad',)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from captions.credit.parser import parse_credit, parse_credits
    from captions.errors import CaptionsError, InputError, VocabularyError
    from captions.model import Article, Caption, Credit, Occurrence, Picture
    from captions.page.parser import parse_html
    from captions.plain.parser import parse_text

__version__ = "0.1.0"
"""The version that ``captions --version`` prints. Articles stored by another version are read again."""

_MODULES = {
    "Article": "captions.model",
    "Caption": "captions.model",
    "CaptionsError": "captions.errors",
    "Credit": "captions.model",
    "InputError": "captions.errors",
    "Occurrence": "captions.model",
    "Picture": "captions.model",
    "VocabularyError": "captions.errors",
    "parse_credit": "captions.credit.parser",
    "parse_credits": "captions.credit.parser",
    "parse_html": "captions.page.parser",
    "parse_text": "captions.plain.parser",
}
"""Modules imported on first use, so that a program that needs only some of them starts faster."""

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
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})

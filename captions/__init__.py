"""Reads photo captions and credits out of news articles, for licensing audits.

>>> import captions
>>> captions.parse_credit("AMMAR AWAD/REUTERS").creators
('Ammar Awad',)
"""

from captions.credit import parse_credit, parse_credits
from captions.errors import CaptionsError, InputError, StoreError, VocabularyError
from captions.model import Article, Caption, Credit, Printing
from captions.page import parse_html
from captions.plain import parse_text

__all__ = [
    "Article",
    "Caption",
    "CaptionsError",
    "Credit",
    "InputError",
    "Printing",
    "StoreError",
    "VocabularyError",
    "parse_credit",
    "parse_credits",
    "parse_html",
    "parse_text",
]

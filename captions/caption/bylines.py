"""Captions that Korean papers print with a reporter: ``[서울=뉴시스] 김가람 기자 = A dog.``, ``A dog. 김가람 기자``

An article's first line and its last have the same forms, so only a text in a picture's own box is read this way.
"""

from __future__ import annotations

import re

_REPORTER = r"[\uac00-\ud7af]{2,4} ?(?:[\uac00-\ud7af]{2})?기자"
_IS_REPORTER = re.compile(_REPORTER)
_LEADING = re.compile(rf"([(\[［（](?:[^=()\[\]]{{1,12}}=)?[^=()\[\]]{{2,20}}[)\]］）] ?{_REPORTER}) ?[=＝] ?(.+)$")
_TRAILING = re.compile(rf"(.+[.。]) ({_REPORTER})$")
_ADDRESS = re.compile(r" ?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}$")


def divided(line: str) -> tuple[str, str] | None:
    """Return a caption and the byline in front of it or behind it; None if there is none.

    ``"[서울=뉴시스] 김가람 기자 = A dog. garam@echo.example"`` gives ``("A dog.", "[서울=뉴시스] 김가람 기자")``.
    """
    if "기자" not in line:
        return None
    line = _ADDRESS.sub("", line)
    if found := _LEADING.match(line):
        return found[2], found[1]
    found = _TRAILING.match(line)
    return None if found is None else (found[1], found[2])


def is_reporter(text: str) -> bool:
    """Return whether a text is a name with the title of a Korean reporter: ``김가람 기자``."""
    return _IS_REPORTER.fullmatch(text) is not None

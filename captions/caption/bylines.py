"""Captions that East Asian wires print with the reporter in front or behind: ``[서울=뉴시스] 김가람 기자 = A dog.``

An article's first and last lines have the same form, so only a text in a picture's own box is read this way.
"""

from __future__ import annotations

import re

_REPORTER = r"[\uac00-\ud7af]{2,4} ?(?:[\uac00-\ud7af]{2})?기자"
_LEADING = re.compile(rf"([(\[［（](?:[^=()\[\]]{{1,12}}=)?[^=()\[\]]{{2,20}}[)\]］）] ?{_REPORTER}) ?[=＝] ?(.+)$")
_TRAILING = re.compile(rf"(.+[.!?。”\"]) ({_REPORTER})$")
_ADDRESS = re.compile(r" ?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}$")


def divided(line: str) -> tuple[str, str] | None:
    """Return a caption and the byline in front of it or behind it; None if there is none.

    ``"A dog. 김가람 기자 garam@echo.example"`` gives ``("A dog.", "김가람 기자")``.
    """
    if "기자" not in line:
        return None
    line = _ADDRESS.sub("", line)
    if (leading := _LEADING.match(line)) is not None:
        return leading[2], leading[1]
    trailing = _TRAILING.match(line)
    return None if trailing is None else (trailing[1], trailing[2])

"""Captions that East Asian wires print with the reporter in front: ``[서울=뉴시스] 김가람 기자 = A dog.``

An article's first line has the same form, so only a text in a picture's own box is read this way.
"""

from __future__ import annotations

import re

_REPORTER = r"[\uac00-\ud7af]{2,4} ?(?:[\uac00-\ud7af]{2})?기자"
_LEADING = re.compile(rf"([(\[［（](?:[^=()\[\]]{{1,12}}=)?[^=()\[\]]{{2,20}}[)\]］）] ?{_REPORTER}) ?[=＝] ?(.+)$")
_ADDRESS = re.compile(r" ?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}$")


def divided(line: str) -> tuple[str, str] | None:
    """Return a caption and the byline in front of it; None if there is none.

    ``"[서울=뉴시스] 김가람 기자 = A dog. garam@echo.example"`` gives ``("A dog.", "[서울=뉴시스] 김가람 기자")``.
    """
    if "기자" not in line:
        return None
    found = _LEADING.match(_ADDRESS.sub("", line))
    return None if found is None else (found[2], found[1])

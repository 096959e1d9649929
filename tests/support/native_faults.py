"""Make the HTML library of the processes that a test starts fail on certain pages, as a bug in it would."""

from __future__ import annotations

from pathlib import Path

SLOW, GREEDY, CRASH, EXIT = "a slow page", "a greedy page", "a crashing page", "an ending page"

_CODE = f"""
import os, time
import selectolax.lexbor

class Faulty(selectolax.lexbor.LexborHTMLParser):
    def __init__(self, html, *arguments, **options):
        text = html if isinstance(html, str) else bytes(html).decode("utf-8", "replace")
        if {SLOW!r} in text:
            time.sleep(600)
        if {GREEDY!r} in text:
            bytearray(1 << 32)
        if {CRASH!r} in text:
            os.abort()
        if {EXIT!r} in text:
            os._exit(7)
        super().__init__(html, *arguments, **options)

selectolax.lexbor.LexborHTMLParser = Faulty
"""


def install(folder: Path) -> Path:
    """Return a folder that brings the faults to each Python process that has it in its path."""
    place = folder / "faults"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(_CODE, encoding="utf-8")
    return place

"""Recognize the buttons and links that pages print next to a picture: ``Enlarge``, ``, opens new tab``."""

from __future__ import annotations

from functools import lru_cache

from captions.lexicon import tables

# In characters, longer than any in the table; and the most in a row: `Enlarge | Toggle caption`.
_BUTTON, _MOST_BUTTONS = 60, 4


@lru_cache(maxsize=1)
def _buttons() -> tuple[str, ...]:
    """Return the buttons, longest first: if two end a text, the longer is the button."""
    read = tables.load("buttons.toml")
    read.only({"buttons"})
    return tuple(sorted(read.word_lists(("buttons",))["buttons"], key=len, reverse=True))


def is_button(text: str) -> bool:
    """Return whether a text is a button or link next to a picture: ``"Enlarge"``, ``", opens new tab"``."""
    return len(text) <= _BUTTON and text.strip(" ,|·").lower() in _buttons()


def without_button(text: str) -> str:
    """Remove the buttons from the end of a picture's text: ``"A dog. Jo Reed/AP Enlarge this image"``."""
    for _ in range(_MOST_BUTTONS):
        tail = text[-_BUTTON:].lower()
        if not tail.endswith(_buttons()):
            break
        found = next(button for button in _buttons() if tail.endswith(button))
        left = text[: -len(found)]
        if not left.strip(" ,|·"):
            break
        run_on = text[len(left)].isupper() and not text[-2:].isupper()  # Jo Reed/APShow more
        if left[-1].isalpha() and found[0].isascii() and not run_on:
            break  # a word that only ends like a button
        text = left.rstrip(" ,|·")
    return text

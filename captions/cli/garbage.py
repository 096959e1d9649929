"""How often Python looks for objects that hold only each other: by default after each 700 that were made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (5_000, 10, 10)


@contextmanager
def uncollected() -> Iterator[None]:
    """Never looks: a million findings are in no circle, and looking takes a tenth more; of imports, an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Looks seldom, and not at what is there already; in the processes that it starts too.

    Never would not do: the tree of a page is a circle.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)

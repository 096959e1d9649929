"""Write the path of an element as a person would look for it: ``article > figure[2] > figcaption``."""

from __future__ import annotations

from captions.page.dom import Element


class ElementPaths:
    """The paths of a page's elements."""

    def __init__(self) -> None:
        """Start with no child numbered; paths number them as needed."""
        self._places: dict[int, int] = {}

    def of(self, element: Element) -> str:
        """Return an element's path: ``article > figure[2] > figcaption``."""
        steps = []
        for ancestor in element.line():
            if ancestor.name in ("html", "body"):
                break
            place = self._place(ancestor)
            steps.append(ancestor.name if place == 1 else f"{ancestor.name}[{place}]")
        return " > ".join(reversed(steps))

    def _place(self, element: Element) -> int:
        """Return which of its parent's children of its name an element is; all of them are numbered at once."""
        if element.parent is None:
            return 1
        if element.number not in self._places:
            counts: dict[str, int] = {}
            for child in element.parent.children:
                self._places[child.number] = counts[child.name] = counts.get(child.name, 0) + 1
        return self._places[element.number]

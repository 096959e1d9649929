"""Count the words that articles write small, for captions/data/common_words.txt.

``python bench/common_words.py ARTICLE.txt ...`` prints the words that three articles or more write small, half as many
again as write them with a capital. Given names and frequent family names are left out. Read the list before you keep
it: titles, labels and surnames of East Asia (``Park``, ``Song``) must go.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from captions.lexicon.vocabulary import default
from captions.text import name_key

_WORD = re.compile(r"[^\W\d_]{4,}")


def main() -> None:
    """Print the words, sorted."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for path in sys.argv[1:]:
        for word in set(_WORD.findall(Path(path).read_text(encoding="utf-8"))):
            (small if word.islower() else capital)[word.lower()] += 1
    names = default().given_names | default().family_names
    print(*sorted(w for w, n in small.items() if n >= 3 and n >= 1.5 * capital[w] and name_key(w) not in names))


if __name__ == "__main__":
    main()

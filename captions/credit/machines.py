"""Recognize credits of generated pictures: ``mit KI erstellt``, ``Image created with Midjourney by X``."""

from __future__ import annotations

from captions.credit.names import sort_of
from captions.credit.segments import Again, Party
from captions.lexicon.vocabulary import Vocabulary
from captions.text import has_cjk, name_key


def generated(text: str, joint: str, words: Vocabulary, out: list[Party], depth: int, again: Again) -> bool:
    """Type the credit of a generated picture: ``Image created with Midjourney by Jo Reed``, ``mit KI erstellt``."""
    folded = text.casefold()
    if text.isascii() and words.machine_starts.isdisjoint([w[:4] for w in folded.replace("-", " ").split()]):
        return False
    found = words.machine.search(text)
    if found is None:
        return False
    has_verb = any(stem in folded for stem in words.making_stems)
    rest = words.machine.sub(" ", text).replace("'", " ").replace("’", " ").split()
    names = [t.strip("-.,:()") for t in rest if not _is_filler(t, words)]
    name = " ".join(n for n in names if n)
    if not has_verb and (found["weak"] or (name and not found["tool"])):
        return False  # Harbor AI is a company, Leonardo Reed a person
    cased = name[:1].isupper() and not has_cjk(name)
    if cased and (words.spelling(name) or sort_of(name, words) in ("person", "organization")):
        again(name, joint, words, out, depth + 1)
    out.append(Party(text, "mark", "ai", joint))
    return True


def _is_filler(token: str, words: Vocabulary) -> bool:
    """Return whether a word next to a program's name is not part of a name: a label, a verb such as ``created``."""
    bare = token.strip("-.,:()").casefold()
    return (
        not bare[:1].isalpha()
        or token[:1].islower()
        or bare in words.bare_words
        or bare in words.particles
        or bare in words.ai_fillers
        or name_key(bare) in words.labels
        or bare.startswith(words.making_stems)
        or words.marks.get(name_key(bare)) is not None
    )

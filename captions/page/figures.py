"""Captions and credits from a page's elements: figures, and containers whose names tell a caption or a credit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from captions.caption import split as captioning
from captions.caption.buttons import is_button
from captions.caption.candidates import LIKELY, SURE, read, trim
from captions.caption.line_shapes import CLOCK, CLOCK_INSIDE, is_dated
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page.blocks import AUTHOR, BOILER, CAPTION, COMMENTS, CREDIT, HEADINGS, PICTURE, SOURCE, Block, Node
from captions.page.content import boilerplate, within
from captions.page.site_text import is_notice
from captions.text import has_cjk, match_key, sentences, tidy

# In characters: what is longer and named a caption is text of the article.
_LONGEST = 900
# In words: a longer line that nothing names a credit is none.
_CREDIT_WORDS = 8
# What repeats an alternative text and is longer is no caption: in characters; and in words behind what is repeated.
_LONGEST_ALT, _WORDS_BEHIND = 400, 6
# Which of several pictures one is: 1 / 3.
_COUNTER = re.compile(r"^\W*\d+\W{0,3}(?:/|\||of|von|de|di|sur|van|av|af|z|из)?\W{0,3}\d+\W*$", re.IGNORECASE)
_PAGES = ("body", "article", "main")
_HINTED = ("bare-bracket", "labelled-bracket", "label")


@dataclass(slots=True)
class Figure:
    """A picture's texts: its caption and its credit, as the page sets them."""

    container: Node
    caption: str = ""
    reading: Reading | None = None
    blocks: list[int] = field(default_factory=list)
    """Numbers of the blocks that it holds."""
    rule: str = "figure"


def figures(blocks: Sequence[Block], outer: Node, total: int, first: int, last: int, words: Vocabulary) -> list[Figure]:
    """The pictures' texts of an article, in order. ``first`` and ``last`` are the numbers of its outermost blocks."""
    groups: dict[int, list[Block]] = {}
    holders: dict[int, Node] = {}
    for block in blocks:
        holder = _container(block.node) if first <= block.number <= last else None
        if holder is not None:
            groups.setdefault(id(holder), []).append(block)
            holders[id(holder)] = holder
    out: list[Figure] = []
    for key, group in groups.items():
        holder = holders[key]
        aside = holder.inside(BOILER | AUTHOR)
        alone = aside is not None and aside.tag.name == "aside" and _is_set_aside(aside, group, outer)
        if _is_quotation(holder) or (not alone and boilerplate(holder.parent, total, BOILER | AUTHOR)):
            continue
        heads = [b for b in group if b.tag in HEADINGS]
        texts = [b for b in group if b.tag not in HEADINGS] or group
        if (
            len(heads) == 1
            and not heads[0].linked
            and texts is not group
            and all(_credit_line(b, words) for b in texts)
        ):
            texts = group  # a heading and a credit in a picture's box: its caption
        elif heads and holder.heading and holder.tag.name != "figure" and not holder.captioned:
            continue  # a story under its heading
        made = _read(texts, holder, words)
        if made is not None and not _is_teaser(group, made):
            out.append(made)
    return _joined(out, blocks, words)


def _is_set_aside(aside: Node, group: Sequence[Block], outer: Node) -> bool:
    """Whether an aside of the article holds one picture with its caption and no link: no teaser of another story."""
    alone = aside.images == 1 and not aside.heading and not any(b.linked for b in group)
    return alone and within(aside, outer) and aside.parent is not None and not aside.parent.inside(BOILER | AUTHOR)


def _joined(figures: list[Figure], blocks: Sequence[Block], words: Vocabulary) -> list[Figure]:
    """The figures, each with the credit that stands right under or above it in a block of its own."""
    held = {n: figure for figure in figures for n in figure.blocks}
    for figure in figures:
        if figure.reading is None:
            for number in (figure.blocks[-1] + 1, figure.blocks[0] - 1):
                other = held.get(number)
                if other is None and 0 <= number < len(blocks):
                    other = _credit_line(blocks[number], words)
                if other is not None and not other.caption and other.reading is not None:
                    figure.reading = other.reading
                    figure.blocks.extend(other.blocks)
                    held.update(dict.fromkeys(other.blocks, figure))
                    break
    return [f for f in figures if held[f.blocks[0]] is f]


def repeated_alts(blocks: Sequence[Block], outer: Node, taken: set[int], total: int, words: Vocabulary) -> list[Figure]:
    """Texts right under a picture that say what is said in its place where it is not shown: captions by no name."""
    out = []
    for block in blocks:
        if block.image is None or block.number in taken or block.linked or block.tag in HEADINGS:
            continue
        if not _repeats(block.text, str(block.image.attrs.get("alt", ""))) or not within(block.node, outer):
            continue
        if not boilerplate(block.node, total, BOILER | AUTHOR | COMMENTS):
            caption, reading = _split([tidy(block.text)], words, False)
            out.append(Figure(block.node, caption, reading, [block.number]))
    return out


def _repeats(text: str, alt: str) -> bool:
    """Whether a text is a picture's alternative one, behind which the site's name may stand, or before which a credit
    does; a name alone is its bearer's as often as a portrait's."""
    if not alt or len(text) > _LONGEST_ALT:
        return False
    key, other = match_key(text), match_key(alt)
    short = len(text) < 5 if has_cjk(text) else key.count(" ") < 1
    if short or (text.istitle() and key.count(" ") < 4):
        return False
    shorter, longer = sorted((key, other), key=len)
    behind = longer.removeprefix(shorter)
    return len(behind) < len(longer) and (not behind or (behind[0] == " " and len(behind.split()) <= _WORDS_BEHIND))


def credit_lines(blocks: Sequence[Block], taken: set[int], words: Vocabulary) -> list[Figure]:
    """The credits that stand alone right under a picture without a caption: of that picture, not of a text above."""
    lines = [_credit_line(b, words) for b in blocks if b.pictured and b.number not in taken]
    return [line for line in lines if line is not None]


def _credit_line(block: Block, words: Vocabulary) -> Figure | None:
    if len(block.text) > 140 or block.tag in HEADINGS:
        return None
    found = captioning.split(tidy(block.text), words)
    if found is None or not found.alone or found.strength < SURE:
        return None
    return Figure(block.node, "", found.reading, [block.number], found.rule)


def _container(node: Node) -> Node | None:
    """The element of a picture that a block belongs to, or None where it belongs to none."""
    named = node.inside(CAPTION | CREDIT)
    step: Node | None = node
    while step is not None:
        if step.tag.name == "figure":
            return step
        step = step.parent
    if named is None:
        step = node
        for _ in range(3):
            if step is None or step.flags & PICTURE:
                break
            step = step.parent
        # A slide whose picture has a caption of its own holds text of the article.
        own = step is not None and not step.captioned
        small = (
            step is not None and step.flags & PICTURE and step.all_text < 600 and step.tag.name not in _PAGES and own
        )
        return step if small and step is not None and _has_image(step) else None
    top, step = named, named.parent
    for _ in range(4):
        if step is None or step.tag.name in _PAGES or step.all_text > 600:
            break
        if step.heading or (step.images > 1 and step.captioned > 1):
            break  # another story's picture, or several
        if step.flags & (CAPTION | CREDIT | PICTURE):
            top = step
        step = step.parent
    if top is named and named.parent is not None and named.parent.tag.name not in _PAGES:
        return named.parent if named.parent.all_text < 600 and _has_image(named.parent) else named
    return top


def _has_image(node: Node) -> bool:
    """Whether a picture stands in an element, or right beside it."""
    return node.images > 0 or (node.parent is not None and node.parent.all_text < 400 and node.parent.images > 0)


def _is_quotation(holder: Node) -> bool:
    """Whether a figure holds a quotation and who said it: HTML's own way to set one."""
    return not holder.images and holder.tag.name == "figure" and holder.tag.find("blockquote") is not None


def _is_teaser(group: Sequence[Block], figure: Figure) -> bool:
    """Whether a group is a link to another story: a link round a heading too, or little but links and no credit."""
    link = figure.container.tag.find_parent("a")
    if link is not None and link.find(["h2", "h3", "h4"]) is not None:
        return True
    size = sum(len(b.text) for b in group)
    linked = sum(b.linked for b in group)
    owed = figure.reading
    told = owed is not None and (
        owed.label is not None or bool(owed.registered) or figure.container.tag.name == "figure"
    )
    return not told and linked > 0.5 * size


def _read(group: Sequence[Block], holder: Node, words: Vocabulary) -> Figure | None:
    texts: list[str] = []
    credits_: list[str] = []
    loose: list[str] = []  # what stands by a caption and is not named
    named = any(_role(n, holder) == CAPTION for b in group for _, n, _ in b.pieces)
    credited = any(_role(n, holder) == CREDIT for b in group for _, n, _ in b.pieces)
    owing_names = CREDIT | AUTHOR | (SOURCE if named and not credited else 0)
    numbers = []
    for block in group:
        line: list[str] = []
        owed: list[str] = []
        roles = [_role(node, holder, owing_names) for _, node, _ in block.pieces]
        owing = [n for n, role in enumerate(roles) if role == CREDIT]
        for at, (text, _, _) in enumerate(block.pieces):
            if is_button(text):
                continue
            role = CREDIT if owing and owing[0] <= at <= owing[-1] else roles[at]  # what joins two credits is credit
            if role == CREDIT:
                owed.append(text)
            elif role == CAPTION or not named:
                line.append(text)
            else:
                loose.append(text)
        numbers.append(block.number)
        if (text := tidy("".join(line))) and not _COUNTER.match(text):
            texts.append(text)
        if text := tidy("".join(owed)):
            named_both = any(_is_both(block.pieces[n][1], holder) for n in owing)
            (texts if named_both and _owes_nothing(text, words) else credits_).append(text)
    caption, reading = _split(texts, words, bool(credits_))
    for text in dict.fromkeys(credits_):
        own_caption, own = _credit_of(text, words)
        if own_caption and not caption:
            caption = own_caption
        if own is not None and (reading is None or len(own.credit.line) > len(reading.credit.line)):
            reading = own
    for text in loose if reading is None else ():
        own = read(tidy(text), words)
        tells = own.registered or own.label is not None or any(" " in person.text for person in own.persons)
        if own.clean and tells and len(text.split()) <= _CREDIT_WORDS:
            reading = own
    if reading is not None and not _belongs(reading, group, holder):
        return None
    if reading is None and named and caption:
        caption, reading = _by_structure(group, caption, words)
    if not caption and reading is None:
        return None
    if CLOCK.match(caption) or (caption.split(" ", 1)[0].casefold() in words.bys and reading is None):
        caption = ""
    if not caption and reading is not None and is_notice(reading.credit.line) and not _has_image(holder):
        return None  # the notice of the whole site
    if reading is None and not (_says_something(caption, named) and _has_image(holder)):
        return None  # a quotation, a date, an author: nothing says that it belongs to a picture
    if len(caption) > _LONGEST:
        return None
    return Figure(holder, caption, reading, numbers)


def _belongs(reading: Reading, group: Sequence[Block], holder: Node) -> bool:
    """Whether a credit can be a picture's: a name alone, outside a figure, may be who wrote the article."""
    if holder.tag.name == "figure" or reading.label is not None or reading.registered:
        return True
    if not _has_image(holder) and holder.inside(PICTURE) is None:
        return False
    return any(n is not None and n.inside(CAPTION | CREDIT) for b in group for _, n, _ in b.pieces)


def _by_structure(group: Sequence[Block], caption: str, words: Vocabulary) -> tuple[str, Reading | None]:
    """A caption whose last element is short and reads as a name: its credit, though nothing is named so."""
    parts: list[tuple[int, str]] = []
    for block in group:
        for text, _, element in block.pieces:
            if parts and parts[-1][0] == element:
                parts[-1] = (element, parts[-1][1] + text)
            else:
                parts.append((element, text))
    texts = [tidy(text) for _, text in parts]
    if len(texts) < 2 or not 1 <= len(texts[-1].split()) <= 6 or len(" ".join(texts[:-1]).split()) < 4:
        return caption, None
    last = texts[-1]
    if last[-1:] in ".!?:" or not last[:1].isupper() or not caption.endswith(last):
        return caption, None
    reading = read(last, words)
    if not reading.clean or not (reading.persons or reading.credit.agencies):
        return caption, None
    return trim(caption[: -len(last)]), reading


def _says_something(caption: str, named: bool) -> bool:
    """Whether a text without a credit can be a caption: two words under a name that says so, six without."""
    if not named and (len(caption) > 300 or sentences(caption) > 2):
        return False
    if has_cjk(caption):
        return len(caption) >= (5 if named else 12)
    return len(caption.split()) >= (2 if named else 6)


def _role(node: Node | None, holder: Node, owing: int = CREDIT | AUTHOR) -> int:
    while node is not None:
        if node.flags & owing and node is not holder:
            return CREDIT
        if node.flags & CAPTION:
            return CAPTION
        if node is holder:
            return 0
        node = node.parent
    return 0


def _is_both(node: Node, holder: Node) -> bool:
    """Whether an element that is named a credit is named a caption, too: what it says tells which."""
    named = node.inside(CREDIT)
    return named is not None and named is not holder and bool(named.flags & CAPTION)


def _owes_nothing(text: str, words: Vocabulary) -> bool:
    """Whether a text in an element named a credit is a caption by what it says."""
    return _credit_of(text, words) == ("", None) and _says_something(text, named=False)


def _credit_of(text: str, words: Vocabulary) -> tuple[str, Reading | None]:
    """What an element named a credit holds: a credit, or a caption with it."""
    if len(text) > 140:
        found = captioning.split(text, words)
        if found is not None and not found.alone and found.strength >= LIKELY:
            return found.caption, found.reading
        return text, None
    reading = read(text, words)
    named = reading.clean or reading.label is not None or len(reading.credit.line.split()) <= 4
    dated = is_dated(text) or CLOCK_INSIDE.search(text)
    return "", reading if named and not dated and any(c.isalpha() for c in reading.credit.line) else None


def _split(texts: Sequence[str], words: Vocabulary, credited: bool) -> tuple[str, Reading | None]:
    """The lines of a caption -> caption, credit. Where the credit has an element of its own, a caption's line holds
    another only if a label says so."""
    captions: list[str] = []
    reading: Reading | None = None
    for text in dict.fromkeys(texts):
        if captioning.is_label(text, words):
            continue
        found = captioning.split(text, words)
        least = SURE if credited else LIKELY
        if found is not None and found.alone and text[0] in "([（" and text[-1] in ")]）" and found.reading.parties:
            least = found.strength  # a bracket is all there is: who made the picture
        if found is not None and (found.strength >= least or (not credited and found.rule in _HINTED)):
            reading = found.reading
            first, slash, rest = text.partition(" / ")
            if found.rule == "label-after" and found.alone and slash and len(reading.parties) > 2:
                captions.append(first)  # Kryžius, asociatyvi nuotr. / J. Stacevičiaus / LRT nuotr.
                reading = read(rest, words)
            elif found.caption:
                captions.append(found.caption)
            continue
        captions.append(text)
    caption = " ".join(dict.fromkeys(captions))
    return trim(caption), reading

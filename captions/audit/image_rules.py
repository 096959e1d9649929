"""``captions images check``: the pictures of the store against what is printed of them, and against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar

import captions_db as db
import captions_db.audit
from sqlalchemy import Engine

from captions.audit.codes import reading
from captions.audit.comparison_rules import Claim, claim_of, conflict_message, first_conflict, is_whole
from captions.audit.credit_rules import is_labelled
from captions.audit.data_rules import differing
from captions.audit.finding import Finding
from captions.audit.fixes import Commands, waive
from captions.audit.spelling import Register
from captions.audit.spool import Spool, Told
from captions.audit.waivers import Waiver
from captions.audit.waivers import waivers as stored_waivers
from captions.caption.similarity import is_telling
from captions.embedded.table import table
from captions.escaping import command
from captions.imaging.library import Archive, Picture, archive
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit, Use
from captions.text import name_key

T = TypeVar("T")
CHECKED = tuple(sorted(reading("pictures")))
"""The codes that a check of pictures may give."""
# IPTC's digital source types for what no camera took as it is: https://cv.iptc.org/newscodes/digitalsourcetype/
MADE = {
    "trainedAlgorithmicMedia": "made by AI",
    "compositeWithTrainedAlgorithmicMedia": "put together with what AI made",
    "algorithmicMedia": "made by an algorithm",
    "compositeSynthetic": "put together with what no camera took",
    "compositeCapture": "put together of several pictures",
    "composite": "put together of several pictures",
}
_AT_ONCE = 500
"""Pictures, uses and groups that are looked at together."""


@dataclass(slots=True)
class Checked:
    """What a check found."""

    archive: Archive
    spool: Spool[tuple[int, ...]] = field(default_factory=Spool)
    """The findings, each with the numbers of its pictures."""
    pictures: int = 0
    unmatched: int = 0
    """Pictures that belong to no use."""
    uses: int = 0
    """Uses that a picture belongs to."""
    articles: int = 0
    waived: int = 0

    @property
    def findings(self) -> Told[tuple[int, ...]]:
        """In the order of reports."""
        return Told(self.spool)


def check(
    engine: Engine,
    words: Vocabulary,
    *,
    today: date,
    codes: Collection[str] = (),
    severities: Collection[str] = (),
    waived: bool = False,
) -> Checked:
    """Checks all pictures that were scanned. ``codes`` and ``severities`` choose what is reported; none chooses all.

    ``waived`` gives what is waived on the day ``today`` instead of what is not.
    """
    held = archive(engine, words)
    done = Checked(held, pictures=len(held.same))
    done.unmatched = done.pictures - held.links.image_count()
    sources: set[int] = set()
    for numbers in _pages(held.links.uses()):
        done.uses += len(numbers)
        sources.update(hash(use.source) for use in held.uses(numbers).values())
    done.articles = len(sources)
    waivers = [one for one, state in stored_waivers(engine, today) if state == "holds"]
    for finding, pictures in findings(held):
        if (codes and finding.code not in codes) or (severities and finding.severity not in severities):
            continue
        is_waived = any(_sets_aside(waiver, finding) for waiver in waivers)
        done.waived += is_waived
        if is_waived == waived:
            done.spool.add(finding, pictures)
    return done


def findings(held: Archive) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    """All that is wrong with the pictures of a store, in no order, each with the numbers of its pictures."""
    register, commands = Register(held.words), Commands()
    for numbers in _pages(held.links.uses()):
        uses = held.uses(numbers)
        of_use = {number: held.links.of_use(number) for number in uses}
        pictures = held.pictures({image for images in of_use.values() for image in images})
        for number, use in sorted(uses.items()):
            own = [pictures[image] for image in of_use[number] if image in pictures]
            for code, message in _of_use(use, own, register):
                yield Finding(code, message, use.source, use, commands.clears(code, use)), tuple(p.id for p in own)
    yield from _conflicts(held, commands)
    for page in _pages(held.all_pictures()):
        bare = [picture for picture in page if not picture.metadata.shows_origin]
        others = held.pictures({number for picture in bare for number in held.same.group(picture.id)})
        uses = held.uses({number for picture in bare for number in held.links.of_image(picture.id)})
        for picture in page:
            for finding in _of_picture(picture):
                yield finding, (picture.id,)
        for picture in bare:
            own_uses = [uses[number] for number in held.links.of_image(picture.id) if number in uses]
            same = [others[number] for number in held.same.group(picture.id) if number in others]
            yield _missing(picture, same, own_uses), (picture.id,)


def _pages(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while page := list(islice(left, _AT_ONCE)):
        yield page


def _of_use(use: Use, pictures: Sequence[Picture], register: Register) -> Iterator[tuple[str, str]]:
    told = next((picture for picture in pictures if picture.credit is not None), None)
    if told and told.credit and use.credit and differing(use.credit, told.credit, use.publication, register):
        yield "CR202", f"printed {use.credit.line}, {told.path} says {told.credit.line}"
    for picture in pictures:
        kind = (picture.metadata.fields.digital_source_type or "").rstrip("/").rpartition("/")[2]
        if kind in MADE and not is_labelled(use, register):
            yield "CR309", f"{picture.path} says {kind}: {MADE[kind]}, and no word tells the reader"
            return


def _conflicts(held: Archive, commands: Commands) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    """CR201: one picture, with credits that can't both be right, printed or embedded.

    What the audit knows without the pictures is left to it; what is embedded otherwise than printed, to CR202.
    """
    for page in _pages(_groups(held)):
        of_group = {group: sorted({use for image in group for use in held.links.of_image(image)}) for group in page}
        uses = held.uses({use for numbers in of_group.values() for use in numbers})
        pictures = held.pictures({image for group in page for image in group})
        for group, numbers in of_group.items():
            own = [pictures[number] for number in group if number in pictures]
            path = own[0].path if own else ""
            credited = [use for number in numbers if (use := uses.get(number)) is not None and use.credit is not None]
            for use, claim in _conflicting(credited):
                message = conflict_message(claim[0], claim[1], path)
                yield Finding("CR201", message, use.source, use, commands.clears("CR201", use)), group
            for picture, other in _embedded_conflicts(own):
                yield Finding("CR201", other, picture.path, clear=waive("CR201", source=picture.path)), (picture.id,)


def _groups(held: Archive) -> Iterator[tuple[int, ...]]:
    """Pictures that are one, and single ones that belong to several uses."""
    yield from held.same.groups()
    for image in held.links.in_several():
        if len(held.same.group(image)) == 1:
            yield (image,)


def _conflicting(credited: Sequence[Use]) -> Iterator[tuple[Use, tuple[Credit, Claim]]]:
    ordered = sorted(credited, key=lambda use: (use.source, use.position))
    for use in ordered:
        claims = [claim_of(u.credit, u.source) for u in ordered if u.credit and not _is_known(use, u)]
        if use.credit is not None and (claim := first_conflict(use.credit, claims)):
            yield use, (use.credit, claim)


def _embedded_conflicts(pictures: Sequence[Picture]) -> Iterator[tuple[Picture, str]]:
    ordered = sorted((picture for picture in pictures if picture.credit), key=lambda picture: picture.path)
    claims = [claim_of(picture.credit, picture.path) for picture in ordered if picture.credit]
    for picture in ordered:
        if picture.credit is not None and (claim := first_conflict(picture.credit, claims)):
            said = f"embedded {picture.credit.line} here, {claim.line} in {claim.source}, which is the same picture"
            yield picture, said


def _is_known(one: Use, other: Use) -> bool:
    """Whether the audit compares these two uses without their pictures: by caption, or by address."""
    if one.match_key == other.match_key and is_telling(one.match_key):
        return True
    return any(is_whole(address) for address in {*one.images} & {*other.images})


def _of_picture(picture: Picture) -> Iterator[Finding]:
    kept, path = picture.metadata, picture.path
    titles = {name: it.title for name, it in table().fields.items()}
    for name, families in kept.disagreements.items():
        said = ", ".join(f"{family.upper()} says {'; '.join(values)}" for family, values in families.items())
        yield Finding("CR204", f"{titles.get(name, name)}: {said}", path, clear=waive("CR204", source=path))
    for cut in kept.cuts:
        rest = f"whole: {cut.whole}" if cut.whole else "nothing tells whether it is whole"
        message = f"{titles.get(cut.field, cut.field)} ends at {cut.limit} bytes: {cut.value} ({rest})"
        yield Finding("CR205", message, path, clear=waive("CR205", source=path))


def _missing(picture: Picture, same: Sequence[Picture], uses: Sequence[Use]) -> Finding:
    """CR206."""
    nothing = not picture.metadata.fields.present()
    message = "nothing is embedded" if nothing else "nothing embedded tells whom it is from"
    for other in same:
        if other.credit is not None:
            message += f"; it was stripped: the same picture in {other.path} says {other.credit.line}"
            break
    use = next((use for use in uses if use.credit and use.id), None)
    typed = picture.path.isprintable() and not picture.path.startswith("-")
    if use is None or not typed:
        return Finding("CR206", message, picture.path, clear=waive("CR206", source=picture.path))
    clear = f"{command('images stamp', picture.path)} --replace --from-use {use.id}"
    return Finding("CR206", message, picture.path, clear=clear)


def _sets_aside(waiver: Waiver, finding: Finding) -> bool:
    use = finding.use
    if waiver.code != finding.code or waiver.source not in (None, finding.source):
        return False
    if waiver.supplier is not None and (
        use is None or not use.supplier or name_key(use.supplier) != name_key(waiver.supplier)
    ):
        return False
    if waiver.line is not None and (use is None or use.credit is None or use.credit.line != waiver.line):
        return False
    if waiver.caption_digest is None:
        return True
    return use is not None and db.audit.caption_digest(use.match_key, use.caption) == waiver.caption_digest

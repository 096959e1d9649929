"""``captions images check``: the pictures of the store against what is printed of them, and against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Engine

import db
import db.audit
from captions import clearing
from captions.audit import Finding, Use
from captions.audit.commands import Commands, command, waive
from captions.audit.groups import claim_of, conflict_message, first_conflict, is_telling, is_whole
from captions.audit.spelling import Register
from captions.audit.told import differing
from captions.audit.uses import is_labelled
from captions.catalog import use_of
from captions.embedded.table import table
from captions.imaging.match import Same, matched
from captions.imaging.told import Kept, credit_of, from_json
from captions.model import Credit
from captions.text import name_key
from captions.vocabulary import Vocabulary

CHECKED = ("CR201", "CR202", "CR204", "CR205", "CR206", "CR309")
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
_SUREST = ("name", "caption", "hash")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the store with what the check needs of it."""

    id: int
    path: str
    """The first of its files."""
    kept: Kept
    credit: Credit | None
    """The credit that is embedded."""


@dataclass(slots=True)
class Checked:
    """What a check found."""

    findings: list[Finding] = field(default_factory=list)
    """In the order of reports."""
    pictures: int = 0
    unmatched: int = 0
    """Pictures that belong to no use."""
    uses: int = 0
    """Uses that a picture belongs to."""
    articles: int = 0
    waived: int = 0
    held: Mapping[int, Picture] = field(default_factory=dict)
    """The pictures by number."""
    printed: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """By picture, how it is credited and where."""
    of_use: Mapping[int, Sequence[Picture]] = field(default_factory=dict)
    """By use, its pictures, the surest first."""

    def pictures_of(self, finding: Finding) -> list[int]:
        """The numbers of the pictures that a finding is about."""
        if finding.use is not None and finding.use.id is not None:
            return [picture.id for picture in self.of_use.get(finding.use.id, ())]
        return [number for number, picture in self.held.items() if picture.path == finding.source]


@dataclass(slots=True)
class Archive:
    """The pictures of a store and the uses that they belong to."""

    pictures: dict[int, Picture]
    same: Same
    uses: dict[int, Use]
    of_use: Mapping[int, Sequence[Picture]]
    """By use, its pictures, the surest first."""
    of_picture: Mapping[int, Sequence[Use]]


def archive(engine: Engine, words: Vocabulary) -> Archive:
    """Reads the pictures of a store, matches them to uses, and stores which belong to which."""
    stored = list(db.images(engine))
    kept = {it.id: from_json(it.image.embedded) for it in stored}
    same = Same(stored)
    links = matched(engine, stored, kept, same, words)
    db.put_image_uses(engine, links)
    pictures = {
        it.id: Picture(it.id, it.paths[0], kept[it.id], credit_of(kept[it.id].fields, words))
        for it in stored
        if it.paths
    }
    uses = {row.use_id: use_of(row) for row in db.uses_by_ids(engine, {link.use_id for link in links})}
    of_use: dict[int, list[Picture]] = defaultdict(list)
    of_picture: dict[int, list[Use]] = defaultdict(list)
    for link in sorted(links, key=lambda link: (_SUREST.index(link.how), link.image_id, link.use_id)):
        if link.image_id in pictures and link.use_id in uses:
            of_use[link.use_id].append(pictures[link.image_id])
            of_picture[link.image_id].append(uses[link.use_id])
    return Archive(pictures, same, uses, of_use, of_picture)


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
    done = Checked(pictures=len(held.pictures), uses=len(held.of_use))
    done.unmatched = sum(number not in held.of_picture for number in held.pictures)
    done.articles = len({held.uses[number].source for number in held.of_use})
    done.held, done.of_use = held.pictures, held.of_use
    done.printed = {
        number: [f"{use.credit.line if use.credit else 'no credit'} in {use.source}" for use in uses]
        for number, uses in held.of_picture.items()
    }
    waivers = [one for one, state in clearing.waivers(engine, today) if state == "holds"]
    for finding in sorted(_findings(held, Register(words)), key=lambda finding: finding.order):
        if (codes and finding.code not in codes) or (severities and finding.severity not in severities):
            continue
        is_waived = any(_sets_aside(waiver, finding) for waiver in waivers)
        done.waived += is_waived
        if is_waived == waived:
            done.findings.append(finding)
    return done


def _findings(held: Archive, register: Register) -> Iterator[Finding]:
    commands = Commands()
    for number, pictures in sorted(held.of_use.items()):
        use = held.uses[number]
        for code, message in _of_use(use, pictures, register):
            yield Finding(code, message, use.source, use, commands.clears(code, use))
    for finding in _conflicts(held):
        yield replace(finding, clear=commands.clears("CR201", finding.use)) if finding.use else finding
    for picture in held.pictures.values():
        yield from _of_picture(picture, held)


def _of_use(use: Use, pictures: Sequence[Picture], register: Register) -> Iterator[tuple[str, str]]:
    told = next((picture for picture in pictures if picture.credit is not None), None)
    if told and told.credit and use.credit and differing(use.credit, told.credit, use.publication, register):
        yield "CR202", f"printed {use.credit.line}, {told.path} says {told.credit.line}"
    for picture in pictures:
        kind = (picture.kept.fields.digital_source_type or "").rstrip("/").rpartition("/")[2]
        if kind in MADE and not is_labelled(use, register):
            yield "CR309", f"{picture.path} says {kind}: {MADE[kind]}, and no word tells the reader"
            return


def _conflicts(held: Archive) -> Iterator[Finding]:
    """CR201: one picture, with credits that can't both be right. What the audit knows by itself is left to it."""
    told: set[int | None] = set()
    for group in sorted(set(held.same.groups.values())):
        uses = {use.id: use for number in group for use in held.of_picture.get(number, ())}
        credited = sorted((u for u in uses.values() if u.credit), key=lambda u: (u.source, u.position))
        path = next((held.pictures[number].path for number in group if number in held.pictures), "")
        for use in credited:
            if use.credit is None or use.id in told:
                continue
            claims = [claim_of(u.credit, u.source) for u in credited if u.credit and not _is_known(use, u)]
            if claim := first_conflict(use.credit, claims):
                told.add(use.id)
                yield Finding("CR201", conflict_message(use.credit, claim, path), use.source, use)


def _is_known(one: Use, other: Use) -> bool:
    """Whether the audit compares these two uses without their pictures: by caption, or by address."""
    if one.match_key == other.match_key and is_telling(one.match_key):
        return True
    return any(is_whole(address) for address in {*one.images} & {*other.images})


def _of_picture(picture: Picture, held: Archive) -> Iterator[Finding]:
    kept, path = picture.kept, picture.path
    titles = {name: it.title for name, it in table().fields.items()}
    for name, families in kept.disagreements.items():
        said = ", ".join(f"{family.upper()} says {'; '.join(values)}" for family, values in families.items())
        yield Finding("CR204", f"{titles.get(name, name)}: {said}", path, clear=waive("CR204", source=path))
    for cut in kept.cuts:
        rest = f"whole: {cut.whole}" if cut.whole else "nothing tells whether it is whole"
        message = f"{titles.get(cut.field, cut.field)} ends at {cut.limit} bytes: {cut.value} ({rest})"
        yield Finding("CR205", message, path, clear=waive("CR205", source=path))
    if not kept.owed:
        yield _missing(picture, held)


def _missing(picture: Picture, held: Archive) -> Finding:
    nothing = not picture.kept.fields.told()
    message = "nothing is embedded" if nothing else "nothing embedded tells whom it is from"
    for number in held.same.groups[picture.id]:
        other = held.pictures.get(number)
        if other is not None and other.credit is not None:
            message += f"; it was stripped: the same picture in {other.path} says {other.credit.line}"
            break
    use = next((use for use in held.of_picture.get(picture.id, ()) if use.credit and use.id), None)
    stamp = {"-o": "…", "--from-use": str(use.id)} if use else {}
    typed = picture.path.isprintable() and not picture.path.startswith("-")
    clear = command("images stamp", picture.path, **stamp) if stamp and typed else waive("CR206", source=picture.path)
    return Finding("CR206", message, picture.path, clear=clear)


def _sets_aside(waiver: clearing.Waiver, finding: Finding) -> bool:
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

"""The rules that look at picture files: compare embedded with printed credits, and pictures with each other.

A rule here has one of three signatures, by the scope of its row in :mod:`captions.audit.codes`: ``use`` is a
:data:`UseRule`, ``picture`` a :data:`PictureRule`, ``pair`` a :data:`PairRule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from captions.audit.codes import reading, rules_for_pictures
from captions.audit.comparison_rules import Claim, claim_of, conflict_message, first_conflict, is_whole
from captions.audit.credit_rules import is_labeled
from captions.audit.data_rules import differing, omits_agency
from captions.audit.finding import Finding
from captions.audit.fixes import FixCommands, waive, waive_each
from captions.audit.restriction_rules import PlaceRestrictions, beyond, known_words, restriction_message
from captions.audit.spelling import Register
from captions.caption.similarity import is_telling
from captions.embedded import ai_evidence
from captions.embedded.table import table
from captions.escaping import command
from captions.imaging.library import Archive, ScannedPicture
from captions.imaging.restrictions import embedded_restrictions
from captions.licensing.restrictions import RightsQuestion
from captions.model import Credit, Use

T = TypeVar("T")
CHECKED = tuple(sorted(reading("pictures")))
"""The codes that need the picture files."""
_AT_ONCE = 500
"""Pictures, uses and groups per query."""


@dataclass(frozen=True, slots=True)
class PictureCase:
    """A picture file to judge, with the other files of the same picture and its uses.

    ``same`` and ``uses`` are loaded only for a picture that embeds no creator and no supplier.
    """

    picture: ScannedPicture
    same: Sequence[ScannedPicture] = ()
    uses: Sequence[Use] = ()


UseRule = Callable[[Use, Sequence[ScannedPicture], Register, RightsQuestion], str | None]
"""Return what is wrong with a use, given its pictures and what they are to be used for, in one line."""
PictureRule = Callable[[PictureCase], Iterable[Finding]]
"""Yield the findings on one picture file."""
PairRule = Callable[[Archive], Iterable[tuple[Finding, tuple[int, ...]]]]
"""Yield the findings from comparing pictures, each with the ids of its pictures."""


def findings(archive: Archive, asked: RightsQuestion) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    """Yield all findings on the pictures of a store, unsorted, each with the ids of its pictures."""
    yield from _findings_on_uses(archive, FixCommands(), asked)
    rules: Iterable[PairRule] = rules_for_pictures("pair").values()
    for rule in rules:
        yield from rule(archive)
    yield from _findings_on_pictures(archive)


def pages(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in lists that fit one query."""
    rest = iter(items)
    while page := list(islice(rest, _AT_ONCE)):
        yield page


def _findings_on_uses(
    archive: Archive, commands: FixCommands, asked: RightsQuestion
) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    register = Register(archive.words)
    rules: dict[str, UseRule] = rules_for_pictures("use")
    for numbers in pages(archive.links.uses()):
        uses = archive.uses(numbers)
        of_use = {number: archive.links.of_use(number) for number in uses}
        pictures = archive.pictures({image for images in of_use.values() for image in images})
        for number, use in sorted(uses.items()):
            own = [pictures[image] for image in of_use[number] if image in pictures]
            for code, rule in rules.items():
                if message := rule(use, own, register, asked):
                    # Other pictures may print the same line, so the command is about this use.
                    yield (
                        Finding(code, message, use.source, use, commands.of_use(code, number)),
                        tuple(p.id for p in own),
                    )


def _findings_on_pictures(archive: Archive) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    rules: Sequence[PictureRule] = [*rules_for_pictures("picture").values()]
    for page in pages(archive.all_pictures()):
        bare = [picture for picture in page if not picture.metadata.shows_origin]
        others = archive.pictures({number for picture in bare for number in archive.same.group(picture.id)})
        uses = archive.uses({number for picture in bare for number in archive.links.of_image(picture.id)})
        cases = [PictureCase(picture) for picture in page if picture.metadata.shows_origin]
        for picture in bare:
            own_uses = [uses[number] for number in archive.links.of_image(picture.id) if number in uses]
            same = [others[number] for number in archive.same.group(picture.id) if number in others]
            cases.append(PictureCase(picture, same, own_uses))
        for case in cases:
            for rule in rules:
                yield from ((finding, (case.picture.id,)) for finding in rule(case))


# --- rules about a use and its pictures


def embedded_differs(
    use: Use, pictures: Sequence[ScannedPicture], register: Register, asked: RightsQuestion
) -> str | None:
    """CR202: ``Jane Doe/AFP`` is printed, the picture file names ``Jo Reed/AP``.

    The publication's own name, ``File photo`` or nothing does not credit the agency that a picture names.
    """
    picture = next((picture for picture in pictures if picture.credit is not None), None)
    if picture is None or picture.credit is None:
        return None
    printed = use.credit
    if not omits_agency(printed, picture.credit, use.publication, register) and (
        printed is None or not differing(printed, picture.credit, use.publication, register)
    ):
        return None
    print_says = f"printed {printed.line}" if printed is not None and printed.line else "no credit printed"
    return f"{print_says}, but {picture.path} embeds {picture.credit.line}"


def embedded_type_unlabeled(
    use: Use, pictures: Sequence[ScannedPicture], register: Register, asked: RightsQuestion
) -> str | None:
    """CR309: the picture file says ``trainedAlgorithmicMedia``, the caption and the credit don't mention AI."""
    for picture in pictures:
        evidence = ai_evidence(picture.metadata.fields, picture.metadata.c2pa_source_types)
        if evidence and not is_labeled(use, register):
            return f"{picture.path} {' and '.join(evidence)}, but not labeled in caption or credit"
    return None


def embedded_notices(
    use: Use, pictures: Sequence[ScannedPicture], register: Register, asked: RightsQuestion
) -> str | None:
    """CR306: the Instructions of the picture file say ``DENMARK OUT - NO SALES``."""
    known = {*known_words(use.credit), " ".join(use.caption.split()).casefold()}
    found = [
        PlaceRestrictions(f"{picture.path} ({title})", restrictions)
        for picture in pictures
        for title, restrictions in embedded_restrictions(picture.metadata, register.words)
    ]
    return restriction_message(beyond(found, known), asked, use.used_on)


# --- rules about a picture file


def families_disagree(case: PictureCase) -> Iterator[Finding]:
    """CR204: XMP names ``Jo Reed`` as the creator, IIM ``Ann Lee``."""
    path = case.picture.path
    for name, families in case.picture.metadata.disagreements.items():
        values = ", ".join(f"{family.upper()} says {'; '.join(values)}" for family, values in families.items())
        yield Finding("CR204", f"{_title(name)}: {values}", path, command=waive("CR204", source=path))


def cut_values(case: PictureCase) -> Iterator[Finding]:
    """CR205: the IIM credit line ends at 32 bytes."""
    path = case.picture.path
    for cut in case.picture.metadata.cuts:
        rest = f"full value: {cut.whole}" if cut.whole else "full value unknown"
        message = f"{_title(cut.field)} ends at {cut.limit} bytes: {cut.value} ({rest})"
        yield Finding("CR205", message, path, command=waive("CR205", source=path))


def missing_metadata(case: PictureCase) -> Iterator[Finding]:
    """CR206: the picture file names neither creator nor supplier; another file of the picture shows it was stripped."""
    picture = case.picture
    if picture.metadata.shows_origin:
        return
    names_nothing = not picture.metadata.fields.present()
    message = "no embedded metadata" if names_nothing else "embedded metadata names no creator or supplier"
    if copy := next((f"{p.path} embeds {p.credit.line}" for p in case.same if p.credit), ""):
        message += f"; stripped: the same picture in {copy}"
    fix = waive("CR206", source=picture.path)
    use = next((use for use in case.uses if use.credit and use.id), None)
    if picture.metadata.signed:
        message += "; signed (content credentials), so a stamp would break the signature"
    elif use is not None and picture.path.isprintable() and not picture.path.startswith("-"):
        fix = f"{command('images stamp', picture.path)} --replace --from-use {use.id}"
    yield Finding("CR206", message, picture.path, command=fix)


def _title(field: str) -> str:
    known = table().fields.get(field)
    return known.title if known else field


# --- the rule that compares pictures


def conflicting_credits(archive: Archive) -> Iterator[tuple[Finding, tuple[int, ...]]]:
    """CR201: one picture with credits that can't both be right, printed or embedded.

    Conflicts that the audit finds without picture files are left to it, and print against file to CR202.
    """
    for page in pages(_groups(archive)):
        of_group = {group: sorted({use for image in group for use in archive.links.of_image(image)}) for group in page}
        uses = archive.uses({use for numbers in of_group.values() for use in numbers})
        pictures = archive.pictures({image for group in page for image in group})
        for group, numbers in of_group.items():
            own = [pictures[number] for number in group if number in pictures]
            path = own[0].path if own else ""
            credited = [use for number in numbers if (use := uses.get(number)) is not None and use.credit is not None]
            printed = list(_printed_conflicts(credited))
            fix = waive_each("CR201", "use", sorted(use.id for use, _ in printed if use.id is not None))
            for use, claim in printed:
                yield Finding("CR201", conflict_message(claim[0], claim[1], path), use.source, use, fix), group
            embedded = list(_embedded_conflicts(own))
            fix = waive_each("CR201", "source", sorted(picture.path for picture, _ in embedded))
            for picture, message in embedded:
                yield Finding("CR201", message, picture.path, command=fix), (picture.id,)


def _groups(archive: Archive) -> Iterator[tuple[int, ...]]:
    """Yield the files of one picture together, and single files with several uses."""
    yield from archive.same.groups()
    for image in archive.links.in_several():
        if len(archive.same.group(image)) == 1:
            yield (image,)


def _printed_conflicts(credited: Sequence[Use]) -> Iterator[tuple[Use, tuple[Credit, Claim]]]:
    ordered = sorted(credited, key=lambda use: (use.source, use.position))
    for use in ordered:
        claims = [claim_of(u.credit, u.source) for u in ordered if u.credit and not _compared_without_files(use, u)]
        if use.credit is not None and (claim := first_conflict(use.credit, claims)):
            yield use, (use.credit, claim)


def _embedded_conflicts(pictures: Sequence[ScannedPicture]) -> Iterator[tuple[ScannedPicture, str]]:
    ordered = sorted((picture for picture in pictures if picture.credit), key=lambda picture: picture.path)
    claims = [claim_of(picture.credit, picture.path) for picture in ordered if picture.credit]
    for picture in ordered:
        if picture.credit is not None and (claim := first_conflict(picture.credit, claims)):
            yield picture, f"embedded {picture.credit.line} here, {claim.line} in {claim.source}, the same picture"


def _compared_without_files(use: Use, other: Use) -> bool:
    """Return whether the audit compares two uses without their files, because caption or address match."""
    if use.match_key == other.match_key and is_telling(use.match_key):
        return True
    return any(is_whole(address) for address in {*use.images} & {*other.images})

"""Everything that the store knows about one use: what is printed, how it was read, what permits it, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import captions_db as db
import captions_db.audit as store
from sqlalchemy import Engine

from captions.audit.codes import Code, graded
from captions.audit.engine import AuditEngine
from captions.audit.finding import Finding
from captions.audit.license_check import pictures_for
from captions.audit.request import AuditRequest
from captions.audit.run import ranks_of
from captions.audit.waivers import Waiver
from captions.audit.waivers import waivers as stored_waivers
from captions.corrections.corrections import Correction
from captions.corrections.corrections import corrections as stored_corrections
from captions.embedded import Fields
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing import licenses
from captions.licensing.agreements import Agreement, DateRange
from captions.licensing.coverage import Coverage, CreditGroup
from captions.licensing.exemptions import exemption_for
from captions.licensing.license_repository import license_of
from captions.licensing.licenses import License
from captions.model import Credit, Use
from captions.stored import credit_of, use_of
from captions.text import name_key


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A scanned picture of a use, with its embedded metadata."""

    paths: tuple[str, ...]
    digest: str
    """The hash of the file's content."""
    how: str
    """The evidence that matches it to the use: name, id, caption or hash."""
    fields: Fields
    credit: Credit | None
    """The credit that the file embeds."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What permits a use on its day."""

    agreement: Agreement | None = None
    license: License | None = None
    note: str = ""
    """Why neither is needed, or why none applies."""
    other_licenses: tuple[License, ...] = ()
    """Licenses of the picture that do not cover the use."""


@dataclass(frozen=True, slots=True)
class UseDossier:
    """Everything that the store knows about one use."""

    use: Use
    places: tuple[tuple[str, int | None, int | None], ...]
    """Where each occurrence is: its shape, and its start and end in the source."""
    article: db.StoredArticle
    sources: tuple[db.ArticlePlace, ...]
    """Where the article was read."""
    origin: db.UseOrigin
    pictures: tuple[PictureFile, ...]
    permission: Permission
    findings: tuple[Finding, ...]
    corrections: tuple[tuple[Correction, str], ...]
    """The corrections of its credit line, each with its state."""
    merges: tuple[db.MergeRecord, ...]
    """The merged names that its line prints."""
    waivers: tuple[tuple[Waiver, str], ...]
    """The waivers of findings on it, each with its state."""


def use_dossiers(
    engine: Engine, words: Vocabulary, use_ids: Sequence[int], today: date, grades: Mapping[str, str]
) -> list[UseDossier]:
    """Return the dossiers of some uses, without unknown ones. Waivers and licenses count as of ``today``.

    ``grades`` are the newsroom's own severities by code.
    """
    corrections, waivers, merges = stored_corrections(engine), stored_waivers(engine, today), db.merges(engine)
    codes = graded(grades=grades)
    article_of = cache(lambda number: db.article_text(engine, str(number)))
    places_of = cache(lambda number: tuple(db.places_of(engine, number)))
    found = []
    for use_id in use_ids:
        row, origin = db.use_by_id(engine, use_id), db.use_origin(engine, use_id)
        article = article_of(origin.article_id) if origin is not None else None
        if row is None or origin is None or article is None:
            continue
        use = use_of(row)
        line = use.credit.line if use.credit is not None else None
        dossier = UseDossier(
            use,
            row.places,
            article,
            places_of(origin.article_id),
            origin,
            pictures_of_use(engine, words, use_id),
            *_audited(engine, words, use_id, today, article, codes),
            tuple(it for it in corrections if it[0].line == line),
            tuple(_merged(merges, use.credit, origin.parsed)),
            tuple(it for it in waivers if is_about(it[0], use, origin.caption_digest)),
        )
        found.append(dossier)
    return found


def _audited(
    engine: Engine, words: Vocabulary, use_id: int, today: date, article: db.StoredArticle, codes: Mapping[str, Code]
) -> tuple[Permission, tuple[Finding, ...]]:
    """Audit one use; return what permits it, and the findings on it, worst first."""
    ranks = ranks_of(AuditRequest(), codes)
    licensed = pictures_for(engine, words)
    archive = licensed
    if archive is None and db.has_images(engine):
        # Imported here because the picture readers take 0.1 s to load, and a store without pictures needs none.
        from captions.imaging.library import archive_of

        archive = archive_of(engine, words, use_id)
    with store.auditing(engine, ranks) as audit:
        audit.confine(store.ReportFilter(use=use_id))
        judge = AuditEngine(audit, AuditRequest(use=use_id), words, archive, licensed)
        result = judge.result(engine, (), codes, today)
        findings = tuple(finding for finding in result if finding.use is not None)
        of_picture = audit.licensed.of_use(use_id)
        known = [license_of(it) for it in audit.licensed.licenses() if it.id in of_picture]
        credit_id = audit.only.credit_id if audit.only is not None else None
        credit = judge.credits[credit_id] if credit_id is not None else None
        is_own = _is_own(audit, judge.coverage, credit)
        return _permission(judge.coverage, credit, known, article, words, is_own=is_own), findings


def _is_own(audit: store.Audit, coverage: Coverage, credit: Credit | None) -> bool:
    """Return whether the supplier is the newsroom's own publication."""
    group = coverage.group(credit) if credit is not None else None
    return group is not None and bool(coverage.own_publications(group, audit.publications(), audit.own_publications()))


def _permission(
    coverage: Coverage,
    credit: Credit | None,
    known: list[License],
    article: db.StoredArticle,
    words: Vocabulary,
    *,
    is_own: bool,
) -> Permission:
    published_in = article.published_in if article.published_in and not article.published_in.endswith("?") else None
    days = licenses.days_of(article.published, published_in)
    own = next((it for it in known if licenses.covers(it, days)), None)
    others = tuple(it for it in known if it is not own)
    group = coverage.group(credit) if credit is not None else None
    if group is None or credit is None:
        return Permission(None, own, _unclear(credit), others)
    agreement, note = _agreed(coverage, group, days, published_in)
    if agreement is None and is_own:
        note = f"not needed: {group.supplier} is the newsroom's own publication"
    elif agreement is None and group.free:
        exemption = exemption_for(credit, words)
        note = f"not needed: {exemption.name if exemption else credit.license}"
    return Permission(agreement, own, note, others)


def _agreed(
    coverage: Coverage, group: CreditGroup, days: DateRange | None, published_in: str | None
) -> tuple[Agreement | None, str]:
    """Return the agreement that covers a group's uses of a day, or why none does."""
    if days is not None and days.first is not None and published_in is None:
        of_day = (
            it
            for it in coverage.periods(group)
            if (it.first or date.min) <= (days.first or date.min) <= (it.last or date.max)
        )
        period = next(of_day)
    else:
        period = coverage.without_day(group, published_in or "")
    if period.agreement is not None:
        return period.agreement, ""
    return None, period.message or f"no agreement with {group.supplier}"


def _unclear(credit: Credit | None) -> str:
    if credit is None:
        return "no credit is printed, so no agreement can be checked"
    if credit.agencies:
        return "the credit line does not show who supplied the picture, so no agreement can be checked"
    return "the credit line names no agency, so no agreement can be checked"


def pictures_of_use(engine: Engine, words: Vocabulary, use_id: int) -> tuple[PictureFile, ...]:
    """Return the scanned pictures of a use, the best match first."""
    links = {link.image_id: link.how for link in db.images_of_uses(engine, [use_id])}
    if not links and (not db.has_images(engine) or db.are_matched(engine)):
        return ()
    # Imported here because the picture readers take 0.1 s to load.
    from captions.imaging.library import archive_of
    from captions.imaging.match import HOWS
    from captions.imaging.stored_metadata import credit_of as embedded_credit
    from captions.imaging.stored_metadata import from_json

    if not links and (archive := archive_of(engine, words, use_id)) is not None:
        links = {link.image_id: link.how for link in archive.links if link.use_id == use_id}
    found = []
    for it in db.images_by_ids(engine, links):
        fields = from_json(it.image.embedded).fields
        credit = embedded_credit(fields, words)
        found.append(PictureFile(it.paths, it.image.file_hash, links[it.id], fields, credit))
    return tuple(sorted(found, key=lambda it: (HOWS.index(it.how), it.paths)))


def _merged(
    merges: Sequence[db.MergeRecord], credit: Credit | None, parsed: db.CreditRecord | None
) -> list[db.MergeRecord]:
    """Return the merges in force that apply to the names that a line prints."""
    if credit is None or parsed is None:
        return []
    read = {*credit_of(parsed).creators, *parsed.agencies, parsed.supplier}
    now = {*credit.creators, *credit.agencies}
    return [it for it in merges if it.undone is None and it.name in read and it.into in now]


def is_about(waiver: Waiver, use: Use, digest: str) -> bool:
    """Return whether a waiver sets aside findings on a use, if there are any."""
    if waiver.supplier is not None and name_key(waiver.supplier) != name_key(use.supplier or ""):
        return False
    if waiver.line is not None and (use.credit is None or use.credit.line != waiver.line):
        return False
    return waiver.source in (None, use.source) and waiver.caption_digest in (None, digest)

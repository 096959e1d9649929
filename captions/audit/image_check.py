"""``captions images check``: run only the picture rules, over all scanned pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import captions_db as db
import captions_db.audit
from sqlalchemy import Engine

from captions.audit.codes import graded
from captions.audit.finding import Finding
from captions.audit.image_rules import findings, pages
from captions.audit.spool import Spool, SpooledFindings
from captions.audit.waivers import Waiver
from captions.audit.waivers import waivers as stored_waivers
from captions.imaging.library import Archive, archive
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.coverage import IntendedUse
from captions.licensing.restrictions import RightsQuestion
from captions.text import name_key


@dataclass(slots=True)
class ImageCheck:
    """The result of a check."""

    archive: Archive
    spool: Spool[tuple[int, ...]] = field(default_factory=Spool)
    """The findings, each with the ids of its pictures."""
    pictures: int = 0
    unmatched: int = 0
    """Pictures without a stored use."""
    uses: int = 0
    """Uses with a picture."""
    articles: int = 0
    waived: int = 0

    @property
    def findings(self) -> SpooledFindings[tuple[int, ...]]:
        """Return the findings in report order."""
        return SpooledFindings(self.spool)


def check(
    engine: Engine,
    words: Vocabulary,
    *,
    today: date,
    codes: Collection[str] = (),
    severities: Collection[str] = (),
    waived: bool = False,
    grades: Mapping[str, str] | None = None,
) -> ImageCheck:
    """Check all scanned pictures. ``codes`` and ``severities`` select what is reported; empty selects all.

    ``waived`` reports the findings that are waived on the day ``today`` instead of the others. ``grades`` are those of
    :class:`captions.audit.request.AuditRequest`.
    """
    rows = graded(grades=grades, asked=codes)
    pictures = archive(engine, words)
    done = ImageCheck(pictures, pictures=len(pictures.same))
    done.unmatched = done.pictures - pictures.links.image_count()
    sources: set[int] = set()
    for numbers in pages(pictures.links.uses()):
        done.uses += len(numbers)
        sources.update(hash(use.source) for use in pictures.uses(numbers).values())
    done.articles = len(sources)
    waivers = [waiver for waiver, state in stored_waivers(engine, today) if state == "active"]
    for finding, own in findings(pictures, RightsQuestion(IntendedUse(), today)):
        if finding.code not in rows:
            continue
        finding = replace(finding, grade=rows[finding.code].severity)
        if (codes and finding.code not in codes) or (severities and finding.severity not in severities):
            continue
        is_waived = any(_waives(waiver, finding) for waiver in waivers)
        done.waived += is_waived
        if is_waived == waived:
            done.spool.add(finding, own)
    return done


def _waives(waiver: Waiver, finding: Finding) -> bool:
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

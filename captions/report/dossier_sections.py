"""Lay out what is known about a use or an article as sections of facts, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import captions_db as db

from captions.audit.dossier import PictureFile, UseDossier
from captions.corrections.corrections import Correction
from captions.embedded.table import table
from captions.licensing.agreements import Agreement, DateRange
from captions.licensing.licenses import License
from captions.licensing.quotas import quota_text
from captions.model import Credit
from captions.report.rows import Column, Row, Value
from captions.text import count

FACTS = (Column("fact", "Fact", width=18), Column("value", "Value", wide=True))
SOURCED = (Column("fact", "Fact"), Column("value", "Value"), Column("from", "Source of this fact"))
"""The columns of facts on a screen, and in a page as evidence."""
_SHAPES = {
    "whole": "caption and credit",
    "caption": "caption without credit",
    "short": "shortened caption",
    "credit": "credit without caption",
}
_HOW = {
    "name": "its file name",
    "id": "an embedded ID in its URL",
    "caption": "its embedded caption",
    "hash": "its looks: a copy of a picture of this use",
}
_EMBEDDED = (
    "creators", "credit_line", "source", "copyright_notice", "copyright_owners", "image_supplier",
    "image_supplier_image_id", "caption", "date_created", "instructions", "usage_terms", "web_statement",
)  # fmt: skip
"""The embedded fields that say whose picture it is; one that the table of fields lacks is left out."""


@dataclass(frozen=True, slots=True)
class Section:
    """Facts, or a table; ``key`` names it in JSON. Rows of facts have a key, a fact, a value and its source."""

    key: str
    title: str
    rows: Sequence[Row]
    columns: Sequence[Column] = FACTS
    data: Sequence[Column] = ()
    """The columns in JSON, if it has others."""

    @property
    def is_facts(self) -> bool:
        """Return whether the rows are facts."""
        return self.columns is FACTS


def of_use(it: UseDossier, *, internal: bool = True) -> list[Section]:
    """Return the sections about a use; leave out empty ones.

    Without ``internal``, leave out what is not for the other side of a claim: findings, reasons, prices, and quotas
    that this use does not exceed.
    """
    findings, waivers = (list(_findings(it)), list(_waivers(it))) if internal else ([], [])
    decisions = _DECISIONS if internal else [column for column in _DECISIONS if column.key != "reason"]
    found = [
        _facts("use", "Article", _article(it)),
        _facts("printed", "As printed", _printed(it)),
        Section("occurrences", "Places in the article", list(_occurrences(it)), _OCCURRENCES),
        # Without files, the addresses need the width of the hashes.
        Section("pictures", "Pictures", list(_pictures(it)), _PICTURES if it.pictures else _PICTURES[:2], _PICTURES),
        Section("compared", "Printed, structured and embedded credit", list(_compared(it)), _compared_columns(it)),
        *_embedded(it),
        _facts("reading", "How the credit line was read", _reading(it, internal=internal)),
        _facts("permission", "Agreement and license on this day", _permission(it, internal=internal)),
        Section("findings", "Findings", findings, _FINDINGS, _FINDINGS_DATA),
        Section("corrections", "Corrections of this line", list(_corrections(it, internal=internal)), decisions),
        Section("waivers", "Waivers", waivers, _DECISIONS),
        Section("sources", "Files read", list(_sources(it.sources)), _SOURCES),
    ]
    return [section for section in found if section.rows]


def of_article(
    article: db.StoredArticle, sources: Sequence[db.ArticlePlace], uncaptioned: Sequence[db.UncaptionedPicture] = ()
) -> list[Section]:
    """Return the sections about an article, without its uses."""
    facts = {
        "article": ("Number", article.id),
        "headline": ("Headline", article.headline),
        "publication": ("Publication", article.publication),
        "published": ("Date", article.published or article.published_in),
        "url": ("URL", article.url),
        "language": ("Language", article.language),
        "source": ("Source", article.source),
        "uses": ("Uses", len(article.uses)),
    }
    rows = [_fact(key, title, value) for key, (title, value) in facts.items()]
    found = [
        _facts("article", "Article", rows),
        Section(
            "uncaptioned",
            "Pictures without caption or credit",
            [{"url": picture.address, "alt": picture.alt or None} for picture in uncaptioned],
            _UNCAPTIONED,
        ),
        Section("sources", "Files read", list(_sources(sources)), _SOURCES),
    ]
    return [section for section in found if section.rows]


def _fact(key: str, title: str, value: Value, source: str = "", data: Value = None) -> Row:
    """Return a row; ``data`` is the value in JSON if it differs."""
    return {"key": key, "fact": title, "value": value, "from": source, "data": value if data is None else data}


def _facts(key: str, title: str, rows: Sequence[Row] | Iterator[Row]) -> Section:
    return Section(key, title, [row for row in rows if row["value"] not in (None, "", ())])


def _article(it: UseDossier) -> Iterator[Row]:
    use, article = it.use, it.article
    read = f"read from {use.source}"
    yield _fact("use", "Use", use.id, "number in the database")
    yield _fact("article", "Article", article.id, "number in the database")
    yield _fact("used_on", "Date", article.published or article.published_in, _dated(article))
    yield _fact("publication", "Publication", article.publication, _named(article))
    yield _fact("headline", "Headline", article.headline, read)
    yield _fact("url", "URL", article.url, read)
    yield _fact("source", "Source", use.source, "the file or record that was read")
    yield _fact("position", "Caption number", use.position, "counted from the top of the article")


def _named(article: db.StoredArticle) -> str:
    read = article.publication_read
    return f"named {read}" if read and read != article.publication else "named in the article or when it was ingested"


def _dated(article: db.StoredArticle) -> str:
    if article.published is None and (article.published_in or "").endswith("?"):
        return "guessed from the page or its URL"
    return "date of publication, in the article or set when it was ingested"


def _printed(it: UseDossier) -> Iterator[Row]:
    use = it.use
    found = f"{use.source}, found by rule {use.rule}" if use.rule else use.source
    yield _fact("credit", "Credit line", use.credit.line if use.credit else "no credit printed", found)
    yield _fact("caption", "Caption", use.caption or "no caption printed", found)
    yield _fact("occurrences", "Printed", count(use.occurrences, "time"), found, use.occurrences)


_OCCURRENCES = (
    Column("number", "No.", number=True),
    Column("prints", "Prints", wide=True),
    Column("place", "Place", wide=True),
)


def _occurrences(it: UseDossier) -> Iterator[Row]:
    for number, (shape, start, end) in enumerate(it.places, 1):
        on_page = f"in the page, found by rule {it.use.rule}" if it.use.rule else "in the page"
        place = on_page if start is None or end is None else f"characters {start + 1} to {end} of the text"
        yield {"number": number, "prints": _SHAPES.get(shape, shape), "place": place}


_PICTURES = (
    Column("picture", "Picture", wide=True),
    Column("what", "What", wide=True),
    Column("hash", "Hash", width=32),
)


def _pictures(it: UseDossier) -> Iterator[Row]:
    for address in it.use.images:
        yield {"picture": address, "what": "address in the article"}
    for picture in it.pictures:
        for path in picture.paths:
            how = _HOW.get(picture.how, picture.how)
            yield {"picture": path, "what": f"file, matched by {how}", "hash": picture.digest}


def _compared_columns(it: UseDossier) -> Sequence[Column]:
    columns = [Column("field", "", width=9), Column("printed", "Printed", wide=True)]
    columns.append(Column("structured", "Structured data", wide=True))
    columns += [Column(f"embedded_{n}", f"Embedded {n}", wide=True) for n, _ in _with_credit(it)]
    return columns


def _with_credit(it: UseDossier) -> list[tuple[int, PictureFile]]:
    """Return the pictures that embed a credit, numbered as among all of the use."""
    return [(n, picture) for n, picture in enumerate(it.pictures, 1) if picture.credit is not None]


def _compared(it: UseDossier) -> Iterator[Row]:
    if it.use.structured_credit is None and not _with_credit(it):
        return
    credits_: dict[str, Credit | None] = {"printed": it.use.credit, "structured": it.use.structured_credit}
    credits_ |= {f"embedded_{n}": picture.credit for n, picture in _with_credit(it)}
    for key, title in (
        ("line", "Line"), ("creators", "Creators"), ("agencies", "Agencies"), ("supplier", "Supplier"),
        ("copyright_notice", "Copyright"), ("license", "License"),
    ):  # fmt: skip
        values: dict[str, Value] = {name: getattr(credit, key) if credit else None for name, credit in credits_.items()}
        if any(values.values()):
            yield {"field": title, **values}
    if it.use.structured_credit is None:
        yield {"field": "", "structured": "none, or the same parties"}


def _embedded(it: UseDossier) -> Iterator[Section]:
    known = table().fields
    for n, picture in enumerate(it.pictures, 1):
        path = picture.paths[0] if picture.paths else ""
        rows = [
            _fact(name, known[name].title, picture.fields.get(name), f"{known[name].title}, embedded in {path}")
            for name in _EMBEDDED
            if name in known
        ]
        yield _facts(f"embedded_{n}", f"Embedded {n}: {path}", rows)


def _reading(it: UseDossier, *, internal: bool) -> Iterator[Row]:
    credit = it.use.credit
    if credit is None:
        return
    by = f"captions {it.origin.read_by}" if it.origin.read_by else "captions"
    source = "a person's correction, below" if credit.rule == "correction" else f"{by}, reading the credit line"
    yield from _roles(credit, source)
    yield _fact("rule", "Rule", credit.rule, source)
    yield _fact("confidence", "Confidence", f"{credit.confidence:.0%}", source, credit.confidence)
    if it.origin.parsed is not None:
        parsed = it.origin.parsed
        own = "; ".join(
            f"{title}: {', '.join(names)}"
            for title, names in (
                ("creators", parsed.creators),
                ("agencies", parsed.agencies),
                ("supplier", (parsed.supplier,) if parsed.supplier else ()),
            )
            if names
        )
        yield _fact("program", "Read by program", f"{own or 'no names'} (rule {parsed.rule})", by)
    for merge in it.merges:
        says = f"{merge.name} is {merge.into}" + (f": {merge.reason or 'no reason given'}" if internal else "")
        yield _fact("merged", "Merged name", says, f"{merge.who}, {merge.added:%Y-%m-%d}")


def _roles(credit: Credit, source: str) -> Iterator[Row]:
    yield _fact("creators", "Creators", credit.creators, source)
    yield _fact("agencies", "Agencies", credit.agencies, source)
    yield _fact("supplier", "Supplier", credit.supplier or "unclear", source)
    yield _fact("qualifiers", "Qualifiers", credit.qualifiers, source)
    yield _fact("restrictions", "Restrictions", credit.restrictions, source)
    yield _fact("copyright_notice", "Copyright notice", credit.copyright_notice, source)
    yield _fact("license", "Public license", credit.license, source)
    yield _fact("license_url", "License URL", credit.license_url, source)
    yield _fact("licensor_url", "Licensor URL", credit.licensor_url, source)


def _permission(it: UseDossier, *, internal: bool) -> Iterator[Row]:
    permission = it.permission
    agreement = permission.agreement
    if agreement is not None:
        by = f", recorded by {agreement.added_by}" if agreement.added_by else ""
        # The other side knows the quota, and a page that hid an open overrun would mislead.
        exceeded = [f.message.partition(" under ")[0] for f in it.findings if f.code == "CR304" and not internal]
        terms = _terms(agreement, internal=internal, quota=internal or bool(exceeded))
        text = "; ".join((terms, *(f"quota exceeded: {which}" for which in exceeded)))
        yield _fact("agreement", "Agreement", text, f"agreement {agreement.id}{by}", agreement.id)
    else:
        note = permission.note or "none in force"
        yield _fact("no_agreement", "Agreement", note, "the agreements in the database")
    license_ = permission.license
    if license_ is not None:
        by = f", recorded by {license_.added_by}" if license_.added_by else ""
        text = _license(license_, internal=internal)
        yield _fact("license", "License", text, f"license {license_.id}{by}", license_.id)
    else:
        yield _fact("no_license", "License", "none covers this use", "the licenses in the database")
    for other in permission.other_licenses:
        source = f"license {other.id}, which does not cover this use"
        yield _fact(f"other_license_{other.id}", "Other license", _license(other, internal=internal), source)


def _terms(a: Agreement, *, internal: bool, quota: bool) -> str:
    price = f"{a.price:f} {a.currency}" + ("/use" if a.kind == "per-use" else "") if a.price is not None else ""
    parts = (
        f"{a.id} with {a.supplier}", a.kind, str(DateRange(a.starts, a.ends)), f"scope {', '.join(a.scopes) or 'all'}",
        f"territory {', '.join(a.territories) or 'all'}",
        f"quota {quota_text(a)}" if quota and a.quota is not None else "",
        f"price {price}" if internal and price else "", f"requires {a.requires}" if a.requires else "",
    )  # fmt: skip
    return "; ".join(filter(None, parts))


def _license(it: License, *, internal: bool) -> str:
    price = f"price {it.price:f} {it.currency}" if internal and it.price is not None else ""
    parts = (
        f"{it.id}, invoice {it.invoice}", it.picture, str(DateRange(it.starts, it.ends)),
        f"scope {', '.join(it.scopes) or 'all'}", f"territory {', '.join(it.territories) or 'all'}", price,
    )  # fmt: skip
    return "; ".join(filter(None, parts))


_FINDINGS = (
    Column("severity", "Severity", width=8),
    Column("code", "Code"),
    Column("finding", "Finding", wide=True),
    Column("fix", "How to fix it", wide=True),
)
_FINDINGS_DATA = (*_FINDINGS, Column("command", "Command"))


def _findings(it: UseDossier) -> Iterator[Row]:
    for f in it.findings:
        yield {
            "severity": f.severity, "code": f.code, "finding": f"{f.meaning}: {f.message}", "fix": f.fix,
            "command": f.command,
        }  # fmt: skip


_DECISIONS = (
    Column("id", "No.", number=True),
    Column("what", "Decision", wide=True),
    Column("reason", "Reason", wide=True),
    Column("who", "Who", wide=True),
    Column("recorded", "Recorded", width=10),
    Column("state", "State"),
)


def _corrections(it: UseDossier, *, internal: bool) -> Iterator[Row]:
    for correction, state in it.corrections:
        if internal or correction.undone is None:
            yield _decision(correction, _corrected(correction), state)


def _corrected(it: Correction) -> str:
    def names(values: tuple[str, ...] | None) -> str | None:
        return None if values is None else ", ".join(values) or "none"

    parts = {
        "creators": names(it.creators),
        "agencies": names(it.agencies),
        "supplier": None if it.supplier is None else it.supplier or "none",
        "qualifiers": names(it.qualifiers),
        "license": None if it.license is None else it.license or "none",
    }
    return "; ".join(f"{name}: {value}" for name, value in parts.items() if value is not None)


def _waivers(it: UseDossier) -> Iterator[Row]:
    for waiver, state in it.waivers:
        of = (
            f"for {waiver.supplier}" if waiver.supplier else "",
            "for this line" if waiver.line else "",
            "for this use" if waiver.caption_digest is not None else "for this article" if waiver.source else "",
        )
        until = f"until {waiver.until}" if waiver.until else ""
        yield _decision(waiver, " ".join(filter(None, (f"{waiver.code} set aside", *of, until))), state)


def _decision(it: Correction | db.WaiverRecord, what: str, state: str) -> Row:
    if it.undone is not None:
        state = f"undone by {it.undone_by}" + (f": {it.undone_reason}" if it.undone_reason else "")
    recorded = None if it.added is None else it.added.date()
    return {"id": it.id, "what": what, "reason": it.reason, "who": it.who, "recorded": recorded, "state": state}


_UNCAPTIONED = (Column("url", "Picture", wide=True), Column("alt", "Alternative text", wide=True))
_SOURCES = (
    Column("source", "File or record", wide=True),
    Column("hash", "Hash", width=32),
    Column("read", "Read", width=10),
    Column("version", "Version"),
    Column("state", "State", wide=True),
)


def _sources(places: Sequence[db.ArticlePlace]) -> Iterator[Row]:
    for place in places:
        yield {
            "source": place.source,
            "hash": place.digest,
            "read": None if place.read is None else place.read.date(),
            "version": place.version,
            "state": "earlier version" if place.outdated else "current",
        }

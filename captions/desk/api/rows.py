"""Return what the store holds as plain data, under the keys of the command line's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import captions_db as db

from captions.audit.waivers import Waiver
from captions.corrections.corrections import Correction
from captions.licensing.balance import Account
from captions.licensing.licenses import License


def use_data(use: db.AuditRow) -> dict[str, Any]:
    """Return a use under the keys of ``captions find --format json``."""
    credit = use.credit
    return {
        "used_on": use.published,
        "source": _printable(use.source),
        "position": use.position,
        "caption": use.caption,
        "credit": credit.line if credit else None,
        "publication": use.publication,
        "headline": use.headline,
        "url": use.url,
        "use": use.use_id,
        "supplier": credit.supplier if credit else None,
        "creators": credit.creators if credit else (),
        "agencies": credit.agencies if credit else (),
        "qualifiers": credit.qualifiers if credit else (),
        "images": use.images,
    }


def article_data(article: db.StoredArticle) -> dict[str, Any]:
    """Return an article with its uses."""
    return {
        "article": article.id,
        "source": _printable(article.source),
        "url": article.url,
        "headline": article.headline,
        "publication": article.publication,
        "published": article.published or article.published_in,
        "language": article.language,
        "text": article.text,
        "uses": [use_data(use) for use in article.uses],
    }


def correction_data(it: Correction, state: str) -> dict[str, Any]:
    """Return a correction; null leaves the reading as it is."""
    return {"id": it.id, "state": state, **_decided(asdict(it))}


def waiver_data(it: Waiver, state: str) -> dict[str, Any]:
    """Return a waiver."""
    return {"id": it.id, "state": state, **_decided(asdict(it))}


def license_data(it: License) -> dict[str, Any]:
    """Return the license of a picture."""
    facts = asdict(it)
    renamed = {"from": it.starts, "to": it.ends, "image": it.address, "online_until": it.online_until}
    hidden = ("starts", "ends", "address", "dhash", "phash", "caption_key")
    visible = {name: value for name, value in facts.items() if name not in hidden}
    price = None if it.price is None else f"{it.price:f}"
    return {"id": it.id, "state": "undone" if it.undone else "active", **visible, **renamed, "price": price}


def quota_data(it: Account) -> dict[str, Any]:
    """Return the balance of an agreement; figures in ``unknown`` cannot be computed, and are null."""
    a, period = it.agreement, it.period
    return {
        "agreement": a.id,
        "supplier": a.supplier,
        "kind": a.kind,
        "state": it.state,
        "on": it.on,
        "period": period.name,
        "from": period.first,
        "to": period.last,
        "used": it.used,
        "quota": a.quota,
        "left": it.left,
        "quota_ends": it.quota_ends,
        "uses": it.total,
        "undated": it.without_day,
        "unknown": it.unknown,
        "note": it.note or None,
    }


def _decided(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "id"}


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()

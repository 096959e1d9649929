"""An article -> an item of ninjs 2, IPTC's news in JSON: captions and credits in the fields of its pictures."""

from __future__ import annotations

from captions.model import Article, Caption

STANDARD = {"name": "ninjs", "version": "2.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_2.1.json"}


def item(source: str, article: Article) -> dict[str, object]:
    """The item of an article that was read from ``source``, which names it where it has no address of its own.

    ``captions ingest`` reads it again with the same captions and credit lines.
    """
    address = article.url or f"captions:{source}"
    told: dict[str, object] = {"standard": STANDARD, "uri": address, "type": "text"}
    if article.url:
        told["url"] = article.url
    if article.language:
        told["language"] = article.language
    if article.published:
        told["firstcreated"] = f"{article.published.isoformat()}T00:00:00Z"
    if article.publication:
        told["infosources"] = [{"name": article.publication}]
    if article.headline:
        told["headlines"] = [{"role": "main", "value": article.headline}]
    told["bodies"] = [{"role": "main", "contenttype": "text/plain", "value": article.text}]
    told["associations"] = [
        _picture(f"{address}#{place}", caption) for place, caption in enumerate(article.captions, 1)
    ]
    return told


def _picture(address: str, caption: Caption) -> dict[str, object]:
    told: dict[str, object] = {"name": "main", "uri": address, "type": "picture"}
    if caption.text:
        told["descriptions"] = [{"role": "caption", "value": caption.text}]
    credit = caption.credit
    if credit is not None:
        told["creditline"] = credit.line
        if credit.creators:
            told["by"] = ", ".join(credit.creators)
        if credit.copyright_notice:
            told["copyrightnotice"] = credit.copyright_notice
        if credit.license:
            told["usageterms"] = credit.license
    if caption.images:
        told["renditions"] = [{"name": "main", "href": image} for image in caption.images]
    return told

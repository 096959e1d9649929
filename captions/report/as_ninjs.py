"""Convert an article to a ninjs 2 item (IPTC), with captions and credits as fields of its pictures."""

from __future__ import annotations

from captions.model import Article, Caption

STANDARD = {"name": "ninjs", "version": "2.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_2.1.json"}


def item(source: str, article: Article) -> dict[str, object]:
    """Return the item of an article; ``source`` identifies an article without a URL.

    ``captions ingest`` reads the item back with the same captions and credit lines.
    """
    address = article.url or f"captions:{source}"
    fields: dict[str, object] = {"standard": STANDARD, "uri": address, "type": "text"}
    if article.url:
        fields["url"] = article.url
    if article.language:
        fields["language"] = article.language
    if article.published:
        fields["firstcreated"] = f"{article.published.isoformat()}T00:00:00Z"
    if article.publication:
        fields["infosources"] = [{"name": article.publication}]
    if article.headline:
        fields["headlines"] = [{"role": "main", "value": article.headline}]
    fields["bodies"] = [{"role": "main", "contenttype": "text/plain", "value": article.text}]
    fields["associations"] = [
        _picture(f"{address}#{place}", caption) for place, caption in enumerate(article.captions, 1)
    ]
    return fields


def _picture(address: str, caption: Caption) -> dict[str, object]:
    fields: dict[str, object] = {"name": "main", "uri": address, "type": "picture"}
    if caption.text:
        fields["descriptions"] = [{"role": "caption", "value": caption.text}]
    credit = caption.credit
    if credit is not None:
        fields["creditline"] = credit.line
        if credit.creators:
            fields["by"] = ", ".join(credit.creators)
        if credit.copyright_notice:
            fields["copyrightnotice"] = credit.copyright_notice
        if credit.license:
            fields["usageterms"] = credit.license
    if caption.images:
        fields["renditions"] = [{"name": "main", "href": image} for image in caption.images]
    return fields

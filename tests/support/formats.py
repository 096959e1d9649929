"""Write the same invented article in every supported format."""

from __future__ import annotations

import base64
import gzip
import io
import json
import quopri
import tarfile
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

URL = "https://news.example/harbour/ferry"
HEADLINE = "The ferry is back at Pier Two"
PARAGRAPHS = (
    "The first boat left at dawn with a crate of hens on board, and nobody seemed to mind the rain that fell on it.",
    "The harbour council voted on Tuesday night to keep the old ferry running for another summer, nine votes to six.",
    "Tickets will cost the same as last year, and children under six still travel free on weekdays and Sundays.",
)
CAPTION = "Islanders queue for the first boat at Pier Two – before dawn."
CREDIT = "Odalys Fenwick/Reuters"
IMAGE = "https://news.example/boat.jpg"
TEXT = "\n\n".join(PARAGRAPHS)
METADATA = {"url": URL, "title": HEADLINE, "published": "2024-05-18T06:00:00Z", "site": "Harbor Echo", "lang": "en-GB"}
FACTS = {"url": URL, "headline": HEADLINE, "published": "2024-05-18", "publication": "Harbor Echo", "language": "en"}

BODY = (
    f'<figure><img src="{IMAGE}"><figcaption>{CAPTION} <span class="credit">{CREDIT}</span></figcaption></figure>'
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
)
PAGE = (
    f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{HEADLINE}</title>'
    f'<meta property="og:site_name" content="Harbor Echo"><meta property="og:url" content="{URL}">'
    '<meta property="article:published_time" content="2024-05-18"></head>'
    f"<body><article><h1>{HEADLINE}</h1>{BODY}</article></body></html>\n"
)
PLAIN = f"{CAPTION} (Photo: {CREDIT})\n\n{TEXT}\n"
RECORD: dict[str, Any] = {**METADATA, "html": BODY}


def mhtml(page: str = PAGE, encoding: str = "quoted-printable") -> bytes:
    """Return a page saved by a browser with its pictures."""
    data = page.encode()
    packed = quopri.encodestring(data) if encoding == "quoted-printable" else base64.encodebytes(data)
    parts = (
        f"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\nContent-Location: {IMAGE}\r\n\r\n/9j/\r\n",
        f'Content-Type: text/html; charset="utf-8"\r\nContent-ID: <frame-1@mhtml>\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\nContent-Location: {URL}\r\n\r\n{packed.decode()}",
    )
    head = (
        f"From: <Saved by a browser>\r\nSnapshot-Content-Location: {URL}\r\nSubject: A page\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html"; start="<frame-1@mhtml>";\r\n\tboundary="--B"\r\n\r\n'
    )
    return (head + "".join(f"----B\r\n{part}\r\n" for part in parts) + "----B--\r\n").encode()


def jsonl(*records: Mapping[str, Any]) -> bytes:
    """Return one record per line."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def csv_of(record: Mapping[str, str], delimiter: str = ",") -> bytes:
    """Return a table with one row."""
    cells = ('"' + value.replace('"', '""') + '"' for value in record.values())
    return f"{delimiter.join(record)}\r\n{delimiter.join(cells)}\r\n".encode()


def rss(item: str, channel: str = "<title>Harbor Echo</title><language>en-gb</language>", head: str = "") -> bytes:
    """Return a feed or a WordPress export with one item."""
    names = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    )
    return f'<?xml version="1.0"?>\n{head}<rss version="2.0" {names}><channel>{channel}{item}</channel></rss>'.encode()


ITEM = (
    f"<item><title>{HEADLINE}</title><link>{URL}</link><pubDate>Sat, 18 May 2024 06:00:00 +0000</pubDate>"
    f"<description>A boat.</description><content:encoded><![CDATA[{BODY}]]></content:encoded></item>"
)
MEDIA_ITEM = (
    f"<item><title>{HEADLINE}</title><link>{URL}</link><pubDate>Sat, 18 May 2024 06:00:00 +0000</pubDate>"
    f'<media:content url="{IMAGE}" medium="image"><media:description>{CAPTION}</media:description>'
    f'<media:credit role="photographer">{CREDIT}</media:credit></media:content>'
    f"<content:encoded><![CDATA[{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}]]></content:encoded></item>"
)
POST = (
    f"<item><title>{HEADLINE}</title><link>{URL}</link><excerpt:encoded><![CDATA[]]></excerpt:encoded>"
    f'<content:encoded><![CDATA[[caption id="a1" width="300"]<img src="{IMAGE}" /> {CAPTION} '
    f"(Photo: {CREDIT})[/caption]\n\n{TEXT}]]></content:encoded>"
    "<wp:post_date><![CDATA[2024-05-18 06:00:00]]></wp:post_date>"
    "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>"
    "<item><title>boat.jpg</title><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status></item>"
    f"<item><title>Not yet</title><content:encoded>{TEXT}</content:encoded><wp:status>draft</wp:status></item>"
)
ATOM = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
    f'<title>Harbor Echo</title><entry xml:lang="en"><title>{HEADLINE}</title><id>urn:x:1</id>'
    f'<link rel="alternate" href="{URL}"/>'
    f'<published>2024-05-18T06:00:00Z</published><content type="html">{escape(BODY)}</content></entry></feed>'
).encode()
_NITF_BODY = (
    f"<body><body.head><hedline><hl1>{HEADLINE}</hl1></hedline><byline>By Ida Torvik</byline></body.head><body.content>"
    f'<media media-type="image"><media-reference source="{IMAGE}"/><media-caption><p>{CAPTION}</p></media-caption>'
    f"<media-producer>{CREDIT}</media-producer></media>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    + "</body.content></body>"
)
NITF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">\n<nitf xml:lang="en"><head>'
    '<docdata><doc-id id-string="hx1"/><date.issue norm="20240518T060000Z"/></docdata>'
    f'<pubdata name="Harbor Echo" ex-ref="{URL}"/></head>{_NITF_BODY}</nitf>'
).encode()
_XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{"".join(f"<p>{p}</p>" for p in PARAGRAPHS)}</body></html>'
NEWSML = (
    '<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
    '<newsItem guid="urn:pic"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta><contentMeta>'
    f'<creditline>{CREDIT}</creditline><description role="drol:caption">{CAPTION}</description></contentMeta>'
    f'<contentSet><remoteContent href="{IMAGE}"/></contentSet></newsItem>'
    f'<newsItem guid="urn:text" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><provider>'
    f'<name>Harbor Echo</name></provider><link href="{URL}"/></itemMeta><contentMeta>'
    f"<contentCreated>2024-05-18T06:00:00Z</contentCreated>"
    f'<headline>{HEADLINE}</headline><language tag="en"/></contentMeta><contentSet><inlineXML>{_XHTML}</inlineXML>'
    "</contentSet></newsItem></itemSet></newsMessage>"
).encode()
NEWSML_1 = (
    '<?xml version="1.0"?><NewsML><NewsItem xml:lang="en"><NewsManagement><FirstCreated>20240518T060000Z</FirstCreated>'
    f"</NewsManagement><NewsComponent><NewsLines><HeadLine>{HEADLINE}</HeadLine></NewsLines>"
    '<AdministrativeMetadata><Provider><Party FormalName="Harbor Echo"/></Provider></AdministrativeMetadata>'
    '<DescriptiveMetadata><Language FormalName="en"/></DescriptiveMetadata>'
    f'<ContentItem><MediaType FormalName="Text"/><DataContent>{_XHTML}</DataContent></ContentItem>'
    f'<NewsComponent><Role FormalName="Picture"/><NewsLines><CreditLine>{CREDIT}</CreditLine></NewsLines>'
    f'<NewsComponent><Role FormalName="Caption"/><ContentItem><DataContent>{CAPTION}</DataContent></ContentItem>'
    f'</NewsComponent><ContentItem Href="{IMAGE}"><MediaType FormalName="Photo"/></ContentItem></NewsComponent>'
    "</NewsComponent></NewsItem></NewsML>"
).encode()
MARKDOWN = (
    f'---\ntitle: "{HEADLINE}"\nurl: {URL}\ndate: 2024-05-18\nsite: Harbor Echo\nlang: en-GB\n---\n\n'
    f"![A boat]({IMAGE})\n\n*{CAPTION} {CREDIT}*\n\n{TEXT}\n"
).encode()
_PICTURE_3 = {
    "type": "picture",
    "descriptions": [{"role": "caption", "contentType": "text/plain", "value": CAPTION}],
    "by": "Odalys Fenwick",
    "infosources": [{"name": "Reuters"}],
    "renditions": [{"name": "main", "href": IMAGE}],
}
NINJS_3 = {
    "uri": "urn:n:3",
    "standard": {"name": "ninjs", "version": "3.0"},
    "type": "text",
    "url": URL,
    "firstCreated": "2024-05-18T06:00:00Z",
    "language": "en-GB",
    "infosources": [{"name": "Harbor Echo"}],
    "headlines": [{"role": "main", "value": HEADLINE}],
    "bodies": [{"role": "main", "contentType": "text/plain", "value": TEXT}],
    "associations": [_PICTURE_3],
}
NINJS_1 = {
    "uri": URL,
    "type": "text",
    "versioncreated": "2024-05-18T06:00:00Z",
    "language": "en",
    "source": "Harbor Echo",
    "headline": HEADLINE,
    "body_html": "".join(f"<p>{p}</p>" for p in PARAGRAPHS),
    "associations": {
        "main": {
            "type": "picture",
            "description_text": CAPTION,
            "creditline": CREDIT,
            "renditions": {"web": {"href": IMAGE}},
        }
    },
}


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], mode: str = "w") -> bytes:
    """Return a TAR archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload] # a mode of any kind
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def warc_record(uri: str, kind: str, body: bytes, status: str = "200 OK") -> bytes:
    """Return a response in a WARC file."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-05-18T06:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def wet_record(uri: str, text: str) -> bytes:
    """Return the text of a page in a WET file."""
    body = text.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-05-18T06:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000002>\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def warc(page: bytes = PAGE.encode(), url: str = URL, status: str = "200 OK") -> bytes:
    """Return a WARC file with a page and a picture."""
    picture = warc_record(IMAGE, "image/jpeg", b"\xff\xd8\xff")
    return picture + warc_record(url, "text/html; charset=utf-8", page, status)


def parquet(*records: Mapping[str, Any]) -> bytes:
    """Return a Parquet table."""
    import pyarrow
    from pyarrow import parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pyarrow.Table.from_pylist([dict(record) for record in records]), buffer)
    return buffer.getvalue()


def all_formats() -> dict[str, bytes]:
    """Return the article in each format, by a file name whose suffix often suggests another format."""
    page = PAGE.encode()
    plain = {**METADATA, "body": PLAIN}
    return {
        "a.html": page,
        "page-named-text.txt": page,
        "packed.html": gzip.compress(page),
        "a.htm.gz": gzip.compress(page),
        "a.mhtml": mhtml(),
        "base64.mht": mhtml(encoding="base64"),
        "mhtml-named-html.html": mhtml(),
        "a.jsonl": jsonl(RECORD),
        "a.jsonl.gz": gzip.compress(jsonl(RECORD)),
        "lines-named-text.txt": jsonl(plain),
        "page-in-a-record.ndjson": jsonl({"url": URL, "html": PAGE}),
        "list.json": json.dumps([RECORD], indent=2).encode(),
        "document.json": json.dumps({"count": 1, "articles": [RECORD]}, indent=1).encode(),
        "one.json": json.dumps(RECORD, indent=2).encode(),
        "rest.json": json.dumps(
            {
                "link": URL,
                "title": {"rendered": HEADLINE},
                "content": {"rendered": BODY},
                "date": "2024-05-18",
                "site": {"name": "Harbor Echo"},
                "language": "en",
            }
        ).encode(),
        "paragraphs.jsonl": jsonl({**METADATA, "text": [f"{CAPTION} (Photo: {CREDIT})", *PARAGRAPHS]}),
        "a.csv": csv_of({**METADATA, "text": BODY}),
        "semicolons.txt": csv_of({**METADATA, "html": BODY}, ";"),
        "tabs.tsv": csv_of({**METADATA, "text": PLAIN}, "\t"),
        "wordpress.xml": rss(POST),
        "feed.rss": rss(ITEM),
        "media.xml": rss(MEDIA_ITEM),
        "a.atom": ATOM,
        "a.zip": zipped({"in/a.html": page, "__MACOSX/in/._a.html": b"\0", "b.jpg": b"\xff\xd8"}),
        "records.zip": zipped({"a.jsonl": jsonl(RECORD)}),
        "a.tar": tarred({"./in/a.html": page}),
        "a.tgz": tarred({"a.html.gz": gzip.compress(page)}, "w:gz"),
        "ninjs3.json": json.dumps(NINJS_3).encode(),
        "ninjs1.jsonl": jsonl(NINJS_1),
        "newsml.xml": NEWSML,
        "nitf.xml": NITF,
        "a.md": MARKDOWN,
        "a.warc": warc(),
        "a.warc.gz": gzip.compress(warc()),
        "a.wacz": zipped(
            {"datapackage.json": b"{}", "archive/data.warc.gz": gzip.compress(warc()), "pages/pages.jsonl": b"{}"}
        ),
        "a.parquet": parquet(
            RECORD,
        ),
    }

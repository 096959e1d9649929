"""Generate articles, pages and credit lines of any number and size for benchmarks, all different; find real pages."""

from __future__ import annotations

import gzip
import json
import os
import random
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("CAPTIONS_SHARED", ROOT.parent / "shared")) / "corpus"
"""A folder of real pages and texts, which cannot be published; the tests use it too."""
_REAL = {"development": "pages.jsonl.gz", "wild": "wild.jsonl.gz"}
FIRST = [
    "Ada",
    "Boris",
    "Chidi",
    "Dana",
    "Emre",
    "Fatou",
    "Goran",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mika",
    "Noor",
]
LAST = [
    "Abara",
    "Brandt",
    "Castel",
    "Dvorak",
    "Eriksen",
    "Fonseca",
    "Gruber",
    "Haddad",
    "Ito",
    "Jansen",
    "Kovac",
    "Lund",
]
AGENCIES = ["Reuters", "AFP", "AP", "dpa", "Getty Images", "EPA", "EFE", "ANSA", "NTB", "Anadolu", "IMAGO", "PA Wire"]


def clean_texts() -> list[str]:
    """Return the sample articles without their captions, as the test cases expect them."""
    paths = sorted((ROOT / "tests" / "cases" / "samples").glob("*.toml"))
    return [tomllib.loads(path.read_text(encoding="utf-8"))["text"] for path in paths]


def credit_lines() -> list[str]:
    """Return the credit lines of the test cases, as printed, each once."""
    lines = []
    for path in sorted((ROOT / "tests" / "cases" / "credits").glob("*.toml")):
        lines += [case["line"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
    return list(dict.fromkeys(lines))


def real_pages(kind: str) -> list[str]:
    """Return real news pages from the shared corpus, ``development`` or ``wild``; without the corpus, none."""
    path = SHARED / _REAL[kind]
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["html"] for line in lines]


def many_real_pages(count: int) -> list[str]:
    """Return ``count`` real pages, repeated as pages of other sites if there are fewer; without the corpus, none."""
    found = [page for kind in _REAL for page in real_pages(kind)]
    copies = range(-(-count // len(found))) if found else range(0)
    return [page.replace("://", f"://copy{n}.") for n in copies for page in found][:count]


def articles(count: int, size: int = 3000, seed: int = 7, first: int = 0) -> list[str]:
    """Return ``count`` articles of about ``size`` characters, each with two captions printed twice.

    Their captions contain the number of the article, starting at ``first``.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    paragraphs = [p for text in clean_texts() for p in text.split("\n\n") if 60 < len(p) < 700]
    out = []
    for n in range(first, first + count):
        parts = [f"Headline number {n} about the town"]
        length = 0
        while length < size - 500:
            parts.append(rng.choice(paragraphs))
            length += len(parts[-1]) + 2
        for k in range(2):
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)}".upper()
            caption = f"People walk past the market hall number {n}-{k} on a rainy morning in the old town, May {k + 1}"
            credit = f"(photo credit: {name}/{rng.choice(AGENCIES).upper()})"
            at = rng.randrange(1, len(parts))
            parts[at:at] = [f"{caption} {credit}\n{caption}\n{credit}"]
        out.append("\n\n".join(parts))
    return out


def pages(count: int, seed: int = 7, *, one_site: bool = False) -> list[str]:
    """Return ``count`` news pages of about 340 KB, half of it scripts: an article with pictures, menus and teasers.

    Every page has its own class names, or those that all pages of one site share.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    return [_page(n, 0 if one_site else n, text, rng) for n, text in enumerate(articles(count, 4000, seed))]


def _page(number: int, site: int, text: str, rng: random.Random) -> str:
    def named(*words: str) -> str:
        return " ".join(f"{word}-{rng.choice(LAST).lower()}{site}" for word in words)

    def script(size: int) -> str:
        return f"<script>window.state = {[rng.randrange(10**6) for _ in range(size)]};</script>\n"

    body = []
    for part in text.split("\n\n"):
        caption, _, credit = part.split("\n")[0].partition(" (photo credit: ")
        if credit:
            body.append(
                f'<figure class="{named("media", "wide")}"><picture><source srcset="/{number}.webp 800w">'
                f'<img src="/{number}.jpg" alt="{caption}" loading="lazy"></picture>\n<figcaption '
                f'class="{named("caption")}"><span class="{named("text")}">{caption}</span> <span '
                f'class="{named("credit")}">Photo: {credit.rstrip(")")}</span></figcaption></figure>'
            )
        else:
            words = part.split(" ")
            words[3:5] = [f'<a class="{named("link")}" href="/{number}/{len(body)}">{" ".join(words[3:5])}</a>']
            body.append(f'<p class="{named("text", "block")}">{" ".join(words)}</p>')
    item = '<li class="{}"><a class="{}" href="/{}"><span>{}</span></a></li>'
    menu = "\n".join(item.format(named("item"), named("link"), n, rng.choice(LAST)) for n in range(60))
    card = (
        '<article class="{}"><a href="/story/{}"><div class="{}"><img src="/small/{}.jpg" alt=""></div>\n'
        '<h3 class="{}">{} and {} on the market</h3></a>\n<div class="{}"><time>4 May</time></div></article>'
    )
    cards = "\n".join(
        card.format(named("teaser", "card"), n, named("thumb"), n, named("title"), *rng.sample(LAST, 2), named("meta"))
        for n in range(60)
    )
    metas = "\n".join(f'<meta property="og:x{n}" content="{rng.choice(FIRST)}">' for n in range(40))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>Page {number}</title>\n{metas}\n'
        f"<style>{'.a { color: red }' * 1500}</style>\n{script(9000)}</head>\n<body>\n"
        f'<header class="{named("head")}"><nav><ul>{menu}</ul></nav></header>\n'
        f'<main class="{named("page")}"><article class="{named("story")}"><h1>{text.splitlines()[0]}</h1>\n'
        f'<div class="{named("share")}">{"<button>Share</button>" * 5}</div>\n<div class="{named("body")}">\n'
        + f"\n{script(200)}".join(body)
        + f'</div></article>\n<aside class="{named("related")}">{cards}</aside></main>\n'
        f"<footer><ul>{menu}</ul></footer>\n{script(9000)}</body></html>"
    )

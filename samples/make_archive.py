"""Writes samples/archive/ from samples/archive.toml: 60 articles of three publications over two years.

    python samples/make_archive.py

The same bytes each time. Events, places and persons are invented; the agencies are real ones, as a fact of the trade.
Each code of the audit that needs no image file is raised at least once; archive.toml says by what. The others are
raised by the pictures in archive_pictures/.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FIRST_DAY = date(2024, 6, 3)

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication: its languages by turns, its credit lines by turns, how far its articles lie apart."""

    name: str
    folder: str
    host: str
    languages: tuple[str, ...]
    lines: tuple[str, ...]
    articles: int
    every: int


@dataclass(frozen=True, slots=True)
class Story:
    """An article of the archive."""

    paper: Paper
    number: int
    language: str
    day: date
    headline: str
    body: tuple[str, ...]
    captions: tuple[tuple[str, str], ...]

    @property
    def slug(self) -> str:
        """Its name in addresses and files."""
        return f"{self.day}-{self.number:02}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://{self.paper.host}/{self.slug}"


def stories(paper: Paper, data: Mapping[str, Any]) -> Iterator[Story]:
    """Yield the articles of a publication, the oldest first."""
    seen = dict.fromkeys(paper.languages, 0)
    for number in range(1, paper.articles + 1):
        language = paper.languages[number % len(paper.languages)]
        words: Words = data["language"][language]
        captions = []
        for turn in range(1 + number % 2):
            scene, place = _pair(seen[language], words)
            seen[language] += 1
            who = data["creators"][(number * 3 + turn) % len(data["creators"])]
            line = paper.lines[(number + turn * 2) % len(paper.lines)]
            captions.append((f"{scene} {place}", line.format(who=who)))
        towns, things, heads = (words[name] for name in ("towns", "things", "headlines"))
        headline = heads[number % len(heads)].format(
            place=towns[number % len(towns)], thing=things[number * 2 % len(things)]
        )
        yield Story(
            paper,
            number,
            language,
            FIRST_DAY + timedelta(days=(number - 1) * paper.every),
            headline,
            tuple(words["bodies"][(number + n) % len(words["bodies"])] for n in range(4)),
            (*captions, *_specials(paper, number, data)),
        )


def _pair(at: int, words: Words) -> tuple[str, str]:
    """Return a scene and a place; none repeats before all were used."""
    scenes, places = words["scenes"], words["places"]
    which = at % len(scenes)
    return scenes[which], places[(which + at // len(scenes)) % len(places)]


def _specials(paper: Paper, number: int, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for row in data["special"]:
        if row["article"] == [paper.folder, number]:
            for what in row.get("what", [""]):
                yield f"{what} {row['caption']}".strip(), row["line"]


def page(story: Story, structured: str | None, bare: tuple[str, str] | None) -> str:
    """Return an article as its site shows it: figures with captions and credits, its day and publication as data."""
    pictures = [f"https://{story.paper.host}/pictures/{story.slug}-{n}.jpg" for n, _ in enumerate(story.captions, 1)]
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": f"{story.day}T06:00:00+00:00",
        "publisher": {"@type": "Organization", "name": story.paper.name},
    }
    if structured:
        data["image"] = {
            "@type": "ImageObject", "url": pictures[0], "caption": story.captions[0][0] + ".", "creditText": structured,
        }  # fmt: skip
    figures = []
    for picture, (caption, line) in zip(pictures, story.captions, strict=True):
        credit = f' <span class="credit">{escape(line)}</span>' if line else ""
        figures.append(
            f'<figure><img src="{picture}" alt=""><figcaption>{escape(caption)}.{credit}</figcaption></figure>'
        )
    last = []
    if bare:
        name, alt = bare
        last = [f'<figure><img src="https://{story.paper.host}/pictures/{name}" alt="{escape(alt)}"></figure>']
    paragraphs = [f"<p>{escape(text)}</p>" for text in story.body]
    inside = [figures[0], *paragraphs[:2], *figures[1:], *paragraphs[2:-1], *last, paragraphs[-1]]
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.headline)}</title>',
            f'<link rel="canonical" href="{story.url}">',
            f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script></head>',
            f"<body><article>\n<h1>{escape(story.headline)}</h1>",
            *inside,
            "</article></body></html>\n",
        )
    )


def record(story: Story, twice: bool) -> str:
    """Return an article as a line of a text export: captions stand between the paragraphs, credits in brackets."""
    label = {"fr": "Photo", "es": "Foto"}[story.language]
    blocks = [f"{caption}. ({label} : {line})" if line else f"{caption}." for caption, line in story.captions]
    if twice:
        blocks.insert(1, blocks[0])
    text = "\n\n".join((story.headline, story.body[0], *blocks, *story.body[1:]))
    fields = {
        "id": story.slug,
        "url": story.url,
        "title": story.headline,
        "date": str(story.day),
        "site": story.paper.name,
        "lang": story.language,
        "body": text,
    }
    return json.dumps(fields, ensure_ascii=False)


def files() -> Iterator[tuple[Path, str]]:
    """Yield all files with their contents."""
    data = tomllib.loads((HERE / "archive.toml").read_text(encoding="utf-8"))
    structured = {tuple(row["article"]): row["line"] for row in data["structured"]}
    bare = {tuple(row["article"]): (row["name"], row["alt"]) for row in data["bare"]}
    twice = {tuple(row["article"]) for row in data["twice"]}
    for row in data["publication"]:
        paper = Paper(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
        found = [((paper.folder, story.number), story) for story in stories(paper, data)]
        if paper.folder == "courrier":
            yield HERE / "archive" / "courrier.jsonl", "".join(f"{record(one, key in twice)}\n" for key, one in found)
            continue
        for key, one in found:
            yield HERE / "archive" / paper.folder / f"{one.slug}.html", page(one, structured.get(key), bare.get(key))
    for row in data["text"]:
        yield HERE / "archive" / "undated" / row["file"], row["text"]


if __name__ == "__main__":
    for path, text in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

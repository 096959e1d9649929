"""Any archive, read in any order, from any paths, formats and repetitions, has the same counts, quotas and findings."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.cli import main
from tests.support.depth import examples
from tests.support.engines import Stores

CREDITS = ("Jo Reed/Reuters", "Bram Hollis/dpa", "Handout via Reuters", "Photo: City Office", "")
DAYS = ("2024-05-04", "2024-05", "2024", "")
PAPERS = ("Tide Post", "TIDE POST", "Tide Post Ltd")


@dataclass(frozen=True)
class Story:
    """An article with one or two pictures."""

    number: int
    day: str
    paper: str
    credits: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return its address without the site."""
        return f"tidepost.example/locks/{self.number}"

    @property
    def headline(self) -> str:
        """Return its headline."""
        return f"Lock {self.number} opens again"

    @property
    def text(self) -> str:
        """Return its paragraph."""
        return f"The keeper of lock {self.number} opened the gates on Monday, and barges went up the canal before noon."

    def captions(self) -> list[tuple[str, str, str]]:
        """Return caption, credit and image address of each picture."""
        return [
            (f"Barges wait at gate {n} of lock {self.number} in the rain.", credit, f"https://{self.path}-{n}.jpg")
            for n, credit in enumerate(self.credits)
        ]


def page(story: Story, address: str) -> str:
    """Return the article as a page."""
    figures = "".join(
        f'<figure><img src="{image}"><figcaption>{caption} <span class="credit">{credit}</span></figcaption></figure>'
        for caption, credit, image in story.captions()
    )
    day = f'<meta property="article:published_time" content="{story.day}">' if story.day else ""
    return (
        f'<!doctype html><html lang="en"><head><title>{story.headline}</title><link rel="canonical" href="{address}">'
        f'<meta property="og:site_name" content="{story.paper}">{day}</head><body><article><h1>{story.headline}</h1>'
        f"<p>{story.text}</p>{figures}</article></body></html>"
    )


def record(story: Story, address: str) -> dict[str, object]:
    """Return the article as a record with its pictures in fields."""
    pictures = [{"caption": c, "credit": credit, "url": image} for c, credit, image in story.captions()]
    known = {"published": story.day} if story.day else {}
    return (
        {"url": address, "headline": story.headline, "text": story.text, "publication": story.paper}
        | known
        | {"images": pictures}
    )


def _page(folder: Path, story: Story) -> None:
    (folder / f"{story.number}.html").write_text(page(story, f"https://www.{story.path}/"), encoding="utf-8")


def _mobile(folder: Path, story: Story) -> None:
    address = f"http://m.{story.path}?utm_source=mail#top"
    (folder / f"mobile-{story.number}.html").write_text(page(story, address), encoding="utf-8")


def _packed(folder: Path, story: Story) -> None:
    with zipfile.ZipFile(folder / f"{story.number}.zip", "w") as packed:
        packed.writestr("deep/page.html", page(story, f"https://{story.path}"))


def _with_html(folder: Path, story: Story) -> None:
    text = page(story, f"https://{story.path}")
    line = json.dumps({"id": "x", "url": f"https://{story.path}/amp", "html": text})
    (folder / f"{story.number}-html.jsonl").write_text(line, encoding="utf-8")


def _with_fields(folder: Path, story: Story) -> None:
    line = json.dumps(record(story, f"https://{story.path}"))
    (folder / f"{story.number}-fields.jsonl").write_text(line, encoding="utf-8")


FORMATS: tuple[Callable[[Path, Story], None], ...] = (_page, _mobile, _packed, _with_html, _with_fields)
STORIES = st.lists(
    st.tuples(
        st.sampled_from(DAYS), st.sampled_from(PAPERS), st.lists(st.sampled_from(CREDITS), min_size=1, max_size=2)
    ),
    min_size=1,
    max_size=3,
).map(lambda all_: [Story(n, day, paper, tuple(names)) for n, (day, paper, names) in enumerate(all_)])


def captions(*arguments: str) -> str:
    """Run the program and return its output."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main([*arguments]) == 0, err.getvalue()
    return out.getvalue()


def answers(url: str, folder: Path, batches: Sequence[Sequence[tuple[Story, Callable[[Path, Story], None]]]]) -> object:
    """Return what the store says after these batches were written to folders of their own and read."""
    for number, batch in enumerate(filter(None, batches)):
        place = folder / str(number)
        place.mkdir(parents=True)
        for story, write in batch:
            write(place, story)
        captions("ingest", str(place), "--db", url, "--jobs", "1")
    ask = ["--db", url, "--format", "json"]
    findings = json.loads(captions("audit", *ask))["findings"]
    return [
        json.loads(captions("usage", "--by", "supplier", "--by", "month", "--by", "publication", *ask)),
        json.loads(captions("usage", "--agreements", "--on", "2024-12-31", *ask)),
        sorted((it["code"], it["severity"], it["message"]) for it in findings),
    ]


@pytest.fixture(scope="module")
def licensed(stores: Stores) -> str:
    """Return a store with two agreements whose quotas a few uses exceed."""
    url = stores.empty()
    captions("agreement", "add", "Reuters", "--from", "2020", "--quota", "1/month", "--db", url)
    captions("agreement", "add", "dpa", "--from", "2020", "--quota", "1/year", "--db", url)
    return url


@settings(max_examples=examples(6), deadline=None)
@given(st.data())
def test_equal_counts_quotas_and_findings(
    licensed: str, stores: Stores, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    stories = data.draw(STORIES)
    folder = tmp_path_factory.mktemp("archive")
    expected = answers(stores.copy(licensed), folder / "pages", [[(story, _page) for story in stories]])
    forms = st.sampled_from(FORMATS)
    read = [(story, data.draw(forms)) for story in stories]
    read += data.draw(st.lists(st.tuples(st.sampled_from(stories), forms), max_size=4))
    mixed = data.draw(st.permutations(read))
    cut = data.draw(st.integers(0, len(mixed)))
    assert answers(stores.copy(licensed), folder / "mixed", [mixed[:cut], mixed[cut:]]) == expected

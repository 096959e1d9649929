"""The same articles from another folder, archive or export count once; articles can be removed and restored."""

from __future__ import annotations

import json
import shutil
import zipfile
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write

PAGE = """<!doctype html><html lang="en"><head><title>The lock</title>{head}
<meta property="article:published_time" content="2024-05-0{n}T08:00:00Z"></head><body><article><h1>Lock {n} opens</h1>
<p>The keeper of lock {n} opened the gates on Monday, and the first barges went up the canal before noon.</p>
<figure><img src="https://tidepost.example/{n}.jpg"><figcaption>Barges at lock {n} in the rain.
<span class="credit">Jo Reed/Reuters</span></figcaption></figure>
<p>The gates had been shut since the flood in March, when the water rose to the second step.</p></article></body></html>
"""
CANONICAL = '<link rel="canonical" href="https://www.tidepost.example/locks/{n}/?utm_source=x">'


def url(n: int) -> str:
    return f"https://tidepost.example/locks/{n}"


def pages(folder: Path, numbers: range = range(1, 4)) -> Path:
    folder.mkdir()
    for n in numbers:
        (folder / f"{n}.html").write_text(PAGE.format(n=n, head=CANONICAL.format(n=n)), encoding="utf-8")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> list[str]:
    """Write the same three articles as pages, in another folder, in a ZIP, as records with HTML, as text, in a feed."""
    one = pages(tmp_path / "one")
    shutil.copytree(one, tmp_path / "two")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for file in one.iterdir():
            packed.write(file, file.name)
    records = [{"url": url(n), "html": PAGE.format(n=n, head="")} for n in (1, 2, 3)]
    (tmp_path / "export.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    texts = [
        {"url": f"http://m.tidepost.example/locks/{n}", "text": f"The keeper of lock {n} is dry."} for n in (1, 2, 3)
    ]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    return ["one", "two", "all.zip", "export.jsonl", "texts.jsonl"]


def uses(run: Run) -> int:
    found: int = json.loads(run("usage", "--format", "json").out)["total"]["uses"]
    return found


def test_the_same_articles_read_again_change_nothing(run: Run, archive: list[str]) -> None:
    assert run("ingest", "one").out.startswith("read 3, new 3,")
    for path in archive[1:3]:
        ran = run("ingest", path)
        assert ran.out == "read 3, new 0, changed 0, unchanged 3, failed 0\n3 already stored under other names\n"
    for path in archive[3:]:
        assert run("ingest", path).out.startswith("read 3, new 0,")
    assert uses(run) == 3
    assert run("ingest", *archive).out == "read 15, new 0, changed 0, unchanged 15, failed 0\n"


def test_the_order_of_reading_makes_no_difference(run: Run, archive: list[str]) -> None:
    found = set()
    for number, order in enumerate(permutations(("one", "export.jsonl", "texts.jsonl"))):
        database = f"{number}.db"
        for path in order:
            run("ingest", path, "--db", database)
        rows = json.loads(run("usage", "--by", "month", "--format", "json", "--db", database).out)
        findings = json.loads(run("audit", "--format", "json", "--db", database).out)["findings"]
        found.add(json.dumps([rows, sorted((it["code"], it["message"]) for it in findings)]))
    assert len(found) == 1


def test_an_article_is_removed_by_url_and_restored(run: Run, archive: list[str]) -> None:
    run("ingest", *archive)
    ran = run("forget", "http://tidepost.example/locks/2?utm_source=mail")
    assert (ran.code, ran.err) == (2, "captions: nothing was removed; to remove 1 article with 1 use, add --yes\n")
    assert run("forget", url(2), "--dry-run").out.endswith("would remove 1 article with 1 use\n")
    assert uses(run) == 3
    ran = run("forget", url(2), "--yes", "--reason", "a test page", "--who", "Kim")
    assert ran.out.endswith("removed 1 article with 1 use; see: captions forget list\n")
    assert uses(run) == 2
    [row] = json.loads(run("forget", "list", "--format", "json").out)["forgotten"]
    assert (row["uses"], row["reason"], row["who"], row["state"]) == (1, "a test page", "Kim", "active")
    assert run("forget", "undo", "1", "--reason", "printed").out == "restored 1 article\n"
    assert uses(run) == 3
    assert run("ingest", *archive).out == "read 15, new 0, changed 0, unchanged 15, failed 0\n"
    assert run("db", "check").code == 0


def test_the_articles_of_a_run_are_removed(run: Run, tmp_path: Path) -> None:
    run("ingest", str(pages(tmp_path / "one")))
    run("ingest", str(pages(tmp_path / "more", range(3, 6))))
    assert run("forget", "--run", "2", "--yes").out.endswith(
        "removed 2 articles with 2 uses; see: captions forget list\n"
    )
    assert uses(run) == 3
    assert run("ingest", "more").out.startswith("read 3, new 2, changed 0, unchanged 1, failed 0")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forget", "nothing.html", "--yes"], "no article 'nothing.html' in the database"),
        (["forget", "--run", "9", "--yes"], "no run 9 in the database; check its number"),
        (["forget", "undo", "9", "--reason", "x"], "no removed article 9; see: captions forget list --all"),
        (["forget", "one/1.html", "--run", "1"], "give articles or --run N, and only one of them"),
        (["ingest", "one", "--yes"], "--yes needs --prune"),
        (["ingest", "--failures", "--prune"], "--prune needs PATH"),
    ],
)
def test_what_cannot_be_removed_is_an_error(run: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    run("ingest", str(pages(tmp_path / "one")))
    ran = run(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert uses(run) == 3


def test_articles_whose_files_are_gone_are_pruned(run: Run, tmp_path: Path) -> None:
    folder = pages(tmp_path / "one")
    run("ingest", "one")
    assert run("ingest", "one", "--prune").out.endswith("no article whose file is gone\n")
    (folder / "1.html").unlink()
    (folder / "new").mkdir()
    (folder / "2.html").rename(folder / "new" / "two.html")
    ran = run("ingest", "one", "--prune")
    assert ran.out.splitlines()[-1] == "would remove 1 article with 1 use"
    assert ran.err.endswith("to remove them, add --yes\n")
    assert uses(run) == 3
    assert run("ingest", "one", "--prune", "--yes").out.endswith(
        "removed 1 article with 1 use; see: captions forget list\n"
    )
    assert uses(run) == 2
    shutil.rmtree(folder)
    ran = run("ingest", "one", "--prune", "--yes")
    assert ran.code == 2
    assert "no article removed: a path does not exist" in ran.err
    assert uses(run) == 2


def test_an_empty_folder_may_be_a_disk_that_is_not_mounted(run: Run, tmp_path: Path, write: Write) -> None:
    write(tmp_path / "disk" / "a.txt")
    run("ingest", "disk")
    (tmp_path / "disk" / "a.txt").unlink()
    assert "no article removed: no article was found" in run("ingest", "disk", "--prune", "--yes").err
    assert uses(run) == 1

"""Files that no command may write over, and files that it may."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from captions.embedded import read
from captions.report.earlier import is_report
from tests.support.commands import COMMANDS, build

if TYPE_CHECKING:
    from tests.conftest import Run

WRITERS = [case for case in COMMANDS if "write" in case]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    build(folder)
    return folder


@pytest.fixture
def here(run: Run, built: Path, tmp_path: Path) -> Path:
    """Return a folder in which every command can run, as the working folder."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path


def written(case: dict[str, Any], out: str) -> list[str]:
    return shlex.split(case["write"].replace("{out}", out))


def output(case: dict[str, Any]) -> str:
    return str(case.get("out", "out.bin"))


def content(folder: Path) -> dict[str, object]:
    """Return all files with their content and mode, and what is not a file with its kind."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        name = str(path.relative_to(folder))
        # SQLite's helper files come and go as a database is read.
        if stat.S_ISREG(mode) and not name.endswith(("-wal", "-shm")):
            found[name] = (path.read_bytes(), mode)
        elif not stat.S_ISDIR(mode):
            found[name] = path.readlink() if path.is_symlink() else mode
    return found


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(Path(target).absolute())


def copied(source: str) -> Callable[[Path], object]:
    return lambda path: shutil.copy(source, path)


FORBIDDEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "the database": (link("captions.db"), "is a database"),
    "another database": (copied("captions.db"), "is a database"),
    "a hard link to the database": (lambda path: path.hardlink_to("captions.db"), "is a database"),
    "a register": (copied("own.toml"), "register of agencies"),
    "a device": (lambda path: path.symlink_to("/dev/null"), "device"),
    "a pipe": (os.mkfifo, "pipe"),
    "a folder": (Path.mkdir, "is a folder"),
    "links in a circle": (lambda path: path.symlink_to(path.name), "cannot write"),
}


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]], ids=["", "overwrite"])
@pytest.mark.parametrize("case", WRITERS, ids=[case["id"] for case in WRITERS])
def test_no_command_writes_over_a_database_a_register_or_a_device(
    run: Run, here: Path, case: dict[str, Any], overwrite: list[str]
) -> None:
    out = here / output(case)
    out.parent.mkdir(exist_ok=True)
    for kind, (make, message) in FORBIDDEN.items():
        make(out)
        before = content(here)
        ran = run(*written(case, output(case)), *overwrite)
        assert ran.code == 2, (kind, ran)
        assert message in ran.err, (kind, ran)
        assert content(here) == before, kind
        shutil.rmtree(out) if out.is_dir() and not out.is_symlink() else out.unlink()


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]], ids=["", "overwrite"])
@pytest.mark.parametrize("case", WRITERS, ids=[case["id"] for case in WRITERS])
def test_no_command_writes_over_what_it_reads(run: Run, here: Path, case: dict[str, Any], overwrite: list[str]) -> None:
    for read_file in case.get("inputs", ()):
        for make in (link(read_file), lambda path, name=read_file: path.hardlink_to(name)):
            out = here / output(case)
            out.parent.mkdir(exist_ok=True)
            make(out)
            before = content(here)
            ran = run(*written(case, output(case)), *overwrite)
            # An earlier report may be replaced by its name, but not while it is read as a baseline.
            assert (ran.code, content(here) == before) == (2, True), (read_file, ran)
            out.unlink()
    for read_file in case.get("inputs", ()):
        if "out" not in case:
            before = content(here)
            for spelled in (read_file, f"pictures/../{read_file}", str(here / read_file)):
                ran = run(*written(case, spelled), *overwrite)
                assert (ran.code, content(here) == before) == (2, True), (spelled, ran)


@pytest.mark.parametrize("case", WRITERS, ids=[case["id"] for case in WRITERS])
def test_other_files_are_replaced_only_on_request(run: Run, here: Path, case: dict[str, Any]) -> None:
    out = here / output(case)
    out.parent.mkdir(exist_ok=True)
    command = written(case, output(case))
    for source in ("pictures/harbor.jpg", "b.txt", "agreements.csv"):
        shutil.copy(source, out)
        before = content(here)
        ran = run(*command)
        assert (ran.code, "--overwrite" in ran.err) == (2, True), ran
        assert content(here) == before
    out.chmod(0o640)
    assert run(*command, "--overwrite").code == 0
    assert out.read_bytes() != Path("agreements.csv").read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    # Equal content is no loss.
    before = content(here)
    ran = run(*command)
    assert ran.code == 0, ran


REPORTS = [
    *(f"audit --format {form}" for form in ("table", "json", "csv", "html", "markdown", "sarif")),
    "audit --format html --thumbnails",
    "audit --format table --code CR308",
    *(f"usage --format {form}" for form in ("table", "json", "csv", "markdown")),
    "usage --by month --by agency --also articles --format csv",
    "usage --compare 2024 2025 --format csv",
    "usage --uncredited --format csv",
    "usage --agreements --format csv",
    "usage --agreements",
    *(f"find pontoon --format {form}" for form in ("table", "json", "csv", "markdown")),
    "find nothing --format table",
    *(
        f"export {view} --to {form}"
        for view in (
            *("use_in_words", "supplier_usage_by_month", "creator_usage_by_month", "unread_sources"),
            *("open_findings_by_decision", "finding_in_words"),
        )
        for form in ("csv", "jsonl", "parquet")
    ),
    "export --to ninjs",
    "parse a.txt",
    "images read pictures/harbor.jpg",
    "images read pictures/harbor.jpg --format json",
    "images check --format csv",
    "images sheet",
    *(f"show 1 --format {form}" for form in ("table", "json", "html")),
    "show a.txt",
    "show a.txt --format html",
    "statement Reuters --format json",
]


def test_a_report_replaces_any_earlier_report(run: Run, here: Path) -> None:
    """As cron does every day."""
    (here / "empty.txt").touch()
    assert run("ingest", "empty.txt", "c.txt").code == 0
    assert run("audit", "--store", "--limit", "1").code == 0
    for command in REPORTS:
        assert run(*command.split(), "-o", "report").code == 0, command
        assert not (here / "report").stat().st_size or is_report(here / "report"), command
    for name in ("a.txt", "agreements.csv", "pictures/harbor.jpg", "own.toml", "captions.db"):
        assert not is_report(here / name), name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text,url\nHello,https://x.example\n",
        "headline,publication,used_on,source,position,caption\n",
        '{"text": "Hello.", "url": "https://x.example"}\n',
        '{"source": "wire", "caption": "A ferry."}\n',
        "The ferry is back\n\nThe first boat left at dawn.\n",
        "# The ferry is back\n\nThe first boat left at dawn.\n",
        "<!DOCTYPE html>\n<html lang=en><title>Audit of picture credits</title>",
        "PAR1",
        "Article 5\n\nA ferry is back at the pier.\n",
        "Use 3\n\nArticle\n\nThe first boat left at dawn.\n",
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Article 12</title>',
        '{\n  "version": 3,\n  "headline": "The ferry is back"\n}\n',
    ],
)
def test_an_article_is_not_taken_for_a_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text, encoding="utf-8")
    assert not is_report(tmp_path / "x")


def test_a_report_goes_through_a_link_and_its_target_keeps_its_mode(run: Run, here: Path) -> None:
    run("usage", "-o", "usage.txt")
    (here / "usage.txt").chmod(0o604)
    (here / "latest").symlink_to("usage.txt")
    before = (here / "usage.txt").read_bytes()
    run("ingest", "c.txt")
    assert run("usage", "-o", "latest").code == 0
    assert (here / "latest").is_symlink()
    assert (here / "usage.txt").read_bytes() != before
    assert stat.S_IMODE((here / "usage.txt").stat().st_mode) == 0o604


@pytest.mark.parametrize("out", ["x/../articles", "link", "link/new", "articles", "articles/new", "x/up/articles"])
def test_a_folder_is_not_cleaned_into_itself(run: Run, here: Path, out: str) -> None:
    (here / "x").mkdir()
    (here / "x/up").symlink_to(here)
    (here / "link").symlink_to("articles")
    before = content(here)
    for folder in ("articles", "link"):
        ran = run("clean", folder, "-o", out, "--overwrite")
        assert (ran.code, "is inside the folder to clean" in ran.err) == (2, True), ran
    assert content(here) == before


def test_a_folder_linked_to_the_originals_leaves_them_alone(run: Run, here: Path) -> None:
    (here / "articles/sub").mkdir()
    shutil.copy("a.txt", "articles/sub/a.txt")
    (here / "cleaned").mkdir()
    (here / "cleaned/sub").symlink_to(here / "articles/sub")
    ran = run("clean", "articles", "-o", "cleaned", "--overwrite")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "not written: cleaned/sub/a.txt is read by this command; choose another file with -o",
        "cleaned 1, failed 0, not written 1; written to cleaned",
    ]
    assert (here / "articles/sub/a.txt").read_bytes() == (here / "a.txt").read_bytes()


def test_no_name_is_used_twice_in_a_run(run: Run, here: Path) -> None:
    (here / "in").mkdir()
    for name in ("x-1.txt", "x.md", "x.txt"):
        (here / "in" / name).write_text(f"This is {name} and nothing else.\n", encoding="utf-8")
    lines = "".join(f'{{"text": "This is record {number} of the file."}}\n' for number in (1, 2))
    (here / "in/x.jsonl").write_text(lines, encoding="utf-8")
    expected = {
        "x-1.txt": "This is x-1.txt and nothing else.\n",
        "x.jsonl-1.txt": "This is record 1 of the file.\n",
        "x-2.txt": "This is record 2 of the file.\n",
        "x.txt": "This is x.md and nothing else.\n",
        "x.txt.txt": "This is x.txt and nothing else.\n",
    }
    for _ in range(2):
        ran = run("clean", "in", "-o", "out")
        assert (ran.code, ran.err) == (0, "cleaned 5, failed 0; written to out\n")
        assert {path.name: path.read_text(encoding="utf-8") for path in (here / "out").iterdir()} == expected


# --- pictures


def test_a_replaced_picture_keeps_its_original_its_links_and_its_mode(run: Run, here: Path) -> None:
    picture = here / "pictures/piano.webp"
    picture.chmod(0o604)
    before = picture.read_bytes()
    (here / "link.webp").symlink_to(picture)
    ran = run("images", "stamp", "link.webp", "--replace", "--credit", "AFP")
    assert ran.code == 0
    assert "pictures/piano.webp_original" in ran.err
    assert (here / "link.webp").is_symlink()
    assert read(picture).fields.credit_line == "AFP"
    assert stat.S_IMODE(picture.stat().st_mode) == 0o604
    original = here / "pictures/piano.webp_original"
    assert original.read_bytes() == before
    # The first original stays.
    assert run("images", "stamp", "pictures/piano.webp", "--replace", "--credit", "AP").code == 0
    assert original.read_bytes() == before
    original.unlink()
    assert run("images", "stamp", "pictures/piano.webp", "--replace", "--credit", "dpa", "--no-original").code == 0
    assert not original.exists()


def test_a_sidecar_of_another_file_is_not_overwritten(run: Run, here: Path) -> None:
    from tests.support import pictures as p

    (here / "a.psd").write_bytes(p.psd(p.resources(None)))
    (here / "b.xmp").write_bytes(b"mine")
    stamp = ("images", "stamp", "a.psd", "-o", "b.psd", "--credit", "AFP")
    ran = run(*stamp)
    assert (ran.code, ran.err) == (
        2, "captions: b.xmp already exists and differs; choose another name, or pass --overwrite\n",
    )  # fmt: skip
    assert (here / "b.xmp").read_bytes() == b"mine"
    assert not (here / "b.psd").exists()
    assert run(*stamp, "--overwrite").code == 0
    assert read(here / "b.psd", sidecar=True).fields.credit_line == "AFP"

"""Load the tables, and report broken ones."""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from captions import VocabularyError, parse_credit
from captions.lexicon import tables, user_register
from captions.lexicon.agencies import by_name, rows_of, spellings
from captions.lexicon.vocabulary import default, load

DATA = files("captions") / "data"


def test_the_register_is_wide() -> None:
    agencies = default().agencies.values()
    assert len(agencies) >= 900
    assert {a.kind for a in agencies} == {
        *("agency", "stock", "publisher", "broadcaster", "government", "platform", "organization")
    }
    assert len({a.country for a in agencies}) >= 90


def test_labels_cover_many_languages() -> None:
    labels = tomllib.loads((DATA / "labels.toml").read_text(encoding="utf-8"))
    assert len(labels) >= 60


def test_tables_are_in_order() -> None:
    names = [row["name"] for row in tomllib.loads((DATA / "agencies.toml").read_text(encoding="utf-8"))["agency"]]
    assert names == sorted(names, key=str.casefold)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            'name = "A"\nkind = "agency"\nalias = ["B"]',
            "mine.toml, [[agency]] row 1 (A): unknown key 'alias'; known keys are",
        ),
        (
            'name = "A"\nkind = "agency"\naliases = []',
            "mine.toml, [[agency]] row 1 (A): 'aliases' must be a list of one or more strings",
        ),
        ('name = "A"\nkind = "wire"', "mine.toml, [[agency]] row 1 (A): 'kind' must be one of agency,"),
        ('kind = "agency"', "mine.toml, [[agency]] row 1: 'name' is missing"),
        (
            'name = "A"\nkind = "agency"\nleads = "yes"',
            "mine.toml, [[agency]] row 1 (A): 'leads' must be true or false",
        ),
        ('name = "A"\nkind = "agency"\nparent = 3', "mine.toml, [[agency]] row 1 (A): 'parent' must be a string"),
        ('name = "A"\nkind = "agency"\nparent = "Nobody"', "mine.toml, [[agency]] row 1 (A): no row is named 'Nobody'"),
        (
            'name = "A"\nkind = "agency"\naliases = ["..."]',
            "mine.toml, [[agency]] row 1 (A): the spelling '...' has no letter",
        ),
        (
            'name = "A"\nkind = "agency"\n[[agency]]\nname = "A"\nkind = "stock"',
            "mine.toml, [[agency]] row 2 (A): 'name' is already the name of mine.toml, [[agency]] row 1 (A)",
        ),
        (
            'name = "A"\nkind = "agency"\naliases = ["Ç D"]\n[[agency]]\nname = "c-d"\nkind = "stock"',
            "mine.toml, [[agency]] row 2 (c-d): the spelling 'c-d' already belongs to mine.toml, [[agency]] row 1 (A)",
        ),
    ],
)
def test_a_broken_row_is_named(row: str, message: str) -> None:
    with pytest.raises(VocabularyError) as raised:
        rows = rows_of(tables.parse("mine.toml", f"[[agency]]\n{row}".encode()))
        by_name(rows)
        spellings(rows)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def _user_register(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "agencies.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_user_adds_an_agency_and_staff(tmp_path: Path) -> None:
    path = _user_register(
        tmp_path,
        'staff = ["Ada Quill"]\n[[agency]]\nname = "Tidewater Pictures"\nkind = "agency"\naliases = ["Tidewater"]\n',
    )
    words = load(path)
    credit = parse_credit("Jo Reed/TIDEWATER", words)
    assert (credit.agencies, credit.supplier) == (("Tidewater Pictures",), "Tidewater Pictures")
    assert "adaquill" in words.staff
    assert parse_credit("Jo Reed/REUTERS", words).supplier == "Reuters"


def test_a_user_overrides_a_row(tmp_path: Path) -> None:
    path = _user_register(tmp_path, '[[agency]]\nname = "AP"\nkind = "agency"\naliases = ["The Wire"]\n')
    words = load(path)
    assert parse_credit("Jo Reed/The Wire", words).supplier == "AP"
    assert words.agency("Associated Press") is None


def test_a_duplicate_spelling_names_its_owner(tmp_path: Path) -> None:
    path = _user_register(tmp_path, '[[agency]]\nname = "My Getty"\nkind = "agency"\naliases = ["Getty"]\n')
    with pytest.raises(
        VocabularyError,
        match=r"\[\[agency\]\] row 1 \(My Getty\): the spelling 'Getty' already belongs to captions/data/agencies",
    ):
        load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[agency]\n", "not valid TOML"),
        ("agencies = 1\n", "unknown key 'agencies'; known keys are agency, own, staff"),
        ("agency = 3\n", "'agency' must be a list of tables, each headed"),
        ("staff = []\n", "'staff' must be a list"),
    ],
)
def test_a_broken_user_register_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = _user_register(tmp_path, text)
    with pytest.raises(VocabularyError, match=message) as raised:
        load(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_register_may_have_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "agencies.toml"
    path.write_bytes('[[agency]]\nname = "Øresund Foto"\nkind = "agency"\n'.encode(encoding))
    assert parse_credit("Jo Reed/Øresund Foto", load(path)).supplier == "Øresund Foto"
    assert user_register.read(path).text.startswith("[[agency]]")


@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "large"])
def test_a_register_is_a_regular_file_of_a_few_megabytes(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "agencies.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(b"# \n" * 2_000_000)
    message = "larger than 4 MB" if kind == "large" else "not a regular file"
    with pytest.raises(VocabularyError, match=f"{path}: {message}.*; check the path of the register"):
        load(path)


def test_a_missing_user_register_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"nowhere.toml: cannot be read: .*; check the path"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("REUTERS", "Reuters"),
        ("Retuers", "Reuters"),
        ("A.P.", "AP"),
        ("Anadolu Ajansı", "Anadolu"),
        ("共同通信社", "Kyodo News"),
        ("AA", "Anadolu"),
        ("aa", None),
        ("map", None),
        ("nobody in particular", None),
    ],
)
def test_spellings(text: str, name: str | None) -> None:
    agency = default().agency(text)
    assert (agency.name if agency else None) == name

"""Break the tables in captions/data: each reader names the file, the row or table, and the key."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from captions import VocabularyError
from captions.caption import buttons, evidence
from captions.embedded import code_pages
from captions.embedded import table as embedded
from captions.lexicon import notice_tables, page_urls, picture_names, publications, tables, trackers, vocabulary
from captions.licensing import exemptions, terms
from captions.page import element_names, image_urls, page_type, site_text
from captions.page.structured import picture_data
from captions.sources import record_pictures, records, wordpress

# File -> its readers, without their caches.
READERS: dict[str, Callable[[], object]] = {
    "addresses.toml": image_urls._table.__wrapped__,
    "agencies.toml": vocabulary.load,
    "buttons.toml": buttons._buttons.__wrapped__,
    "site_text.toml": site_text._tables.__wrapped__,
    "code_pages.toml": code_pages.pages.__wrapped__,
    "embedded.toml": embedded.table.__wrapped__,
    "evidence.toml": lambda: [
        evidence.weights.__wrapped__(name) for name in ("cut", "neighbor", "unknown-name", "page-picture")
    ],
    "fields.toml": records.names.__wrapped__,
    "kinds.toml": page_type._words.__wrapped__,
    "labels.toml": vocabulary.load,
    "marks.toml": vocabulary.load,
    "markup.toml": element_names.words.__wrapped__,
    "page_urls.toml": page_urls._rules.__wrapped__,
    "publications.toml": publications._words.__wrapped__,
    "terms.toml": terms.table.__wrapped__,
    "picture_records.toml": lambda: [record_pictures.table.__wrapped__(), wordpress.roles.__wrapped__()],
    "picture_names.toml": picture_names.forms.__wrapped__,
    "restrictions.toml": notice_tables.notice_fields,
    "territories.toml": notice_tables.notice_fields,
    "structured.toml": picture_data._tables.__wrapped__,
    "tracking.toml": trackers.table.__wrapped__,
    "words.toml": vocabulary.load,
}
EXEMPTIONS = exemptions.exemptions.__wrapped__
AP = '[[agency]]\nname = "AP"\nkind = "agency"\n'
FIELD = '[[field]]\nname = "creators"\ntitle = "Creator"\nform = "seq"\n'
EMBEDDED = '[namespaces]\ndc = "http://purl.org/dc/elements/1.1/"\n[exif]\nempty = ["SONY DSC"]\n'
TERMS = 'scopes = ["web"]\nterritories = "DE US"\ncurrencies = "EUR"\n'
# name, file, its text or a change to it (a pattern and its replacement), the message after the file's name
BROKEN: list[tuple[str, str | tuple[str, str], str]] = [
    # missing keys and tables
    ("picture_names.toml", '[[form]]\nagency = "AP"\n', ", [[form]] row 1: 'names' is missing"),
    ("restrictions.toml", (r"\nout = \[", "\nleft = ["), ", [limits]: unknown key 'left'; known keys are"),
    ("restrictions.toml", (r'\nAE = \["uae"', '\nAE = ["germany"'), ": 'germany' names place:AE and place:DE"),
    ("restrictions.toml", (r"\nAFRICA = ", "\nXY = "), ", [regions]: unknown key 'XY'; known keys are"),
    ("territories.toml", (r"\[months\]\n1 = ", "[months]\n13 = "), ", [months]: unknown key '13'; known keys are"),
    ("addresses.toml", '[later]\nnames = ["data-src"]\n', ": 'sizes' is missing"),
    ("addresses.toml", "[later]\n", ", [later]: 'names' is missing"),
    ("agencies.toml", "", ": 'agency' is missing"),
    ("agencies.toml", '[[agency]]\nkind = "agency"\n', ", [[agency]] row 1: 'name' is missing"),
    ("agencies.toml", '[[agency]]\nname = "AP"\n', ", [[agency]] row 1 (AP): 'kind' is missing"),
    ("site_text.toml", (r"\[rights\]\nwords.*\n", ""), ": 'rights' is missing"),
    ("code_pages.toml", '[[page]]\ncodec = "cp1252"\n', ", [[page]] row 1: 'title' is missing"),
    ("code_pages.toml", (r'codec = "cp1250"', 'codec = "cp1"'), ", [[page]] row 3: 'codec' is cp1, which Python lacks"),
    ("embedded.toml", (r'name = "DMI-ALLOWED"', 'name = "MR-NON"'), ", [[code]] row 10 (MR-NON): 'name' is the"),
    ("embedded.toml", EMBEDDED, ": 'field' is missing"),
    ("embedded.toml", EMBEDDED + '[[field]]\nname = "creators"\n', ", [[field]] row 1 (creators): 'title' is missing"),
    ("fields.toml", (r"\nlanguage = .*", ""), ": 'language' is missing"),
    ("kinds.toml", '[error]\nwords = ["denied"]\n', ": 'consent' is missing"),
    ("marks.toml", "[archive]\nplaceholder = true\n", ", [archive]: 'words' is missing"),
    ("markup.toml", (r"\[weak\]\nwords[^]]*\]", ""), ": 'weak' is missing"),
    ("page_urls.toml", '[[host]]\nstarts = "www."\n', ", [[host]] row 1: 'reason' is missing"),
    ("terms.toml", 'scopes = ["web"]\n', ": 'territories' is missing"),
    ("picture_records.toml", (r"\ncreator = [^\]]*\]", ""), ", [media_roles]: 'creator' is missing"),
    ("structured.toml", (r"\[stems\]\nwords.*", ""), ": 'stems' is missing"),
    ("tracking.toml", 'names = ["gclid"]\n', ": 'starts' is missing"),
    ("words.toml", (r"\nvia = [^\]]*\]", ""), ": 'via' is missing"),
    # wrong types and values
    ("addresses.toml", "later = 1\n", ": 'later' must be a table, headed [later]; got 1"),
    ("agencies.toml", "agency = 1\n", ": 'agency' must be a list of tables, each headed [[agency]]; got 1"),
    ("agencies.toml", AP + "leads = 1\n", ", [[agency]] row 1 (AP): 'leads' must be true or false; got 1"),
    ("agencies.toml", AP + "parent = 3\n", ", [[agency]] row 1 (AP): 'parent' must be a string; got 3"),
    (
        "agencies.toml",
        AP.replace('"agency"', '"wire"'),
        ", [[agency]] row 1 (AP): 'kind' must be one of agency, stock,",
    ),
    (
        "agencies.toml",
        AP + "aliases = []\n",
        ", [[agency]] row 1 (AP): 'aliases' must be a list of one or more strings that are not blank; leave it out if"
        " there are none; got []",
    ),
    (
        "site_text.toml",
        (r"\nfi = \[", "\nfi = [3, "),
        ", [lines]: 'fi' must be a list of one or more strings that are not",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD.replace("seq", "sq"),
        ", [[field]] row 1 (creators): 'form' must be one of text,",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD + 'iim = ["80"]\n',
        ", [[field]] row 1 (creators): 'iim' must be a list of one or more whole numbers",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD + 'limit = "32"\n',
        ", [[field]] row 1 (creators): 'limit' must be a whole number, 0 or more; got '32'",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD + 'xmp = ["photo:Credit"]\n',
        ", [[field]] row 1 (creators): 'xmp' has the prefix 'photo', which is not in [namespaces]",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD + 'exif = ["Artist"]\n',
        ", [[field]] row 1 (creators): 'exif' lists 'Artist'; write a tag as 0x013B or exif:0x9003",
    ),
    ("fields.toml", (r"\nlanguage = .*", '\nlanguage = "lang"'), ": 'language' must be a list of one or more strings"),
    ("kinds.toml", "[error]\nwords = [1]\n", ", [error]: 'words' must be a list of one or more strings"),
    ("labels.toml", "en = 1\n", ": 'en' must be a table, headed [en]; got 1"),
    ("labels.toml", '[en]\nbefore = "photo"\n', ", [en]: 'before' must be a list of one or more strings"),
    (
        "marks.toml",
        '[pool]\nwords = ["pool"]\nplaceholder = 1\n',
        ", [pool]: 'placeholder' must be true or false; got 1",
    ),
    ("markup.toml", (r"\[weak\]\nwords = \[", "[weak]\nwords = [1, "), ", [weak]: 'words' must be a list of one"),
    (
        "terms.toml",
        TERMS.replace('["web"]', '"web"') + "[groups]\n",
        ": 'scopes' must be a list of one or more strings",
    ),
    ("terms.toml", TERMS + 'groups.EU = ["XX"]\n', ", [groups]: 'EU' lists 'XX', which is not in 'territories'"),
    (
        "structured.toml",
        (r"\[stems\]\nwords = \[", '[stems]\nwords = ["", '),
        ", [stems]: 'words' must be a list of one",
    ),
    ("tracking.toml", "names = []\n", ": 'names' must be a list of one or more strings that are not blank; got []"),
    ("words.toml", (r"\ntitles = \[", "\ntitles = [1, "), ": 'titles' must be a list of one or more strings"),
    # unknown keys and tables
    (
        "addresses.toml",
        ("^", 'first = ["x"]\n'),
        ": unknown key 'first'; known keys are decoration, later, none, sizes, wrapped",
    ),
    ("addresses.toml", '[later]\nname = ["data-src"]\n', ", [later]: unknown key 'name'; known keys are names"),
    ("agencies.toml", 'staff = ["A"]\n' + AP, ": unknown key 'staff'; known keys are agency"),
    ("agencies.toml", AP + 'alias = ["A"]\n', ", [[agency]] row 1 (AP): unknown key 'alias'; known keys are aliases,"),
    (
        "site_text.toml",
        ("$", '\n[footers]\nwords = ["x"]\n'),
        ": unknown key 'footers'; known keys are comments, lines,",
    ),
    (
        "embedded.toml",
        EMBEDDED + FIELD + "utf = 8\n",
        ", [[field]] row 1 (creators): unknown key 'utf'; known keys are",
    ),
    ("fields.toml", ("$", '\nauthor = ["author"]\n'), ": unknown key 'author'; known keys are headline, html, id,"),
    ("kinds.toml", ("$", '\n[form]\nwords = ["x"]\n'), ": unknown key 'form'; known keys are consent, error"),
    ("labels.toml", '[en]\nbefor = ["photo"]\n', ", [en]: unknown key 'befor'; known keys are after, before, by,"),
    ("marks.toml", '[pool]\nword = ["pool"]\n', ", [pool]: unknown key 'word'; known keys are placeholder, words"),
    (
        "markup.toml",
        ("$", '\n[advert]\nwords = ["x"]\n'),
        ": unknown key 'advert'; known keys are author, boilerplate,",
    ),
    ("terms.toml", 'scope = ["web"]\n' + TERMS, ": unknown key 'scope'; known keys are currencies, exemption, groups,"),
    (
        "structured.toml",
        ("$", '\n[size]\nwords = ["x"]\n'),
        ": unknown key 'size'; known keys are agency, caption, creator,",
    ),
    ("picture_records.toml", ("$", '\n[sizes]\nwords = ["x"]\n'), ": unknown key 'sizes'; known keys are"),
    ("tracking.toml", 'name = ["x"]\n', ": unknown key 'name'; known keys are names, starts"),
    ("words.toml", ("^", 'title = ["x"]\n'), ": unknown key 'title'; known keys are ai_fillers, ai_terms,"),
    # duplicates
    ("addresses.toml", (r'\["url", "src"', '["url", "url"'), ", [wrapped]: 'names' lists 'url' twice"),
    ("agencies.toml", AP * 2, ", [[agency]] row 2 (AP): 'name' is already the name of captions/data/agencies.toml, [["),
    (
        "agencies.toml",
        AP + AP.replace('"AP"', '"A.P."'),
        ", [[agency]] row 2 (A.P.): the spelling 'A.P.' already belongs to captions/data/agencies.toml, [[agency]] row",
    ),
    (
        "site_text.toml",
        (r'\["all rights"', '["all rights", "all rights"'),
        ", [rights]: 'words' lists 'all rights' twice",
    ),
    ("embedded.toml", EMBEDDED + FIELD * 2, ", [[field]] row 2 (creators): 'name' is the name of an earlier row"),
    ("embedded.toml", EMBEDDED + FIELD + "iim = [80, 80]\n", ", [[field]] row 1 (creators): 'iim' lists 80 twice"),
    (
        "embedded.toml",
        f"{EMBEDDED}{FIELD}iim = [80]\n{FIELD.replace('creators', 'title')}iim = [80]\n",
        ", [[field]] row 2 (title): 'iim' lists 80, which creators has already",
    ),
    ("fields.toml", (r'\["language"', '["lang"'), ": 'language' lists 'lang' twice"),
    ("kinds.toml", '[error]\nwords = ["x", "x"]\n', ", [error]: 'words' lists 'x' twice"),
    ("labels.toml", '[en]\nby = ["photo by", "photo by"]\n', ", [en]: 'by' lists 'photo by' twice"),
    ("marks.toml", '[ai]\nwords = ["ai", "ai"]\n', ", [ai]: 'words' lists 'ai' twice"),
    (
        "marks.toml",
        '[ai]\nwords = ["x"]\n[pool]\nwords = ["X"]\n',
        ", [pool]: 'words' lists 'X', which is in [ai] already",
    ),
    (
        "markup.toml",
        (r'words = \["sr-only"', 'words = ["sr-only", "sr-only"'),
        ", [unseen]: 'words' lists 'sr-only' tw",
    ),
    ("terms.toml", TERMS.replace("DE US", "DE US DE"), ": 'territories' lists 'DE' twice"),
    ("structured.toml", (r'words = \["redit"', 'words = ["redit", "redit"'), ", [stems]: 'words' lists 'redit' twice"),
    ("tracking.toml", 'names = ["gclid", "gclid"]\n', ": 'names' lists 'gclid' twice"),
    ("words.toml", (r"\nvia = \[", '\nvia = ["via", "via", '), ": 'via' lists 'via' twice"),
]
BROKEN_EXEMPTIONS = [
    (TERMS, ": 'exemption' is missing"),
    ('[[exemption]]\nname = "staff"\n', ", [[exemption]] row 1 (staff): 'kind' is missing"),
    (
        '[[exemption]]\nname = "staff"\nkind = "flat"\n',
        ", [[exemption]] row 1 (staff): 'kind' must be one of staff, free",
    ),
    (
        '[[exemption]]\nname = "staff"\nmark = ["ai"]\n',
        ", [[exemption]] row 1 (staff): unknown key 'mark'; known keys are",
    ),
    ('[[exemption]]\nname = "a"\nkind = "free"\nrequires = "b"\n' * 2, ", [[exemption]]: two rows are named 'a'"),
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    copytree(Path(str(tables.DATA)), folder)
    monkeypatch.setattr(tables, "DATA", folder)
    return folder


def _error(read: Callable[[], object]) -> str:
    with pytest.raises(VocabularyError) as raised:
        read()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_every_table_has_a_reader() -> None:
    assert sorted(READERS) == sorted(file.name for file in tables.DATA.iterdir() if file.name.endswith(".toml"))


@pytest.mark.parametrize("file", READERS)
def test_a_sound_table_is_read(data: Path, file: str) -> None:
    READERS[file]()


@pytest.mark.parametrize(("file", "change", "message"), BROKEN)
def test_a_broken_table_is_named(data: Path, file: str, change: str | tuple[str, str], message: str) -> None:
    path = data / file
    if isinstance(change, tuple):
        before = path.read_text(encoding="utf-8")
        change, times = re.subn(*change, before, count=1)
        assert times
    path.write_text(change, encoding="utf-8")
    assert _error(READERS[file]).startswith(f"captions/data/{file}{message}")


@pytest.mark.parametrize(("text", "message"), BROKEN_EXEMPTIONS)
def test_a_broken_default_is_named(data: Path, text: str, message: str) -> None:
    (data / "terms.toml").write_text(text, encoding="utf-8")
    assert _error(EXEMPTIONS).startswith(f"captions/data/terms.toml{message}")


@pytest.mark.parametrize("file", READERS)
@pytest.mark.parametrize("content", [b"[broken\n", b"x = 1\nx = 2\n", b"\x80\x81"])
def test_a_file_that_is_not_toml_is_named(data: Path, file: str, content: bytes) -> None:
    (data / file).write_bytes(content)
    assert _error(READERS[file]).startswith(f"captions/data/{file}: not valid TOML: ")

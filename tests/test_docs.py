"""Compare the lists in docs/ with the program: audit codes, keys of the register, kinds of agencies."""

from __future__ import annotations

import re
from dataclasses import fields

from captions_db import VIEWS

from captions.audit.codes import CODES
from captions.corrections.corrections import CORRECTION_COLUMNS
from captions.embedded.table import table
from captions.lexicon.agencies import KINDS, Agency
from captions.licensing import terms
from captions.licensing.agreement_sheet import COLUMNS
from captions.licensing.exemptions import exemptions
from captions.page.page_type import GALLERY, LIVE, STUB
from captions.sources import SUFFIXES
from captions.sources.formats import FORMATS
from captions.sources.keys import key
from captions.sources.records import PARTS, names
from tests.support.paths import ROOT

DOCS = ROOT / "docs"


def test_every_audit_code_is_listed_with_its_meaning() -> None:
    rows = re.findall(
        r"^\| (CR\d+) \| (\w+) \| (.*?) \| (.*?) \|$", (DOCS / "audit.md").read_text("utf-8"), re.MULTILINE
    )
    assert rows == [(c.code, c.severity, c.meaning, c.fix) for c in CODES.values()]


def test_every_key_of_the_register_is_explained() -> None:
    text = (DOCS / "adding_an_agency.md").read_text("utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]
    keys = {field.name for field in fields(Agency)}
    in_example = set(re.findall(r"^(\w+) =", example, re.MULTILINE))
    in_table = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert in_example | in_table == keys


def test_every_kind_of_agency_is_named() -> None:
    text = (DOCS / "adding_an_agency.md").read_text("utf-8")
    assert [kind for kind in KINDS if kind not in text] == []


def test_every_kind_of_file_is_listed_in_the_order_of_the_table() -> None:
    text = (DOCS / "formats.md").read_text("utf-8")
    listed = re.findall(r"^\| ([^`|]+) \|", text.split("## Records")[0], re.MULTILINE)[1:]
    assert listed == [kind.name for kind in FORMATS if kind.name not in ("binary", "XML")]
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in text] == []
    assert [note for note in (STUB, LIVE, GALLERY) if f"- {note}\n" not in text] == []


def test_every_part_of_a_record_is_listed_with_names_that_are_known() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*), ... \|$", (DOCS / "formats.md").read_text("utf-8"), re.MULTILINE)
    assert [part for part, _ in rows] == list(PARTS)
    for part, usual in rows:
        assert [name for name in usual.split(", ") if key(name.strip("`")) not in names()[part]] == []


def test_exemptions_are_listed_with_their_requirements() -> None:
    text = (DOCS / "agreements.md").read_text("utf-8").split("### What needs no agreement", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([a-zA-Z ]+) \| .*? \| (.*?) \|$", text, re.MULTILINE)
    assert rows == [(row.name, row.requires) for row in exemptions()]


def test_scopes_groups_kinds_and_columns_are_named() -> None:
    text = (DOCS / "agreements.md").read_text("utf-8")
    names = (*terms.table().scopes, *terms.table().groups, *terms.KINDS, *COLUMNS, *CORRECTION_COLUMNS)
    assert [name for name in names if name not in text] == []


def test_every_field_is_listed_with_its_places() -> None:
    prefixes = table().prefixes

    def short(path: tuple[str, ...]) -> str:
        steps = (step.removeprefix("{").split("}") for step in path)
        return "/".join(f"{prefixes[namespace]}:{name}" for namespace, name in steps)

    expected = [
        "| `{}` | {} | {} | {} | {} |".format(
            field.name,
            " or ".join(short(path) for path in field.xmp),
            ", ".join(f"2:{number}" for number in field.iim),
            ", ".join(f"0x{tag:04X}" for _, tag in field.exif),
            field.limit or "",
        )
        for field in table().fields.values()
    ]
    text = (DOCS / "embedded_metadata.md").read_text("utf-8")
    assert [row for row in text.splitlines() if row.startswith("| `")] == expected


def test_every_view_is_listed_with_its_description() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", (DOCS / "store.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(name, rows_are) for name, (rows_are, _) in VIEWS.items()]


def test_the_documents_use_the_words_of_this_field() -> None:
    """Use one word per thing; the words on the right never replace those on the left."""
    never = {"caption": "legend", "agency": "vendor", "credit line": "attribution", "creator": "photographer"}
    for path in (ROOT / "README.md", *DOCS.glob("*.md")):
        prose = re.sub(r"```.*?```|`[^`]*`", "", path.read_text("utf-8"), flags=re.DOTALL).casefold()
        assert [word for word in never.values() if re.search(rf"\b{word}s?\b", prose)] == [], path.name


def test_every_document_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [path.name for path in DOCS.glob("*.md") if f"](docs/{path.name})" not in readme] == []

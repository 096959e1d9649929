"""``captions images``: read, scan, check and stamp the metadata embedded in picture files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import images_check, images_find, images_scan, images_sheet, images_stamp
from captions.cli import options as o
from captions.cli.output import for_report, format_of, note, opened
from captions.errors import InputError
from captions.report import Column, Row, write_rows

if TYPE_CHECKING:
    from captions.embedded import Embedded, Fields

app = typer.Typer(help="Read, check and embed credits in picture files.", no_args_is_help=True, rich_markup_mode=None)
app.command("scan")(images_scan.scan)
app.command("check")(images_check.check)
app.command("find")(images_find.find)
app.command("sheet")(images_sheet.sheet)
app.command("stamp")(images_stamp.stamp)
_PICTURE = Column("picture", "Picture", wide=True)
_FIELD = Column("field", "Field")
_VALUE = Column("value", "Value", wide=True)
_FAMILIES = (Column("xmp", "XMP", wide=True), Column("iim", "IIM", wide=True), Column("exif", "EXIF", wide=True))
_REMARK = Column("remark", "")
Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Pictures: JPEG, PNG, TIFF, WebP, AVIF, ...")]
Families = Annotated[
    bool, typer.Option("--families", help="Show XMP, IIM and EXIF side by side, and where they disagree.")
]


@app.command()
def read(
    files: Files,
    families: Families = False,
    chosen: Annotated[o.Shape | None, typer.Option("--format", help=o.FORMAT_HELP, show_default=False)] = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Show the metadata embedded in pictures.

    Reads credits, captions, rights, IDs and places without decoding pixels. XMP takes precedence over IIM, and IIM over
    EXIF; for the date of capture, EXIF comes first. A sidecar (FILE.xmp next to the picture) takes precedence over all.

    \b
    Examples:
      captions images read harbor.jpg
      captions images read --families --format json harbor.jpg market.jpg
    """
    from captions import embedded

    form = format_of(chosen, output, o.Shape.table)
    targets = for_report(output, files, overwrite=overwrite)
    found: list[tuple[str, Embedded]] = []
    failed: list[dict[str, str]] = []
    missing = False
    for name in files:
        try:
            picture = embedded.read(name, sidecar=True)
        except InputError as error:
            reason, missing = str(error).removeprefix(f"{name}: "), True
        else:
            reason = picture.notes[0] if picture.format is None else ""
        if reason:
            note(f"not read: {name}: {reason}")
            failed.append({"source": name, "reason": reason})
            continue
        found.append((name, picture))
        if form is o.Shape.table:
            for remark in picture.notes:
                note(f"{name}: {remark}")
    with opened(output, targets) as stream:
        if form is o.Shape.json:
            from captions.report import as_json

            as_json.write({"pictures": [_as_data(*item) for item in found], "failures": failed}, stream)
        elif found:
            columns = (_FIELD, *((*_FAMILIES, _REMARK) if families else (_VALUE,)))
            rows = [row for item in found for row in _rows(*item, families)]
            write_rows("fields", columns if len(found) == 1 else (_PICTURE, *columns), rows, "table", stream)
    if missing or not found:
        raise typer.Exit(2)


def _rows(name: str, picture: Embedded, families: bool) -> Iterator[Row]:
    """Return a picture's rows of the table."""
    size = f" {picture.width} × {picture.height}" if picture.width and picture.height else ""
    size += f" and {picture.sidecar}" if picture.sidecar else ""
    if picture.empty or not families:
        remark = "no embedded metadata" if picture.empty else ""
        yield {"picture": name, "field": f"{picture.format}{size}", "value": remark, "remark": remark}
    disagree = {item.field for item in picture.disagreements}
    cut = {item.field for item in picture.cuts}
    for key, title in _titles().items():
        merged = picture.fields.get(key)
        by_family = {family: "; ".join(picture.family(family).get(key)) for family in ("xmp", "iim", "exif")}
        if not merged and not (families and any(by_family.values())):
            continue
        text = "; ".join(map(_spelled_out, merged))
        remarks = [word for word, keys in (("disagree", disagree), ("cut", cut)) if key in keys]
        yield {"picture": name, "field": title, "value": text, "remark": ", ".join(remarks), **by_family}
    if picture.content_credentials:
        types = "; ".join(map(_spelled_out, picture.c2pa_source_types)) or "no digital source type"
        yield {"picture": name, "field": "Content credentials", "value": types, "remark": f"not verified; {types}"}


def _spelled_out(value: str) -> str:
    """Return what a code means, or any other value unchanged: ``DMI-PROHIBITED (data mining prohibited)``."""
    from captions.embedded import code_of

    code = code_of(value) if "://" in value else None
    return f"{code.name} ({code.means})" if code else value


def _titles() -> dict[str, str]:
    from captions.embedded.table import table

    return {name: field.title for name, field in table().fields.items()}


def _as_data(name: str, picture: Embedded) -> dict[str, object]:
    """Return a picture as a JSON object."""
    from captions.embedded import ai_evidence

    return {
        "source": name,
        "format": picture.format,
        "width": picture.width,
        "height": picture.height,
        "fields": _fields(picture.fields),
        "families": {family: _fields(picture.family(family)) for family in ("xmp", "iim", "exif")},
        "disagreements": [
            {"field": item.field, **{family: list(values) for family, values in item.values}}
            for item in picture.disagreements
        ],
        "cuts": [{"field": c.field, "value": c.value, "limit": c.limit, "whole": c.whole} for c in picture.cuts],
        "iim_digest_fits": picture.iim_digest_fits,
        "content_credentials": picture.content_credentials,
        "c2pa_source_types": list(picture.c2pa_source_types),
        "ai_evidence": list(ai_evidence(picture.fields, picture.c2pa_source_types)),
        "sidecar": picture.sidecar,
        "notes": list(picture.notes),
    }


def _fields(fields: Fields) -> dict[str, object]:
    from captions.embedded import LISTS

    return {name: list(values) if name in LISTS else values[0] for name, values in fields.present().items()}

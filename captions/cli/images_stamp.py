"""``captions images stamp``: write copies of pictures with their credits embedded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.inputs import database_name, has_database, opened_store
from captions.cli.output import count, note
from captions.errors import CaptionsError
from captions.files.targets import Targets

if TYPE_CHECKING:
    from captions.embedded import Stamped

Values = dict[str, tuple[str, ...]]
"""The values to embed, by field."""

Picture = Annotated[
    str | None,
    typer.Argument(metavar="PICTURE", help="The picture; only --replace changes it.", show_default=False),
]
Copy = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="PATH", help="The copy to write; with --from-article, a folder."),
]
FromUse = Annotated[
    int | None,
    typer.Option("--from-use", metavar="N", help="Embed the caption, creators and credit of this use."),
]
FromArticle = Annotated[
    str | None,
    typer.Option(
        "--from-article", metavar="ARTICLE", help="Stamp all pictures of a stored article: its source, URL or ID."
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace the picture with its stamped copy.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing files other than the pictures.")]
Original = Annotated[
    bool, typer.Option("--original/--no-original", help="With --replace: keep the picture as NAME_original.")
]
BreakSignature = Annotated[
    bool,
    typer.Option("--break-signature", help="Stamp signed pictures too (content credentials); breaks the signature."),
]
Creators = Annotated[
    list[str] | None, typer.Option("--creator", metavar="NAME", help="A creator of the picture; repeatable.")
]
CreditLine = Annotated[str | None, typer.Option("--credit", metavar="LINE", help="The credit line.")]
CaptionText = Annotated[str | None, typer.Option("--caption", metavar="TEXT", help="The caption.")]
CopyrightNotice = Annotated[str | None, typer.Option("--copyright", metavar="NOTICE", help="The copyright notice.")]
WebStatement = Annotated[
    str | None, typer.Option("--web-statement", metavar="URL", help="A page that states the rights and the license.")
]
LicensorName = Annotated[str | None, typer.Option("--licensor-name", metavar="NAME", help="Who licenses the picture.")]
LicensorUrl = Annotated[
    str | None, typer.Option("--licensor-url", metavar="URL", help="A page where the picture can be licensed.")
]


def stamp(
    picture: Picture = None,
    output: Copy = None,
    from_use: FromUse = None,
    from_article: FromArticle = None,
    replace: Replace = False,
    original: Original = True,
    overwrite: Overwrite = False,
    break_signature: BreakSignature = False,
    creator: Creators = None,
    credit: CreditLine = None,
    caption: CaptionText = None,
    copyright_notice: CopyrightNotice = None,
    web_statement: WebStatement = None,
    licensor_name: LicensorName = None,
    licensor_url: LicensorUrl = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Write copies of pictures with their credits embedded.

    Pixels and other metadata do not change. JPEG and TIFF get XMP and IIM, and EXIF if they already have it; PNG, WebP
    and GIF get XMP. Other formats get a sidecar, FILE.xmp, next to the copy. The copy is read back and compared.

    --from-use takes the number of a use, shown by `captions find WORDS --format json`, and writes its credit line the
    way the supplier asks. --from-article stamps every scanned picture of an article from its use; a picture that cannot
    be stamped is reported and skipped.

    \b
    Examples:
      captions images stamp harbor.jpg -o out.jpg --credit "Jo Reed/AFP"
      captions images stamp harbor.jpg --replace --from-use 12
      captions images stamp --from-article articles/ferry.html -o stamped/
    """
    values = _given(
        {
            "creators": creator or (),
            "credit_line": (credit,),
            "caption": (caption,),
            "copyright_notice": (copyright_notice,),
            "web_statement": (web_statement,),
            "licensor_name": (licensor_name,),
            "licensor_url": (licensor_url,),
        }
    )
    how = _How(overwrite, original, break_signature)
    if from_article is not None:
        if picture is not None or from_use is not None or replace:
            raise typer.BadParameter("--from-article cannot be combined with PICTURE, --from-use or --replace")
        if output is None:
            raise typer.BadParameter("--from-article needs a folder to write to: -o FOLDER")
        _stamp_article(from_article, output, how, values, db_url, agencies)
        return
    if picture is None:
        raise typer.BadParameter("give a PICTURE, or an article with --from-article")
    if (output is None) != replace:
        raise typer.BadParameter("give either -o FILE for the copy, or --replace")
    if from_use is not None:
        values = _values_of_use(from_use, db_url, agencies) | values
    _stamp_picture(picture, output, how, values, db_url)


@dataclass(frozen=True, slots=True)
class _How:
    """How to treat files that exist, and signed pictures."""

    overwrite: bool
    original: bool
    break_signature: bool


def _stamp_picture(picture: str, output: Path | None, how: _How, values: Values, db_url: str) -> None:
    from captions import embedded
    from captions.imaging import stamping

    if output is None:
        written = stamping.replace(Path(picture), values, original=how.original, break_signature=how.break_signature)
    else:
        targets = Targets([picture], overwrite=how.overwrite)
        written = embedded.stamp(
            picture, output, embedded.Fields.of(values), targets=targets, break_signature=how.break_signature
        )
    for remark in written.notes:
        note(f"{picture}: {remark}")
    note(f"wrote {written.sidecar or written.path} and verified: {_titles(values)}")
    if output is None:
        _scan_again(written, db_url)


def _given(options: dict[str, list[str] | tuple[str | None, ...]]) -> Values:
    return {name: tuple(v for v in values if v) for name, values in options.items() if any(values)}


def _scan_again(written: Stamped, url: str) -> None:
    """Rescan a replaced picture if the database has it, because its stored metadata is out of date."""
    from captions.imaging.stamping import scan_again

    if not has_database(url):
        return
    with opened_store(url) as engine:
        if scan_again(engine, written.path):
            note(f"rescanned {written.path}")


def _titles(values: Values) -> str:
    from captions.embedded.table import table

    return ", ".join(field.title for name, field in table().fields.items() if name in values)


def _values_of_use(number: int, url: str, agencies: Path | None) -> Values:
    """Return the caption, creators and credit of a stored use, with the credit line the way its supplier asks."""
    from captions import stored
    from captions.imaging.stamping import fields_of

    with opened_store(url) as engine:
        use = stored.stored_use(engine, number)
    if use is None:
        raise CaptionsError(
            f"no use {number} in {database_name(url)}; to look it up, run: captions find WORDS --format json"
        )
    return fields_of(use.caption, use.credit, o.words(agencies, url))


def _stamp_article(article: str, folder: Path, how: _How, values: Values, url: str, agencies: Path | None) -> None:
    import captions_db as db

    from captions.imaging.stamping import Batch, fields_of, pictures_of

    if folder.exists() and not folder.is_dir():
        raise CaptionsError(f"{folder} is a file; choose a folder with -o")
    words = o.words(agencies, url)
    targets = Targets(overwrite=how.overwrite)
    batch = Batch(folder, targets, how.break_signature, values, note)
    unscanned = 0
    with opened_store(url) as engine:
        targets.protect(db.image_files(engine))
        for use, pictures in pictures_of(engine, article, words):
            unscanned += not pictures
            for picture in pictures:
                batch.stamp(picture, fields_of(use.caption, use.credit, words))
    without = f"; no scanned picture for {count(unscanned, 'caption')}" if unscanned else ""
    note(f"stamped {batch.done}, failed {batch.failed}{without}; written to {folder}")
    if not batch.done:
        raise typer.Exit(2)

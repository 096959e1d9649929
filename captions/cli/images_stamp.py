"""``captions images stamp``: copies of pictures with their credits embedded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.embedded import Stamped


def stamp(
    picture: Annotated[
        str | None, typer.Argument(metavar="PICTURE", help="The picture; it is not changed, but by --replace.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="The copy to write; of an article, the folder for copies."),
    ] = None,
    from_use: Annotated[
        int | None,
        typer.Option("--from-use", metavar="N", help="Take caption, creators and credit of this stored use."),
    ] = None,
    from_article: Annotated[
        str | None,
        typer.Option(
            "--from-article", metavar="ARTICLE", help="All pictures of a stored article: its source, address or id."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the copy in the picture's place, when it is read back.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Of an article: write over files that are in the folder.")
    ] = False,
    creator: Annotated[
        list[str] | None, typer.Option("--creator", metavar="NAME", help="Who made the picture; repeat for several.")
    ] = None,
    credit: Annotated[str | None, typer.Option("--credit", metavar="LINE", help="The credit line.")] = None,
    caption: Annotated[str | None, typer.Option("--caption", metavar="TEXT", help="The caption.")] = None,
    copyright_notice: Annotated[
        str | None, typer.Option("--copyright", metavar="NOTICE", help="The copyright notice.")
    ] = None,
    web_statement: Annotated[
        str | None, typer.Option("--web-statement", metavar="URL", help="Where its rights and license are told.")
    ] = None,
    licensor_name: Annotated[
        str | None, typer.Option("--licensor-name", metavar="NAME", help="Who licenses it.")
    ] = None,
    licensor_url: Annotated[
        str | None, typer.Option("--licensor-url", metavar="URL", help="Where a license can be had.")
    ] = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Write copies of pictures with their credits embedded.

    No pixel changes, and what else was embedded stays. JPEG and TIFF get XMP and IIM, and EXIF where there is some;
    PNG, WebP and GIF get XMP. Of other formats a sidecar, FILE.xmp, is written beside the copy. What was written is
    read back and compared. `captions find` with --format json tells the ids of uses; its credit line is written as the
    supplier asks for it. With --from-article, all pictures of an article that were scanned are stamped, each from its
    own use; one that can't be is told, and the others go on.

    \b
    Examples:
      captions images stamp harbor.jpg -o out.jpg --creator "Jo Reed" --credit "Jo Reed/AFP"
      captions images stamp harbor.jpg -o out.jpg --from-use 12 --licensor-url https://agency.example/harbor
      captions images stamp harbor.jpg --replace --from-use 12
      captions images stamp --from-article articles/ferry.html -o stamped/
    """
    named = {
        "creators": tuple(creator or ()),
        "credit_line": (credit,),
        "caption": (caption,),
        "copyright_notice": (copyright_notice,),
        "web_statement": (web_statement,),
        "licensor_name": (licensor_name,),
        "licensor_url": (licensor_url,),
    }
    given = {name: tuple(v for v in values if v) for name, values in named.items() if any(values)}
    if from_article is not None:
        if picture is not None or from_use is not None or replace:
            raise typer.BadParameter("--from-article takes its pictures from the database: no PICTURE, no other source")
        if output is None:
            raise typer.BadParameter("--from-article needs a folder to write to: -o FOLDER")
        _article(from_article, output, overwrite, given, db_url, agencies)
        return
    if picture is None:
        raise typer.BadParameter("name a picture, or an article with --from-article")
    if (output is None) != replace:
        raise typer.BadParameter("name the copy with -o FILE, or say --replace")
    if overwrite:
        raise typer.BadParameter("--overwrite is of --from-article")
    _one(picture, output, from_use, given, db_url, agencies)


def _one(
    picture: str,
    output: Path | None,
    from_use: int | None,
    given: dict[str, tuple[str, ...]],
    db_url: str,
    agencies: Path | None,
) -> None:
    from captions import embedded
    from captions.imaging import stamping

    if from_use is not None:
        given = _of_use(from_use, db_url, agencies) | given
    if output is not None:
        written = embedded.stamp(picture, output, embedded.Fields.of(given))
    else:
        written = stamping.replace(Path(picture), given)
    for remark in written.notes:
        note(f"{picture}: {remark}")
    note(f"written to {written.sidecar or written.path} and read back: {_titles(given)}")
    if output is None:
        _scan_again(written, db_url)


def _scan_again(written: Stamped, url: str) -> None:
    """The store knows the picture as it was: it is read again, if it was scanned."""
    import captions_db as db

    from captions.imaging.stamping import scan_again

    if "://" not in url and not Path(url).exists():
        return
    engine = db.open_store(url)
    try:
        if scan_again(engine, written.path):
            note(f"{written.path} is scanned again")
    finally:
        engine.dispose()


def _titles(given: dict[str, tuple[str, ...]]) -> str:
    from captions.embedded.table import table

    return ", ".join(field.title for name, field in table().fields.items() if name in given)


def _of_use(number: int, url: str, agencies: Path | None) -> dict[str, tuple[str, ...]]:
    """What a stored use tells of its picture, its credit as the supplier asks for it."""
    import captions_db as db

    from captions import stored
    from captions.imaging.stamping import fields_of

    engine = db.open_store(url)
    try:
        use = stored.stored_use(engine, number)
    finally:
        engine.dispose()
    if use is None:
        raise CaptionsError(f"no use {number} in {url}; `captions find WORDS --format json` tells the ids of uses")
    return fields_of(use.caption, use.credit, o.words(agencies, url))


def _article(
    article: str, folder: Path, overwrite: bool, given: dict[str, tuple[str, ...]], url: str, agencies: Path | None
) -> None:
    import captions_db as db

    from captions.imaging.stamping import Batch, fields_of, pictures_of

    if folder.exists() and not folder.is_dir():
        raise CaptionsError(f"{folder} is a file; name a folder with -o")
    words = o.words(agencies, url)
    batch = Batch(folder, overwrite, given, note)
    bare = 0
    engine = db.open_store(url)
    try:
        for use, pictures in pictures_of(engine, article, words):
            bare += not pictures
            for picture in pictures:
                batch.stamp(picture, fields_of(use.caption, use.credit, words))
    finally:
        engine.dispose()
    without = f"; {o.count(bare, 'caption')} without a picture that was scanned" if bare else ""
    note(f"stamped {batch.done}, failed {batch.failed}{without}; written to {folder}")
    if not batch.done:
        raise typer.Exit(2)

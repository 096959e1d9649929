"""``captions clean``: articles without captions, for republishing."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from captions.cli import options as o
from captions.cli.output import note, opened, write_text
from captions.errors import CaptionsError, InputError
from captions.sources import InputFile, Source, Unread

if TYPE_CHECKING:
    from captions.clean import Place
    from captions.lexicon.vocabulary import Vocabulary
    from captions.model import Caption


class To(StrEnum):
    """The forms of a clean article."""

    text = "text"
    markdown = "markdown"
    html = "html"


class Keep(StrEnum):
    """What becomes of the captions."""

    drop = "drop"
    once = "once"
    end = "end"


_SUFFIX = {To.text: ".txt", To.markdown: ".md", To.html: ".html"}


def clean(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A file, a folder, -, or the source of a stored article.")
    ],
    to: Annotated[To, typer.Option("--to", help="As what.")] = To.text,
    captions: Annotated[
        Keep, typer.Option("--captions", help="Leave them out, keep each once in its place, or list them at the end.")
    ] = Keep.drop,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="A file; of a folder, the folder to write to."),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="The page's address, to which its links are relative."),
    ] = None,
    pictures: Annotated[
        str | None,
        typer.Option(
            "--pictures", metavar="FOLDER", help="Stamp copies of the pictures shown, found here by their names."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --pictures: write over copies that are there.")
    ] = False,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Give articles back without their captions, or with each once, and no sentence of theirs lost.

    HTML is a fragment that is safe to paste: nothing of a page's scripts, styles and trackers is in it. With captions,
    it has a figure for each, and the facts of the pictures as JSON-LD. Credits are printed as their suppliers ask. With
    --pictures, copies of the pictures with their credits embedded are written to FILE.pictures/ beside the output, and
    shown from there.

    \b
    Examples:
      captions clean article.txt
      captions clean page.html --to html --captions once
      captions clean articles/ -o clean/ --to markdown --captions end
      captions clean page.html -o out.html --to html --captions once --pictures originals/
    """
    travel = _Travel(pictures, overwrite, agencies) if pictures is not None else None
    if travel is not None and (to is not To.html or captions is Keep.drop or output is None or str(output) == "-"):
        raise typer.BadParameter("--pictures goes with --to html, --captions once or end, and -o")
    if overwrite and travel is None:
        raise typer.BadParameter("--overwrite is of --pictures")
    if path != "-" and Path(path).is_dir():
        if page is not None:
            raise typer.BadParameter("--url is of one page; a folder holds several")
        _folder(path, output, to, captions, agencies, travel)
        return
    place = travel.beside(output) if travel is not None and output is not None else None
    text = _one(path, to, captions, page, db_url, agencies, place)
    with opened(output) as stream:
        write_text(text, stream)
    if travel is not None:
        note(travel.summary())


def _one(path: str, to: To, keep: Keep, page: str | None, url: str, agencies: Path | None, place: Place | None) -> str:
    from captions import sources

    items = sources.read_all([path])
    item = next(items)
    if next(items, None) is not None:
        raise InputError(f"{path} holds more than one article; name a folder, or ingest it and clean each by name")
    if isinstance(item, Unread):
        stored = _stored(path, to, keep, url, agencies, place) if item.missing else None
        if stored is None:
            stored_too = f", nor an article of this name in {url}" if item.missing else ""
            raise InputError(f"{item.name}: {item.reason}{stored_too}")
        return stored
    for remark in item.notes:
        note(f"{item.name}: {remark}")
    return _cleaned(item, to, keep, page, o.words(agencies), place)


def _cleaned(source: Source, to: To, keep: Keep, page: str | None, words: Vocabulary, place: Place | None) -> str:
    from captions import sources
    from captions.clean import clean as cleaned
    from captions.clean import clean_page

    if source.page:
        return clean_page(source.text, to.value, keep.value, page, words, place)
    return cleaned(sources.article(source, words), to.value, keep.value, source.text, words, place)


def _stored(key: str, to: To, keep: Keep, url: str, agencies: Path | None, place: Place | None) -> str | None:
    """A stored article; None if there is no database, or no such article in it."""
    if "://" not in url and not Path(url).exists():
        return None
    import captions_db as db

    from captions import stored
    from captions.clean import clean as cleaned

    engine = db.open_store(url)
    try:
        article = stored.stored_article(engine, key)
    finally:
        engine.dispose()
    if article is None:
        return None
    if keep is Keep.once and any(p.start is None for c in article.captions for p in c.occurrences):
        note(f"{key}: a page is stored without its layout: captions stand at the end; clean the file itself")
    return cleaned(article, to.value, keep.value, vocabulary=o.words(agencies, url), place=place)


def _folder(path: str, output: Path | None, to: To, keep: Keep, agencies: Path | None, travel: _Travel | None) -> None:
    from captions import sources

    if output is None:
        raise typer.BadParameter("a folder needs a folder to write to: -o DIR")
    if output.exists() and not output.is_dir():
        raise CaptionsError(f"{output} is a file; name a folder with -o")
    done = failed = 0
    words = o.words(agencies)
    for entry, target in _targets(path, output, to):
        for number, item in enumerate((entry,) if isinstance(entry, Unread) else sources.read(entry), 1):
            if isinstance(item, Unread):
                note(f"not read: {item.name}: {item.reason}")
                failed += 1
                continue
            if item.name != entry.name:  # one of several in a file
                target = target.with_name(f"{target.stem.removesuffix(f'-{number - 1}')}-{number}{target.suffix}")
            target.parent.mkdir(parents=True, exist_ok=True)
            place = travel.beside(target) if travel is not None else None
            with opened(target) as stream:
                stream.write(_cleaned(item, to, keep, None, words, place))
            done += 1
    note(f"cleaned {done}, failed {failed}; written to {output}{f'; {travel.summary()}' if travel else ''}")
    if not done:
        raise typer.Exit(2)


class _Travel:
    """The pictures that are shown, each stamped with what is printed of it, beside the article that shows it."""

    def __init__(self, folder: str, overwrite: bool, agencies: Path | None) -> None:
        from captions.imaging.stamping import Batch, Folder

        if not Path(folder).is_dir():
            raise InputError(f"{folder}: no such folder; name the folder of the pictures with --pictures")
        self._originals, self._words = Folder(folder), o.words(agencies)
        self._overwrite, self._batches, self._missing = overwrite, list[Batch](), 0

    def beside(self, output: Path) -> Place:
        """Tells, of each caption of an article that is written to ``output``, where the copy of its picture lies."""
        from captions.imaging.stamping import Batch, fields_of

        batch = Batch(output.with_name(f"{output.stem}.pictures"), self._overwrite, say=note)
        self._batches.append(batch)

        def place(caption: Caption) -> str | None:
            found = self._originals.find(caption.images)
            if found is None:
                self._missing += bool(caption.images)
                return None
            copy = batch.stamp(found, fields_of(caption.text, caption.credit, self._words))
            return quote(f"{copy.parent.name}/{copy.name}") if copy is not None else None

        return place

    def summary(self) -> str:
        """``pictures stamped 2, failed 0, not found 1``."""
        done, failed = sum(batch.done for batch in self._batches), sum(batch.failed for batch in self._batches)
        return f"pictures stamped {done}, failed {failed}, not found {self._missing}"


def _targets(path: str, output: Path, to: To) -> Iterator[tuple[InputFile | Unread, Path]]:
    """Each file of a folder and where its clean text goes: the same place below ``output``."""
    from captions import sources

    root = Path(path).absolute()
    if output.absolute() == root or root in output.absolute().parents:
        raise CaptionsError(f"{output} is in the folder that is read; name another with -o")
    taken: set[Path] = set()
    for item in sources.find([path]):
        if isinstance(item, Unread):
            yield item, output
            continue
        relative = item.path.absolute().relative_to(root) if item.path else Path(item.name)
        stem = relative.name.removesuffix(".gz").rsplit(".", 1)[0]
        target = output / relative.with_name(stem + _SUFFIX[to])
        if target in taken:  # a.txt and a.md
            target = output / relative.with_name(relative.name + _SUFFIX[to])
        taken.add(target)
        yield item, target

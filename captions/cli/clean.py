"""``captions clean``: write articles without their captions, for republishing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from captions.cli import completion
from captions.cli import options as o
from captions.cli.cleaning import (
    CleanArticle,
    CleanFormat,
    Form,
    Keep,
    as_json,
    barred_of,
    checked,
    cleaned,
    report,
)
from captions.cli.inputs import database_name, has_database, note_missing, opened_store
from captions.cli.output import is_stdout, note, opened, write_text
from captions.errors import CaptionsError, InputError
from captions.files.targets import Targets, is_below
from captions.sources import InputFile, Source, Unread

if TYPE_CHECKING:
    from captions.audit.clearance import Clearance
    from captions.clean import Place
    from captions.ingest.reading import ReaderProcess
    from captions.lexicon.vocabulary import Vocabulary
    from captions.model import Caption


Article = Annotated[
    str, typer.Argument(metavar="PATH", help="A file, a folder, the source of a stored article, or - for stdin.")
]
To = Annotated[CleanFormat, typer.Option("--to", help="Output format.")]
Captions = Annotated[
    Keep, typer.Option("--captions", help="Drop captions, keep each once in place, or list them at the end.")
]
CleanOutput = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="PATH", help="Write to this file; for a folder of articles, a folder."),
]
PageUrl = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="The page's URL, which its relative links start from.")
]
Originals = Annotated[
    str | None,
    typer.Option("--pictures", metavar="FOLDER", help="Stamp copies of the article's pictures found in this folder."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace existing files with other content, but none of the originals.")
]
For = Annotated[
    o.IntendedScope | None,
    typer.Option("--for", help="Leave out pictures that may not be republished in this scope, and say why."),
]
On = Annotated[
    date | None,
    typer.Option(
        "--on", parser=o.last_day, metavar="DATE", help="With --for or --territory: the day.  [default: today]"
    ),
]
Mark = Annotated[bool, typer.Option("--mark", help="Mark pictures that are not cleared, instead of leaving them out.")]
Own = Annotated[
    str | None,
    typer.Option(
        "--publication",
        metavar="NAME",
        help="Your publication, whose own pictures are cleared.",
        autocompletion=completion.publication,
    ),
]
_SUFFIX = {CleanFormat.text: ".txt", CleanFormat.markdown: ".md", CleanFormat.html: ".html", CleanFormat.json: ".json"}


def clean(
    path: Article,
    to: To = CleanFormat.text,
    captions: Captions = Keep.drop,
    output: CleanOutput = None,
    page: PageUrl = None,
    pictures: Originals = None,
    scope: For = None,
    territory: o.Territory = None,
    on: On = None,
    mark: Mark = False,
    own: Own = None,
    overwrite: Overwrite = False,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
    seconds: o.TimeLimit = 60,
) -> None:
    """Write articles without their captions.

    --captions keeps each caption, but only once. No sentence of the article is lost. --overwrite replaces other files.

    HTML output is a fragment that is safe to paste, without the page's scripts, styles and trackers. If captions stay,
    each becomes a figure, described in JSON-LD, and its credit is written the way the supplier asks. --pictures writes
    copies of the pictures with embedded credits to FILE.pictures/ next to the output, and the figures show them.

    --for and --territory leave out the pictures that may not be republished there on that day, or about which nobody
    can tell, by what they print and the decisions in the database. captions.toml adds the one that you do not pass.

    \b
    Examples:
      captions clean article.txt
      captions clean page.html --to html --captions once
      captions clean page.html --to html --captions once \\
        --for syndication --territory DE
      captions clean articles/ -o clean/ --to markdown --captions end
      captions clean page.html -o out.html --to html --captions once \\
        --pictures originals/
    """
    targets = Targets((path, pictures, agencies), overwrite=overwrite)
    of_folder = path != "-" and Path(path).is_dir()
    if output is not None and not of_folder and not is_stdout(output):
        targets.check(output)
    form = Form(to, captions, o.words(agencies), page, mark)
    stamped = _StampedPictures(pictures, targets, form.words) if pictures is not None else None
    if stamped is not None and (to is not CleanFormat.html or captions is Keep.drop or is_stdout(output)):
        raise typer.BadParameter("--pictures needs --to html, -o, and --captions once or end")
    for option, given in (("--on", on), ("--mark", mark), ("--publication", own)):
        o.needs(option, given, "--for or --territory", scope or territory)
    with _rights(scope, territory, on, own, db_url, agencies) as rights:
        if of_folder:
            if page is not None:
                raise typer.BadParameter("--url needs a single page, not a folder")
            _clean_folder(path, output, form, seconds, targets, stamped, rights)
            return
        place = stamped.beside(output) if stamped is not None and output is not None else None
        text = _clean_file(path, form, db_url, agencies, seconds, place, rights)
    with opened(output, targets) as stream:
        write_text(text, stream)
    if stamped is not None:
        note(stamped.summary())


@contextmanager
def _rights(
    scope: o.IntendedScope | None,
    territory: str | None,
    on: date | None,
    own: str | None,
    url: str,
    agencies: Path | None,
) -> Iterator[Clearance | None]:
    """Yield a checker of rights that knows the decisions in the database, if there is one; None if nobody asks."""
    if scope is None and territory is None:
        yield None
        return
    scope, territory = o.with_settings(scope, territory)
    from captions.audit.clearance import Republication, clearance
    from captions.ingest.records import Settings

    with ExitStack() as stack:
        known = has_database(url)
        decisions = stack.enter_context(opened_store(url)) if known else None
        note_missing(decisions, url)
        folders = () if own else o.own_publications()
        settings = Settings(o.register_of(agencies, url if known else None), own, publications=folders)
        plan = Republication(scope.value if scope else None, territory, on or date.today())
        yield stack.enter_context(clearance(decisions, o.words(agencies, url), settings, plan))


def _clean_file(
    path: str,
    form: Form,
    url: str,
    agencies: Path | None,
    seconds: float,
    place: Place | None,
    rights: Clearance | None,
) -> str:
    with _reader(seconds, form) as reader:
        items = reader.read_all([path])
        item = next(items)
        if next(items, None) is not None:
            raise InputError(f"{path} contains several articles; ingest it, then clean each article by its source")
    if isinstance(item, Unread):
        stored = _stored(path, form, url, agencies, place, rights) if item.missing else None
        if stored is None:
            in_database = f", and no article with this source in {database_name(url)}" if item.missing else ""
            raise InputError(f"{item.name}: {item.reason}{in_database}")
        return stored
    for remark in item.notes:
        note(f"{item.source.name}: {remark}")
    return _finished(item, form, place, rights)


def _reader(seconds: float, form: Form) -> ReaderProcess[CleanArticle]:
    """Return a reader that cleans each article, in a process with limits."""
    from captions.ingest.reading import ReaderProcess
    from captions.processes.limits import Limits

    return ReaderProcess(Limits(seconds), work=partial(cleaned, form=form))


def _finished(item: CleanArticle, form: Form, place: Place | None, rights: Clearance | None) -> str:
    """Return the text to write, without the pictures that are not cleared, which are reported."""
    if rights is not None:
        item = checked(item, rights.of_article(item.source, item.article))
        report(item, form, rights.plan)
    if form.to is CleanFormat.json:
        return as_json(item)
    if place is None and not item.objections:
        return item.text
    return cleaned(item.source, form, place, barred_of(item.objections or {}, form)).text


def _stored(
    key: str, form: Form, url: str, agencies: Path | None, place: Place | None, rights: Clearance | None
) -> str | None:
    """Clean a stored article; return None if there is no database or no such article."""
    if not has_database(url):
        return None
    import captions_db as db

    from captions import stored
    from captions.clean import clean as clean_article

    with opened_store(url) as engine:
        row = db.article_text(engine, key)
        article = stored.stored_article(engine, key)
        if row is None or article is None:
            return None
        item = CleanArticle(Source(key, article.text, ""), article, "")
        if rights is not None:
            item = checked(item, rights.of_stored(engine, row.source, article))
            report(item, form, rights.plan)
    if form.to is CleanFormat.json:
        return as_json(item)
    keep = form.keep
    if keep is Keep.once and any(p.start is None for c in article.captions for p in c.occurrences):
        note(f"{key}: stored without its layout, so captions are at the end; to keep their places, clean the file")
    barred = barred_of(item.objections or {}, form)
    words = o.words(agencies, url)
    return clean_article(article, form.to.value, keep.value, vocabulary=words, place=place, barred=barred)


def _clean_folder(
    path: str,
    output: Path | None,
    form: Form,
    seconds: float,
    targets: Targets,
    stamped: _StampedPictures | None,
    rights: Clearance | None,
) -> None:
    if output is None:
        raise typer.BadParameter("to clean a folder, choose a folder to write to: -o FOLDER")
    if output.exists() and not output.is_dir():
        raise CaptionsError(f"{output} is a file; choose a folder with -o")
    if is_below(output, Path(path)):
        raise CaptionsError(f"{output} is inside the folder to clean; choose another with -o")
    done = failed = refused = 0
    with _reader(seconds, form) as reader:
        for entry, name in _names(path):
            items = [entry] if isinstance(entry, Unread) else (item.result for item in reader.read(entry))
            for number, item in enumerate(items, 1):
                if isinstance(item, Unread):
                    note(f"not read: {item.name}: {item.reason}")
                    failed += 1
                    continue
                for remark in item.notes:
                    note(f"{item.source.name}: {remark}")
                # A file that contains several articles has a name of its own for each.
                own = f"-{number}" if item.source.name != entry.name else ""
                target = _free(output / name, own, _SUFFIX[form.to], targets)
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    place = stamped.beside(target) if stamped is not None else None
                    text = _finished(item, form, place, rights)
                    with opened(target, targets) as stream:
                        stream.write(text)
                except (CaptionsError, OSError) as error:
                    reason = f"{target}: {error.strerror or error}" if isinstance(error, OSError) else str(error)
                    note(f"not written: {reason}")
                    refused += 1
                    continue
                done += 1
    without = f", not written {refused}" if refused else ""
    pictures = f"; {stamped.summary()}" if stamped else ""
    note(f"cleaned {done}, failed {failed}{without}; written to {output}{pictures}")
    if refused or not done:
        raise typer.Exit(2)


class _StampedPictures:
    """Copies of the pictures in clean articles, stamped with their printed credits."""

    def __init__(self, folder: str, targets: Targets, words: Vocabulary) -> None:
        from captions.imaging.stamping import Batch, Folder

        if not Path(folder).is_dir():
            raise InputError(f"no folder {folder}; choose the folder of the pictures with --pictures")
        self._originals, self._words = Folder(folder), words
        self._targets, self._batches, self._missing = targets, list[Batch](), 0

    def beside(self, output: Path) -> Place:
        """Return a function that stamps the picture of a caption and returns its URL relative to ``output``."""
        from captions.imaging.stamping import Batch, fields_of

        batch = Batch(output.with_name(f"{output.stem}.pictures"), self._targets, report=note)
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
        """Return the counts: ``pictures stamped 2, failed 0, not found 1``."""
        stamped, failed = sum(batch.done for batch in self._batches), sum(batch.failed for batch in self._batches)
        return f"pictures stamped {stamped}, failed {failed}, not found {self._missing}"


def _names(path: str) -> Iterator[tuple[InputFile | Unread, Path]]:
    """Yield each file of a folder with its path relative to the folder."""
    from captions import sources

    root = Path(path).absolute()
    for item in sources.find([path]):
        if isinstance(item, Unread) or item.path is None:
            yield item, Path(item.name)
        else:
            yield item, item.path.absolute().relative_to(root)


def _free(file: Path, number: str, suffix: str, targets: Targets) -> Path:
    """Return the path of the clean text of a file: the first name that this run has not written yet.

    ``a.txt`` becomes ``a.html``; ``a.md``, which comes next, becomes ``a.md.html``.
    """
    stem = file.name.removesuffix(".gz").rsplit(".", 1)[0]
    names = chain((stem, file.name), (f"{file.name}-{again}" for again in count(2)))
    return next(target for name in names if not targets.written(target := file.with_name(f"{name}{number}{suffix}")))

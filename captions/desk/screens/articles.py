"""Articles: as printed next to the clean text; pages dropped to see what would be read; and the search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import captions_db as db
from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from captions.desk.forms import Reads, SentForm, allowed, sent
from captions.desk.pages import page
from captions.desk.queue import queues_of
from captions.desk.reader import ReadArticle
from captions.desk.store import DeskContext
from captions.errors import CaptionsError, InputError
from captions.text import tidy

router = APIRouter(dependencies=[Reads])
Dropped = Annotated[SentForm, Depends(sent("check"))]
Restore = Annotated[list[int], Query(max_length=2_000)]
FOUND = 50
"""Uses that a search lists."""
_LONGEST = 60_000
"""Characters of an article that a page shows."""


@router.get("/search")
def search(request: Request, q: str = "", supplier: str = "", creator: str = "", publication: str = "") -> HTMLResponse:
    """Search captions, names and credit lines."""
    words, filters = tidy(q), [tidy(text) or None for text in (supplier, creator, publication)]
    found, store = None, queues_of(request).store
    if words or any(filters):
        found = db.find(
            store.engine,
            words or None,
            supplier=filters[0],
            creator=filters[1],
            publication=store.publication_named(filters[2]),
            limit=FOUND,
        )
    asked = {"q": words, "supplier": filters[0], "creator": filters[1], "publication": filters[2]}
    return page(request, "search.html", found=found, asked=asked)


@router.get("/articles")
def article(request: Request, source: str = "", restore: Restore = []) -> HTMLResponse:  # noqa: B006 - FastAPI copies it
    """Show an article as printed, with what is removed, next to the clean text."""
    store = queues_of(request).store
    stored, read, why = _article(store, source)
    return page(
        request,
        "article.html",
        stored=stored,
        read=read,
        why=why,
        restored=frozenset(restore),
        places=restore,
        longest=_LONGEST,
        source=source,
    )


@router.get("/articles/text")
def text(request: Request, source: str = "", restore: Restore = []) -> Response:  # noqa: B006 - FastAPI copies it
    """Return the clean text with the restored blocks as a file, byte for byte."""
    stored, read, _ = _article(queues_of(request).store, source)
    content = stored.text if read is None else read.restored(frozenset(restore))
    disposition = {"Content-Disposition": f'attachment; filename="article-{stored.id}.txt"'}
    data = content.encode("utf-8", "surrogatepass")
    return Response(data, media_type="text/plain; charset=utf-8", headers=disposition)


@router.get("/drop", dependencies=[Depends(allowed("check"))])
def drop(request: Request) -> HTMLResponse:
    """Show the form to drop a page or to paste a text."""
    return page(request, "drop.html", read=None, name="", longest=_LONGEST)


@router.post("/drop")
async def dropped(request: Request, form: Dropped) -> HTMLResponse:
    """Show what would be read from a page or a text; nothing is stored, and no address is fetched."""
    file = await form.file("file")
    if file is not None:
        name, data = file
    else:
        name, data = "pasted text", form.whole("text").replace("\r\n", "\n").encode("utf-8", "surrogatepass")
    if not data.strip():
        raise CaptionsError("there is nothing to read; drop a file, or paste a text")
    store = queues_of(request).store
    read = await run_in_threadpool(_read, store, data, name)
    return page(request, "drop.html", read=read, name=name, longest=_LONGEST)


def _read(store: DeskContext, data: bytes, name: str) -> ReadArticle:
    try:
        return store.reader.read_bytes(data, name)
    except InputError as error:
        raise CaptionsError(f"{name} was not read: {error}") from None


def _article(store: DeskContext, source: str) -> tuple[db.StoredArticle, ReadArticle | None, str]:
    """Return a stored article, and the file that it was read from if it is still the same; else why it is not."""
    stored = db.article_text(store.engine, source)
    if stored is None:
        raise HTTPException(404, f"no article {tidy(source)[:200]!r} in the database")
    places = db.places_of(store.engine, stored.id)
    why = "the file is not on this machine"
    for place in places:
        path = Path(place.source)
        try:
            if place.outdated or not path.is_file():
                continue
            read = store.reader.read_file(path)
        except (InputError, OSError) as error:
            why = str(error)
            continue
        # Only content that was ingested is shown, whatever file a source may name.
        if read.digest == place.digest:
            return stored, read, ""
        why = "the file has changed since it was read; ingest it again"
    return stored, None, why

"""Uses that share a picture's URL, without URLs that identify no picture."""

from __future__ import annotations

import captions_db as db
from captions_db.audit import auditing
from sqlalchemy import Engine

from captions.text import match_key
from tests.support.audit_store import credit

SOFT, FERRY = "https://img.example/soft.png", "https://img.example/ferry.jpg"


def use(position: int, caption: str, line: str | None, *images: str) -> db.UseRecord:
    return db.UseRecord(
        position, caption, match_key(caption), None if line is None else credit(line), images=images, rule="figure"
    )


def write(engine: Engine, **articles: list[db.UseRecord]) -> None:
    run = db.start_run(engine, "1")
    db.write_articles(engine, run, [db.ArticleRecord(name, name, uses=tuple(uses)) for name, uses in articles.items()])
    db.finish_run(engine, run)


def shared(engine: Engine) -> list[tuple[str, str]]:
    with auditing(engine, {"CR201": 0}) as audit:
        return [(row.key, row.source) for row in audit.shared_pictures()]


def test_a_url_under_several_captions_of_an_article_identifies_no_picture(engine: Engine) -> None:
    write(
        engine,
        a=[use(1, "The ferry leaves", "Jo Reed/AP", SOFT, FERRY), use(2, "The bakery opens", None, SOFT)],
        b=[use(1, "The pier at noon", "Ann Lee/AFP", SOFT)],
        c=[use(1, "The pier at dawn", "Ann Lee/AFP", SOFT), use(2, "The boat", "Ann Lee/AFP", FERRY)],
    )
    assert shared(engine) == [(FERRY, "a"), (FERRY, "c"), (SOFT, "b"), (SOFT, "c")]


def test_a_url_under_pictures_without_captions_identifies_no_picture(engine: Engine) -> None:
    write(engine, a=[use(1, "", "Jo Reed/AP", SOFT), use(2, "", "Ann Lee/AFP", SOFT)])
    assert shared(engine) == []


def test_a_url_under_one_caption_twice_identifies_a_picture(engine: Engine) -> None:
    write(engine, a=[use(1, "The ferry", "Jo Reed/AP", FERRY), use(2, "THE FERRY", "Ann Lee/AFP", FERRY)])
    assert shared(engine) == [(FERRY, "a"), (FERRY, "a")]


def test_the_pictures_of_uses_are_listed(engine: Engine) -> None:
    write(engine, a=[use(1, "The ferry leaves", "Jo Reed/AP", SOFT, FERRY), use(2, "The boat", None)])
    with auditing(engine, {"CR201": 0}) as audit:
        found = audit.pictures_of([1, 2])
    assert {number: sorted(addresses) for number, addresses in found.items()} == {1: [FERRY, SOFT]}

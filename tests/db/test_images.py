"""Pictures in the store: once per file content, found by near hashes, linked to uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import captions_db as db
import pytest
from sqlalchemy import Engine

from captions.imaging.hashing import bands, near_band

DHASH = 0xF0F0_1234_FFFF_0001
ONE = db.ImageRecord("aa", "1", "JPEG", 32, 24, DHASH, 2**255 + 5, bands(DHASH), '{"fields":{}}', ("cut",))
BARE = db.ImageRecord("bb", "1")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = db.open_store(str(tmp_path / "captions.db"), create=True)
    yield engine
    engine.dispose()


def put_article(engine: Engine, content_hash: str = "1") -> None:
    uses = (
        db.UseRecord(1, "A dog runs.", "a dog runs", images=("https://p.example/a.jpg", "b.jpg")),
        db.UseRecord(2, "A cat.", "a cat"),
    )
    run = db.start_run(engine, "1")
    db.write_articles(engine, run, [db.ArticleRecord("a.txt", content_hash, uses=uses)])


def test_a_picture_is_stored_once_with_all_its_files(engine: Engine) -> None:
    db.put_images(engine, [ONE, BARE], {"x/a.jpg": "aa", "x/b.gif": "bb", "w/copy.jpg": "aa"})
    db.put_images(engine, [ONE], {"x/a.jpg": "aa"})
    stored = list(db.images(engine))
    assert [(it.image, it.paths) for it in stored] == [(ONE, ("w/copy.jpg", "x/a.jpg")), (BARE, ("x/b.gif",))]
    assert db.image_files(engine) == {"w/copy.jpg": "aa", "x/a.jpg": "aa", "x/b.gif": "bb"}


def test_a_picture_read_by_another_version_is_replaced(engine: Engine) -> None:
    db.put_images(engine, [ONE], {"a.jpg": "aa"})
    assert db.known_images(engine, ["aa", "zz"], "1") == {"aa"}
    assert db.known_images(engine, ["aa"], "2") == set()
    db.put_images(engine, [replace(ONE, version="2", dhash=None, phash=None, bands=())], {})
    assert [it.image.version for it in db.images(engine)] == ["2"]
    assert db.near_images(engine, [near_band(band) for band in bands(DHASH)]) == []


def test_a_picture_is_deleted_with_its_last_file(engine: Engine) -> None:
    put_article(engine)
    db.put_images(engine, [ONE, BARE], {"a.jpg": "aa", "c.jpg": "aa", "b.jpg": "bb"})
    db.put_image_uses(engine, [db.ImageUse(1, 1, "name"), db.ImageUse(2, 1, "hash")])
    db.forget_files(engine, ["a.jpg", "b.jpg", "unknown.jpg"])
    assert [it.paths for it in db.images(engine)] == [("c.jpg",)]
    assert db.image_uses(engine) == [db.ImageUse(1, 1, "name")]
    db.put_images(engine, [BARE], {"c.jpg": "bb"})  # another picture under the same name
    assert [it.image for it in db.images(engine)] == [BARE]


def test_near_hashes_are_found_and_others_are_not(engine: Engine) -> None:
    other = DHASH ^ 0x0F0F_0F0F_0F0F_0F0F
    db.put_images(engine, [ONE, replace(ONE, file_hash="cc", dhash=other, bands=bands(other))], {"a": "aa", "c": "cc"})
    for changed in (DHASH, DHASH ^ 0b11, DHASH ^ 0x0007_0007_0007_0001):
        found = db.near_images(engine, [near_band(band) for band in bands(changed)])
        assert found == [(1, DHASH, ONE.phash)]


def test_uses_are_found_by_address_and_by_caption(engine: Engine) -> None:
    put_article(engine)
    assert list(db.picture_addresses(engine)) == [(1, "https://p.example/a.jpg"), (1, "b.jpg")]
    assert list(db.captions_of_uses(engine)) == [(1, "a dog runs"), (2, "a cat")]
    assert [row.position for row in db.uses_by_ids(engine, [2, 1, 99])] == [1, 2]


def test_links_are_deleted_when_an_article_is_read_again(engine: Engine) -> None:
    put_article(engine)
    db.put_images(engine, [ONE], {"a.jpg": "aa"})
    db.put_image_uses(engine, [db.ImageUse(1, 2, "caption"), db.ImageUse(1, 2, "name"), db.ImageUse(1, 77, "hash")])
    assert db.image_uses(engine) == [db.ImageUse(1, 2, "name")]
    put_article(engine, "2")
    assert db.image_uses(engine) == []


def test_a_file_without_a_picture_is_rejected(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no image zz"):
        db.put_images(engine, [ONE], {"a.jpg": "zz"})
    assert list(db.images(engine)) == []


def test_images_of_uses_and_how_they_were_matched(engine: Engine) -> None:
    put_article(engine, "1")
    db.put_images(engine, [ONE, BARE], {"a.jpg": "aa", "b.jpg": "bb"})
    use_id = next(db.uses_for_audit(engine)).use_id
    links = [db.ImageUse(1, use_id, "hash"), db.ImageUse(2, use_id, "id")]
    db.put_image_uses(engine, links)
    assert db.images_of_uses(engine, [use_id, 9]) == links
    with pytest.raises(db.InternalStoreError):
        db.put_image_uses(engine, [db.ImageUse(1, use_id, "guess")])
    assert db.image_uses(engine) == links

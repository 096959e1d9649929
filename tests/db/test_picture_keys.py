"""Test the keys that find pictures: whatever a search accepts, its key finds."""

from __future__ import annotations

import pytest
import typer
from captions_db.picture_keys import is_key, number_of, numbers_in
from hypothesis import given
from hypothesis import strategies as st

from captions.cli.find import picture_filter

_PARTS = st.sampled_from(
    (
        "wire",
        "841304270",
        "RTX4ZQ81",
        "harbor-quay",
        "Müller",
        "M%C3%BCller",
        "a",
        "IMG",
        "1",
        "-",
        "_",
        "s",
        "20240518",
    )
)
names = st.lists(_PARTS, min_size=1, max_size=4).map("".join)
addresses = st.builds(
    "{}{}/{}{}{}".format,
    st.sampled_from(("https://img.example/", "http://CDN.example:80/x/", "//img.example/", "")),
    names,
    names,
    st.sampled_from((".jpg", ".JPEG", "", "-612x612.webp")),
    st.sampled_from(("", "?w=640", "?id=841304270", "#top")),
)


@given(addresses, names)
def test_every_accepted_picture_has_the_key_of_the_search(address: str, name: str) -> None:
    for asked in (address, address.split("?")[0], address.rpartition("/")[2], name, "841304270"):
        try:
            wanted = picture_filter(asked)
        except typer.BadParameter as error:  # too short to identify a picture
            assert "too short" in str(error)
            continue
        if is_key(wanted.part) and wanted.matches(address):
            assert number_of(wanted.part) in numbers_in(address), (asked, wanted.part)


@pytest.mark.parametrize(
    ("address", "words", "not_words"),
    [
        ("https://img.example/s/wire-841304270-612x612.jpg", ("wire", "841304270", "612x612"), ("example", "jpg")),
        ("https://img.example/gettyimages841304270.jpg", ("gettyimages841304270", "841304270"), ("gettyimages",)),
        ("https://img.example/images/Pier.JPG?id=RTX4ZQ81", ("pier", "RTX4ZQ81"), ("images",)),
        ("pier%20two.jpg", ("pier",), ("pier20two",)),
    ],
)
def test_the_words_of_a_url(address: str, words: tuple[str, ...], not_words: tuple[str, ...]) -> None:
    found = numbers_in(address)
    assert all(number_of(word) in found for word in (*words, address))
    assert not any(number_of(word) in found for word in not_words)


def test_a_url_of_data_has_only_its_own_key() -> None:
    address = "https://img.example/" + "-".join(f"word{n}" for n in range(50))
    assert numbers_in(address) == {number_of(address)}

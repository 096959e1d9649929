"""The URLs of one article have one identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.lexicon.page_urls import identity, same_site
from tests.support.case_files import Case, cases, params

CASES = cases("page_urls.toml")
LOCK = "https://tidepost.example/news/lock"


@pytest.mark.parametrize("case", params(CASES))
def test_urls_of_one_article_have_one_identity(case: Case) -> None:
    assert {url: identity(url) for url in case["same"]} == dict.fromkeys(case["same"], case["identity"])
    assert [url for url in case["other"] if identity(url) == case["identity"]] == []


@pytest.mark.parametrize(
    "url",
    ["", "https://tidepost.example", "https://www.tidepost.example/", "https://tidepost.example/index.html",
     "/news/lock", "17", "lock.html", "file:///home/kim/lock.html", "mailto:kim@tidepost.example", "https://", "http://[::1/a"],
)  # fmt: skip
def test_front_pages_and_files_identify_no_article(url: str) -> None:
    assert identity(url) is None


@pytest.mark.parametrize(
    ("url", "canonical", "expected"),
    [
        ("https://tidepost.example/x?id=7", LOCK, "//tidepost.example/news/lock"),
        ("https://amp.tidepost.example/7", LOCK, "//tidepost.example/news/lock"),
        ("https://news.tidepost.example/7", LOCK, "//tidepost.example/news/lock"),
        (None, LOCK, "//tidepost.example/news/lock"),
        # Another site's article, reprinted here.
        ("https://gullwing.example/7", LOCK, "//gullwing.example/7"),
        # A page that names the front page by mistake.
        ("https://tidepost.example/7", "https://tidepost.example/", "//tidepost.example/7"),
        ("https://tidepost.example/7", None, "//tidepost.example/7"),
    ],
)
def test_a_canonical_url_counts_on_its_own_site(url: str | None, canonical: str | None, expected: str) -> None:
    assert identity(url, canonical) == expected


def test_sites() -> None:
    assert same_site("https://www.tidepost.example/a", "http://m.tidepost.example:8080/b")
    assert not same_site("https://tidepost.example/a", "https://post.example/a")
    assert not same_site("a", "a")


@given(st.text(), st.text())
def test_no_text_raises(url: str, path: str) -> None:
    assert identity(url, path) in (identity(path), identity(url))
    identity(f"https://tidepost.example/{path}")


@given(st.text(st.characters(codec="utf-8"), max_size=3_000))
def test_an_identity_is_short_and_its_own_identity(path: str) -> None:
    found = identity(f"https://tidepost.example/a{path}")
    if found is not None:
        assert len(found) < 1_100

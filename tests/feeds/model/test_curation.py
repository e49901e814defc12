"""What an editor may say, and what an act changes."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import BadRequestError
from feeds.model.curation import (
    MAX_EDITOR,
    MAX_INSTITUTION,
    MAX_NOTE,
    MAX_ORDER,
    MAX_TAG,
    MAX_TAGS,
    NONE,
    Curation,
    change,
    compare,
    is_shown,
    read_editor,
    restore,
    stars,
)


def test_what_is_absent_stays_and_null_clears() -> None:
    said = change(NONE, {"pinned": True, "rating": 2, "tags": ["must read"], "note": "So *good*.", "order": -3})
    assert said == Curation(pinned=True, rating=2, tags=("must read",), note="So *good*.", order=-3)
    assert change(said, {}) == said
    assert change(said, {"note": None, "rating": None}) == replace(said, note=None, rating=None)
    assert (
        change(said, dict.fromkeys(("pinned", "hidden", "rating", "tags", "institution", "note", "order"))) == NONE
    )


def test_texts_are_cleaned() -> None:
    said = change(
        NONE, {"tags": [" a\tb\x00 "], "institution": "ETH\n Zürich\ufffe", "note": "\r\none\r\n\x07two\n\n"}
    )
    assert said == Curation(tags=("a b",), institution="ETH Zürich", note="one\ntwo")
    assert change(NONE, {"institution": " \n", "note": "\x00"}) == NONE


def test_a_tag_counts_once_whatever_its_case() -> None:
    assert change(NONE, {"tags": ["NeRF", "nerf", "Straße", "STRASSE"]}).tags == ("NeRF", "Straße")


@pytest.mark.parametrize(
    "given",
    [
        {"pinned": 1},
        {"hidden": "yes"},
        {"rating": 4},
        {"rating": -1},
        {"rating": True},
        {"rating": 2.0},
        {"tags": "one"},
        {"tags": [""]},
        {"tags": ["a,b"]},
        {"tags": [7]},
        {"tags": ["x" * (MAX_TAG + 1)]},
        {"tags": [f"tag {n}" for n in range(MAX_TAGS + 1)]},
        {"institution": "x" * (MAX_INSTITUTION + 1)},
        {"note": "x" * (MAX_NOTE + 1)},
        {"note": ["text"]},
        {"order": MAX_ORDER + 1},
        {"order": "1"},
        {"added_by": "me"},
        {"no such": 1},
    ],
    ids=str,
)
def test_what_is_not_allowed_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(BadRequestError, match=r"(is|allowed are|at most) "):
        change(NONE, given)


def test_limits_are_allowed() -> None:
    tags = [f"{n:02}".rjust(MAX_TAG, "x") for n in range(MAX_TAGS)]
    at_most = {"rating": 3, "tags": tags, "institution": "x" * MAX_INSTITUTION, "note": "x" * MAX_NOTE}
    assert len(change(NONE, {**at_most, "order": MAX_ORDER}).tags) == MAX_TAGS


CURATIONS = st.builds(
    Curation,
    pinned=st.booleans(),
    hidden=st.booleans(),
    rating=st.none() | st.integers(0, 3),
    tags=st.lists(st.text("ab", min_size=1, max_size=3), max_size=3).map(tuple),
    institution=st.none() | st.just("ETH"),
    note=st.none() | st.sampled_from(["one", "two"]),
    order=st.none() | st.integers(-2, 2),
    added_by=st.none() | st.just("ada"),
)


@given(CURATIONS, CURATIONS)
def test_what_an_event_keeps_leads_back_and_forth(before: Curation, after: Curation) -> None:
    old, new = compare(before, after)
    assert restore(after, old) == before
    assert restore(before, new) == after
    assert old.keys() == new.keys()
    assert {name for name in old if asdict(before)[name] == asdict(after)[name]} == set()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"pinned": True}, True),
        ({"rating": 0}, True),
        ({"note": "n"}, True),
        ({"tags": ["t"]}, True),
        ({"institution": "i"}, True),
        ({"order": 1}, False),
        ({"hidden": True}, False),
    ],
)
def test_only_what_readers_see_moves_the_entry(given: dict[str, object], shown: bool) -> None:
    assert is_shown(NONE, change(NONE, given)) == shown


def test_one_that_comes_back_is_newer_than_its_tombstone() -> None:
    assert is_shown(Curation(hidden=True), NONE)


def test_stars_are_as_many_as_were_given() -> None:
    assert [stars(rating) for rating in range(4)] == ["☆☆☆", "★☆☆", "★★☆", "★★★"]


def test_an_editor_has_a_name() -> None:
    assert read_editor(" Ada\nLovelace\x00 ") == "Ada Lovelace"
    for name in ("", " \n", "x" * (MAX_EDITOR + 1), "wire", " Wire\x00"):
        with pytest.raises(BadRequestError, match="name"):
            read_editor(name)

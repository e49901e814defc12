"""Trying a query or a definition on what is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.errors import ConflictError, GoneError
from feeds.model.announcements import AnnounceType
from feeds.previewing import Preview, preview_query, preview_topic
from feeds.query import parser
from feeds.store import memberships, papers
from feeds.store.engine import Store
from tests.feeds.test_selecting import announce, titled
from tests.support.papers import DAY, NOW, define, make_admission, make_paper, make_topic

BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def full(store: Store) -> Store:
    """Two days of announcements, one paper in both, and one that never was announced."""
    with store.write() as connection:
        announce(connection, titled("2604.00001", "A tree"), titled("2604.00002", "Trees of yesterday"), day=BEFORE)
        announce(connection, titled("2604.00003", "A tree in logic"), titled("2604.00004", "A stone"))
        announce(connection, titled("2604.00001", "A tree"), kind=AnnounceType.REPLACE)
        announce(connection, titled("2604.00001", "A tree"), listing="cs.LG")
        papers.save_papers(connection, [titled("2604.00005", "A tree that an editor found")], NOW)
        define(connection, make_topic(query="tree"))
        memberships.admit(connection, [make_admission(f"2604.0000{n}") for n in (1, 4)], NOW)
    return store


def try_query(store: Store, query: str, days: int = 10, shown: int = 10) -> Preview:
    return preview_query(store, parser.parse(query), days=days, shown=shown)


def ids(preview: Preview) -> list[str]:
    return [hit.arxiv_id[-1] for hit in preview.newest]


def test_a_paper_counts_for_the_day_on_which_it_first_was_announced(full: Store) -> None:
    found = try_query(full, "tree")
    assert (found.found, found.stored) == (4, 5)
    assert found.days == ((BEFORE, 2), (DAY, 1))
    assert [hit.announced_on for hit in found.newest] == [DAY, BEFORE, BEFORE, None]
    assert ids(found) == ["3", "2", "1", "5"]
    assert found.edit is None


def test_days_without_any_are_told_and_only_the_last(full: Store) -> None:
    assert try_query(full, "stone").days == ((BEFORE, 0), (DAY, 1))
    assert try_query(full, "yesterday", days=1).days == ((DAY, 0),)
    assert ids(try_query(full, "tree", shown=2)) == ["3", "2"]
    assert try_query(full, "nothing").newest == ()


def test_what_matched_is_marked_where_it_stands(store: Store) -> None:
    abstract = "Nothing to see. " * 30 + "Here are two stones."
    with store.write() as connection:
        announce(connection, make_paper(title="A tree, no stone", abstract=abstract))
    (hit,) = try_query(store, "ti:tree OR abs:stone OR (two elephants)").newest
    assert hit.matched == ("ti:tree", "abs:stone")
    assert [hit.title[start:end] for start, end in hit.title_spans] == ["tree"]
    assert hit.snippet
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.spans] == ["stones"]
    (hit,) = try_query(store, "cat:cs.CV").newest
    assert (hit.matched, hit.title_spans, hit.snippet) == (("cat:cs.CV",), (), None)


def test_a_definition_is_compared_with_who_is_in_the_topic(full: Store) -> None:
    found = preview_topic(full, make_topic(query="tree"), days=10, shown=10)
    assert (found.found, ids(found)) == (3, ["3", "2", "1"])
    assert found.days == ((BEFORE, 2), (DAY, 1))
    assert found.edit
    assert found.edit.came.shown == (("2604.00003", "A tree in logic"), ("2604.00002", "Trees of yesterday"))
    assert (found.edit.left.shown, found.edit.stayed) == ((("2604.00004", "A stone"),), 1)


def test_a_definition_without_a_query_takes_all_of_its_listings(full: Store) -> None:
    found = preview_topic(full, make_topic("other"), days=10, shown=10)
    assert (found.found, ids(found), found.edit) == (4, ["4", "3", "2", "1"], None)
    assert all(hit.matched == () and hit.snippet is None for hit in found.newest)
    assert preview_topic(full, make_topic("other", categories=("math.NA",)), days=10, shown=10).found == 0


def test_a_definition_that_takes_nothing_is_refused(full: Store) -> None:
    with pytest.raises(GoneError):
        preview_topic(full, make_topic(retired=True), days=10, shown=10)
    with pytest.raises(ConflictError):
        preview_topic(full, make_topic(query="a AND"), days=10, shown=10)

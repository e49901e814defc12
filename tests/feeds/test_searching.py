"""Searching, newest first, on every engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from feeds import searching
from feeds.query import indexing, parser
from feeds.store import papers, search
from feeds.store.engine import Store
from tests.support.papers import NOW, make_paper


@pytest.fixture
def library(store: Store) -> Store:
    """Ten papers; those with an even number are of cs.LG alone, number nine is more than an index holds."""
    with store.write() as connection:
        for number in range(1, 11):
            paper = make_paper(
                f"2604.{number:05}",
                title=f"Paper {number}",
                abstract="the models " * 300 if number == 9 else f"We model {number} things.",
                categories=("cs.LG",) if number % 2 == 0 else ("cs.CV", "math.NA"),
            )
            papers.save_papers(connection, [paper], NOW + timedelta(hours=number))
    return store


def find(store: Store, query: str, limit: int = 20, **options: Any) -> list[int]:
    """The papers' numbers in the order in which they are found."""
    with store.read() as connection:
        hits = searching.search(connection, parser.parse(query), limit, **options)
    return [int(hit.paper.arxiv_id[-2:]) for hit in hits]


def test_the_newest_come_first(library: Store) -> None:
    assert find(library, "models") == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert find(library, "models", limit=3) == [10, 9, 8]
    assert find(library, "nothing") == []


def test_a_hit_tells_what_matched_and_when_it_came(library: Store) -> None:
    with library.read() as connection:
        (hit,) = searching.search(connection, parser.parse("ti:3 models OR absent"), 5)
    assert (hit.paper.arxiv_id, hit.matched) == ("2604.00003", ("ti:3", "models"))
    assert (hit.number, hit.seen_at, hit.revision) == (3, NOW + timedelta(hours=3), 1)


def test_a_number_is_a_cursor(library: Store) -> None:
    seen: list[int] = []
    before = None
    while page := _page(library, before):
        seen += [int(hit.paper.arxiv_id[-2:]) for hit in page]
        before = page[-1].number
    assert seen == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def _page(store: Store, before: int | None) -> list[searching.Hit]:
    with store.read() as connection:
        return searching.search(connection, parser.parse("model"), 3, before=before)


def test_categories_narrow_a_search_down_and_are_no_part_that_matched(library: Store) -> None:
    assert find(library, "model", categories=("cs.LG",)) == [10, 8, 6, 4, 2]
    assert find(library, "model", categories=("math",)) == [9, 7, 5, 3, 1]
    assert find(library, "model", categories=("cs.NA", "cs.LG"), limit=2) == [10, 9]
    assert find(library, "model", categories=("hep-th",)) == []
    with library.read() as connection:
        hits = searching.search(connection, parser.parse("model"), 1, categories=("cs.LG",))
    assert hits[0].matched == ("model",)


def test_a_paper_that_the_index_cannot_hold_is_found_all_the_same(library: Store) -> None:
    assert find(library, '"the models the"') == [9]
    assert find(library, "NOT the") == [10, 8, 7, 6, 5, 4, 3, 2, 1]
    assert find(library, "cat:math.NA", limit=2) == [9, 7]
    assert find(library, "au:" + "x" * 3_000 + " OR things", before=9, limit=1) == [8]
    with library.read() as connection:
        assert searching.count(connection, parser.parse("models")) == 10
        assert searching.count(connection, parser.parse("things")) == 9


def test_a_revised_paper_keeps_its_number_and_is_found_by_its_new_words_only(library: Store) -> None:
    with library.write() as connection:
        papers.save_papers(connection, [make_paper("2604.00004", version=2, title="Another")], NOW)
    assert find(library, "things") == [10, 8, 7, 6, 5, 3, 2, 1]
    assert find(library, "another") == [4]
    assert find(library, "another", before=4) == []
    with library.read() as connection:
        assert searching.search(connection, parser.parse("another"), 1)[0].revision == 2


def test_a_paper_may_grow_beyond_the_index_and_back(library: Store) -> None:
    for abstract in ("the models " * 300, "the models again", "the models " * 301):
        with library.write() as connection:
            papers.save_papers(connection, [make_paper("2604.00004", title="T", abstract=abstract)], NOW)
        assert find(library, '"the models"') == [9, 4]


def test_all_that_match_are_counted_and_told(library: Store) -> None:
    for query in ("model", '"we model"', "NOT (ti:7 OR ti:8)", "models*", "id:2604.00003 OR cat:cs.LG", "nothing"):
        tree = parser.parse(query)
        with library.read() as connection:
            found = [int(arxiv_id[-2:]) for arxiv_id in searching.find_matching(connection, tree)]
            assert searching.count(connection, tree) == len(found)
        assert found == find(library, query)


def test_more_than_a_batch_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_BATCH", 3)
    monkeypatch.setattr(search, "_RECENT", 2)
    with store.write() as connection:
        papers.save_papers(connection, [make_paper(f"2604.{number:05}") for number in range(1, 9)], NOW)
    assert find(store, "present") == [8, 7, 6, 5, 4, 3, 2, 1]
    assert find(store, "present", limit=7) == [8, 7, 6, 5, 4, 3, 2]
    with store.read() as connection:
        assert len(list(searching.find_matching(connection, parser.parse("present")))) == 8


def test_a_search_that_looks_at_papers_in_vain_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers two to nine hold the phrase in small letters, and the acronym elsewhere."""
    texts = {1: "Of TTS.", 10: "Of TTS."} | dict.fromkeys(range(2, 10), "TTS: of tts.")
    with store.write() as connection:
        for number, abstract in sorted(texts.items()):
            papers.save_papers(connection, [make_paper(f"2604.{number:05}", abstract=abstract)], NOW)
    assert find(store, '"of TTS"', limit=2) == [10, 1]
    monkeypatch.setattr(searching, "_BATCH", 2)
    monkeypatch.setattr(searching, "MAX_LOOKED_AT", 6)
    assert find(store, '"of TTS"', limit=2) == [10]
    with store.read() as connection:
        assert searching.count(connection, parser.parse('"of TTS"')) == 2


def test_an_index_of_another_version_is_made_anew(library: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    search.rebuild(library)
    told: list[tuple[int, int]] = []
    search.rebuild(library, lambda done, total: told.append((done, total)))
    assert told == [], "it is of this version"
    monkeypatch.setattr(indexing, "VERSION", indexing.VERSION + 1)
    monkeypatch.setattr(indexing, "_stream", lambda text: [word[::-1] for word in text.folded])
    search.rebuild(library, lambda done, total: told.append((done, total)))
    assert told == [(10, 10)]
    assert find(library, "sgniht") == [], "the papers say what is found"
    with library.read() as connection:
        found = search.list_candidates(connection, indexing.plan(parser.parse("sgniht")).expression, 20)
    assert [candidate.number for candidate in found] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_papers_of_an_older_database_get_their_numbers_by_their_arrival(store: Store) -> None:
    with store.write() as connection:
        for number, hours in ((1, 5), (2, 3), (3, 4)):
            paper = make_paper(f"2604.{number:05}")
            papers.save_papers(connection, [paper], NOW + timedelta(hours=hours))
        connection.exec_driver_sql("DELETE FROM indexed_papers")
        connection.exec_driver_sql("DELETE FROM search_index")
    assert find(store, "present") == []
    search.rebuild(store)
    assert find(store, "present") == [1, 3, 2]


def test_what_did_not_change_is_not_indexed_anew(library: Store) -> None:
    def number_of_changes() -> int:
        with library.write() as connection:
            same = papers.find_papers(connection, ["2604.00003"])["2604.00003"]
            papers.save_papers(connection, [same], NOW)
            connection.exec_driver_sql("DELETE FROM search_index WHERE " + _key(library) + " = 3")
            papers.save_papers(connection, [same], NOW)
        return len(find(library, "ti:3"))

    assert number_of_changes() == 0, "its row was not written again"


def _key(store: Store) -> str:
    return "rowid" if store.is_file else "number"


def test_a_query_that_nothing_can_match_counts_nothing(library: Store) -> None:
    with library.read() as connection:
        assert searching.count(connection, parser.parse("a" * 2_500)) == 0
        assert list(searching.find_matching(connection, parser.parse("a" * 2_500))) == []


def test_papers_that_the_index_cannot_hold_do_not_end_a_search(
    library: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MAX_LOOKED_AT", 1)
    with library.write() as connection:
        for number in range(11, 16):
            paper = make_paper(f"2604.{number:05}", abstract="the models " * 300)
            papers.save_papers(connection, [paper], NOW + timedelta(hours=number))
    assert find(library, "things", limit=1) == [10]

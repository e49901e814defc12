"""A query finds in the search index exactly what it finds in memory, on every engine."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from feeds import searching
from feeds.model.terms import Node
from feeds.query import parser
from feeds.query.indexing import plan
from feeds.query.matching import SearchablePaper, match
from feeds.store import papers, search
from feeds.store.engine import Store
from tests.support.papers import NOW
from tests.support.queries import TREES, make_papers

PAPERS = make_papers(60, Random(6))
SEARCHABLE = [SearchablePaper(paper) for paper in PAPERS]
EXAMPLES = 600


@pytest.fixture
def library(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that all of these papers came to, in their order; most are no recent ones (PostgreSQL)."""
    monkeypatch.setattr(search, "_RECENT", 20)
    with store.write() as connection:
        papers.save_papers(connection, PAPERS, NOW)
    return store


def find_in_memory(tree: Node) -> list[str]:
    """What has to be found, newest first."""
    return [paper.paper.arxiv_id for paper in reversed(SEARCHABLE) if match(tree, paper) is not None]


def test_a_search_finds_what_the_matcher_does(library: Store) -> None:
    told: Counter[str] = Counter()

    @given(TREES)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def agrees(tree: Node) -> None:
        expected = find_in_memory(tree)
        with library.read() as connection:
            assert list(searching.find_matching(connection, tree)) == expected
            assert searching.count(connection, tree) == len(expected)
            hits = searching.search(connection, tree, len(PAPERS))
        assert [hit.paper.arxiv_id for hit in hits] == expected
        told.update(pairs=len(PAPERS), matches=len(expected), queries=1, exact=plan(tree).exact)

    agrees()
    assert told["pairs"] >= 2_000
    assert told["matches"] / told["pairs"] >= 0.15
    assert told["exact"] / told["queries"] >= 0.5


_DEEP = "(a OR model (" * 24 + "TTS" + "))" * 24
_NOTS = "NOT (a OR " * 24 + "speech" + ")" * 24


@pytest.mark.parametrize(
    "query",
    [
        _DEEP,
        _NOTS,
        '"' + "a " * 4_900 + '"',
        '"' + "models process " * 300 + '"',
        " OR ".join(f"x{number}" for number in range(1_200)) + " OR model",
        " ".join(f"NOT x{number}" for number in range(900)) + " model",
        "model " * 1_600,
        "x" * 9_000 + "* OR tts" + "x" * 900 + "*",
        "au:" + "漢" * 3_000 + " OR text",
        '"text\x00\ud800 speech"',
        '"don\'t \'quote \\ this" OR "a \' b"',
        "a* t* m*",
        "NOT (cat:cs OR cat:math) OR id:hep-th/9901001v3",
    ],
    ids=range(13),
)
def test_a_query_that_strains_an_engine_finds_the_same(library: Store, query: str) -> None:
    tree = parser.parse(query)
    with library.read() as connection:
        assert list(searching.find_matching(connection, tree)) == find_in_memory(tree)

"""The percolator judges as the plain loop over all topics does."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.announcements import AnnounceType
from feeds.model.terms import Node
from feeds.query import parser
from feeds.query.admission import CompiledTopic, judge
from feeds.query.matching import SearchablePaper
from feeds.query.percolator import Percolator, make_percolator
from tests.feeds.query.samples import make_paper
from tests.support.papers import make_topic
from tests.support.queries import CATEGORIES, TREES, make_papers

PAPERS = [SearchablePaper(paper) for paper in make_papers(30, Random(7))]
_CATEGORIES = st.lists(st.sampled_from([*CATEGORIES, "cs", "math"]), min_size=1, max_size=3, unique=True)


def compile_one(
    query: Node | None, categories: list[str], types: list[AnnounceType], primary: bool
) -> CompiledTopic:
    topic = make_topic(categories=tuple(categories), announce=tuple(types), primary_only=primary)
    return CompiledTopic(topic, query)


_TOPICS = st.builds(
    compile_one,
    st.one_of(TREES, TREES, TREES, st.none()),
    _CATEGORIES,
    st.lists(st.sampled_from(AnnounceType), min_size=2, max_size=4, unique=True),
    st.booleans(),
)


def loop(
    compiled: list[CompiledTopic], paper: SearchablePaper, listing: str, announce_type: AnnounceType
) -> list[tuple[CompiledTopic, tuple[str, ...]]]:
    judged = ((topic, judge(topic, paper, listing, announce_type)) for topic in compiled)
    return [(topic, matched) for topic, matched in judged if matched is not None]


def test_the_same_topics_in_the_same_order_as_by_trying_each() -> None:
    told: Counter[str] = Counter()

    @given(st.lists(_TOPICS, min_size=3, max_size=8), st.sampled_from(CATEGORIES), st.sampled_from(AnnounceType))
    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    def agrees(compiled: list[CompiledTopic], listing: str, announce_type: AnnounceType) -> None:
        percolator = Percolator(compiled)
        for paper in PAPERS:
            expected = loop(compiled, paper, listing, announce_type)
            assert percolator.judge_all(paper, listing, announce_type) == expected
            told.update(pairs=len(compiled), joined=len(expected))

    agrees()
    assert told["pairs"] >= 2_000
    assert told["joined"] >= 500


@given(TREES)
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_a_query_alone_finds_the_papers_that_it_matches(query: Node) -> None:
    """Every listing and every type: nothing but the anchors decides who is tried."""
    topic = compile_one(query, ["cs.CV"], list(AnnounceType), primary=False)
    percolator = Percolator([topic])
    for paper in PAPERS:
        assert percolator.judge_all(paper, "cs.CV", AnnounceType.NEW) == loop(
            [topic], paper, "cs.CV", AnnounceType.NEW
        )


class Untouchable(SearchablePaper):
    """A paper on which no query may be tried."""

    def holds(self, leaf: object) -> bool:
        raise AssertionError(f"{leaf} was tried")


@pytest.mark.parametrize(
    "query",
    [
        "radiance",
        '"radiance field"',
        '"model radiance"',
        "RADIANCE",
        "radian*",
        '"a radian*"',
        "radiance OR splats",
        "radiance model",
        "radiance NOT model",
        "(model OR a) radiance",
        "au:model",
        "co:model",
        "jr:model",
        "cat:hep-th",
        "id:2604.00002",
        "cat:hep-th (this OR that)",
        "TTS",
    ],
)
def test_a_query_is_not_tried_on_papers_without_its_anchors(query: str) -> None:
    percolator = make_percolator((make_topic(query=query),))
    paper = Untouchable(make_paper(title="A model of tts", abstract="Models, a field of models"))
    assert percolator.judge_all(paper, "cs.CV", AnnounceType.NEW) == []


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("models*", "Models"), ("process*", "proces processs"), ("s*", "S"), ("mod*", "models"), ("LLMs*", "LLMs"),
        ("process", "proces"), ('"the processes"', "the processe"), ('"LLM models"', "LLMs model"), ("TTSs", "TTS"),
        ('"to a models*"', "to a models"), ("ti:models*", "models"), ("cat:cs.CV", ""),
    ],
)  # fmt: skip
def test_a_query_has_anchors_in_every_paper_that_it_finds(query: str, text: str) -> None:
    percolator = make_percolator((make_topic(query=query),))
    compiled = CompiledTopic(make_topic(query=query), parser.parse(query))
    paper = SearchablePaper(make_paper(title=text))
    expected = loop([compiled], paper, "cs.CV", AnnounceType.NEW)
    assert expected
    assert [matched for _, matched in percolator.judge_all(paper, "cs.CV", AnnounceType.NEW)] == [
        matched for _, matched in expected
    ]


@pytest.mark.parametrize("query", ["NOT radiance", "model OR NOT radiance", "NOT (a b)"])
def test_a_query_without_anchors_is_tried_on_every_paper(query: str) -> None:
    percolator = make_percolator((make_topic(query=query),))
    paper = SearchablePaper(make_paper(title="Something else"))
    assert len(percolator.judge_all(paper, "cs.CV", AnnounceType.NEW)) == 1


def test_only_topics_that_ask_for_what_the_api_tells_are_judged_once_more() -> None:
    queries = {"plain": "model", "comment": "model OR co:CVPR", "journal": "NOT jr:PRL", "any": None}
    percolator = make_percolator(tuple(make_topic(slug, query=query) for slug, query in queries.items()))
    paper = SearchablePaper(make_paper(title="A model"))
    found = percolator.completing.judge_all(paper, "cs.CV", AnnounceType.NEW)
    assert [topic.topic.slug for topic, _ in found] == ["comment", "journal"]


def test_topics_that_stay_the_same_are_read_once() -> None:
    before = make_percolator((make_topic("a", query="x"), make_topic("b", query="y")))
    assert make_percolator((make_topic("a", query="x"), make_topic("b", query="y"))) is before
    after = make_percolator((make_topic("a", query="x"), make_topic("b", query="z")))
    paper = SearchablePaper(make_paper(title="z"))
    assert [topic.query for topic, _ in after.judge_all(paper, "cs.CV", AnnounceType.NEW)] == [parser.parse("z")]

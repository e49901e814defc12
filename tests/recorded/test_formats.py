"""The recorded days of cs.CV in every format, for every reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import listparser
import pytest

from feeds.model.topics import DEFAULT_ANNOUNCE
from feeds.render.formats import FORMATS
from feeds.topics_file import load_topics
from tests.support.carried import SUBSCRIPTIONS, Carried, carry, check_newsboat, check_subscriber, fetch
from tests.support.formats import CHECKS
from tests.support.recordings import ROOT, recording
from tests.support.subscribers import Newsboat, Subscriber
from tests.support.wires import write_topics
from workers.polling.listing import parse_listing

SLUGS = ("gaussian-splatting", "vision-language")
#: Beside two topics of our own that are about cs.CV.
WHOLE: dict[str, object] = {
    "slug": "vision",
    "title": "All of cs.CV",
    "categories": ["cs.CV"],
    "section": "Vision",
    "entries": 2000,
}


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """A demo that replayed all recorded days."""
    recorded = recording("listings")
    folder = tmp_path_factory.mktemp("wire")
    queries = {topic.slug: topic.query for topic in load_topics(ROOT / "topics.yaml")}
    ours = [{**WHOLE, "slug": slug, "title": slug, "query": queries[slug]} for slug in SLUGS]
    write_topics(folder / "topics.yaml", [*ours, WHOLE])
    with carry(folder, folder / "topics.yaml", recorded) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_seen(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with a proxy that has seen nothing; there is no other proxy."""
    carried.proxy.take_answered()
    monkeypatch.setenv("NO_PROXY", "*")


def test_all_days_are_there(carried: Carried) -> None:
    announced = {
        paper.arxiv_id
        for path in recording("listings").glob("atom_cs.CV_*.xml")
        for paper in parse_listing(path.read_bytes(), "cs.CV").papers
        if paper.type in DEFAULT_ANNOUNCE
    }
    found = {slug: {member.paper.arxiv_id for member in members} for slug, members in carried.topics.items()}
    assert found["vision"] == announced
    assert all(found[slug] < announced and len(found[slug]) > 30 for slug in SLUGS)


@pytest.mark.parametrize("extension", FORMATS)
def test_every_feed_is_valid(carried: Carried, extension: str) -> None:
    for address in carried.addresses(extension):
        CHECKS[extension](fetch(address))
        for options in ("math=mathml", "math=tex", "authors=joined", "limit=50&lang=zh"):
            CHECKS[extension](fetch(f"{address}?{options}"))


def test_listparser_finds_every_feed(carried: Carried) -> None:
    read = listparser.parse(carried.opml)
    assert not read.bozo
    assert sorted(feed.url for feed in read.feeds) == sorted(carried.addresses("atom"))


@pytest.mark.parametrize(("subscriber", "extension"), SUBSCRIPTIONS)
def test_a_reader_shows_every_paper_of_every_topic_once(
    carried: Carried, tmp_path: Path, subscriber: type[Subscriber], extension: str
) -> None:
    check_subscriber(carried, subscriber, extension, tmp_path)


@pytest.mark.parametrize("extension", Newsboat.FORMATS)
def test_newsboat_shows_every_paper_of_a_topic_once(carried: Carried, tmp_path: Path, extension: str) -> None:
    check_newsboat(carried, extension, tmp_path)

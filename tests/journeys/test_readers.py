"""Real feed readers subscribe to a running wire by the addresses on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html

from tests.support.carried import SUBSCRIPTIONS, Carried, carry, check_newsboat, check_subscriber, fetch
from tests.support.listings import Item, make_listing
from tests.support.subscribers import Newsboat, Subscriber, outlines
from tests.support.wires import write_topics

ATOM = "application/atom+xml"
DAY = date(2026, 4, 17)
#: Titles that readers are known to break, of papers that are in several topics.
AWKWARD = [
    Item("2604.00001", title=r"R&D: if $a<b$ then List<int>, <b>not</b> bold, &lt;3 &amp; so on"),
    Item("2604.00002", title="No “quotes” 'here' \"there\" | ]]> – 深層学習 🎻", categories=("cs.SD", "cs.CV")),
    Item("2604.00003", title=r"Schr\"odinger's {\L}ukasiewicz in $O(n^2)$\tfor 100% of C:\new", abstract=""),
    Item("2604.00004", title="A title " * 30, authors=""),
]
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision & <sight>", "categories": ["cs.CV"], "section": "It's here"},
    {"slug": "everything", "title": "Everything", "categories": ["cs.CV", "cs.SD"]},
    {"slug": "silence", "title": "Silence", "categories": ["cs.SD"], "query": "silence"},
]


@pytest.fixture(scope="module", params=["sample", "awkward"])
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """The demo, once on its own sample, once on titles that are hard to show."""
    folder = tmp_path_factory.mktemp("wire")
    recordings = topics = None
    if request.param == "awkward":
        topics = folder / "topics.yaml"
        write_topics(topics, TOPICS)
        recordings = record(folder / "recordings")
    with carry(folder, topics, recordings) as running:
        yield running


def record(folder: Path) -> Path:
    folder.mkdir()
    for listing in ("cs.CV", "cs.SD"):
        items = [item for item in AWKWARD if listing in item.categories]
        (folder / f"atom_{listing}_{DAY}.xml").write_bytes(make_listing(items, listing, DAY))
    return folder


@pytest.fixture(autouse=True)
def nothing_seen(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with a proxy that has seen nothing; there is no other proxy."""
    carried.proxy.take_answered()
    monkeypatch.setenv("NO_PROXY", "*")


# --- the addresses


def feed_links(url: str) -> list[str]:
    """The Atom feeds that a page names in its head; each is also there to be clicked."""
    page = html.document_fromstring(fetch(url))
    named = [link for link in page.iter("link") if (link.get("rel"), link.get("type")) == ("alternate", ATOM)]
    found = [urljoin(url, link.get("href", "")) for link in named]
    assert set(found) <= {urljoin(url, link.get("href", "")) for link in page.iter("a")}
    return found


def test_the_pages_and_the_subscription_list_name_the_same_feeds(carried: Carried) -> None:
    assert sorted(feed_links(f"{carried.proxy.url}/")) == sorted(carried.addresses("atom"))
    for outline in outlines(carried.opml):
        assert feed_links(outline["htmlUrl"]) == [outline["xmlUrl"]]


def test_papers_are_in_several_topics(carried: Carried) -> None:
    """Else the other tests show little."""
    assert len(carried.topics) > 2
    assert len(carried.shown("atom")) > len({one.id for one in carried.shown("atom")}) > 2


def test_pictures_of_feeds_are_there(carried: Carried) -> None:
    root = etree.fromstring(fetch(carried.addresses("atom")[0]))
    for name in ("icon", "logo"):
        address = root.findtext(f"{{http://www.w3.org/2005/Atom}}{name}")
        assert fetch(address or "").startswith(b"\x89PNG")


# --- the readers


@pytest.mark.parametrize(("subscriber", "extension"), SUBSCRIPTIONS)
def test_a_reader_shows_every_paper_of_every_topic_once(
    carried: Carried, tmp_path: Path, subscriber: type[Subscriber], extension: str
) -> None:
    check_subscriber(carried, subscriber, extension, tmp_path)


@pytest.mark.parametrize("extension", Newsboat.FORMATS)
def test_newsboat_shows_every_paper_of_a_topic_once(carried: Carried, tmp_path: Path, extension: str) -> None:
    check_newsboat(carried, extension, tmp_path)


def test_newsboat_with_all_topics_shows_every_paper_once_in_one_of_its_topics(
    carried: Carried, tmp_path: Path
) -> None:
    """It knows papers by their id alone, whatever feed they are in (github.com/newsboat/newsboat/issues/898)."""
    newsboat = Newsboat(tmp_path, carried.opml)
    shown = newsboat.fetch()
    known = {(one.feed, one.id, one.title) for one in carried.shown("atom")}
    assert sorted(one.id for one in shown) == sorted({paper for _, paper, _ in known})
    assert {(one.feed, one.id, one.title) for one in shown} <= known
    assert newsboat.fetch() == newsboat.fetch() == shown


def test_a_feeds_page_is_the_topics_page_for_a_reader(carried: Carried, tmp_path: Path) -> None:
    """newsboat takes the last of all alternates for it."""
    newsboat = Newsboat(tmp_path, carried.opml)
    newsboat.fetch()
    assert newsboat.pages() == {outline["xmlUrl"]: outline["htmlUrl"] for outline in outlines(carried.opml)}
    assert all(urlsplit(page).path.startswith("/topics/") for page in newsboat.pages().values())

"""A topic's archive: complete together with the subscription document at any time, and never renumbered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.cache import DocumentCache
from feeds.curating import curate
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model.archives import SIZE, number_of, positions_of
from feeds.model.documents import Document
from feeds.model.entries import Site
from feeds.model.variants import Byline, Variant
from feeds.publishing.publisher import Publisher
from feeds.publishing.topics import publish_topic
from feeds.store import memberships
from feeds.store.engine import Store
from tests.support.papers import NOW, define, join, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
FEED = "https://wire.example.org/feeds/vision"
LATER = NOW + timedelta(days=1)
ATOM = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}


@pytest.fixture
def publisher(store: Store) -> Publisher:
    with store.write() as connection:
        define(connection, make_topic(entries=20, formerly=("sight",)), make_topic("ended", retired=True))
    return Publisher(store, SITE, DocumentCache())


def announce(store: Store, first: int, last: int, now: datetime = NOW, *, tldr: bool = True) -> None:
    with store.write() as connection:
        join(connection, [name(number) for number in range(first, last + 1)], now=now, tldr=tldr)
        publish_topic(connection, "vision", now)


def name(number: int) -> str:
    return f"2604.{number:05}"


class Read:
    """An Atom document, read."""

    def __init__(self, document: Document) -> None:
        self.root = etree.fromstring(document.body)
        self.ids = [text.removeprefix("oai:arXiv.org:") for text in self._all("a:entry/a:id/text()")]
        self.gone = {
            node.get("ref", "").removeprefix("oai:arXiv.org:"): datetime.fromisoformat(node.get("when", ""))
            for node in self.root.iterfind("at:deleted-entry", ATOM)
        }
        self.is_archive = self.root.find("fh:archive", ATOM) is not None

    def link(self, rel: str) -> str | None:
        found = self._all(f"a:link[@rel='{rel}']/@href")
        assert len(found) <= 1
        return found[0] if found else None

    def _all(self, path: str) -> list[str]:
        found = self.root.xpath(path, namespaces=ATOM)
        assert isinstance(found, list)
        return [str(one) for one in found]


def walk(publisher: Publisher) -> Iterator[Read]:
    """The subscription document, then the archive from the newest document on, as RFC 5005 tells readers to."""
    read = Read(publisher.find_document("vision", "atom"))
    yield read
    while address := read.link("prev-archive"):
        number = int(address.removeprefix(f"{FEED}/archive/").removesuffix(".atom"))
        read = Read(publisher.find_archive("vision", number))
        yield read


@given(st.integers(1, 10**9))
def test_ranges_follow_one_another_without_a_gap(position: int) -> None:
    first, last = positions_of(number_of(position))
    assert first <= position <= last
    assert (last - first + 1, number_of(last + 1), number_of(first)) == (
        SIZE,
        number_of(first) + 1,
        number_of(last),
    )


def test_a_topic_that_is_all_in_its_feed_has_no_archive_to_link(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 20)
    assert Read(publisher.find_document("vision", "atom")).link("prev-archive") is None


def test_feed_and_archive_together_hold_everything(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 230)
    feed, *archives = walk(publisher)
    assert [len(read.ids) for read in archives] == [30, 100, 100]
    assert feed.ids[-1] == name(211)
    assert {one for read in archives for one in read.ids} == {name(number) for number in range(1, 231)}
    assert archives[1].ids == [name(number) for number in range(200, 100, -1)]
    assert [read.is_archive for read in (feed, *archives)] == [False, True, True, True]


def test_the_links_of_an_archive_lead_both_ways(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 230)
    newest, middle, oldest = [read for read in walk(publisher) if read.is_archive]
    assert (middle.link("prev-archive"), middle.link("next-archive")) == (
        f"{FEED}/archive/1.atom", f"{FEED}/archive/3.atom",
    )  # fmt: skip
    assert (oldest.link("prev-archive"), newest.link("next-archive")) == (None, None)
    assert {read.link("current") for read in (newest, middle, oldest)} == {f"{FEED}.atom"}
    assert middle.link("self") == f"{FEED}/archive/2.atom"


def test_what_comes_later_leaves_full_documents_as_they_are(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 230)
    before = [publisher.find_archive("vision", number).body for number in (1, 2)]
    announce(store, 1001, 1200, LATER)
    assert [Publisher(store, SITE).find_archive("vision", number).body for number in (1, 2)] == before
    assert [len(read.ids) for read in walk(publisher)] == [20, 30, 100, 100, 100, 100]


def test_hidden_and_evicted_ones_leave_tombstones(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 130)
    with store.write() as connection:
        memberships.hide(connection, "vision", name(7), LATER)
        memberships.evict(connection, "vision", [name(9)], LATER)
    read = Read(publisher.find_archive("vision", 1))
    assert len(read.ids) == 98
    assert read.gone == {name(7): LATER, name(9): LATER}
    with store.write() as connection:
        memberships.unhide(connection, "vision", name(7), LATER)
    read = Read(publisher.find_archive("vision", 1))
    assert (read.gone, name(7) in read.ids) == ({name(9): LATER}, True)


def test_a_date_tells_of_every_change(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 130)
    first = publisher.find_archive("vision", 1)
    with store.write() as connection:
        memberships.hide(connection, "vision", name(7), LATER)
    second = publisher.find_archive("vision", 1)
    assert (first.last_modified, second.last_modified) == (max(first.last_modified, NOW), LATER)
    assert publisher.find_archive("vision", 1) == second


def test_a_date_tells_that_the_next_document_has_begun(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 100)
    first = publisher.find_archive("vision", 1)
    announce(store, 101, 101, LATER, tldr=False)
    second = publisher.find_archive("vision", 1)
    assert (Read(second).link("next-archive"), second.last_modified) == (f"{FEED}/archive/2.atom", LATER)
    assert first.last_modified < LATER


def test_a_date_tells_that_a_tombstone_went(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 130)
    with store.write() as connection:
        memberships.evict(connection, "vision", [name(7)], LATER)
    announce(store, 7, 7, LATER + timedelta(days=1))
    read = publisher.find_archive("vision", 1)
    assert (Read(read).gone, read.last_modified) == ({}, LATER + timedelta(days=1))


def test_no_date_is_ahead_of_the_clock(store: Store, publisher: Publisher) -> None:
    """Papers that join together are dated over the minute that follows."""
    announce(store, 1, 130)
    assert publisher.find_archive("vision", 1).last_modified == NOW


def test_what_is_published_late_below_the_window_is_linked_at_once(store: Store, publisher: Publisher) -> None:
    with store.write() as connection:
        define(connection, make_topic(entries=1))
    announce(store, 1, 1, tldr=False)
    announce(store, 2, 2)
    with store.write() as connection:
        join(connection, [name(3)], now=LATER, tldr=False)  # still awaited when the first one's time is over
    before = publisher.find_document("vision", "atom")
    with store.write() as connection:
        assert publish_topic(connection, "vision", LATER).changed
    after = publisher.find_document("vision", "atom")
    assert [Read(document).link("prev-archive") for document in (before, after)] == [None, f"{FEED}/archive/1.atom"]
    assert before.last_modified < after.last_modified == LATER
    assert [one for read in walk(publisher) for one in read.ids] == [name(2), name(2), name(1)]


def test_what_is_shown_again_below_the_window_is_linked_at_once(store: Store, publisher: Publisher) -> None:
    with store.write() as connection:
        define(connection, make_topic(entries=1))
    announce(store, 1, 2)
    links = []
    for hours, hidden in enumerate((True, False), 1):
        with store.write() as connection:
            now = LATER + timedelta(hours=hours)
            curate(connection, "vision", name(1), {"hidden": hidden}, editor="ada", now=now)
        document = publisher.find_document("vision", "atom")
        assert document.last_modified == now
        links.append(Read(document).link("prev-archive"))
    assert links == [None, f"{FEED}/archive/1.atom"]


def test_an_archive_document_offers_no_subscription(store: Store, publisher: Publisher) -> None:
    """The hub takes none for it."""
    announce(store, 1, 130)
    assert (publisher.find_archive("vision", 1).hub_url, Read(publisher.find_archive("vision", 1)).link("hub")) == (
        None, None,
    )  # fmt: skip


def test_what_waits_for_its_summary_is_in_no_archive(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 120)
    announce(store, 121, 122, LATER, tldr=False)
    assert Read(publisher.find_archive("vision", 2)).ids == [name(number) for number in range(120, 100, -1)]


def test_archives_are_written_as_the_feed_was_asked_for(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 130)
    joined = Variant(authors=Byline.JOINED)
    feed = Read(publisher.find_document("vision", "atom", joined))
    assert feed.link("prev-archive") == f"{FEED}/archive/2.atom?authors=joined"
    archive = Read(publisher.find_archive("vision", 1, joined))
    assert archive.link("current") == f"{FEED}.atom?authors=joined"
    assert archive.link("next-archive") == f"{FEED}/archive/2.atom?authors=joined"


def test_a_feed_that_is_cut_by_options_links_no_archive(store: Store, publisher: Publisher) -> None:
    announce(store, 1, 130)
    for variant in (Variant(limit=5), Variant(since=datetime(2026, 1, 1, tzinfo=UTC))):
        assert Read(publisher.find_document("vision", "atom", variant)).link("prev-archive") is None


@pytest.mark.parametrize(
    ("slug", "number", "error"),
    [("vision", 0, NotFoundError), ("vision", 3, NotFoundError), ("none", 1, NotFoundError),
     ("ended", 1, GoneError), ("sight", 1, MovedError)],
)  # fmt: skip
def test_there_is_no_other_archive(
    store: Store, publisher: Publisher, slug: str, number: int, error: type[Exception]
) -> None:
    announce(store, 1, 130)
    with pytest.raises(error):
        publisher.find_archive(slug, number)

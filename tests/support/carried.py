"""A running wire as its readers meet it, and what each of them should show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from feeds.maths import to_plain
from feeds.model.entries import Member
from feeds.model.identifiers import entry_id
from feeds.store import memberships, publications, topics
from feeds.store.engine import Store
from tests.support.databases import settings_for, url_for
from tests.support.npm import Feedsmith, RssParser
from tests.support.processes import free_port, processes_with, started
from tests.support.readers import TIMEOUT_SECONDS, Proxy, running_proxy
from tests.support.subscribers import (
    Atoma,
    Feedparser,
    Lemon24,
    Newsboat,
    Rss2email,
    Sfeed,
    Shown,
    Subscriber,
    whole,
)

_SUBSCRIBERS: tuple[type[Subscriber], ...] = (Atoma, Feedparser, Feedsmith, Lemon24, Rss2email, RssParser, Sfeed)
#: Each reader in each format that it reads; newsboat has a check of its own.
SUBSCRIPTIONS = [(one, extension) for one in _SUBSCRIBERS for extension in one.FORMATS]


@dataclass(frozen=True)
class Carried:
    """A running wire, as somebody finds it who looks for feeds."""

    proxy: Proxy
    opml: str
    topics: Mapping[str, tuple[Member, ...]]  #: what the store says is published, by slug

    def addresses(self, extension: str) -> list[str]:
        return [self._address(slug, extension) for slug in self.topics]

    def list_in(self, extension: str) -> str:
        """The subscription list, with another format's addresses."""
        return self.opml.replace('.atom"', f'.{extension}"')

    def shown(self, extension: str) -> list[Shown]:
        """All that a reader with all feeds should show."""
        return sorted(
            Shown(
                self._address(slug, extension),
                entry_id(member.paper.arxiv_id),
                to_plain(member.paper.title),
                whole(member.membership.joined_at),
                whole(member.membership.updated_at),
            )
            for slug, members in self.topics.items()
            for member in members
        )

    def answers(self, extension: str, *statuses: int) -> list[tuple[str, int]]:
        """What the proxy notes where every feed is asked for, and answered in these ways."""
        return sorted((urlsplit(url).path, status) for url in self.addresses(extension) for status in statuses)

    def _address(self, slug: str, extension: str) -> str:
        return f"{self.proxy.url}/feeds/{slug}.{extension}"


def fetch(url: str) -> bytes:
    with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read()
        return body


@contextmanager
def carry(folder: Path, topics_file: Path | None, recordings: Path | None) -> Iterator[Carried]:
    """A demo behind a proxy, once all its days are in."""
    port = free_port()
    data = folder / "var"
    with running_proxy(port) as proxy:
        given = {"WIRE_BIND": f"127.0.0.1:{port}", "WIRE_BASE_URL": proxy.url, "WIRE_DATA_DIR": str(data)}
        given |= settings_for(data)
        given |= {"WIRE_TOPICS": str(topics_file)} if topics_file else {}
        arguments = ["demo", *(["--recordings", str(recordings)] if recordings else [])]
        with started(arguments, given, folder) as demo:
            demo.await_line("All days are in")
            yield Carried(proxy, fetch(f"{proxy.url}/feeds.opml").decode(), _find_published(data))
            assert demo.stop() == 0
    assert processes_with(str(folder)) == []


def _find_published(data: Path) -> dict[str, tuple[Member, ...]]:
    store = Store(url_for(data))
    try:
        with store.read() as connection:
            found = {}
            for stored in topics.list_topics(connection):
                slug = stored.topic.slug
                publication = publications.find_publication(connection, slug)
                wanted = [arxiv_id for arxiv_id, _ in publication.entries] if publication else []
                found[slug] = tuple(memberships.find_members(connection, slug, wanted))
            return found
    finally:
        store.close()


def check_subscriber(carried: Carried, subscriber: type[Subscriber], extension: str, folder: Path) -> None:
    """The reader shows all papers with their dates, and nothing else, also when it looks again."""
    reader = subscriber(folder, carried.list_in(extension))
    shown = reader.fetch()
    assert carried.proxy.take_answered() == carried.answers(extension, *subscriber.ANSWERS[0])
    compare(shown, carried.shown(extension), titles=extension != "rss")
    again = reader.fetch()
    assert carried.proxy.take_answered() == carried.answers(extension, *subscriber.ANSWERS[1])
    assert again == shown


def compare(shown: list[Shown], expected: list[Shown], *, titles: bool) -> None:
    """Everything is there once, with the dates that the reader shows.

    :param titles: also these; nothing says whether an RSS title is text or HTML, so readers differ there
    """
    assert [(one.feed, one.id) for one in shown] == [(one.feed, one.id) for one in expected]
    for one, other in zip(shown, expected, strict=True):
        assert one == replace(
            other,
            title=other.title if titles or not set("<&") & set(other.title) else one.title,
            published_at=one.published_at and other.published_at,
            updated_at=one.updated_at and other.updated_at,
        )


def check_newsboat(carried: Carried, extension: str, folder: Path) -> None:
    """newsboat, feed by feed: together they would hide each other's papers."""
    newsboat = Newsboat(folder, carried.list_in(extension))
    subscriptions = newsboat.subscriptions
    assert sorted(line.split()[0] for line in subscriptions) == sorted(carried.addresses(extension))
    for subscription in subscriptions:
        address = subscription.split()[0]
        newsboat.keep_only(subscription)
        shown = newsboat.fetch()
        compare(shown, [one for one in carried.shown(extension) if one.feed == address], titles=extension != "rss")
        assert newsboat.fetch() == shown
        carried.proxy.take_answered()
        assert newsboat.fetch() == shown  # the first with a condition: no tag is kept of a feed's first fetch
        assert carried.proxy.take_answered() == [(urlsplit(address).path, 304)]

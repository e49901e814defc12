"""Random lives of a wire: whoever asks by the date or the tag that it has misses no change, and feed and archive
together hold everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from feeds import curating
from feeds.cache import DocumentCache
from feeds.errors import BadRequestError, GoneError, NotFoundError
from feeds.model.changes import Revision
from feeds.model.digests import Period
from feeds.model.documents import Document
from feeds.model.entries import MemberState, Site, UpdateReason
from feeds.model.summaries import Kind
from feeds.model.topics import Order
from feeds.model.variants import Variant
from feeds.publishing.cutting import cut_digests
from feeds.publishing.publisher import Publisher
from feeds.publishing.topics import publish_topic
from feeds.search_feeds import read_search
from feeds.store import archives, memberships, papers, selections, summaries, topics
from feeds.store.engine import Connection, Store
from tests.feeds.publishing.test_archives import walk
from tests.support.papers import NOW, define, join, make_admission, make_paper, make_tldr, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
STEP = timedelta(seconds=20)  # shorter than the minute over which papers that join together are spread
SLUGS = ("sound", "vision")


@dataclass
class Life:
    """A wire, and what happens to it."""

    store: Store
    chance: Random
    now: datetime = NOW
    known: list[str] = field(default_factory=list)
    count: int = 0

    def step(self) -> str:
        """Let something happen; gives what."""
        self.now += STEP if self.chance.random() < 0.9 else timedelta(hours=9)
        act = self.chance.choice(ACTS)
        with self.store.write() as connection:
            act(self, connection)
            for slug in SLUGS:
                publish_topic(connection, slug, self.now)
                cut_digests(connection, slug, self.now)
        return act.__name__

    def some(self) -> str:
        return self.chance.choice(self.known) if self.known else "2604.99999"

    def topic(self) -> str:
        return self.chance.choice(SLUGS)

    def join(self, connection: Connection) -> None:
        """Papers come, some of which wait for their summary."""
        for _ in range(self.chance.randint(1, 3)):
            first, self.count = self.count + 1, self.count + self.chance.randint(1, 30)
            arrived = [f"2604.{number:05}" for number in range(first, self.count + 1)]
            join(connection, arrived, self.topic(), self.now, tldr=self.chance.random() < 0.5)
            self.known += arrived

    def return_(self, connection: Connection) -> None:
        memberships.admit(connection, [make_admission(self.some(), self.topic())] if self.known else [], self.now)

    def evict(self, connection: Connection) -> None:
        memberships.evict(connection, self.topic(), [self.some()], self.now)

    def rematch(self, connection: Connection) -> None:
        selections.save_matched(connection, self.topic(), {self.some(): (f"word {self.now}",)}, self.now)

    def summarize(self, connection: Connection) -> None:
        arxiv_id = self.some()
        for paper in papers.find_papers(connection, [arxiv_id]).values():
            kind = self.chance.choice([Kind.TLDR, Kind.CONTRIBUTIONS])
            told = make_tldr(paper, f"Told at {self.now}.", self.now)
            made = replace(told, kind=kind, prompt_version=str(self.now))
            made = made if kind is Kind.TLDR else replace(made, data=[f"One point of {self.now}."])
            summaries.record_summaries(connection, [made])
            memberships.note_summaries(connection, [arxiv_id], self.now)
            papers.note_changed(connection, [arxiv_id], self.now)

    def revise(self, connection: Connection) -> None:
        arxiv_id = self.some()
        for paper in papers.find_papers(connection, [arxiv_id]).values():
            changed, revision = self.chance.choice(
                [
                    (replace(paper, comment=f"Seen at {self.now}"), Revision(arxiv_id, None, False)),
                    (replace(paper, licence=f"https://example.org/{self.now:%S}"), Revision(arxiv_id, None, False)),
                    (replace(paper, withdrawn=True), Revision(arxiv_id, UpdateReason.WITHDRAWN, False)),
                    (
                        make_paper(arxiv_id, version=paper.version + 1, abstract=f"We say more: {self.now}."),
                        Revision(arxiv_id, UpdateReason.NEW_VERSION, True),
                    ),
                ]
            )
            papers.save_papers(connection, [changed], self.now)
            memberships.revise(connection, [revision], self.now)

    def curate(self, connection: Connection) -> None:
        given: dict[str, object] = self.chance.choice(
            [
                {"hidden": True}, {"hidden": False}, {"pinned": True}, {"pinned": False, "order": None},
                {"rating": self.chance.randint(0, 3)}, {"note": f"Noted at {self.now}"},
                {"tags": [f"t{self.now:%S}"]}, {"institution": f"Of {self.now:%M}"},
                {"pinned": True, "order": self.chance.randint(1, 9)},
            ]
        )  # fmt: skip
        self._act(curating.curate, connection, given)

    def undo(self, connection: Connection) -> None:
        self._act(curating.undo, connection)

    def add(self, connection: Connection) -> None:
        self._act(curating.add, connection)

    def forget(self, connection: Connection) -> None:
        self._act(curating.forget, connection)

    def define(self, connection: Connection) -> None:
        slug = self.topic()
        for stored in topics.list_topics(connection):
            if stored.topic.slug == slug:
                changed: dict[str, Any] = self.chance.choice(
                    [
                        {"title": f"Title of {self.now}"}, {"order": self.chance.choice(list(Order))},
                        {"entries": self.chance.choice([1, 5, 20])}, {"retired": slug == "sound"},
                        {"retired": False}, {"kinds": (Kind.TLDR,)}, {"kinds": (Kind.TLDR, Kind.CONTRIBUTIONS)},
                    ]
                )  # fmt: skip
                topics.save_topic(connection, replace(stored.topic, **changed), self.now)

    def _act(self, act: Callable[..., object], connection: Connection, *given: object) -> None:
        """It may be that the paper is not in that topic, that this is retired, or that there is nothing to undo."""
        with suppress(NotFoundError, BadRequestError, GoneError):
            act(connection, self.topic(), self.some(), *given, editor="ada", now=self.now)


ACTS = (
    Life.join, Life.join, Life.return_, Life.evict, Life.rematch, Life.summarize, Life.summarize, Life.revise,
    Life.revise, Life.curate, Life.curate, Life.undo, Life.add, Life.forget, Life.define,
)  # fmt: skip


def look(publisher: Publisher) -> Iterator[tuple[str, Document]]:
    """Every kind of document that there is now, by name."""
    yield "opml", publisher.find_opml()
    yield "combined", publisher.find_combined("sound+vision", "rss", Variant(limit=30))
    yield "whole", publisher.find_combined("sound+vision", "atom")
    yield "search", publisher.find_search(read_search("title", []), "atom", Variant(limit=40))
    yield "feed", publisher.find_document("vision", "atom")
    yield "short", publisher.find_document("vision", "json", Variant(limit=3))
    yield "since", publisher.find_document("vision", "rss", Variant(since=NOW + timedelta(hours=9)))
    for period in Period:
        yield period, publisher.find_digest("vision", period, "atom")
    for number in range(1, 6):
        try:
            yield f"archive {number}", publisher.find_archive("vision", number)
        except NotFoundError:
            return


@pytest.mark.parametrize("seed", range(2))
def test_no_change_is_missed_by_date_or_tag(store: Store, seed: int) -> None:
    with store.write() as connection:
        define(connection, *(make_topic(slug, entries=5) for slug in SLUGS))
    life, keeping = Life(store, Random(seed)), Publisher(store, SITE, DocumentCache())
    before: dict[str, Document] = {}
    for number in range(50):
        told = f"step {number}: {life.step()}"
        now = dict(look(keeping))
        fresh = dict(look(Publisher(store, SITE)))
        for name, document in now.items():
            assert document.body == fresh[name].body, (told, name)
            assert document.last_modified == fresh[name].last_modified, (told, name)
            assert document.last_modified <= life.now, (told, name)
            if name in before and document.body != before[name].body:
                assert document.etag != before[name].etag, (told, name)
                assert document.last_modified > before[name].last_modified, (told, name)
        before = now
        with store.read() as connection:
            published = {
                one.arxiv_id
                for one in archives.list_archived(connection, "vision", 1, 10**6)
                if one.state is MemberState.IN
            }
        assert {one for read in walk(keeping) for one in read.ids} == published, told
    assert len(before) > 8

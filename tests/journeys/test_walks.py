"""Walks through the API's lists while papers arrive, change, hide, leave and come back: each is seen once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feeds.clock import FixedClock
from feeds.model.changes import Revision
from feeds.model.entries import MemberState, UpdateReason
from feeds.publishing.topics import publish_topic
from feeds.store import memberships
from feeds.store.engine import Connection, Store
from feeds.store.memberships import HOLD
from service.app import create_app
from tests.support.listings import Item
from tests.support.papers import NOW, define, join, make_topic
from tests.support.wires import Line, make_settings
from workers.preparing import prepare_database

_numbers = count(1)
LATER = timedelta(minutes=1)

#: Something that happens between two pages: what, and to which of the papers.
Act = tuple[str, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "wait", "ripen", "hide", "unhide", "evict", "return", "revise", "summarize"]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=5,
)
#: What happens before the walk, and before each page.
FIRST = st.lists(st.tuples(st.sampled_from(["arrive", "arrive", "wait", "hide"]), st.integers(0, 20)), max_size=8)
STORY = st.lists(ACTS, min_size=3, max_size=8)
#: Without shrinking: a failing walk is told as it was found, and not tried again for minutes.
THOROUGHLY = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass
class World:
    """A topic to which things happen, and the API that tells of it."""

    store: Store
    client: FlaskClient
    slug: str = ""
    now: datetime = NOW
    papers: list[str] = field(default_factory=list)
    disturbed: set[str] = field(default_factory=set)  #: that were out of sight for some time

    def begin(self, acts: Sequence[Act]) -> None:
        """A topic of its own, to which some things happened."""
        self.slug, self.papers = f"walk-{next(_numbers)}", []
        with self.store.write() as connection:
            define(connection, make_topic(self.slug))
        for act in acts:
            self.act(act)
        self.disturbed = set()

    def act(self, act: Act) -> None:
        what, index = act
        self.now += HOLD if what == "ripen" else LATER
        with self.store.write() as connection:
            if what in ("arrive", "wait"):
                self._arrive(connection, index % 3 + 1, tldr=what == "arrive")
            elif self.papers:
                self._happen(connection, what, self.papers[index % len(self.papers)])
            publish_topic(connection, self.slug, self.now)

    def _arrive(self, connection: Connection, papers: int, *, tldr: bool) -> None:
        ids = [f"2604.{next(_numbers):05}" for _ in range(papers)]
        join(connection, ids, self.slug, self.now, tldr=tldr)
        self.papers += ids

    def _happen(self, connection: Connection, what: str, arxiv_id: str) -> None:
        match what:
            case "hide":
                memberships.hide(connection, self.slug, arxiv_id, self.now)
            case "unhide":
                memberships.unhide(connection, self.slug, arxiv_id, self.now)
            case "evict":
                memberships.evict(connection, self.slug, [arxiv_id], self.now)
            case "return":
                join(connection, [arxiv_id], self.slug, self.now)
            case "revise":
                revision = Revision(arxiv_id, UpdateReason.NEW_VERSION, False)
                memberships.revise(connection, [revision], self.now)
            case "summarize":
                memberships.note_summaries(connection, [arxiv_id], self.now)
        if what in ("hide", "unhide", "evict"):
            self.disturbed.add(arxiv_id)

    def published(self) -> dict[str, int]:
        """What stands in the topic, by arXiv id, with its position; up to the first that waits."""
        with self.store.read() as connection:
            members = memberships.find_members(connection, self.slug, self.papers)
        rows = sorted((member.membership for member in members), key=lambda row: row.position)
        assert all(row.state is MemberState.IN for row in rows)
        waiting = min((row.position for row in rows if row.released_at is None), default=10**9)
        return {row.arxiv_id: row.position for row in rows if row.position < waiting}

    def page(self, url: str) -> dict[str, Any]:
        answer = self.client.get(url, base_url="https://wire.example.org")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        told: dict[str, Any] = answer.get_json()
        assert answer.headers.get("Link") == (f'<{told["next"]}>; rel="next"' if told["next"] else None)
        return told

    def walk(self, url: str, story: Sequence[Sequence[Act]] = ()) -> Iterator[dict[str, Any]]:
        """All pages from one on, while things happen between them."""
        acts = iter(story)
        following: str | None = url
        while following:
            told = self.page(following)
            yield told
            following = told["next"]
            for act in next(acts, ()):
                self.act(act)


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    made = make_settings(tmp_path, WIRE_DATABASE_URL=store.url, WIRE_BASE_URL="https://wire.example.org")
    prepare_database(made)
    return World(store, create_app(made, FixedClock(NOW)).test_client())


def bare(entry_id: str) -> str:
    return entry_id.removeprefix("oai:arXiv.org:")


@given(story=STORY, first=FIRST, limit=st.integers(1, 3))
@THOROUGHLY
def test_the_newest_first(world: World, story: list[list[Act]], first: list[Act], limit: int) -> None:
    world.begin(first)
    before = world.published()
    pages = world.walk(f"/api/v1/topics/{world.slug}/entries?limit={limit}&fields=id,position", story)
    seen = [(bare(item["id"]), item["position"]) for told in pages for item in told["items"]]
    positions = [position for _, position in seen]
    assert positions == sorted(set(positions), reverse=True), "each place once, downwards"
    ids = [arxiv_id for arxiv_id, _ in seen]
    assert len(ids) == len(set(ids)), "each paper once"
    assert set(before) - world.disturbed <= set(ids), "all that was there from the beginning"


@given(story=STORY, first=FIRST, limit=st.integers(1, 3))
@THOROUGHLY
def test_the_oldest_first(world: World, story: list[list[Act]], first: list[Act], limit: int) -> None:
    world.begin(first)
    seen: list[tuple[str, int]] = []
    there: dict[str, int] = {}
    order = f"/api/v1/topics/{world.slug}/entries?limit={limit}&order=oldest&fields=id,position"
    for told in world.walk(order, story):
        seen += [(bare(item["id"]), item["position"]) for item in told["items"]]
        there = world.published()  # as it is at the last page
    positions = [position for _, position in seen]
    assert positions == sorted(set(positions)), "each place once, upwards"
    ids = [arxiv_id for arxiv_id, _ in seen if arxiv_id not in world.disturbed]
    assert len(ids) == len(set(ids)), "each paper once, unless it left and came back"
    assert set(there) - world.disturbed == set(ids) & set(there) - world.disturbed
    assert {position for one, position in there.items() if one not in world.disturbed} <= set(positions)


@given(stories=st.lists(STORY, min_size=1, max_size=3), first=FIRST, limit=st.integers(1, 3))
@THOROUGHLY
def test_changes_make_a_copy_and_keep_it(
    world: World, stories: list[list[list[Act]]], first: list[Act], limit: int
) -> None:
    world.begin(first)
    copy: dict[str, Any] = {}
    since = ""
    for story in [*stories, []]:
        url = f"/api/v1/changes?topic={world.slug}&limit={limit}{since}"
        for told in world.walk(url, story):
            since = f"&since={told['since']}"
            apply(copy, told["items"])
    assert copy == {item["id"]: item for item in all_entries(world)}
    assert world.page(f"/api/v1/changes?topic={world.slug}{since}")["items"] == []
    keys = [(item["kind"], item["id"]) for told in world.walk(url.partition("&since")[0]) for item in told["items"]]
    assert len(keys) == len(set(keys)), "each paper once, at its latest change"


def apply(copy: dict[str, Any], changed: Sequence[dict[str, Any]]) -> None:
    """Do as clients do."""
    for item in changed:
        if item["kind"] == "entry":
            copy[item["id"]] = item["entry"]
        elif item["kind"] == "gone":
            copy.pop(item["id"], None)


def all_entries(world: World) -> list[dict[str, Any]]:
    told = world.page(f"/api/v1/topics/{world.slug}/entries?limit=200")
    return list(told["items"])


def test_a_paper_that_waits_holds_up_who_goes_upwards_and_is_not_passed(world: World) -> None:
    world.begin([("arrive", 0)])
    for what in ("wait", "arrive"):
        world.act((what, 0))
    order = f"/api/v1/topics/{world.slug}/entries?fields=position"

    def places(options: str) -> list[int]:
        return [item["position"] for item in world.page(order + options)["items"]]

    assert (places(""), places("&order=oldest")) == ([3, 1], [1])
    world.now += HOLD
    with world.store.write() as connection:
        publish_topic(connection, world.slug, world.now)
    assert (places(""), places("&order=oldest")) == ([3, 2, 1], [1, 2, 3])


TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


def test_while_arxiv_announces(make_line: Callable[..., Line]) -> None:
    """The same through the whole line: polls bring papers between the pages."""
    line = make_line(TOPICS)
    items = [Item(f"2604.{number:05}") for number in range(1, 10)]
    line.announce(items[:3])
    line.poll()
    world = World(line.runtime.store, line.app.test_client())
    walks: dict[str, list[str]] = {}
    arriving = iter(items[3:])
    for name in ("topics/vision/entries?limit=2", "topics/vision/entries?limit=2&order=oldest", "changes?limit=2"):
        walks[name] = []
        for told in world.walk(f"/api/v1/{name}"):
            walks[name] += [item["id"] for item in told["items"] if item["id"]]
            if item := next(arriving, None):
                line.announce([item])
                line.poll()
    for name, ids in walks.items():
        assert len(ids) == len(set(ids)), name
    newest, oldest, changed = (sorted(bare(entry_id) for entry_id in ids) for ids in walks.values())
    assert newest == [item.arxiv_id for item in items[:3]], "what arrived is above where the walk began"
    assert len(oldest) > len(newest), "what arrived came at its end"
    assert changed == [item.arxiv_id for item in items]

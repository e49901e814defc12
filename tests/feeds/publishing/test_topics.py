from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest

from feeds.cache import DocumentCache
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model.changes import Revision
from feeds.model.entries import Site, UpdateReason
from feeds.planning import plan_publication
from feeds.publishing.publisher import Publisher
from feeds.publishing.topics import Published, publish_topic
from feeds.store import memberships, papers, publications, summaries
from feeds.store.engine import Store
from feeds.store.memberships import HOLD
from feeds.store.standings import Standing
from tests.support.papers import NOW, define, join, make_paper, make_tldr, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def publisher(store: Store) -> Publisher:
    with store.write() as connection:
        define(connection, make_topic())
    return Publisher(store, SITE, DocumentCache())


def publish(store: Store, now: object = NOW) -> Published:
    with store.write() as connection:
        return publish_topic(connection, "vision", now)  # type: ignore[arg-type]


def let_join(store: Store, *arxiv_ids: str, tldr: bool = True) -> None:
    with store.write() as connection:
        join(connection, arxiv_ids, tldr=tldr)


def ids(publisher: Publisher) -> list[str]:
    body = publisher.find_document("vision", "atom").body
    return [entry.id.removeprefix("oai:arXiv.org:") for entry in feedparser.parse(body).entries]


def standing(arxiv_id: str, **fields: object) -> Standing:
    given: dict[str, object] = {
        "revision": 1,
        "hold_until": TOMORROW,
        "released": False,
        "summarized": False,
        **fields,
    }
    return Standing(arxiv_id, **given)  # type: ignore[arg-type]


def test_shown_is_what_was_shown_has_its_tldr_or_waited_long_enough() -> None:
    plan = plan_publication(
        [
            standing("a", released=True),
            standing("b", summarized=True, revision=7),
            standing("c", hold_until=NOW),
            standing("d"),
            standing("e", hold_until=NOW + timedelta(minutes=1)),
        ],
        NOW,
    )
    assert plan.entries == (("a", 1), ("b", 7), ("c", 1))
    assert plan.next_at == NOW + timedelta(minutes=1)


def test_more_papers_than_the_window_holds_leave_nothing_awaited(store: Store, publisher: Publisher) -> None:
    with store.write() as connection:
        define(connection, make_topic(entries=2))
    let_join(store, *(f"2604.0000{n}" for n in range(1, 6)))
    publish(store)
    assert not publisher.find_document("vision", "atom").awaiting


def test_a_topic_that_never_published_is_an_empty_feed(publisher: Publisher) -> None:
    document = publisher.find_document("vision", "atom")
    assert ids(publisher) == []
    assert document.last_modified == NOW


def test_publishing_what_is_published_changes_nothing(store: Store, publisher: Publisher) -> None:
    let_join(store, "2604.00001", "2604.00002")
    assert publish(store).changed
    before = publisher.find_document("vision", "atom")
    assert not publish(store, TOMORROW).changed
    assert publisher.find_document("vision", "atom") is before  # from memory


def test_the_newest_position_comes_first_and_the_window_is_the_topics(store: Store, publisher: Publisher) -> None:
    with store.write() as connection:
        define(connection, make_topic(entries=2))
    let_join(store, "2604.00003", "2604.00001", "2604.00002")
    publish(store)
    assert ids(publisher) == ["2604.00002", "2604.00001"]


def test_a_paper_waits_for_its_tldr_two_minutes_and_no_longer(store: Store, publisher: Publisher) -> None:
    let_join(store, "2604.00001", tldr=False)
    assert publish(store).next_at == NOW + HOLD
    assert ids(publisher) == []
    assert publisher.find_document("vision", "atom").awaiting
    assert publish(store, NOW + HOLD) == Published(True, None)
    assert ids(publisher) == ["2604.00001"]
    assert not publisher.find_document("vision", "atom").awaiting


def test_a_late_tldr_changes_the_entry_and_says_so(store: Store, publisher: Publisher) -> None:
    let_join(store, "2604.00001", tldr=False)
    publish(store, NOW + HOLD)
    with store.write() as connection:
        summaries.record_summaries(connection, [make_tldr(make_paper("2604.00001"), "Late, but here.")])
        memberships.note_summaries(connection, ["2604.00001"], TOMORROW)
    assert publish(store, TOMORROW).changed
    document = publisher.find_document("vision", "atom")
    entry = feedparser.parse(document.body).entries[0]
    assert entry.summary == "Late, but here."
    assert entry.updated > entry.published
    assert document.last_modified == TOMORROW
    assert "summary arrived" in entry.content[0].value


def test_an_edited_definition_is_published(store: Store, publisher: Publisher) -> None:
    publish(store)
    with store.write() as connection:
        define(connection, make_topic(title="Better title"), now=TOMORROW)
    assert publish(store, TOMORROW).changed
    assert feedparser.parse(publisher.find_document("vision", "atom").body).feed.title == "Better title"


def test_two_publications_in_one_second_differ_in_last_modified(store: Store, publisher: Publisher) -> None:
    let_join(store, "2604.00001")
    publish(store)
    first = publisher.find_document("vision", "atom").last_modified
    let_join(store, "2604.00002")
    publish(store)
    assert publisher.find_document("vision", "atom").last_modified == first + timedelta(seconds=1)


def test_a_document_between_change_and_publication_is_true_and_not_kept(store: Store, publisher: Publisher) -> None:
    """The list is the publication's, the content is the row's: never half of each, and never remembered wrongly."""
    let_join(store, "2604.00001", "2604.00002")
    publish(store)
    before = publisher.find_document("vision", "atom")
    with store.write() as connection:
        changed = replace(make_paper("2604.00001"), version=2, title="Second title")
        papers.save_papers(connection, [changed], TOMORROW)
        memberships.revise(connection, [Revision("2604.00001", UpdateReason.NEW_VERSION, False)], TOMORROW)
    assert publisher.find_document("vision", "atom") is before  # who has it keeps it until it is published
    fresh = Publisher(store, SITE, DocumentCache())
    between = fresh.find_document("vision", "atom")
    assert b"Second title" in between.body
    publish(store, TOMORROW)
    published = fresh.find_document("vision", "atom")
    assert published is not between
    assert published.body == between.body


def test_older_publications_go(store: Store, publisher: Publisher) -> None:
    for number in (1, 2, 3):
        let_join(store, f"2604.0000{number}")
        publish(store)
    with store.read() as connection:
        current = publications.find_publication(connection, "vision")
    assert current
    assert current.generation == 3


def test_a_renamed_topic_keeps_its_papers_and_its_feeds_id(store: Store, publisher: Publisher) -> None:
    let_join(store, "2604.00001")
    publish(store)
    before = feedparser.parse(publisher.find_document("vision", "atom").body)
    with store.write() as connection:
        define(connection, make_topic("sight", formerly=("vision",)))
        publish_topic(connection, "sight", NOW)
    after = feedparser.parse(publisher.find_document("sight", "atom").body)
    assert (after.feed.id, [e.id for e in after.entries]) == (before.feed.id, [e.id for e in before.entries])
    with pytest.raises(MovedError):
        publisher.find_document("vision", "atom")


def test_topics_that_are_not_served_say_why(store: Store, publisher: Publisher) -> None:
    with store.write() as connection:
        define(connection, make_topic(formerly=("sight",)), make_topic("old", retired=True))
        with pytest.raises(NotFoundError):
            publish_topic(connection, "nothing", NOW)
    with pytest.raises(NotFoundError, match="no such topic"):
        publisher.find_document("nothing", "atom")
    with pytest.raises(GoneError):
        publisher.find_document("old", "atom")
    with pytest.raises(MovedError) as moved:
        publisher.find_topic("sight")
    assert moved.value.slug == "vision"
    assert [line.topic.slug for line in publisher.list_topics()] == ["vision"]


def test_between_an_edit_of_the_topic_and_its_publication_all_processes_serve_the_same(
    store: Store, publisher: Publisher
) -> None:
    let_join(store, "2604.00001")
    publish(store)
    before = publisher.find_document("vision", "atom")
    another = Publisher(store, SITE, DocumentCache())  # nobody has asked it yet
    with store.write() as connection:
        define(connection, make_topic(title="Another title"), now=TOMORROW)
    one, other = (process.find_document("vision", "atom") for process in (publisher, another))
    assert b"Another title" in one.body
    assert (one.body, one.last_modified) == (other.body, other.last_modified)
    assert one.last_modified > before.last_modified

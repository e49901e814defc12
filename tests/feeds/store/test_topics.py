"""Topics: whose definition counts, what an old slug leads to, and what is remembered through all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import insert, text

from feeds.model.topics import Order, Topic
from feeds.publishing.topics import publish_topic
from feeds.store import memberships, publications, schema, tables, topics
from feeds.store.engine import Connection, Store
from feeds.store.topics import Origin, StoredTopic
from tests.support.papers import NOW, define, join, make_topic

LATER = NOW + timedelta(days=1)


def find(connection: Connection, slug: str) -> StoredTopic:
    found = topics.find_topic(connection, slug)
    assert found
    return found


def origins(connection: Connection) -> dict[str, tuple[str, Origin, bool]]:
    return {i.topic.slug: (i.origin, i.source, i.listed) for i in topics.list_topics(connection)}


def test_the_file_and_the_api_each_have_their_own(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("one"))
        assert topics.save_topic(connection, make_topic("two"), NOW)
        define(connection, make_topic("three"), now=LATER)
        assert origins(connection) == {
            "one": ("one", Origin.FILE, False),
            "three": ("three", Origin.FILE, True),
            "two": ("two", Origin.API, True),
        }


def test_what_did_not_change_is_no_news(store: Store) -> None:
    with store.write() as connection:
        assert topics.sync_topics(connection, [make_topic("one")], NOW) == ["one"]
        topics.save_topic(connection, make_topic("two"), NOW)
        before = topics.find_changes(connection)
        assert topics.sync_topics(connection, [make_topic("one")], LATER) == []
        assert not topics.save_topic(connection, make_topic("two"), LATER)
        assert topics.find_changes(connection) == before
        assert find(connection, "two").defined_at == NOW
        assert topics.save_topic(connection, make_topic("two", title="Other"), LATER)
        assert topics.find_changes(connection) != before
        assert (find(connection, "two").created_at, find(connection, "two").defined_at) == (NOW, LATER)


def test_every_kind_of_change_is_seen(store: Store) -> None:
    def changes() -> str | None:
        with store.read() as connection:
            return topics.find_changes(connection)

    seen = [changes()]
    for act in (
        lambda c: topics.sync_topics(c, [make_topic("one")], NOW),
        lambda c: topics.sync_topics(c, [], NOW),  # its line is gone
        lambda c: topics.note_troubles(c, {"one": "it cannot be read"}),
        lambda c: topics.note_troubles(c, {"one": None}),
        lambda c: topics.save_topic(c, make_topic("two", formerly=("one",)), NOW),
    ):
        with store.write() as connection:
            act(connection)
        seen.append(changes())
    assert len(set(seen)) == len(seen)


def test_the_file_wins_a_slug_with_all_that_is_in_it(store: Store) -> None:
    with store.write() as connection:
        topics.save_topic(connection, make_topic("vision", title="Made by hand"), NOW)
        join(connection, ["2604.00001"])
        assert topics.sync_topics(connection, [make_topic("vision", title="Of the file")], LATER) == ["vision"]
        stored = find(connection, "vision")
        assert (stored.topic.title, stored.source, stored.is_files) == ("Of the file", Origin.FILE, True)
        assert memberships.count_members(connection) == {"vision": 1}


def test_the_same_definition_still_becomes_the_files(store: Store) -> None:
    with store.write() as connection:
        topics.save_topic(connection, make_topic("vision"), NOW)
        assert topics.sync_topics(connection, [make_topic("vision")], LATER) == ["vision"]
        assert find(connection, "vision").is_files


def test_a_topic_whose_line_is_gone_may_become_the_apis(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("one"))
        define(connection)
        assert not find(connection, "one").is_files
        topics.save_topic(connection, make_topic("one", title="Mine"), LATER)
        define(connection)
        assert find(connection, "one").source is Origin.API
        assert find(connection, "one").listed


def test_a_topic_of_the_api_is_found_by_every_slug_it_had(store: Store) -> None:
    with store.write() as connection:
        topics.save_topic(connection, make_topic("a"), NOW)
        join(connection, ["2604.00001"], "a")
        topics.save_topic(connection, make_topic("b", formerly=("a",)), LATER)
        topics.save_topic(connection, make_topic("c", formerly=("b",)), LATER)
        assert origins(connection) == {"c": ("a", Origin.API, True)}
        assert memberships.count_members(connection) == {"c": 1}
        assert [topics.find_renamed(connection, slug) for slug in ("a", "b", "c", "d")] == ["c", "c", None, None]


def test_a_file_that_renames_again_leaves_no_old_slug_behind(store: Store) -> None:
    """Also where its second edit tells of the first slug only, or of the second only."""
    for last in (("b",), ("a",), ("a", "b")):
        with store.write() as connection:
            for table in ("old_slugs", "topics"):
                connection.execute(text(f"DELETE FROM {table}"))
            define(connection, make_topic("a"))
            define(connection, make_topic("b", formerly=("a",)))
            define(connection, make_topic("c", formerly=last))
            assert list(origins(connection)) == ["c"], last
            assert topics.find_renamed(connection, "a") == topics.find_renamed(connection, "b") == "c"


def test_a_topic_can_go_back_to_its_first_slug(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("a"))
        define(connection, make_topic("b", formerly=("a",)))
        define(connection, make_topic("a", formerly=("b",)))
        assert origins(connection) == {"a": ("a", Origin.FILE, True)}
        assert topics.find_renamed(connection, "b") == "a"
        assert topics.find_renamed(connection, "a") is None


def test_a_slug_that_another_topic_takes_over_leads_nowhere_else(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("a"))
        define(connection, make_topic("b", formerly=("a",)))
        define(connection, make_topic("b"), make_topic("a"))
        assert origins(connection) == {"a": ("a.2", Origin.FILE, True), "b": ("a", Origin.FILE, True)}
        assert topics.find_renamed(connection, "a") is None


def test_an_old_slug_may_change_hands(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("a", formerly=("x",)), make_topic("b"))
        define(connection, make_topic("a"), make_topic("b", formerly=("x",)))
        assert topics.find_renamed(connection, "x") == "b"


def test_the_file_takes_over_a_topic_of_the_api_under_another_slug(store: Store) -> None:
    with store.write() as connection:
        topics.save_topic(connection, make_topic("sight"), NOW)
        define(connection, make_topic("vision", formerly=("sight",)))
        assert origins(connection) == {"vision": ("sight", Origin.FILE, True)}


def test_what_is_published_goes_along(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("a"))
        join(connection, ["2604.00001"], "a")
        publish_topic(connection, "a", NOW)
        define(connection, make_topic("b", formerly=("a",)))
        found = publications.find_publication(connection, "b")
        assert found
        assert [arxiv_id for arxiv_id, _ in found.entries] == ["2604.00001"]


def test_a_trouble_stands_until_the_next_definition(store: Store) -> None:
    topic = make_topic("one", query="a")
    with store.write() as connection:
        define(connection, topic, make_topic("two"))
        topics.note_troubles(connection, {"one": "it cannot be read"})
        assert topics.list_troubles(connection) == {"one": "it cannot be read"}
        assert find(connection, "one").trouble == "it cannot be read"
        assert topics.sync_topics(connection, [topic, make_topic("two")], LATER) == ["one"]
        assert topics.list_troubles(connection) == {}


def test_pages_go_through_all_by_slug(store: Store) -> None:
    slugs = [f"t-{number}" for number in range(5)] + ["a", "z", "0"]
    with store.write() as connection:
        define(connection, *(make_topic(slug) for slug in slugs))
        first = topics.list_page(connection, "", 3)
        rest = topics.list_page(connection, first[-1].topic.slug, 100)
        assert [stored.topic.slug for stored in first + rest] == sorted(slugs)
        assert topics.count_topics(connection) == 8


@pytest.mark.parametrize(
    "topic",
    [make_topic(), make_topic(order=Order.SIMILARITY, formerly=("a", "b"), query="ti:a", retired=True)],
    ids=["plain", "with everything"],
)
def test_a_definition_is_read_as_it_was_written(topic: Topic) -> None:
    assert topics.from_definition(topics.to_definition(topic)) == topic


def test_a_definition_of_an_older_version_has_the_defaults() -> None:
    older = topics.to_definition(make_topic())
    del older["order"]
    assert topics.from_definition(older).order is Order.POSITION


def test_a_digest_names_what_a_topic_shows() -> None:
    topic = make_topic()
    assert topics.definition_digest(topic) == topics.definition_digest(make_topic())
    assert topics.definition_digest(topic) != topics.definition_digest(replace(topic, order=Order.SIMILARITY))


def test_old_slugs_of_an_older_database_lead_on(empty_store: Store) -> None:
    older = schema._alembic()
    empty_store._database.make()
    with empty_store.write() as connection:
        older.attributes["connection"] = connection
        command.upgrade(older, "0002")
        for slug, formerly in (("b", ("a", "c")), ("c", ())):
            definition = topics.to_definition(make_topic(slug, formerly=formerly))
            row = {"slug": slug, "origin": slug, "definition": definition, "source": "file", "listed": True,
                   "next_position": 1, "created_at": NOW, "defined_at": NOW}  # fmt: skip
            connection.execute(insert(tables.topics).values(**row))
    empty_store.migrate()
    with empty_store.read() as connection:
        assert [topics.find_renamed(connection, slug) for slug in ("a", "b", "c")] == ["b", None, None]
        assert [stored.trouble for stored in topics.list_topics(connection)] == [None, None]

"""A wire is made ready: its database, who it is, what it carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from feeds.errors import TopicsFileError
from feeds.store import owed, site
from feeds.store.engine import Store
from feeds.store.owed import State, Work
from tests.support.ground import IS_READ_ONLY, read_only
from tests.support.wires import Line, make_settings
from workers.preparing import make_authority, prepare_database, prepare_topics, take_back_leases

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


@pytest.mark.parametrize(
    ("base_url", "authority"),
    [
        ("https://wire.example.org", "wire.example.org"),
        ("https://Wire.Example.org:8443/below", "wire.example.org"),
        ("http://203.0.114.7:8000", "203.0.114.7"),
        ("http://127.0.0.1:8000", "0a1b.preprint-wire.invalid"),
        ("http://127.3.2.1:8000", "0a1b.preprint-wire.invalid"),
        ("http://localhost:8000", "0a1b.preprint-wire.invalid"),
        ("http://wire.localhost", "0a1b.preprint-wire.invalid"),
        ("http://[::1]:8000", "0a1b.preprint-wire.invalid"),
        ("http://0.0.0.0:8000", "0a1b.preprint-wire.invalid"),
        ("http://192.168.1.5:8000", "0a1b.preprint-wire.invalid"),
    ],
)
def test_our_authority_is_our_host_unless_others_bear_that_too(base_url: str, authority: str) -> None:
    assert make_authority(base_url, "0a1b") == authority


def test_who_we_are_is_fixed_at_the_first_start(make_line: MakeLine) -> None:
    line = make_line(TOPICS)
    with line.runtime.store.read() as connection:
        before = site.find_authority(connection)
    folder = line.settings.data_dir.parent
    prepare_database(make_settings(folder, WIRE_BASE_URL="https://another.example.org"))
    with line.runtime.store.read() as connection:
        assert site.find_authority(connection) == before
    assert before
    assert before[0] == "wire.example.org"


def test_two_wires_on_loopback_are_not_the_same(make_line: MakeLine) -> None:
    folder = make_line(TOPICS).settings.data_dir.parent
    authorities = set()
    for name in ("one", "two"):
        settings = make_settings(folder, WIRE_DATA_DIR=str(folder / name))
        prepare_database(settings)
        store = Store(settings.database_url)
        with store.read() as connection:
            found = site.find_authority(connection)
        store.close()
        assert found
        authorities.add(found[0])
    assert len(authorities) == 2


def test_preparing_twice_is_preparing_once_and_leaves_no_copies(make_line: MakeLine) -> None:
    line = make_line(TOPICS)
    prepare_database(line.settings)
    prepare_database(line.settings)
    prepare_topics(line.runtime)
    assert [path.name for path in line.settings.data_dir.glob("*.bak*")] == []


def test_a_wrong_topics_file_ends_a_first_start_and_no_later_one(
    make_line: MakeLine, caplog: pytest.LogCaptureFixture
) -> None:
    line = make_line(TOPICS)
    line.settings.topics.write_text("topics: [", encoding="utf-8")
    prepare_topics(line.runtime)
    assert "the topics in force stay" in caplog.text
    folder = line.settings.data_dir.parent
    fresh = make_settings(folder, WIRE_DATA_DIR=str(folder / "fresh"))
    prepare_database(fresh)
    runtime = replace(line.runtime, settings=fresh, store=Store(fresh.database_url))
    with pytest.raises(TopicsFileError):
        prepare_topics(runtime)
    runtime.store.close()


def test_what_a_killed_wire_had_claimed_is_free_at_once(make_line: MakeLine) -> None:
    line = make_line(TOPICS)
    with line.runtime.store.write() as connection:
        assert owed.claim(connection, Work.POLL, ["cs.CV"], line.runtime.times(), 1000)
    take_back_leases(line.runtime)
    with line.runtime.store.read() as connection:
        (row,) = owed.list_owed(connection, Work.POLL)
    assert row.state == State.PENDING
    assert line.runtime.dispatcher.dispatch(line.runtime.times()) >= 1


def test_a_database_that_refuses_is_served_as_it_is(make_line: MakeLine, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk at a restart: what is there can still be read."""
    line = make_line(TOPICS)
    line.work()
    with line.runtime.store.read() as connection:
        before = owed.list_owed(connection)
    line.runtime.store.close()
    with read_only():
        prepare_database(line.settings)
        prepare_topics(line.runtime)
        take_back_leases(line.runtime)
        line.runtime.store.close()
    with line.runtime.store.read() as connection:
        assert owed.list_owed(connection) == before
    assert re.search(f"the database refuses, work waits: {IS_READ_ONLY}", caplog.text)

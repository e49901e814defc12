"""The demo's folder, settings and clock; that it runs is shown by its journey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from feeds.clock import FileClock
from feeds.config import load_settings
from feeds.store import listings
from feeds.store import topics as stored_topics
from feeds.store.engine import Store
from feeds.store.listings import Visit
from feeds.topics_file import load_topics
from tests.support import databases
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.wires import FRIDAY, Line, write_topics
from workers import demo
from workers.demo import SourceError, is_usable, is_usable_database, open_source, replay, set_clock, set_up
from workers.standin import Source

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "entries": 7},
    {"slug": "speech", "title": "Speech", "categories": ["cs.SD"]},
]


@pytest.fixture
def recordings(tmp_path: Path) -> Source:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for day in (date(2026, 4, 20), FRIDAY):
        (folder / f"atom_cs.CV_{day}.xml").write_bytes(make_listing([Item()], day=day))
    return open_source(folder)


@pytest.fixture
def topics(tmp_path: Path) -> Path:
    path = tmp_path / "given.yaml"
    write_topics(path, TOPICS)
    return path


def test_a_folder_without_listings_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected files like atom_cs\.CV_2026-04-17\.xml"):
        open_source(tmp_path)


def test_the_demo_is_a_wire_of_its_own(tmp_path: Path, topics: Path, recordings: Source) -> None:
    """Whatever the surroundings say: its own folder, engine, database, arXiv and clock."""
    surroundings = {
        "WIRE_DATA_DIR": "/elsewhere",
        "WIRE_DATABASE_URL": "sqlite:////elsewhere/wire.db",
        "WIRE_REDIS_URL": "redis://elsewhere:6379/0",
        "WIRE_TOPICS": "/elsewhere.yaml",
        "WIRE_ARXIV_LISTING_URL": "https://rss.arxiv.org",
    }
    folder = tmp_path / "demo"
    given = set_up(folder, topics, recordings, "http://127.0.0.1:9")
    settings = load_settings({**surroundings, **given}, root=tmp_path)
    assert (settings.data_dir, settings.redis_url) == (folder, None)
    assert settings.database_url == f"sqlite:///{folder / 'wire.db'}"
    assert (settings.arxiv_listing_url, settings.arxiv_min_interval) == ("http://127.0.0.1:9", 0)
    assert settings.only_listings == ("cs.CV",)
    assert settings.clock_file
    assert FileClock(settings.clock_file).now() == datetime(2026, 4, 17, 5, 10, tzinfo=UTC)
    assert "elsewhere" not in repr(settings)


def test_the_demos_topics_show_all_and_are_otherwise_as_given(
    tmp_path: Path, topics: Path, recordings: Source
) -> None:
    given = load_topics(topics)
    set_up(tmp_path / "demo", topics, recordings, "http://127.0.0.1:9")
    copied = load_topics(tmp_path / "demo" / "topics.yaml")
    assert copied == [replace(topic, entries=2000) for topic in given]
    assert load_topics(topics) == given


def test_a_demo_that_is_taken_up_again_keeps_its_time(tmp_path: Path, topics: Path, recordings: Source) -> None:
    folder = tmp_path / "demo"
    given = set_up(folder, topics, recordings, "http://127.0.0.1:9")
    later = datetime(2026, 4, 20, 5, 10, tzinfo=UTC)
    set_clock(Path(given["WIRE_CLOCK_FILE"]), later)
    set_up(folder, topics, recordings, "http://127.0.0.1:10")
    assert FileClock(Path(given["WIRE_CLOCK_FILE"])).now() == later


def test_a_demo_lives_only_where_it_harms_nothing(tmp_path: Path, topics: Path, recordings: Source) -> None:
    assert is_usable(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    assert is_usable(tmp_path / "empty")
    set_up(tmp_path / "demo", topics, recordings, "http://127.0.0.1:9")
    assert is_usable(tmp_path / "demo")
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "wire.db").touch()
    assert not is_usable(tmp_path / "real")


def test_a_demo_lives_in_a_servers_database_that_is_empty_or_its_own(
    tmp_path: Path, topics: Path, recordings: Source
) -> None:
    server = databases.server()
    url = server.lend_database()
    store = Store(url)
    assert is_usable_database(tmp_path / "demo", store)
    given = set_up(tmp_path / "demo", topics, recordings, "http://127.0.0.1:9", url)
    assert given["WIRE_DATABASE_URL"] == url
    with store.write() as connection:
        stored_topics.sync_topics(connection, load_topics(topics), datetime(2026, 4, 17, tzinfo=UTC))
    assert is_usable_database(tmp_path / "demo", store)
    assert not is_usable_database(tmp_path / "another", store)
    store.close()
    server.take_back(url)


def test_whoever_reads_the_clock_meanwhile_reads_a_whole_time(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    at = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)
    set_clock(clock, at)
    before = clock.stat().st_ino
    held = clock.open(encoding="ascii")
    set_clock(clock, at + timedelta(days=1))
    with held:
        assert held.read() == "2026-04-17T05:10:00Z\n"
    assert clock.stat().st_ino != before
    assert FileClock(clock).now() == at + timedelta(days=1)


def test_days_pass_one_after_the_other_and_those_that_are_over_are_not_repeated(
    tmp_path: Path, make_line: MakeLine, host: Host, recordings: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line(TOPICS)
    clock = tmp_path / "clock"
    set_clock(clock, datetime(2026, 4, 17, 5, 10, tzinfo=UTC))
    runtime = replace(
        line.runtime,
        settings=replace(line.settings, clock_file=clock, only_listings=("cs.CV",)),
        clock=FileClock(clock),
    )
    line.runtime = runtime
    host.serve(
        "/atom/cs.CV",
        make_listing([Item("2604.00001")], day=FRIDAY),
        Answer(500),  # the stand-in was killed: whoever went on now would miss a day
        make_listing([Item("2604.00002")], day=date(2026, 4, 20)),
    )
    waited: list[list[str]] = []

    def work(_runtime: object, names: list[str], before: int, _patience: float) -> dict[str, Visit]:
        waited.append(names)
        line.work()
        with runtime.store.read() as connection:
            return listings.last_visits(connection, after=before)

    monkeypatch.setattr(demo, "await_polls", work)
    said: list[str] = []
    replay(runtime, recordings, said.append)
    assert said == [
        "2026-04-17  news, refused    1 announced     1 in topics so far",
        "2026-04-20  news        1 announced     2 in topics so far",
    ]
    assert waited == [["cs.CV"], ["cs.CV"], ["cs.CV"]]
    assert FileClock(clock).now() == datetime(2026, 4, 20, 5, 10, tzinfo=UTC)
    set_clock(clock, datetime(2026, 4, 20, 5, 11, tzinfo=UTC))
    replay(runtime, recordings, said.append)
    assert len(said) == 2

"""The scheduler: the topics file is followed, and what is due comes into the queue."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.clock import FixedClock
from feeds.errors import TopicsFileError
from feeds.model.incidents import IncidentKind
from feeds.status import load_status
from feeds.store import listings, owed, topics
from feeds.store.owed import Work
from tests.support.ground import read_only
from tests.support.listings import Item
from tests.support.papers import make_topic
from tests.support.wires import FRIDAY, MORNING, Line, write_topics
from workers import schedule
from workers.polling.polled import polled_listings
from workers.queues import ARXIV, make_queue
from workers.runtime import Runtime
from workers.schedule import AWAY_TURNS, WATCH_TURNS, Scheduler, run_scheduler, take_over_topics
from workers.watch import watch

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
VISION: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}
SPEECH: dict[str, object] = {"slug": "speech", "title": "Speech", "categories": ["cs.SD", "eess.AS"]}


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line([VISION])


def write(line: Line, *defined: dict[str, object]) -> None:
    """Replace the topics file; its time differs from any earlier one's."""
    path = line.settings.topics
    before = path.stat().st_mtime_ns
    write_topics(path, defined)
    os.utime(path, ns=(before + 1_000_000_000, before + 1_000_000_000))


def titles(line: Line) -> dict[str, str]:
    with line.runtime.store.read() as connection:
        return {stored.topic.slug: stored.topic.title for stored in topics.list_topics(connection)}


def polled(line: Line) -> list[str]:
    with line.runtime.store.read() as connection:
        return [row.key for row in owed.list_owed(connection, Work.POLL)]


def test_a_changed_file_is_taken_over_without_a_restart(line: Line) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    write(line, {**VISION, "title": "Seeing"}, SPEECH)
    scheduler.tick()
    assert titles(line) == {"vision": "Seeing", "speech": "Speech"}
    assert polled(line) == ["cs.CV", "cs.SD", "eess.AS"]


def test_an_unchanged_file_is_not_read_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Runtime] = []
    monkeypatch.setattr(schedule, "take_over_topics", taken.append)
    scheduler = Scheduler(line.runtime)
    for _ in range(3):
        scheduler.tick()
    assert len(taken) == 1


@pytest.mark.parametrize(
    "text", ["topics: [", "", "topics:\n- slug: Bad Slug\n", "\x00", "topics: " + "[" * 10_000, b"\xff\xfe"]
)
def test_a_wrong_file_leaves_the_topics_in_force(
    line: Line, caplog: pytest.LogCaptureFixture, text: str | bytes
) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    line.settings.topics.write_bytes(text if isinstance(text, bytes) else text.encode())
    scheduler.tick()
    scheduler.tick()
    assert titles(line) == {"vision": "Vision"}
    assert polled(line) == ["cs.CV"]
    assert caplog.text.count("the topics in force stay") == 1
    write(line, VISION, SPEECH)
    scheduler.tick()
    assert titles(line) == {"vision": "Vision", "speech": "Speech"}


def test_a_file_that_is_away_for_a_moment_leaves_the_topics_in_force(line: Line) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    line.settings.topics.rename(line.settings.topics.with_suffix(".old"))
    scheduler.tick()
    assert titles(line) == {"vision": "Vision"}
    write_topics(line.settings.topics, [VISION, SPEECH])
    scheduler.tick()
    assert set(titles(line)) == {"vision", "speech"}


def test_a_file_that_could_not_be_taken_over_is_tried_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was busy or the disk full at that moment; nobody will touch the file again for it."""
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    write(line, VISION, SPEECH)
    with monkeypatch.context() as patch:
        patch.setattr(schedule, "take_over_topics", _fail)
        with pytest.raises(OSError, match="disk full"):
            scheduler.tick()
    scheduler.tick()
    assert set(titles(line)) == {"vision", "speech"}


def test_a_database_that_refuses_leaves_the_file_for_later(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    write(line, VISION, SPEECH)
    line.runtime.store.close()
    with read_only():
        scheduler.tick()
        scheduler.tick()
        line.runtime.store.close()
    assert titles(line) == {"vision": "Vision"}
    assert "Traceback" not in caplog.text
    scheduler.tick()
    assert set(titles(line)) == {"vision", "speech"}


def _fail(_runtime: Runtime) -> list[str]:
    raise OSError("disk full")


def test_a_changed_topic_is_published_and_an_unchanged_one_is_not(line: Line) -> None:
    line.work()
    write(line, VISION, SPEECH)
    assert take_over_topics(line.runtime) == ["speech"]
    with line.runtime.store.read() as connection:
        assert [row.key for row in owed.list_owed(connection, Work.PUBLISH)] == ["speech"]
    assert take_over_topics(line.runtime) == []


def test_a_line_merely_gone_leaves_the_topic_and_its_listings(line: Line) -> None:
    write(line, SPEECH)
    take_over_topics(line.runtime)
    assert titles(line) == {"vision": "Vision", "speech": "Speech"}
    assert polled(line) == ["cs.CV", "cs.SD", "eess.AS"]


def test_the_listings_of_a_retired_topic_are_polled_no_more(line: Line) -> None:
    write(line, {**VISION, "retired": True}, SPEECH)
    take_over_topics(line.runtime)
    assert polled(line) == ["cs.SD", "eess.AS"]


def test_a_listing_that_is_polled_keeps_its_time(line: Line) -> None:
    """Another topic for it is no reason to ask arXiv again."""
    line.announce([Item("2604.00001")], day=FRIDAY)
    line.poll()
    write(line, VISION, {**SPEECH, "categories": ["cs.CV", "cs.SD"]})
    take_over_topics(line.runtime)
    with line.runtime.store.read() as connection:
        due = {row.key: row.due_at for row in owed.list_owed(connection, Work.POLL)}
    assert due["cs.CV"] > MORNING + timedelta(hours=12)
    assert due["cs.SD"] == MORNING


def test_only_the_listings_of_a_demo_are_polled(line: Line) -> None:
    write(line, VISION, SPEECH)
    runtime = replace(line.runtime, settings=replace(line.settings, only_listings=("cs.SD", "cs.LG")))
    take_over_topics(runtime)
    assert polled(line) == ["cs.SD"]
    with line.runtime.store.read() as connection:
        assert polled_listings(connection) == ["cs.CV", "cs.SD", "eess.AS"]


def test_a_clock_that_was_years_ahead_at_the_start_holds_no_listing_up_when_it_is_right(line: Line) -> None:
    """A machine without a battery boots with any time, works by it, and learns the right one later."""
    ahead = timedelta(days=3650)
    line.runtime = replace(line.runtime, real_clock=FixedClock(MORNING + ahead))
    line.set_time(MORNING + ahead)
    line.announce([Item("2604.00001")], day=FRIDAY)
    line.poll()
    line.set_time(MORNING)
    line.runtime = replace(line.runtime, real_clock=FixedClock(MORNING))
    line.announce([Item("2604.00001"), Item("2604.00002")], day=FRIDAY)
    Scheduler(line.runtime).tick()
    line.work()
    with line.runtime.store.read() as connection:
        (poll,) = owed.list_owed(connection, Work.POLL)
        visit = listings.last_visits(connection)["cs.CV"]
    assert (visit.visited_at, visit.announced) == (MORNING, 1)
    assert MORNING < poll.due_at < MORNING + timedelta(days=2)
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 2


def test_what_is_due_comes_into_the_queue_and_what_is_lost_comes_again(line: Line) -> None:
    Scheduler(line.runtime).tick()
    queue = make_queue(line.redis, ARXIV)
    assert queue.count == 1
    with line.runtime.store.write() as connection:
        owed.note_dispatch(connection, Work.POLL, ["cs.CV"], "lost", MORNING)
    line.redis.flushall()
    Scheduler(line.runtime).tick()
    assert queue.count == 1


# Running


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers of this process, as they were."""
    before = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_scheduler_stops_when_told(line: Line, signum: signal.Signals) -> None:
    turns: list[float] = []

    def sleep(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 3:
            os.kill(os.getpid(), signum)
        assert len(turns) < 100, "it was told to stop"

    run_scheduler(line.runtime, sleep)
    assert turns[:3] == [1.0, 1.0, 1.0]


@pytest.mark.usefixtures("signals")
def test_a_turn_that_fails_is_not_the_last(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[int] = []

    def tick(_scheduler: Scheduler) -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ZeroDivisionError("by zero")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Scheduler, "tick", tick)
    run_scheduler(line.runtime, lambda _: None)
    assert len(turns) >= 2
    assert "a turn of the scheduler failed" in caplog.text


def test_a_topics_file_that_never_was_is_refused_at_once(line: Line, tmp_path: Path) -> None:
    runtime = replace(line.runtime, settings=replace(line.settings, topics=tmp_path / "nowhere.yaml"))
    with pytest.raises(TopicsFileError, match="cannot be read"):
        take_over_topics(runtime)
    Scheduler(runtime).tick()
    assert titles(line) == {"vision": "Vision"}


def test_incidents_are_looked_for_now_and_then(line: Line) -> None:
    line.announce([Item("2604.00001")], day=FRIDAY - timedelta(days=1))
    line.poll()
    line.set_time(MORNING + timedelta(hours=11))
    scheduler = Scheduler(line.runtime)
    for _ in range(WATCH_TURNS + 1):
        scheduler.tick()
    assert line.get("/feeds/status.atom").count(b"<entry>") == 1


# What an operator is told


def refusal(line: Line) -> str | None:
    return load_status(line.runtime.store, line.runtime.times()).topics_refused


def open_incidents(line: Line) -> list[tuple[str, str]]:
    watch(line.runtime)
    return [(i.kind, i.subject) for i in load_status(line.runtime.store, line.runtime.times()).incidents]


def test_a_refusal_is_told_while_it_lasts(line: Line) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    write(line, {**VISION, "query": "a AND"})
    scheduler.tick()
    told = refusal(line)
    assert told
    assert told.startswith("topics.yaml is refused: line ")
    assert "vision.query: position 6" in told
    assert open_incidents(line) == [(IncidentKind.REFUSED, "the topics file")]
    assert told in line.get("/status").decode().replace("&#39;", "'").replace("&#34;", '"')
    write(line, VISION)
    scheduler.tick()
    assert refusal(line) is None
    assert open_incidents(line) == []
    assert b"is refused" not in line.get("/status")
    assert line.get("/feeds/status.atom").count(b"<entry>") == 1


def test_a_file_that_vanished_is_told_and_one_that_is_replaced_is_not(line: Line) -> None:
    scheduler, path = Scheduler(line.runtime), line.settings.topics
    scheduler.tick()
    path.rename(path.with_suffix(".old"))
    for turn in range(AWAY_TURNS):
        assert refusal(line) is None, turn
        scheduler.tick()
    assert refusal(line) == "topics.yaml is refused: the file: cannot be read: No such file or directory"
    assert titles(line) == {"vision": "Vision"}
    path.with_suffix(".old").rename(path)
    scheduler.tick()
    assert refusal(line) is None


def break_query(line: Line, slug: str, query: str = "a AND") -> None:
    """Let a stored query be one that an older version took and this one does not."""
    with line.runtime.store.write() as connection:
        stored = topics.find_topic(connection, slug)
        assert stored
        topics.save_topic(connection, replace(stored.topic, query=query), MORNING)


def test_a_stored_query_that_does_not_parse_pauses_its_topic_and_says_so(line: Line) -> None:
    line.announce([Item("2604.00001")], day=FRIDAY)
    line.poll()
    write(line, SPEECH)  # the file tells nothing of vision any more
    take_over_topics(line.runtime)
    before = line.get("/feeds/vision.atom")
    break_query(line, "vision")
    Scheduler(line.runtime).tick()
    line.announce([Item("2604.00001"), Item("2604.00002")], day=FRIDAY)
    line.poll()
    paused = load_status(line.runtime.store, line.runtime.times()).paused
    assert list(paused) == ["vision"]
    assert paused["vision"].startswith(
        "its query cannot be read any more (position 6: the query ends here, expected"
    )
    assert line.get("/feeds/vision.atom") == before
    assert b"takes no new papers" in line.get("/topics/vision")
    assert b"takes no new papers" not in line.get("/topics/speech")
    assert b'<a href="/topics/vision">vision</a> takes no papers' in line.get("/status")
    assert (IncidentKind.PAUSED, "vision") in open_incidents(line)
    write(line, VISION)
    Scheduler(line.runtime).tick()
    assert load_status(line.runtime.store, line.runtime.times()).paused == {}
    assert (IncidentKind.PAUSED, "vision") not in open_incidents(line)
    line.announce([Item("2604.00001"), Item("2604.00002"), Item("2604.00003")], day=FRIDAY)
    line.poll()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 2, "what it missed is for reselect"


def test_a_topic_is_paused_also_where_the_file_is_refused(line: Line) -> None:
    break_query(line, "vision")
    line.settings.topics.write_text("topics: [", encoding="utf-8")
    Scheduler(line.runtime).tick()
    assert set(load_status(line.runtime.store, line.runtime.times()).paused) == {"vision"}


# Topics of the API


def test_a_topic_that_the_api_made_is_polled_and_the_file_does_not_touch_it(line: Line) -> None:
    scheduler = Scheduler(line.runtime)
    scheduler.tick()
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic("logic", categories=("math.LO",)), MORNING)
    scheduler.tick()
    assert polled(line) == ["cs.CV", "math.LO"]
    write(line, SPEECH)
    scheduler.tick()
    with line.runtime.store.read() as connection:
        listed = {stored.topic.slug: (stored.source, stored.listed) for stored in topics.list_topics(connection)}
    assert listed == {"logic": ("api", True), "speech": ("file", True), "vision": ("file", False)}
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic("logic", categories=("math.LO",), retired=True), MORNING)
    scheduler.tick()
    assert polled(line) == ["cs.CV", "cs.SD", "eess.AS"]


def test_polls_are_kept_only_when_a_topic_changed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Work] = []
    monkeypatch.setattr(owed, "keep", lambda _connection, kind, *_: kept.append(kind))
    scheduler = Scheduler(line.runtime)
    for _ in range(3):
        scheduler.tick()
    before = len(kept)
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic("logic", categories=("math.LO",)), MORNING)
    for _ in range(3):
        scheduler.tick()
    assert kept[before:] == [Work.POLL, Work.DIGEST]


# Forward edits


def test_editing_a_query_counts_from_then_on(line: Line) -> None:
    write(line, {**VISION, "query": "cats"})
    take_over_topics(line.runtime)
    cat, dog = Item("2604.00001", title="Cats"), Item("2604.00002", title="Dogs")
    line.announce([cat, dog], day=FRIDAY)
    line.poll()
    before = line.get("/feeds/vision.atom")
    assert before.count(b"<entry>") == 1
    write(line, {**VISION, "query": "dogs"})
    take_over_topics(line.runtime)
    line.work()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 1
    assert b"Cats" in line.get("/feeds/vision.atom")
    line.announce(
        [cat, dog, Item("2604.00003", title="Other cats"), Item("2604.00004", title="Other dogs")], day=FRIDAY
    )
    line.poll()
    after = line.get("/feeds/vision.atom").decode()
    assert [title in after for title in ("Cats", "Dogs", "Other cats", "Other dogs")] == [True, False, False, True]
    assert "matches cats" in after
    assert "matches dogs" in after

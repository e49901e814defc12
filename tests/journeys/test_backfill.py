"""Days that nobody saw, as users get them back: a wire of real processes, and the command beside it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import feedparser
import pytest

from feeds.clock import FileClock, format_rfc3339
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_midnight
from tests.support.databases import DEAR, settings_for
from tests.support.listings import Item, make_listing
from tests.support.processes import Started, environ, free_port, started, wait_for
from tests.support.wires import write_topics
from tests.support.worlds import QuietStandin, arxiv_at
from workers.processes import python_command
from workers.standin import Told
from workers.standin.answers import Answer

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 4, day) for day in range(13, 18))
NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY = (date(2026, 4, day) for day in range(20, 23))
DAYS = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


def paper_of(day: date) -> str:
    return f"2604.000{day:%d}"


class OnePaperADay:
    """arXiv announces a paper on each day, as a stand-in's source."""

    def __init__(self) -> None:
        self.listings = ["cs.CV"]
        self.days = DAYS
        self.told = [
            Told(
                "cs.CV", day, AnnounceType.NEW, paper_of(day), 1, "A title", "We present it.", "Ada One", ("cs.CV",)
            )
            for day in DAYS
        ]

    def find(self, listing: str, today: date) -> bytes | None:
        day = max(day for day in DAYS if day <= today)
        return make_listing([Item(paper_of(day))], listing, day) if listing in self.listings else None


class Listening(QuietStandin):
    """A stand-in that notes what it is asked, and may keep a client waiting for a catch-up page."""

    def __init__(self, listening: socket.socket, clock: Path) -> None:
        super().__init__(listening, OnePaperADay(), FileClock(clock))
        self.asked: list[str] = []
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        self.asked.append(path)
        if path.startswith("/catchup/"):
            self.reached.set()
            self.go_on.wait(60)
        return super().answer(path, query)


class Wire:
    """A wire's settings, its clock, and its arXiv."""

    def __init__(self, folder: Path, arxiv: Listening) -> None:
        self.folder = folder
        self.arxiv = arxiv
        self._port = free_port()
        self._starts = 0
        write_topics(folder / "topics.yaml", TOPICS)
        self.settings = {
            "WIRE_DATA_DIR": str(folder / "var"),
            "WIRE_TOPICS": str(folder / "topics.yaml"),
            "WIRE_BIND": f"127.0.0.1:{self._port}",
            "WIRE_CLOCK_FILE": str(folder / "clock"),
            **settings_for(folder / "var"),
            **arxiv_at(f"http://127.0.0.1:{arxiv.server_address[1]}"),
        }

    def set_day(self, day: date) -> None:
        set_day(self.folder / "clock", day)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it, and wait until it has looked at today's listing; stop it in the end."""
        self._starts += 1
        with started(["run"], self.settings, self.folder / f"start-{self._starts}") as wire:
            wire.await_line(rf"http://127\.0\.0\.1:{self._port}/")
            polled = self.command("poll", "--wait")
            assert (polled.returncode, polled.stderr) == (0, "")
            yield
            assert wire.stop() == 0
            assert "Traceback" not in wire.output

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            python_command(*arguments),
            env=environ(**self.settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def backfill(self, first: date, last: date, *more: str) -> subprocess.CompletedProcess[str]:
        return self.command("backfill", "--from", str(first), "--to", str(last), *more)

    def papers(self) -> list[str]:
        """What is in the feed."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/feeds/vision.atom", timeout=30) as answer:
            entries = feedparser.parse(answer.read()).entries
        return sorted(entry.id.removeprefix("oai:arXiv.org:") for entry in entries)


def set_day(clock: Path, day: date) -> None:
    """Let it be an hour after a day's listing was built."""
    clock.write_text(format_rfc3339(eastern_midnight(day) + timedelta(hours=1)), encoding="ascii")


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """A wire that is there on Friday, for the first time."""
    set_day(tmp_path / "clock", FRIDAY)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        arxiv = Listening(listening, tmp_path / "clock")
        threading.Thread(target=arxiv.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield Wire(tmp_path, arxiv)
        finally:
            arxiv.go_on.set()
            arxiv.shutdown()


def lines_of(outcomes: dict[date, str]) -> list[str]:
    """What the command prints of these days."""
    return [f"{day}  cs.CV        {outcome}" for day, outcome in outcomes.items()]


@pytest.mark.parametrize("on_each_database", DEAR, indirect=True)
@pytest.mark.usefixtures("on_each_database")
def test_days_missed_while_the_wire_was_down_come_back_with_the_next_poll(wire: Wire) -> None:
    with wire.running():
        assert wire.papers() == [paper_of(FRIDAY)]
    wire.set_day(NEXT_WEDNESDAY)
    with wire.running():
        assert wire.papers() == [paper_of(day) for day in (FRIDAY, NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY)]
        told = wire.backfill(FRIDAY, NEXT_TUESDAY)
        assert told.stdout.splitlines() == lines_of(
            {
                FRIDAY: "news",
                date(2026, 4, 18): "closed",
                date(2026, 4, 19): "closed",
                NEXT_MONDAY: "recovered",
                NEXT_TUESDAY: "recovered",
            }
        )
    pages = [path for path in wire.arxiv.asked if path.startswith("/catchup/")]
    assert pages == [f"/catchup/cs.CV/{day}" for day in (NEXT_MONDAY, NEXT_TUESDAY)]


@pytest.mark.parametrize("on_each_database", DEAR, indirect=True)
@pytest.mark.usefixtures("on_each_database")
def test_backfill_recovers_days_before_the_wire_was_there(wire: Wire) -> None:
    with wire.running():
        done = wire.backfill(TUESDAY, THURSDAY)
        assert (done.returncode, done.stderr) == (0, "")
        recovered = lines_of(dict.fromkeys([TUESDAY, WEDNESDAY, THURSDAY], "recovered"))
        assert done.stdout.splitlines() == recovered
        assert wire.papers() == [paper_of(day) for day in (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)]

        before = len(wire.arxiv.asked)
        again = wire.backfill(TUESDAY, THURSDAY, "cs.CV")
        assert (again.returncode, again.stdout.splitlines(), again.stderr) == (0, recovered, "")
        assert wire.arxiv.asked[before:] == [], "what is known is not asked for again"

        code, out, shown = run_on_terminal(wire, "backfill", "--from", str(MONDAY), "--to", str(MONDAY))
        assert (code, out.splitlines()) == (0, lines_of({MONDAY: "recovered"}))
        assert "recovering" in shown


def run_on_terminal(wire: Wire, *arguments: str) -> tuple[int, str, str]:
    """Run a command whose messages go to a terminal; gives its exit code, its output, and what was shown there."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        pytest.skip(f"this machine gives no terminal: {error}")
    with (wire.folder / "out").open("wb") as out:
        process = subprocess.Popen(
            python_command(*arguments), env=environ(**wire.settings), stdin=theirs, stdout=out, stderr=theirs
        )
    os.close(theirs)
    shown: list[bytes] = []
    waiting = select.poll()
    waiting.register(ours, select.POLLIN)

    def is_over() -> bool:
        ended = process.poll() is not None
        while waiting.poll(0):
            try:
                shown.append(os.read(ours, 4096))
            except OSError:  # it ended: nobody is at the other end
                break
        return ended

    try:
        wait_for(is_over, "the end of a command")
    finally:
        process.kill()
        code = process.wait()
        os.close(ours)
    return code, (wire.folder / "out").read_text(encoding="utf-8"), b"".join(shown).decode("utf-8", "replace")


def test_wrong_use_is_said_in_one_line_and_changes_nothing(wire: Wire) -> None:
    with wire.running():
        for arguments, said in {
            ("--from", str(THURSDAY), "--to", str(WEDNESDAY)): f"--to.*{WEDNESDAY} lies before {THURSDAY}",
            ("--from", str(THURSDAY), "--to", str(FRIDAY)): f"--to.*{FRIDAY} is not over",
            ("--from", "2026-01-16", "--to", str(THURSDAY)): "--from.*the last 90 days only",
            ("--from", str(THURSDAY), "--to", str(THURSDAY), "cs.XX"): r"cs\.XX is no listing.*cs\.CV",
            ("--from", str(THURSDAY)): "Missing option '--to'",
            ("--from", "17 April", "--to", str(THURSDAY)): "'--from'.*'17 April'",
        }.items():
            refused = wire.command("backfill", *arguments)
            assert (refused.returncode, refused.stdout) == (2, ""), arguments
            assert re.search(said, refused.stderr.splitlines()[-1]), refused.stderr
            assert "Traceback" not in refused.stderr
        assert [path for path in wire.arxiv.asked if path.startswith(("/catchup/", "/oai"))] == []
        assert wire.command("backfill", "--from", "2026-01-17", "--to", "2026-01-17").returncode == 0


def test_where_arxiv_tells_nothing_the_command_says_why_and_the_next_one_succeeds(wire: Wire) -> None:
    with wire.running():
        wire.arxiv.out_of_order |= {"catchup", "oai", "api"}
        failed = wire.backfill(WEDNESDAY, THURSDAY)
        assert failed.returncode == 1
        assert failed.stdout.splitlines() == lines_of({WEDNESDAY: "missed", THURSDAY: "missed"})
        (line,) = failed.stderr.splitlines()
        assert re.search(r"cs\.CV.*tried again.*503", line)

        wire.arxiv.out_of_order.clear()
        done = wire.backfill(WEDNESDAY, THURSDAY)
        assert (done.returncode, done.stderr) == (0, "")
        assert wire.papers() == [paper_of(day) for day in (WEDNESDAY, THURSDAY, FRIDAY)]


@contextmanager
def heeding_sigint() -> Iterator[None]:
    """What is started meanwhile heeds SIGINT, even where the tests run in a shell's background and do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_an_ended_command_has_begun_goes_on_in_the_wire(wire: Wire) -> None:
    with wire.running():
        wire.arxiv.go_on.clear()
        with heeding_sigint():
            command = Started(
                ["backfill", "--from", str(TUESDAY), "--to", str(THURSDAY)], wire.settings, wire.folder / "ended"
            )
        try:
            assert wire.arxiv.reached.wait(120)
            assert command.stop() == 1
        finally:
            command.process.kill()
            wire.arxiv.go_on.set()
        assert "Traceback" not in command.output
        expected = [paper_of(day) for day in (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)]
        wait_for(lambda: wire.papers() == expected, "the papers of all days")
        assert wire.backfill(TUESDAY, THURSDAY).returncode == 0

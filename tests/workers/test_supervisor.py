"""The supervisor on real processes: in order up, kept up, in order down, nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.clock import parse_rfc3339
from tests.support.processes import PATIENCE_SECONDS, environ, processes_with, wait_for
from tests.workers.pids import await_pid, end, is_gone
from workers import supervisor
from workers.roster import load_roster
from workers.supervisor import Part, Supervisor

#: What every driver begins with: its folder, a log that all its parts write to, and short waits.
_HEAD = """
import logging, os, signal, sys
from pathlib import Path
from workers import supervisor
from workers.supervisor import Part, StartError, Supervisor

logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
supervisor._FIRST_BACKOFF_SECONDS = 0.05
here = Path(sys.argv[1])
log = here / "log"

def sh(script):
    return ["sh", "-c", f"cd {here}; {script}"]

def stays(name, first=":"):
    down = f"trap 'echo {name} down >> log; exit 0' TERM"
    return sh(f"{first}; {down}; echo {name} up >> log; while :; do sleep 0.05; done")

def logged(line):
    return log.exists() and line in log.read_text().splitlines()

def announce():
    with log.open("a") as out:
        print("announced", file=out)

def run(*parts):
    try:
        Supervisor(parts, {"PATH": "/usr/bin:/bin", "MARK": str(here)}, announce, here).run()
    except StartError as error:
        print("StartError:", error)
        sys.exit(1)
"""


class Driven:
    """A supervisor at work in a process of its own."""

    def __init__(self, folder: Path, script: str) -> None:
        self._folder = folder
        self._output = folder / "output"
        with self._output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _HEAD + script, str(folder)],
                env=environ(),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> list[str]:
        path = self._folder / "log"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else []

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def await_log(self, line: str, times: int = 1) -> None:
        def seen() -> bool:
            assert self.process.poll() is None or self.log.count(line) >= times, self.output
            return self.log.count(line) >= times

        wait_for(seen, f"{line!r} in the log")

    def await_output(self, pattern: str) -> None:
        wait_for(lambda: bool(re.search(pattern, self.output)), pattern)

    def signal(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)

    def end(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def driven(folder: Path, script: str) -> Iterator[Driven]:
    """Run a supervisor; nothing of it may be left at the end."""
    running = Driven(folder, script)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        try:
            wait_for(lambda: not processes_with(str(folder)), "the end of all processes")
        finally:
            for pid in processes_with(str(folder)):
                end(pid)


THREE = """
run(
    Part("base", stays("base", "sleep 0.3"), is_ready=lambda: logged("base up"), foundation=True),
    Part("one", stays("one"), is_ready=lambda: logged("one up")),
    Part("two", stays("two"), is_ready=lambda: logged("two up")),
)
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_parts_come_up_in_order_and_the_foundation_goes_down_last(tmp_path: Path, signum: signal.Signals) -> None:
    with driven(tmp_path, THREE) as it:
        it.await_log("announced")
        assert it.log == ["base up", "one up", "two up", "announced"]
        it.signal(signum)
        assert it.end() == 0
        assert sorted(it.log[4:6]) == ["one down", "two down"]
        assert it.log[6:] == ["base down"]
        assert processes_with(str(tmp_path)) == []


def test_a_part_that_ends_starts_again_after_growing_waits(tmp_path: Path) -> None:
    script = 'run(Part("weak", sh("echo weak up >> log; exit 3")), Part("strong", stays("strong")))'
    with driven(tmp_path, script) as it:
        it.await_log("weak up", times=4)
        it.signal(signal.SIGTERM)
        assert it.end() == 0
        assert it.log.count("strong up") == 1
        waits = [
            float(wait) for wait in re.findall(r"weak ended \(exit 3\), starts again in ([\d.]+) s", it.output)
        ]
        assert waits == sorted(waits)
        assert waits[2] > waits[0]


def test_a_part_that_is_killed_is_named_with_its_signal_and_starts_again(tmp_path: Path) -> None:
    script = 'run(Part("part", sh("echo $$ >> pids; echo up >> log; exec sleep 1000")))'
    with driven(tmp_path, script) as it:
        it.await_log("up")
        os.kill(int((tmp_path / "pids").read_text().split()[0]), signal.SIGKILL)
        it.await_log("up", times=2)
        assert "part ended (signal 9: Killed)" in it.output


def test_what_a_part_left_behind_is_killed_when_it_starts_again(tmp_path: Path) -> None:
    script = """
run(Part("part", sh(
    "if [ -e left ]; then echo again >> log; exec sleep 1000; fi; sleep 1000 & echo $! > left; exit 1"
)))
"""
    with driven(tmp_path, script) as it:
        it.await_log("again")
        left = await_pid(tmp_path / "left")
        wait_for(lambda: is_gone(left), "the end of what was left")
        assert it.process.poll() is None


def test_a_part_that_is_done_is_left_alone_and_one_that_failed_is_not(tmp_path: Path) -> None:
    script = """
run(
    Part("done", sh("echo done >> log"), once=True),
    Part("failing", sh("echo failing >> log; exit 1"), once=True),
)
"""
    with driven(tmp_path, script) as it:
        it.await_log("failing", times=3)
        assert it.log.count("done") == 1


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('Part("bad", sh("exit 3"), is_ready=lambda: False)', r"bad ended at its start \(exit 3\); see above"),
        ('Part("bad", sh("kill -9 $$"), is_ready=lambda: False)', r"bad ended at its start \(signal 9: Killed\)"),
        (
            'Part("bad", sh("exec sleep 1000"), is_ready=lambda: False, ready_seconds=0.2)',
            r"bad is not ready after 0\.2 s",
        ),
        ('Part("bad", [str(here / "nothing")])', r"bad could not be started: .*nothing"),
    ],
    ids=["ends", "is killed", "never ready", "does not exist"],
)
def test_a_part_that_does_not_come_up_ends_the_start_with_one_line(tmp_path: Path, part: str, said: str) -> None:
    script = f'run(Part("good", stays("good"), is_ready=lambda: logged("good up")), {part})'
    with driven(tmp_path, script) as it:
        assert it.end() == 1
        assert re.search(f"StartError: {said}", it.output)
        assert "Traceback" not in it.output
        assert it.log == ["good up", "good down"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            'Part("bad", sh("exit 3"), is_ready=lambda: False, essential=False)',
            r"bad ended \(exit 3\), starts again",
        ),
        (
            'Part("bad", sh("exec sleep 1000"), is_ready=lambda: False, ready_seconds=0.2, essential=False)',
            r"bad is not ready after 0\.2 s",
        ),
        ('Part("bad", [str(here / "nothing")], essential=False)', r"bad could not be started: .*starts again"),
    ],
    ids=["ends", "never ready", "does not exist"],
)
def test_a_part_that_is_not_essential_ends_no_start(tmp_path: Path, part: str, said: str) -> None:
    script = f'run({part}, Part("web", stays("web"), is_ready=lambda: logged("web up")))'
    with driven(tmp_path, script) as it:
        it.await_log("announced")
        it.await_output(said)
        assert "web up" in it.log
        it.signal(signal.SIGTERM)
        assert it.end() == 0


def test_what_was_missing_at_the_start_comes_up_later(tmp_path: Path) -> None:
    script = """
run(
    Part("late", sh("[ -e now ] || exit 1; echo late up >> log; exec sleep 1000"), is_ready=lambda: False,
         essential=False),
    Part("web", stays("web")),
)
"""
    with driven(tmp_path, script) as it:
        it.await_log("announced")
        it.await_output(r"not running yet: late; they are kept being started")
        (tmp_path / "now").touch()
        it.await_log("late up")
        wait_for(lambda: phases(tmp_path).get("late") == "running", "the roster")


# The roster


def phases(folder: Path) -> dict[str, str]:
    return {part.name: part.state for part in load_roster(folder)}


def test_the_roster_tells_what_runs_since_when_and_how_often(tmp_path: Path) -> None:
    script = """
run(
    Part("base", stays("base"), is_ready=lambda: logged("base up"), foundation=True),
    Part("once", sh("exit 0"), once=True),
    Part("part", sh("echo up >> log; exec sleep 1000")),
)
"""
    with driven(tmp_path, script) as it:
        it.await_log("up")
        wait_for(lambda: phases(tmp_path) == {"base": "running", "once": "done", "part": "running"}, "the roster")
        base, once, part = load_roster(tmp_path)
        assert base.pid
        assert not is_gone(base.pid)
        assert parse_rfc3339(base.started_at) <= datetime.now(UTC)
        assert (base.restarts, base.last_exit) == (0, "")
        assert (once.pid, once.last_exit) == (None, "exit 0")
        assert part.pid
        os.kill(part.pid, signal.SIGKILL)
        it.await_log("up", times=2)
        wait_for(lambda: phases(tmp_path)["part"] == "running", "the roster")
        again = load_roster(tmp_path)[-1]
        assert again.pid not in (None, part.pid)
        assert (again.restarts, again.last_exit) == (1, "signal 9: Killed")
        it.signal(signal.SIGTERM)
        assert it.end() == 0
    assert load_roster(tmp_path) == []
    assert not list(tmp_path.glob("parts.json*"))


def test_a_part_that_waits_for_its_next_start_is_told_with_its_end(tmp_path: Path) -> None:
    script = 'supervisor._FIRST_BACKOFF_SECONDS = 30.0\nrun(Part("weak", sh("exit 3")))'
    with driven(tmp_path, script) as it:
        wait_for(lambda: phases(tmp_path) == {"weak": "waiting"}, "the roster")
        (weak,) = load_roster(tmp_path)
        assert (weak.pid, weak.restarts, weak.last_exit) == (None, 0, "exit 3")
        it.signal(signal.SIGTERM)
        assert it.end() == 0


def test_the_roster_is_written_on_a_change_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr(supervisor, "save_roster", lambda _folder, parts: written.append(parts))
    it = Supervisor([], {}, announce=_nothing, folder=tmp_path)
    it._children.append(supervisor._Child(Part("part", ["true"])))
    for _ in range(3):
        it._keep_roster()
    assert len(written) == 1
    it._children[0].last_exit = "exit 1"
    it._keep_roster()
    assert len(written) == 2


def test_a_disk_that_does_not_take_the_roster_stops_nothing(tmp_path: Path) -> None:
    script = """
def refuse(*_arguments):
    raise OSError(28, "No space left on device")
supervisor.save_roster = refuse
run(Part("part", stays("part")))
"""
    with driven(tmp_path, script) as it:
        it.await_log("announced")
        it.await_output("the roster could not be written: .*No space left")
        assert it.output.count("the roster could not be written") == 1
        it.signal(signal.SIGTERM)
        assert it.end() == 0
        assert it.log[-1] == "part down"


def test_a_stop_during_the_start_is_heeded(tmp_path: Path) -> None:
    script = """
run(
    Part("slow", stays("slow"), is_ready=lambda: False, ready_seconds=1000),
    Part("never", stays("never")),
)
"""
    with driven(tmp_path, script) as it:
        it.await_log("slow up")
        it.signal(signal.SIGTERM)
        assert it.end() == 0
        assert it.log == ["slow up", "slow down"]


def test_what_a_part_waits_for_is_kept_up_meanwhile(tmp_path: Path) -> None:
    script = """
run(
    Part("base", sh("if [ -e seen ]; then echo base again >> log; exec sleep 1000; fi; touch seen; exit 1"),
         is_ready=lambda: (here / "seen").exists()),
    Part("next", stays("next"), is_ready=lambda: logged("base again")),
)
"""
    with driven(tmp_path, script) as it:
        it.await_log("announced")
        assert "base again" in it.log


def test_a_part_that_cannot_be_started_again_yet_is_tried_later(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ncd {tmp_path}; echo up >> log; rm program; exit 1\n", encoding="ascii")
    program.chmod(0o755)
    body = program.read_text(encoding="ascii")
    with driven(tmp_path, 'run(Part("part", [str(here / "program")]))') as it:
        it.await_output("part could not be started: .*starts again in")
        fresh = tmp_path / "fresh"
        fresh.write_text(body, encoding="ascii")
        fresh.chmod(0o755)
        fresh.rename(program)
        it.await_log("up", times=2)
        it.signal(signal.SIGTERM)
        assert it.end() == 0


STUBBORN = "trap 'echo told >> log' TERM; echo up >> log; while :; do sleep 0.05; done"


def test_a_part_that_does_not_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    with driven(tmp_path, f'run(Part("part", sh("{STUBBORN}"), grace_seconds=0.5))') as it:
        it.await_log("up")
        it.await_log("announced")
        it.signal(signal.SIGTERM)
        assert it.end() == 0
        assert "told" in it.log
        assert "part has not stopped yet and is killed after 0.5 s" in it.output
        assert processes_with(str(tmp_path)) == []


def test_a_second_signal_waits_for_nobody(tmp_path: Path) -> None:
    with driven(tmp_path, f'run(Part("part", sh("{STUBBORN}"), grace_seconds=100000))') as it:
        it.await_log("up")
        it.await_log("announced")
        it.signal(signal.SIGINT)
        it.await_log("told")
        it.signal(signal.SIGINT)
        assert it.end() == 0
        assert processes_with(str(tmp_path)) == []


def test_a_part_may_ask_for_another_stop_signal(tmp_path: Path) -> None:
    script = """
run(Part("part", sh("trap 'echo told >> log; exit' USR1; echo up >> log; while :; do sleep 0.05; done"),
         stop_signal=signal.SIGUSR1))
"""
    with driven(tmp_path, script) as it:
        it.await_log("up")
        it.await_log("announced")
        it.signal(signal.SIGTERM)
        assert it.end() == 0
        assert it.log[-1] == "told"  # not SIGHUP: under nohup no shell can trap it


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the parent-death signal")
def test_all_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = """
run(
    Part("base", stays("base"), death_signal=signal.SIGTERM, foundation=True),
    Part("one", sh("echo one up >> log; exec sleep 1000")),
    Part("two", sh("echo two up >> log; exec sleep 1000")),
)
"""
    with driven(tmp_path, script) as it:
        for name in ("base", "one", "two"):
            it.await_log(f"{name} up")
        it.signal(signal.SIGKILL)
        assert it.end() == -signal.SIGKILL
        wait_for(lambda: not processes_with(str(tmp_path)), "the end of all parts")
        assert it.log[-1] == "base down"


def test_a_part_that_fails_for_days_is_no_sum_too_large(caplog: pytest.LogCaptureFixture) -> None:
    """After some thousand failures the doubled wait is a number that no float holds."""
    child = supervisor._Child(Part("part", ["true"]), failures=100_000)
    Supervisor([], {}, announce=_nothing)._postpone(child, "ended")
    assert "starts again in 30.0 s" in caplog.text


def _nothing() -> None:
    pass

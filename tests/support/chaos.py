"""Disturbs a demo's wire while its days pass: faults strike while work is under way, as chance has it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from redis.exceptions import RedisError

from tests.support.demos import Demo, Topics
from tests.support.outcomes import Outcome, compare, find_debris, look_at
from tests.support.processes import PATIENCE_SECONDS
from workers.engine import connect, socket_path
from workers.roster import load_roster

Strike = Callable[[Demo, Random], str]
_SEARCH_SECONDS = 10


@dataclass(frozen=True)
class Struck:
    """A fault, and what it hit."""

    fault: str
    what: str  #: who was hit; "" where it found nobody
    work: str  #: what was under way

    def __str__(self) -> str:
        return f"{self.fault:<15} {self.what or 'found nobody':<28} {self.work or 'nothing'} under way"


def find_part(demo: Demo, name: str) -> int | None:
    """The process of a part; None while it is being started again."""
    pids = [part.pid for part in load_roster(demo.data) if part.name == name]
    return next((pid for pid in pids if pid and demo.owns(pid)), None)


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _kill(pid: int) -> str:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return ""
    return f"killed {pid}"


def _await_pid(demo: Demo, find: Callable[[], int | None]) -> int | None:
    """Wait for a process that is being started again, or that lives for some milliseconds only."""
    deadline = time.monotonic() + _SEARCH_SECONDS
    while (pid := find()) is None and not demo.is_over and time.monotonic() < deadline:
        time.sleep(0.001)
    return pid


def _part(name: str) -> Strike:
    def strike(demo: Demo, _chance: Random) -> str:
        pid = _await_pid(demo, lambda: find_part(demo, name))
        return _kill(pid) if pid else ""

    return strike


def _horse(name: str) -> Strike:
    def strike(demo: Demo, chance: Random) -> str:
        pid = _await_pid(demo, lambda: next(iter(children_of(find_part(demo, name) or 0)), None))
        time.sleep(chance.uniform(0, 0.03))
        return _kill(pid) if pid else ""

    return strike


def _web_worker(demo: Demo, _chance: Random) -> str:
    web = find_part(demo, "web")
    killed = [_kill(child) for child in (children_of(web) if web else [])]
    return ", ".join(part for part in killed if part)


def _supervisor(demo: Demo, _chance: Random) -> str:
    pid = demo.pid
    demo.kill()
    demo.start()
    return f"killed {pid}, started again"


def _flush(demo: Demo, _chance: Random) -> str:
    return _command(demo, "FLUSHALL")


def _shut_down(demo: Demo, _chance: Random) -> str:
    return _command(demo, "SHUTDOWN")


def _command(demo: Demo, name: str) -> str:
    with suppress(RedisError, OSError), connect(f"unix://{socket_path(demo.data)}", retries=0) as engine:
        if name == "SHUTDOWN":
            engine.shutdown()
        else:
            engine.flushall()
        return name
    return ""


#: What can happen, and how often it does among the others.
FAULTS: dict[str, tuple[int, Strike]] = {
    "horse": (3, _horse("worker 1")),
    "polling horse": (3, _horse("arxiv worker")),
    "worker": (2, _part("worker 1")),
    "arxiv worker": (2, _part("arxiv worker")),
    "scheduler": (1, _part("scheduler")),
    "web": (1, _part("web")),
    "web worker": (1, _web_worker),
    "engine": (2, _part("engine")),
    "stand-in": (1, _part("stand-in")),
    "replay": (1, _part("replay")),
    "supervisor": (2, _supervisor),
    "flush": (2, _flush),
    "engine restart": (1, _shut_down),
}


def choose_faults(chance: Random, count: int) -> list[str]:
    """So many faults in a random order: each kind once before any comes twice."""
    weights = [weight for weight, _ in FAULTS.values()]
    once = chance.sample(list(FAULTS), len(FAULTS))
    more = chance.choices(list(FAULTS), weights, k=max(0, count - len(once)))
    return [*once, *more][:count]


def disturb(demo: Demo, faults: Sequence[str], chance: Random, days: int) -> Iterator[Struck]:
    """Let the faults strike, evenly over the days, while work is under way; until all days are in.

    :param days: how many there are
    """
    seen: list[float] = []
    for number, fault in enumerate(faults):
        if not _await_day(demo, seen, number * days // (len(faults) + 1)):
            return
        deadline = time.monotonic() + 5
        while not (work := demo.work()) and not demo.is_over and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        if demo.is_over:
            return
        yield Struck(fault, FAULTS[fault][1](demo, chance), work)


def _await_day(demo: Demo, seen: list[float], number: int) -> bool:
    """Wait until so many days have passed; False where all are over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        day = demo.day()
        if day and day not in seen:
            seen.append(day)
        if len(seen) > number:
            return True
        if demo.is_over or time.monotonic() > deadline:
            return False
        time.sleep(0.01)


# Rounds


@dataclass(frozen=True)
class Round:
    """Some days with faults, and what was left of them."""

    struck: list[Struck]
    outcome: Outcome
    debris: list[str]

    def differences(self, calm: Outcome) -> list[str]:
        return [*compare(calm, self.outcome), *self.debris]


def run_calm(folder: Path, recordings: Path, topics: Topics) -> Outcome:
    """The days as they are without any fault."""
    calm = run_disturbed(folder, recordings, topics, [], Random(0))
    assert not calm.debris, calm.debris
    return calm.outcome


def run_disturbed(
    folder: Path,
    recordings: Path,
    topics: Topics,
    faults: Sequence[str],
    chance: Random,
    say: Callable[[object], None] = lambda _line: None,
) -> Round:
    """The days with faults.

    :param say: gets each fault
    """
    demo = Demo(folder, recordings, topics)
    struck = []
    days = len({path.stem.rpartition("_")[2] for path in recordings.glob("atom_*.xml")})
    try:
        for hit in disturb(demo, faults, chance, days):
            struck.append(hit)
            say(hit)
        demo.await_end()
        outcome = look_at(demo)
        code = demo.stop()
        assert code == 0, f"exit {code}: {demo.output}"
        return Round(struck, outcome, find_debris(demo))
    finally:
        demo.end()

"""Runs the parts of one wire on one machine: starts them in order, keeps them up, stops them in reverse."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from feeds.clock import format_rfc3339
from feeds.errors import WireError
from workers.backoff import backoff_seconds
from workers.processes import kill_session, reap_orphans, spawn
from workers.roster import PartState, Phase, forget_roster, save_roster

log = logging.getLogger("wire.supervisor")

_TICK_SECONDS = 0.1
_FIRST_BACKOFF_SECONDS = 0.5
_LAST_BACKOFF_SECONDS = 30.0
#: A part that ran for so long did not fail at its start: it comes back soon, however often it failed before.
_STEADY_SECONDS = 10.0
#: Whoever is killed at its first start gets so many.
_START_TRIES = 3
#: One that was started again counts as running after so long.
_SETTLED_SECONDS = 1.0


@dataclass(frozen=True)
class Part:
    """One process of the wire."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] = lambda: True
    ready_seconds: float = 30.0  #: it should be ready by then at the first start
    essential: bool = True  #: without it there is no start; what is not is kept being started
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0  #: after the stop signal, before it is killed
    death_signal: signal.Signals = signal.SIGKILL  #: what it gets if we die
    once: bool = False  #: it ends by itself, and is not started again when it ends well
    foundation: bool = False  #: the others stand on it: it is stopped after them
    pass_fds: tuple[int, ...] = ()


@dataclass
class _Child:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    phase: Phase = Phase.STARTING
    started: float = 0.0  #: on the monotonic clock
    started_at: str = ""
    starts: int = 0
    failures: int = 0  #: in a row
    restart: float = 0.0  #: when, on the monotonic clock
    last_exit: str = ""

    def describe(self) -> PartState:
        return PartState(
            name=self.part.name,
            pid=self.process.pid if self.process else None,
            state=self.phase,
            started_at=self.started_at,
            restarts=max(0, self.starts - 1),
            last_exit=self.last_exit,
        )


class StartError(WireError):
    """An essential part that did not come up."""


@dataclass
class Supervisor:
    """Keeps the parts running until SIGINT or SIGTERM.

    :param announce: called once, when all parts were started
    :param folder: where the roster is kept; None: nowhere
    """

    parts: Sequence[Part]
    environ: Mapping[str, str]
    announce: Callable[[], None]
    folder: Path | None = None
    _children: list[_Child] = field(default_factory=list)
    _stops: int = 0
    _roster: list[PartState] = field(default_factory=list)
    _is_roster_lost: bool = False

    def run(self) -> None:
        """Start, watch, stop.

        :raises StartError: where an essential part does not come up; what was started is stopped again
        """
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._request_stop)
        try:
            self._start_all()
            if not self._stops:
                self._announce()
            while not self._stops:
                self._watch(self._children)
                reap_orphans([child.process.pid for child in self._children if child.process])
                time.sleep(_TICK_SECONDS)
        finally:
            self._stop_all()
            self._forget_roster()

    def _request_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _announce(self) -> None:
        self.announce()
        missing = [child.part.name for child in self._children if child.phase in (Phase.STARTING, Phase.WAITING)]
        if missing:
            log.warning("not running yet: %s; they are kept being started", ", ".join(missing))

    def _start_all(self) -> None:
        for part in self.parts:
            if self._stops:
                return
            child = _Child(part)
            self._children.append(child)
            try:
                self._start(child)
            except (OSError, subprocess.SubprocessError) as error:
                self._give_up(child, f"could not be started: {error}")
                continue
            self._await_ready(child)

    def _start(self, child: _Child) -> None:
        part = child.part
        child.process = spawn(part.command, self.environ, death_signal=part.death_signal, pass_fds=part.pass_fds)
        child.phase = Phase.STARTING
        child.started = time.monotonic()
        child.started_at = format_rfc3339(datetime.now(UTC).replace(microsecond=0))
        child.starts += 1
        log.debug("%s started as %d", part.name, child.process.pid)
        self._keep_roster()

    def _restart(self, child: _Child) -> None:
        try:
            self._start(child)
        except (OSError, subprocess.SubprocessError) as error:  # no memory, too many processes: that passes
            self._postpone(child, f"could not be started: {error}")

    def _await_ready(self, child: _Child) -> None:
        """Wait until a part is ready. One that is not essential and takes long is left to come up later."""
        deadline = time.monotonic() + child.part.ready_seconds
        while not self._stops and not child.part.is_ready():
            code = child.process.poll() if child.process else None
            if code is not None and code < 0 and child.starts < _START_TRIES:
                self._note_exit(child, code)  # it was killed: no fault of its own, as far as anyone can tell
            elif code is not None:
                self._give_up(child, f"ended at its start ({_describe_exit(code)})", code)
                return
            elif time.monotonic() > deadline:
                self._give_up(child, f"is not ready after {child.part.ready_seconds:g} s")
                return
            self._watch([other for other in self._children if other is not child or other.process is None])
            time.sleep(_TICK_SECONDS)
        child.phase = Phase.RUNNING
        self._keep_roster()

    def _give_up(self, child: _Child, what: str, code: int | None = None) -> None:
        """Stop waiting for a part's first start.

        :raises StartError: where it is essential
        """
        if child.part.essential:
            raise StartError(f"{child.part.name} {what}{'; see above' if code is not None else ''}")
        if code is not None:
            self._note_exit(child, code)
        elif child.process is None:
            self._postpone(child, what)
        else:
            log.warning("%s %s", child.part.name, what)

    def _watch(self, children: Sequence[_Child]) -> None:
        for child in children:
            if child.process is None:
                if child.phase is not Phase.DONE and time.monotonic() >= child.restart:
                    self._restart(child)
                continue
            code = child.process.poll()
            if code is not None:
                self._note_exit(child, code)
            elif child.phase is Phase.STARTING and self._is_settled(child):
                child.phase = Phase.RUNNING
        self._keep_roster()

    def _is_settled(self, child: _Child) -> bool:
        wait = _SETTLED_SECONDS if child.starts > 1 else child.part.ready_seconds
        return time.monotonic() - child.started > wait

    def _note_exit(self, child: _Child, code: int) -> None:
        assert child.process
        kill_session(child.process, signal.SIGKILL)  # whatever it started goes with it
        child.process = None
        child.last_exit = _describe_exit(code)
        if child.part.once and code == 0:
            child.phase = Phase.DONE
            return
        if time.monotonic() - child.started > _STEADY_SECONDS:
            child.failures = 0
        self._postpone(child, f"ended ({child.last_exit})")

    def _postpone(self, child: _Child, what: str) -> None:
        wait = backoff_seconds(child.failures, 1.0, first=_FIRST_BACKOFF_SECONDS, last=_LAST_BACKOFF_SECONDS)
        child.failures += 1
        child.phase = Phase.WAITING
        child.restart = time.monotonic() + wait
        log.warning("%s %s, starts again in %.1f s", child.part.name, what, wait)

    def _stop_all(self) -> None:
        """All that stand on the foundation together, then the foundation."""
        self._stop([child for child in self._children if not child.part.foundation])
        self._stop([child for child in self._children if child.part.foundation])

    def _stop(self, children: Sequence[_Child]) -> None:
        """Each with its grace; a second signal ends it."""
        running = [(child.part, child.process) for child in children if child.process is not None]
        for part, process in running:
            if process.poll() is None:
                os.kill(process.pid, part.stop_signal)
        begun = time.monotonic()
        for part, process in running:
            while process.poll() is None and self._stops < 2 and time.monotonic() - begun < part.grace_seconds:
                time.sleep(_TICK_SECONDS)
            if process.poll() is None:
                why = "at the second signal" if self._stops > 1 else f"after {part.grace_seconds:g} s"
                log.warning("%s has not stopped yet and is killed %s", part.name, why)
            kill_session(process, signal.SIGKILL)
            process.wait()

    def _keep_roster(self) -> None:
        """Write what changed. A disk that does not take it stops nothing; it is tried again at the next change."""
        roster = [child.describe() for child in self._children]
        if self.folder is None or roster == self._roster:
            return
        self._roster = roster
        try:
            save_roster(self.folder, roster)
            self._is_roster_lost = False
        except OSError as error:
            if not self._is_roster_lost:
                log.warning("the roster could not be written: %s", error)
            self._is_roster_lost = True

    def _forget_roster(self) -> None:
        if self.folder:
            with suppress(OSError):
                forget_roster(self.folder)


def _describe_exit(code: int) -> str:
    return f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit {code}"

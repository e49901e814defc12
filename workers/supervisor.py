"""Runs the parts of one wire on one machine: starts them in order, keeps them up, stops them in reverse."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from feeds.errors import WireError
from workers.backoff import backoff_seconds
from workers.processes import kill_session, spawn

log = logging.getLogger("wire.supervisor")

_TICK_SECONDS = 0.1
_FIRST_BACKOFF_SECONDS = 0.5
_LAST_BACKOFF_SECONDS = 30.0
_STEADY_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """One process of the wire."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] = lambda: True
    ready_seconds: float = 30.0  #: it must be ready by then at the first start
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
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    done: bool = False


class StartError(WireError):
    """A part that did not come up."""


@dataclass
class Supervisor:
    """Keeps the parts running until SIGINT or SIGTERM.

    :param announce: called once, when all parts are ready
    """

    parts: Sequence[Part]
    environ: Mapping[str, str]
    announce: Callable[[], None]
    _children: list[_Child] = field(default_factory=list)
    _stops: int = 0

    def run(self) -> None:
        """Start, watch, stop.

        :raises StartError: where a part does not come up; what was started is stopped again
        """
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._request_stop)
        try:
            self._start_all()
            if not self._stops:
                self.announce()
            while not self._stops:
                self._watch(self._children)
                time.sleep(_TICK_SECONDS)
        finally:
            self._stop_all()

    def _request_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _start_all(self) -> None:
        for part in self.parts:
            if self._stops:
                return
            child = _Child(part)
            self._children.append(child)
            try:
                self._start(child)
            except (OSError, subprocess.SubprocessError) as error:
                raise StartError(f"{part.name} could not be started: {error}") from error
            self._await_ready(child)

    def _start(self, child: _Child) -> None:
        part = child.part
        child.process = spawn(part.command, self.environ, death_signal=part.death_signal, pass_fds=part.pass_fds)
        child.started_at = time.monotonic()
        log.debug("%s started as %d", part.name, child.process.pid)

    def _restart(self, child: _Child) -> None:
        try:
            self._start(child)
        except (OSError, subprocess.SubprocessError) as error:  # no memory, too many processes: that passes
            self._postpone(child, f"could not be started: {error}")

    def _await_ready(self, child: _Child) -> None:
        deadline = time.monotonic() + child.part.ready_seconds
        while not self._stops and not child.part.is_ready():
            assert child.process
            code = child.process.poll()
            if code is not None:
                raise StartError(f"{child.part.name} ended at its start ({_describe_exit(code)}); see above")
            if time.monotonic() > deadline:
                raise StartError(f"{child.part.name} is not ready after {child.part.ready_seconds:g} s")
            self._watch(self._children[:-1])  # what it waits for must not stay down
            time.sleep(_TICK_SECONDS)

    def _watch(self, children: Sequence[_Child]) -> None:
        for child in children:
            if child.process is None:
                if not child.done and time.monotonic() >= child.restart_at:
                    self._restart(child)
                continue
            code = child.process.poll()
            if code is not None:
                self._note_exit(child, code)

    def _note_exit(self, child: _Child, code: int) -> None:
        assert child.process
        kill_session(child.process, signal.SIGKILL)  # whatever it started goes with it
        child.process = None
        if child.part.once and code == 0:
            child.done = True
            return
        if time.monotonic() - child.started_at > _STEADY_SECONDS:
            child.failures = 0
        self._postpone(child, f"ended ({_describe_exit(code)})")

    def _postpone(self, child: _Child, what: str) -> None:
        wait = backoff_seconds(child.failures, 1.0, first=_FIRST_BACKOFF_SECONDS, last=_LAST_BACKOFF_SECONDS)
        child.failures += 1
        child.restart_at = time.monotonic() + wait
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
        begun_at = time.monotonic()
        for part, process in running:
            while process.poll() is None and self._stops < 2 and time.monotonic() - begun_at < part.grace_seconds:
                time.sleep(_TICK_SECONDS)
            if process.poll() is None:
                log.warning("%s did not stop within %g s and is killed", part.name, part.grace_seconds)
            kill_session(process, signal.SIGKILL)
            process.wait()


def _describe_exit(code: int) -> str:
    return f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit {code}"

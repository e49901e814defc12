"""A demo's wire as a process that tests may ask, kill, and start again on the same folder."""

from __future__ import annotations

import signal
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from feeds.clock import parse_rfc3339
from feeds.store.engine import Store
from tests.support import databases
from tests.support.processes import PATIENCE_SECONDS, Started, free_port, processes_with, wait_for
from tests.support.wires import write_topics

Topics = Sequence[dict[str, object]]
_OVER = "All days are in"


class Demo:
    """A demo's wire on a folder of its own, that may be killed and started again."""

    def __init__(self, folder: Path, recordings: Path, topics: Topics) -> None:
        self.folder = folder
        self.data = folder / "var"
        self._recordings = recordings
        self.store = Store(databases.url_for(self.data))
        self._starts = 0
        self._port = free_port()
        folder.mkdir(parents=True)
        write_topics(folder / "topics.yaml", topics)
        self.slugs = [str(topic["slug"]) for topic in topics]
        self.start()

    def start(self) -> None:
        settings = {
            "WIRE_DATA_DIR": str(self.data),
            "WIRE_TOPICS": str(self.folder / "topics.yaml"),
            "WIRE_BIND": f"127.0.0.1:{self._port}",
            **databases.settings_for(self.data),
        }
        self._starts += 1
        command = ["demo", "--recordings", str(self._recordings)]
        self.running = Started(command, settings, self.folder / f"start-{self._starts}")

    @property
    def output(self) -> str:
        """What all its starts printed."""
        logs = sorted(self.folder.glob("start-*/output.log"))
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)

    @property
    def is_over(self) -> bool:
        return _OVER in self.running.output

    @property
    def pid(self) -> int:
        return self.running.process.pid

    def processes(self) -> list[int]:
        return processes_with(str(self.data))

    def owns(self, pid: int) -> bool:
        """Whether this process is one of its own: a killed wire's roster names some that are gone."""
        proc = Path(f"/proc/{pid}")
        try:
            said = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
        except OSError:
            return False
        return str(self.data).encode() in said

    def kill(self) -> None:
        """Kill the supervisor, and wait until its children are gone with it."""
        self.running.process.kill()
        self.running.process.wait()
        wait_for(lambda: not self.processes(), "the end of a killed wire's children")

    def stop(self) -> int:
        code = self.running.stop(signal.SIGINT)
        wait_for(lambda: not self.processes(), "the end of all processes")
        return code

    def end(self) -> None:
        """Whatever happened, nothing of it is left."""
        if self.running.process.poll() is None:
            self.kill()
        self.store.close()

    def day(self) -> float:
        """The present time on its clock; 0 before it has one."""
        try:
            return parse_rfc3339((self.data / "clock").read_text(encoding="ascii").strip()).timestamp()
        except (OSError, ValueError):
            return 0.0

    def fetch(self, path: str) -> bytes:
        """What its web face answers, once there is one: it may have been the last to be killed."""
        self._await(self._is_answering, "the web face")
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=30) as answer:
            return bytes(answer.read())

    def _is_answering(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/healthz", timeout=30):
                return True
        except OSError:
            return False

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask its database; nothing where there is none yet."""
        if not self.store.is_current():
            return []
        with self.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def work(self) -> str:
        """What is under way, "" where nothing is."""
        rows = self.query(
            "SELECT kind, state, count(*) FROM owed"
            " WHERE state = 'running' OR kind NOT IN ('poll', 'digest') GROUP BY 1, 2"
        )
        return ", ".join(f"{count} {kind} {state}" for kind, state, count in rows)

    def await_end(self) -> None:
        """Wait for the last day, and for the end of all that follows from it."""
        self._await(lambda: self.is_over, "the last day")
        self._await(lambda: not self.work(), "the end of all work")

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        """However long the days take, each of them ends."""
        day, deadline = self.day(), time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.running.process.poll() is None, self.output
            if self.day() != day:
                day, deadline = self.day(), time.monotonic() + PATIENCE_SECONDS
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.work()}\n{self.output}"
            time.sleep(0.1)

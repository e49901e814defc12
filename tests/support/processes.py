"""Real processes of a wire, started as a user starts them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workers.processes import python_command, python_environ

#: Generous: nothing is asserted about time but that it ends.
PATIENCE_SECONDS = 120.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environ(**settings: str) -> dict[str, str]:
    """A clean environment with these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIRE_")}
    return python_environ({**kept, **settings})


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


class Started:
    """A command that runs, with what it printed so far."""

    def __init__(self, arguments: Sequence[str], settings: dict[str, str], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "output.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                python_command(*arguments),
                env=environ(**settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def await_line(self, pattern: str) -> str:
        """Wait until something is printed; gives the match."""

        def printed() -> bool:
            assert self.process.poll() is None or re.search(pattern, self.output), self.output
            return bool(re.search(pattern, self.output))

        wait_for(printed, pattern)
        found = re.search(pattern, self.output)
        assert found
        return found.group()

    def stop(self, signum: signal.Signals = signal.SIGINT) -> int:
        """Signal it, and wait for its end; gives its exit code."""
        self.process.send_signal(signum)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def started(arguments: Sequence[str], settings: dict[str, str], folder: Path) -> Iterator[Started]:
    """Run a command; whatever happens, nothing of it is left."""
    running = Started(arguments, settings, folder)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        wait_for(lambda: not processes_with(str(folder)), f"the end of all processes on {folder}")


def processes_with(text: str) -> list[int]:
    """The processes whose command line or environment names something."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            said = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
            state = (path / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if text.encode() in said and state != "Z" and int(path.name) != os.getpid():
            found.append(int(path.name))
    return found

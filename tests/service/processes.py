"""The wire's own processes, as an operator starts them."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.recordings import ROOT

#: Far more than anything here takes; only a hang gets there.
PATIENCE_SECONDS = 60.0


def find_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on, below those that the kernel lends to clients: none of them can take it."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                raise
            return port
    raise AssertionError("every port is taken")


@contextmanager
def running(folder: Path, environ: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process group of its own, which is gone at the end; it writes to ``out`` in the folder."""
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "service", *arguments],
            cwd=folder,
            env={**make_environ(), **environ},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def make_environ() -> dict[str, str]:
    """The environment without settings of this machine's own wire."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIRE_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def run(folder: Path, environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command, until it ends."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "service", *arguments],
        cwd=folder,
        env={**make_environ(), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def await_line(process: subprocess.Popen[bytes], folder: Path, text: str) -> str:
    """Wait until the process wrote a line with this text."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for line in (folder / "out").read_text(encoding="utf-8").splitlines():
            if text in line:
                return line
        assert process.poll() is None, (folder / "out").read_text(encoding="utf-8")
        time.sleep(0.05)
    raise AssertionError(f"{text!r} never came: {(folder / 'out').read_text(encoding='utf-8')}")


def await_answer(process: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Wait until the process answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            assert process.poll() is None, "it ended"
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("it never answered")


def await_none(words: str) -> None:
    """Wait until no process has these words in its environment (Linux; elsewhere nothing is looked at)."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while found := list(_find_processes(words)):
        assert time.monotonic() < deadline, f"these are left: {found}"
        time.sleep(0.05)


def _find_processes(words: str) -> Iterator[tuple[str, bytes]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() in (entry / "environ").read_bytes():
                yield entry.name, (entry / "cmdline").read_bytes()
        except OSError:
            continue  # gone meanwhile, or not ours

"""What feed readers are run with: a home of their own, and a proxy that sees what they ask of a wire."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

TIMEOUT_SECONDS = 60
#: Headers that are about one connection only (RFC 9110, section 7.6.1).
_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding")


class Home:
    """A person's home folder, and the only one that the programs run in it know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a program that has to end well; gives what it printed."""
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environ(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def _environ(self) -> dict[str, str]:
        """Nothing of ours but the path: no proxies, no PYTHONPATH."""
        folders = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMPDIR")
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            **{name: str(self._make(name.lower())) for name in folders},
        }

    def _make(self, name: str) -> Path:
        made = self.folder / f".{name}"
        made.mkdir(mode=0o700, exist_ok=True)
        return made


def need(program: str, package: str) -> None:
    """Skip the test where a program is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here; on Debian: apt-get install {package}")


class Proxy:
    """Stands before a wire, as a web server would, and notes how its requests were answered."""

    def __init__(self, port: int) -> None:
        """:param port: where the wire listens, or will"""
        self._answered: list[tuple[str, int]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(port, self._answered))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take_answered(self) -> list[tuple[str, int]]:
        """Address and status of every answer since the last call, by address."""
        taken = sorted(self._answered)
        self._answered.clear()
        return taken

    def serve(self) -> None:
        self._server.serve_forever(0.02)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _make_handler(port: int, answered: list[tuple[str, int]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = _ask(port, self.path, dict(self.headers))
            answered.append((self.path, status))
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _ask(port: int, path: str, headers: dict[str, str]) -> tuple[int, Sequence[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={**headers, "Connection": "close"})
        answer = connection.getresponse()
        passed_on = [item for item in answer.getheaders() if item[0].lower() not in _HOP_BY_HOP]
        return answer.status, passed_on, answer.read()
    finally:
        connection.close()


@contextmanager
def running_proxy(port: int) -> Iterator[Proxy]:
    """A proxy before a wire on loopback."""
    proxy = Proxy(port)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()

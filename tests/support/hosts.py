"""A foreign host on loopback that does what a script says, and remembers what it was asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One scripted answer.

    ``claim`` is a Content-Length to state instead of the true one; ``pieces`` sends the body in so many parts and
    calls ``between`` before each.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    claim: int | None = None
    pieces: int = 1
    between: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many tests are about; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Host:
    """Answers by path; a list of answers is used up one by one, its last one stays.

    ``otherwise`` is the answer to every path without a script; :meth:`serve_tree` answers all below a path.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.otherwise = Answer(404)
        self.trees: dict[str, Callable[[str], Answer]] = {}
        self.requests: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, path: str, *answers: Answer | bytes) -> None:
        """Script what a path answers."""
        self.answers[path] = [Answer(body=a) if isinstance(a, bytes) else a for a in answers]

    def serve_tree(self, prefix: str, answer: Callable[[str], Answer]) -> None:
        """Answer whatever begins with a prefix, by its path and query."""
        self.trees[prefix] = answer

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _next(self, path: str) -> Answer:
        with self._lock:
            tree = next((answer for prefix, answer in self.trees.items() if path.startswith(prefix)), None)
            if tree and path not in self.answers:
                return tree(path)
            script = self.answers.get(path, [self.otherwise])
            return script.pop(0) if len(script) > 1 else script[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with host._lock:
                    host.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}))
                    host.in_flight += 1
                    host.most_in_flight = max(host.most_in_flight, host.in_flight)
                try:
                    self._answer(host._next(self.path))
                finally:
                    with host._lock:
                        host.in_flight -= 1

            def _answer(self, answer: Answer) -> None:
                self.send_response_only(answer.status)
                if "Date" not in answer.headers:
                    self.send_header("Date", self.date_time_string())
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304:
                    claim = len(answer.body) if answer.claim is None else answer.claim
                    self.send_header("Content-Length", str(claim))
                self.end_headers()
                size = max(1, -(-len(answer.body) // answer.pieces))
                for start in range(0, len(answer.body), size):
                    answer.between()
                    try:
                        self.wfile.write(answer.body[start : start + size])
                        self.wfile.flush()
                    except OSError:
                        return
                if answer.claim is not None:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@contextmanager
def running_host() -> Iterator[Host]:
    """A host that listens."""
    host = Host()
    host.start()
    try:
        yield host
    finally:
        host.stop()

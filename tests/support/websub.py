"""WebSub's subscribers on loopback, over real sockets: one that does what a script says, and Flask-WebSub's."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage
from flask_websub.subscriber import Subscriber as Library
from werkzeug.serving import make_server

from feeds.model.subscriptions import Subscription
from feeds.publishing.topics import publish_topic
from feeds.store import subscriptions
from tests.support.papers import join
from tests.support.wires import Line


@dataclass(frozen=True)
class Asked:
    """A request that a subscriber got."""

    method: str
    path: str
    headers: dict[str, str]  #: names in small letters
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


@dataclass(frozen=True)
class Reply:
    """What a subscriber answers; where no body is given, to a question of the hub's its challenge."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), handler)


class Scripted:
    """A subscriber that remembers what it was sent. Lists of replies are used up, the last one stays.

    :param tls: to be reached by https
    """

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.to_get = [Reply()]
        self.to_post = [Reply()]
        self.before: Callable[[Asked], object] = lambda asked: None  #: called before each answer
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        self._server = _Server(host, self._handler())
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def questions(self) -> list[dict[str, str]]:
        return [asked.query for asked in self.asked if asked.method == "GET"]

    @property
    def got(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "POST"]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def _noting(self, asked: Asked) -> Iterator[None]:
        with self._lock:
            self.asked.append(asked)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1

    def _reply(self, asked: Asked) -> Reply:
        with self._lock:
            script = self.to_get if asked.method == "GET" else self.to_post
            return script.pop(0) if len(script) > 1 else script[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body)
                with subscriber._noting(asked):  # not while it is sent: who has the answer may call again
                    subscriber.before(asked)
                self._send(subscriber._reply(asked), asked)

            def _send(self, reply: Reply, asked: Asked) -> None:
                echo = asked.query.get("hub.challenge", "").encode()
                body = echo if reply.body is None else reply.body
                self.send_response_only(reply.status)
                for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                with suppress(ConnectionError):  # who reads no more hangs up
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@contextmanager
def running_subscriber(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """A subscriber that listens."""
    subscriber = Scripted(host, tls)
    subscriber.start()
    try:
        yield subscriber
    finally:
        subscriber.stop()


@contextmanager
def serving(app: Flask, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A Flask application on a socket of its own; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class FlaskSubscriber:
    """A site with Flask-WebSub in it; what its listeners are told is kept."""

    def __init__(self, folder: Path) -> None:
        self.told: list[bytes] = []
        self.refused: list[str] = []
        self._library = Library(
            SQLite3SubscriberStorage(str(folder / "subscriber.db")),
            SQLite3TempSubscriberStorage(str(folder / "asked.db")),
        )
        self._library.add_listener(lambda topic, callback, body: self.told.append(body))
        self._library.add_error_handler(lambda topic, callback, reason: self.refused.append(reason))
        self.app = Flask(__name__)
        self.app.register_blueprint(self._library.build_blueprint("/callbacks"))
        self.url = ""  #: where it is served

    def subscribe(self, topic_url: str, hub_url: str, authorities: str, **options: object) -> str:
        """Subscribe with a secret that it makes up itself; gives the callback."""
        given = {"topic_url": topic_url, "hub_url": hub_url, "requests_opts": {"verify": authorities}, **options}
        with self.app.test_request_context(base_url=self.url):
            return f"{self.url}/callbacks/{self._library.subscribe(**given)}"

    def unsubscribe(self, callback: str, authorities: str) -> None:
        name = callback.rpartition("/")[2]
        with self.app.test_request_context(base_url=self.url):
            request = self._library.get_active_subscription(name)
            given = {**request, "mode": "unsubscribe", "requests_opts": {"verify": authorities}}
            self._library.subscribe_impl(name, **given)


def ask_hub(line: Line, callback: str, mode: str = "subscribe", topic: str = "vision.atom", **more: str) -> int:
    """Post to the hub of a wire; gives the status. ``more`` are parameters without their ``hub.``."""
    form = {"mode": mode, "callback": callback, "topic": f"{line.settings.base_url}/feeds/{topic}", **more}
    named = {f"hub.{name}": value for name, value in form.items()}
    client = line.app.test_client()
    return client.post("/hub", data=named, base_url=line.settings.base_url).status_code


def publish_now(line: Line, topic: str) -> None:
    """Publish a topic without a queue."""
    with line.runtime.store.write() as connection:
        publish_topic(connection, topic, line.clock.now())


def add_paper(line: Line, arxiv_id: str, topic: str = "vision") -> None:
    """Let a paper join a topic, and publish it."""
    with line.runtime.store.write() as connection:
        join(connection, [arxiv_id], topic, now=line.clock.now())
    publish_now(line, topic)


def find_subscription(line: Line, callback: str, topic: str = "vision.atom") -> Subscription | None:
    key = subscriptions.key_of(callback, f"{line.settings.base_url}/feeds/{topic}")
    with line.runtime.store.read() as connection:
        return subscriptions.find_subscription(connection, key)

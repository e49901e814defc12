"""The real server on a real port: what it says on the wire, and who may start it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from reader import make_reader

from feeds.config import load_settings
from feeds.errors import AlreadyRunningError
from feeds.setting_values import Bind
from service.serving import check_free, is_answering
from tests.service import processes
from tests.support.wires import Line

FEED = "/feeds/vision.atom"


@dataclass(frozen=True)
class Server:
    """A granian that serves the shared face's database."""

    process: subprocess.Popen[bytes]
    folder: Path
    environ: dict[str, str]
    port: int

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.PATIENCE_SECONDS)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): headers[name] for name in headers})
            answer = connection.getresponse()
            sent = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
            return answer.status, sent, answer.read()
        finally:
            connection.close()

    def say(self, raw: bytes) -> bytes:
        """Send bytes as they are, and read until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=processes.PATIENCE_SECONDS) as connection:
            connection.sendall(raw)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


@pytest.fixture(scope="module")
def server(face: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests here; it is stopped like an operator stops it, and must end well."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "service").mkdir()
    (folder / "service" / "__init__.py").write_text("raise SystemExit('the wrong service')\n")
    port = processes.find_port()
    environ = {
        "WIRE_DATA_DIR": str(face.settings.data_dir),
        "WIRE_BIND": f"127.0.0.1:{port}",
        "WIRE_BASE_URL": "https://wire.example.org",
    }
    with processes.running(folder, environ, "serve") as process:
        processes.await_answer(process, "127.0.0.1", port)
        yield Server(process, folder, environ, port)
        process.terminate()
        assert process.wait(processes.PATIENCE_SECONDS) == 0
        assert "Traceback" not in (folder / "out").read_text()  # granian itself may warn of nothing at all


def test_the_server_sends_what_the_app_says(server: Server, face: Line) -> None:
    status, headers, body = server.ask("GET", FEED)
    assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert body == face.get(FEED)
    assert headers["content-length"] == str(len(body))
    assert headers["x-content-type-options"] == "nosniff"


def test_head_has_the_headers_of_get(server: Server) -> None:
    got, headed = server.ask("GET", FEED), server.ask("HEAD", FEED)
    assert headed == (200, got[1], b"")


def test_a_304_has_no_body_and_leaves_the_connection_usable(server: Server) -> None:
    _, headers, body = server.ask("GET", FEED)
    again = f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {headers['etag']}\r\n\r\n"
    head = f"HEAD {FEED} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    said = server.say((again + head + last).encode())
    statuses = re.findall(rb"^HTTP/1\.1 (\d{3})", said, re.MULTILINE)
    assert statuses == [b"304", b"200", b"200"]
    first = said[: said.index(b"\r\n\r\n")].lower()
    for name in ("etag", "last-modified", "cache-control"):
        assert f"{name}: {headers[name].lower()}".encode() in first
    assert b"\r\ncontent-type:" not in first
    assert b"\r\ncontent-length:" not in first
    assert said.count(body) == 1
    assert said.endswith(body)


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\nHost: evil.example",
        "GET /feeds/vision.atom HTTP/1.1\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost",
        "GET http://localhost/ HTTP/1.1\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: [:::]",
        "GET / HTTP/1.1\r\nHost: [1.2:3]:80",
        "GET / HTTP/1.1\r\nX-Forwarded-Host: evil.example",
        "GET /feeds/\xff.atom HTTP/1.1\r\nHost: localhost",
        "GET /feeds/\0.atom HTTP/1.1\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5",
        "GET /feeds/vision.atom HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999",
        "POST /feeds/vision.atom HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999",
        "GET /static/../app.py HTTP/1.1\r\nHost: localhost",
        "GET /static/%2e%2e%2fapp.py HTTP/1.1\r\nHost: localhost",
        "GET //evil.example/%2e%2e HTTP/1.1\r\nHost: localhost",
        f"GET /{'evil' * 100_000} HTTP/1.1\r\nHost: localhost",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {'evil' * 500_000}",
    ],
    ids=lambda head: repr(head)[:60],
)
def test_what_is_hostile_is_refused_before_it_can_be_cached(server: Server, head: str) -> None:
    said = server.say(f"{head}\r\nConnection: close\r\n\r\n".encode("latin-1"))
    assert re.match(rb"HTTP/1\.1 4\d\d ", said)
    assert b"evil" not in said
    assert b"max-age" not in said
    assert b"create_app" not in said


def test_a_subscriber_gets_every_entry_once(server: Server, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{server.port}{FEED}"
    with make_reader(str(tmp_path / "reader.db")) as reader:
        reader.add_feed(url)
        first = reader.update_feed(url)
        assert first is not None
        assert (first.new, first.modified) == (2, 0)
        assert {entry.id for entry in reader.get_entries()} == {
            "oai:arXiv.org:2604.00001",
            "oai:arXiv.org:2604.00002",
        }
        again = reader.update_feed(url)
        assert again is None or (again.new, again.modified) == (0, 0)


def test_a_second_server_on_a_port_says_so_in_one_line(server: Server, tmp_path: Path) -> None:
    second = processes.run(tmp_path, server.environ, "serve")
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.splitlines() == [
        f"wire: cannot listen on 127.0.0.1:{server.port} (Address already in use): "
        "stop what is there, or set WIRE_BIND"
    ]


def can_bind(host: str) -> bool:
    try:
        processes.find_port(host)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_free_address_is_free_and_a_taken_one_is_not(host: str) -> None:
    if not can_bind(host):
        pytest.skip(f"this machine has no {host}")
    bind = Bind(host, processes.find_port(host))
    check_free(bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, bind.port), family=family), pytest.raises(AlreadyRunningError) as refused:
        check_free(bind)
    assert str(refused.value).startswith(f"cannot listen on {bind} (")
    check_free(bind)


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_a_wire_on_a_name_or_on_ipv6_answers_and_is_seen_to_be_up(face: Line, tmp_path: Path, host: str) -> None:
    if not can_bind(host):
        pytest.skip(f"this machine has no {host}")
    port = processes.find_port(host)
    environ = {"WIRE_DATA_DIR": str(face.settings.data_dir), "WIRE_BIND": str(Bind(host, port))}
    settings = load_settings(environ, root=tmp_path)
    assert not is_answering(settings.bind)
    with processes.running(tmp_path, environ, "serve") as process:
        processes.await_answer(process, host, port)
        assert is_answering(settings.bind)


@pytest.mark.parametrize("host", ["192.0.2.1", "nothing.invalid", "a" * 70])
def test_an_address_that_is_not_ours_is_refused_like_a_taken_one(host: str) -> None:
    with pytest.raises(AlreadyRunningError, match="set WIRE_BIND"):
        check_free(Bind(host, 8000))


@pytest.mark.parametrize(
    "path",
    ["/feeds/vision.atom", "/feeds/vision.rss", "/feeds/vision.json", "/feeds/quiet.atom",
     "/feeds/quiet+vision.atom", "/feeds/vision/archive/1.atom", "/feeds/vision/daily.atom",
     "/feeds/vision/weekly.json", "/feeds/vision.md", "/feeds/vision.bib", "/feeds/vision.ris", "/feeds/vision.csv",
     "/feeds/search.atom?q=trees", "/feeds/status.atom", "/feeds.opml"],
)  # fmt: skip
def test_redbot_finds_nothing_to_warn_of(server: Server, path: str) -> None:
    command = [sys.executable, "-m", "redbot.cli", "-o", "har", f"http://127.0.0.1:{server.port}{path}"]
    done = subprocess.run(
        command, capture_output=True, timeout=processes.PATIENCE_SECONDS, check=True, env=processes.make_environ()
    )
    [entry] = json.loads(done.stdout)["log"]["entries"]
    assert entry["response"]["status"] == 200
    notes = [note for top in entry["_red_messages"] for note in (top, *top.get("subnotes", ()))]
    assert any("If-None-Match" in note["summary"] for note in notes)
    assert [note["summary"] for note in notes if note["level"] in ("WARN", "BAD")] == []

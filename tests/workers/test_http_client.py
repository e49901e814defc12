"""The one door to the network: what it lets in, and how everything else fails."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.errors import FetchError
from tests.support.hosts import Answer, Host, running_host
from tests.support.processes import free_port
from tests.support.wires import make_settings
from tests.workers.raw import raw_host
from workers.engine import connect
from workers.gate import Gate
from workers.http_client import HttpClient, HttpStatusError, Limits, Response, read_retry_after, user_agent

SMALL = Limits(bytes=1000, silence_seconds=20)
NOW = datetime(2026, 4, 17, 5, 10, tzinfo=UTC).timestamp()
MIDNIGHT = "Fri, 17 Apr 2026 04:00:00 GMT"
OK = b"HTTP/1.1 200 OK\r\n"


class Watch:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def client(limits: Limits = SMALL, gate: Gate | None = None) -> HttpClient:
    return HttpClient("PreprintWire/test", gate, limits)


def refuse(url: str, limits: Limits = SMALL) -> str:
    with pytest.raises(FetchError) as caught:
        client(limits).fetch(url)
    return str(caught.value)


def gzipped(body: bytes, coding: str = "gzip") -> Answer:
    return Answer(body=body, headers={"Content-Encoding": coding})


def test_an_answer_comes_whole_with_its_validators(host: Host) -> None:
    host.serve("/x", Answer(body=b"text", headers={"ETag": "abc", "Last-Modified": MIDNIGHT}))
    answer = client().fetch(f"{host.url}/x")
    assert answer == Response(200, b"text", "abc", MIDNIGHT, answer.answered_at)
    assert answer.answered_at is not None
    assert host.requests[0].headers["user-agent"] == "PreprintWire/test"
    assert host.requests[0].headers["accept-encoding"] == "gzip"
    assert "if-none-match" not in host.requests[0].headers


def test_validators_go_back_as_they_came(host: Host) -> None:
    """arXiv's ETag is unquoted; whoever mends it never gets a 304."""
    host.serve("/x", Answer(304))
    answer = client().fetch(f"{host.url}/x", etag="0a1b", last_modified=MIDNIGHT)
    assert (answer.status, answer.body) == (304, b"")
    assert host.requests[0].headers["if-none-match"] == "0a1b"
    assert host.requests[0].headers["if-modified-since"] == MIDNIGHT


def test_not_modified_is_no_answer_where_nothing_was_known(host: Host) -> None:
    host.serve("/x", Answer(304))
    assert refuse(f"{host.url}/x") == "HTTP 304, though nothing was known before"


@pytest.mark.parametrize("etag", ["a\x01b", "x" * 1001], ids=["control character", "endless"])
def test_a_validator_that_could_not_be_sent_back_is_forgotten(host: Host, etag: str) -> None:
    host.serve("/x", Answer(body=b"text", headers={"ETag": etag}))
    assert client().fetch(f"{host.url}/x").etag is None


def test_connections_are_used_again(host: Host) -> None:
    host.serve("/x", b"one", b"two")
    one = client()
    assert [one.fetch(f"{host.url}/x").body for _ in range(2)] == [b"one", b"two"]


def test_proxies_of_the_surroundings_are_not_used(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    host.serve("/x", b"text")
    assert client().fetch(f"{host.url}/x").body == b"text"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (204, False), (206, False), (300, False), (400, True), (401, True), (403, True), (404, True), (408, False),
        (410, True), (425, False), (429, False), (500, False), (502, False), (503, False), (599, False),
    ],
)  # fmt: skip
def test_every_other_status_is_a_failure_that_names_it(host: Host, status: int, permanent: bool) -> None:
    host.serve("/x", Answer(status, b"" if status == 204 else b"Rate exceeded."))
    with pytest.raises(FetchError) as caught:
        client().fetch(f"{host.url}/x")
    assert (str(caught.value), caught.value.permanent) == (f"HTTP {status}", permanent)
    assert isinstance(caught.value, HttpStatusError)
    assert caught.value.status == status


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(host: Host, status: int) -> None:
    host.serve("/x", Answer(status, headers={"Location": "/y?z=1"}))
    host.serve("/y?z=1", b"text")
    assert client().fetch(f"{host.url}/x", etag="abc").body == b"text"
    assert [request.headers.get("if-none-match") for request in host.requests] == ["abc", "abc"]


def test_three_redirects_are_followed_and_a_fourth_is_not(host: Host) -> None:
    for step in range(5):
        host.serve(f"/{step}", Answer(302, headers={"Location": f"{host.url}/{step + 1}"}))
    host.serve("/5", b"text")
    assert client().fetch(f"{host.url}/2").body == b"text"
    assert refuse(f"{host.url}/1") == "more than 3 redirects"


def test_a_redirect_in_a_circle_ends(host: Host) -> None:
    host.serve("/x", Answer(302, headers={"Location": "/x"}))
    assert refuse(f"{host.url}/x") == "more than 3 redirects"
    assert len(host.requests) == 4


def test_a_redirect_to_another_host_is_refused_and_that_host_never_asked(host: Host) -> None:
    with running_host() as other:
        other.serve("/y", b"text")
        authority = other.url.removeprefix("http://")
        for location in (
            f"{other.url}/y",
            f"//{authority}/y",
            f"http://{authority}\\@{host.url.removeprefix('http://')}/y",  # two parsers see two hosts in it
        ):
            host.serve("/x", Answer(302, headers={"Location": location}))
            assert refuse(f"{host.url}/x") == f"it redirects to another host: {authority}"
        assert other.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://arxiv.invalid/y",
        "https://127.0.0.1/y",
        "file:///etc/hostname",
        "ftp://127.0.0.1/y",
        "http://[::1",
        "//[",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "/\xff\xfe",
        "http:///y",
        "",
    ],
)
def test_a_redirect_to_nowhere_is_a_failure_like_any_other(host: Host, location: str) -> None:
    host.serve("/x", Answer(302, headers={"Location": location}))
    assert refuse(f"{host.url}/x")


# Size


@pytest.mark.parametrize("pack", [lambda body: Answer(body=body), lambda body: gzipped(gzip.compress(body))])
def test_a_body_may_have_the_limit_and_no_byte_more(host: Host, pack: Callable[[bytes], Answer]) -> None:
    host.serve("/fits", pack(b"x" * 1000))
    host.serve("/over", pack(b"x" * 1001))
    assert len(client().fetch(f"{host.url}/fits").body) == 1000
    assert refuse(f"{host.url}/over") == "the body is larger than 1000 bytes"


def test_a_body_without_end_is_cut_off() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b"x" * 10_000)

    with raw_host(pour) as url:
        assert refuse(url, Limits(bytes=1_000_000)) == "the body is larger than 1000000 bytes"


def test_a_body_that_unfolds_to_nothing_has_its_limit_too(host: Host) -> None:
    host.serve("/x", gzipped(gzip.compress(b"", mtime=0) * 100))
    assert refuse(f"{host.url}/x") == "the body is larger than 1000 bytes"


def test_a_gzip_bomb_unfolds_no_further_than_the_limit(host: Host) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    host.serve("/x", gzipped(bomb))
    one = client(Limits(bytes=1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 1048576 bytes"):
            one.fetch(f"{host.url}/x")
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


# Encodings


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_undone(host: Host, coding: str) -> None:
    body = os.urandom(300_000)
    host.serve("/x", gzipped(gzip.compress(body), coding))
    assert client(Limits()).fetch(f"{host.url}/x").body == body


def test_gzip_in_several_members_is_one_body(host: Host) -> None:
    host.serve("/x", gzipped(gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")))
    assert client().fetch(f"{host.url}/x").body == b"one two"


@pytest.mark.parametrize("size", [1, 9, 10, 11, 18, 19, 20, 200])
def test_members_are_found_wherever_the_pieces_are_cut(size: int) -> None:
    packed = gzip.compress(b"one " * 20) + gzip.compress(b"two")

    def send(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(packed), size):
            piece = packed[start : start + size]
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    with raw_host(send) as url:
        assert client().fetch(url).body == b"one " * 20 + b"two"


GZIPPED = gzip.compress(b"a body that is longer than its wrapping " * 50, mtime=0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body broke off"),
        (GZIPPED[:5], "the body broke off"),
        (GZIPPED[:-9], "the body broke off"),
        (GZIPPED[:-1], "the body broke off"),
        (GZIPPED + GZIPPED[:-1], "the body broke off"),
        (b"not gzip at all", "the body is not the gzip it claims to be"),
        (GZIPPED + b"junk", "the body is not the gzip it claims to be"),
        (GZIPPED[:-8] + bytes(8), "the body is not the gzip it claims to be"),
        (zlib.compress(b"zlib"), "the body is not the gzip it claims to be"),
    ],
    ids=["empty", "in the head", "in the data", "in the end", "in the second", "text", "junk", "sum", "zlib"],
)
def test_gzip_that_is_not_whole_is_refused(host: Host, body: bytes, reason: str) -> None:
    host.serve("/x", gzipped(body))
    assert refuse(f"{host.url}/x", Limits()) == reason


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "nonsense"])
def test_an_encoding_that_was_not_asked_for_is_refused(host: Host, coding: str) -> None:
    host.serve("/x", gzipped(b"text", coding))
    assert refuse(f"{host.url}/x") == f"the body is encoded as {coding}, which was not asked for"


# Broken off


def test_a_body_shorter_than_announced_is_refused(host: Host) -> None:
    host.serve("/x", Answer(body=b"text", claim=5))
    assert refuse(f"{host.url}/x") == "the body broke off"


@pytest.mark.parametrize(
    "rest", [b"", b"4\r\nte", b"4\r\ntext", b"4\r\ntext\r\n", b"4\r\ntext\r\nzz\r\n"], ids=range(5)
)
def test_a_chunked_body_without_its_end_is_refused(rest: bytes) -> None:
    with raw_host(OK + b"Transfer-Encoding: chunked\r\n\r\n" + rest) as url:
        assert refuse(url) == "the body broke off"


def test_a_chunked_body_with_its_end_is_whole() -> None:
    with raw_host(OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n3;a=b\r\n, x\r\n0\r\n\r\n") as url:
        assert client().fetch(url).body == b"text, x"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        OK + b"X: y\r\n" * 200 + b"\r\n",
        OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\ntext",
        b"\x00\xff" * 50,
    ],
    ids=["nothing", "ssh", "no status", "too many headers", "too long a header", "two lengths", "noise"],
)
def test_what_is_not_http_is_a_failure_like_any_other(answer: bytes) -> None:
    with raw_host(answer) as url:
        assert refuse(url)


def test_a_host_that_does_not_listen_is_not_reachable() -> None:
    assert refuse(f"http://127.0.0.1:{free_port()}/x") == "not reachable"


# Time


def test_a_body_that_trickles_is_cut_off_at_the_deadline(host: Host) -> None:
    watch = Watch()
    host.serve("/x", Answer(body=b"x" * 100, pieces=10, between=lambda: watch.advance(3.1)))
    with pytest.raises(FetchError, match=r"^the answer took longer than 30 s$"):
        HttpClient("test", None, SMALL, watch).fetch(f"{host.url}/x")


def test_a_body_that_takes_its_time_within_the_deadline_is_whole(host: Host) -> None:
    watch = Watch()
    host.serve("/x", Answer(body=b"x" * 100, pieces=10, between=lambda: watch.advance(2.9)))
    assert len(HttpClient("test", None, SMALL, watch).fetch(f"{host.url}/x").body) == 100


def test_a_head_that_trickles_is_cut_off_at_the_deadline() -> None:
    """Every silence is short; without a deadline for the whole this would go on for as long as the host likes."""
    left_early = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(OK + b"X-Slow: ")
        try:
            for _ in range(1500):
                connection.sendall(b"x")
                time.sleep(0.02)
        except OSError:
            left_early.set()

    with raw_host(trickle) as url:
        assert refuse(url, Limits(seconds=0.3, silence_seconds=10)) == "the answer took longer than 0.3 s"
        assert left_early.wait(30)


def test_a_host_that_falls_silent_is_given_up() -> None:
    done = threading.Event()

    def fall_silent(connection: socket.socket) -> None:
        done.wait(60)

    with raw_host(fall_silent) as url:
        assert refuse(url, Limits(silence_seconds=0.2)) == "no answer in time"
        done.set()


# Retry-After


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 1.0),
        ("999999999999", 3600.0),
        ("9" * 5000, 3600.0),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Fri, 17 Apr 2026 05:12:00 GMT", 120.0),
        ("Friday, 17-Apr-26 05:12:00 GMT", 120.0),
        ("Fri Apr 17 05:12:00 2026", 120.0),
        ("Fri, 17 Apr 2026 05:09:00 GMT", 1.0),
        ("Fri, 17 Apr 2099 05:12:00 GMT", 3600.0),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Fri, 31 Dec 2026 23:59:59 +99999999999999999999", None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms_and_never_more_than_an_hour(
    header: str | None, seconds: float | None
) -> None:
    assert read_retry_after(header, lambda: NOW) == seconds


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_a_date_without_zone_is_gmt_wherever_we_are(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert read_retry_after("Fri Apr 17 05:12:00 2026", lambda: NOW) == 120.0
    finally:
        monkeypatch.undo()
        time.tzset()


# The gate


def closed(redis_url: str) -> bool:
    """Whether the gate lets nobody through now."""
    gate = Gate(connect(redis_url), 0, patience_seconds=0)
    try:
        with gate.passing():
            return False
    except FetchError:
        return True


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_us_to_wait_shuts_the_gate_for_all(host: Host, redis_url: str, status: int) -> None:
    host.serve("/x", Answer(status, headers={"Retry-After": "600"}))
    with pytest.raises(FetchError) as caught:
        client(gate=Gate(connect(redis_url), 0)).fetch(f"{host.url}/x")
    assert (caught.value.retry_after_seconds, caught.value.permanent) == (600.0, False)
    assert closed(redis_url)


@pytest.mark.parametrize(
    "answer",
    [Answer(429), Answer(500, headers={"Retry-After": "600"}), Answer(200, b"text")],
    ids=lambda answer: str(answer.status),
)
def test_the_gate_is_open_again_after_anything_else(host: Host, redis_url: str, answer: Answer) -> None:
    host.serve("/x", answer)
    with suppress(FetchError):
        client(gate=Gate(connect(redis_url), 0)).fetch(f"{host.url}/x")
    assert not closed(redis_url)


def test_the_gate_is_given_back_when_a_host_misbehaves(redis_url: str) -> None:
    with raw_host(OK + b"Content-Length: 10\r\n\r\ntext") as url, pytest.raises(FetchError, match="broke off"):
        client(gate=Gate(connect(redis_url), 0)).fetch(url)
    assert not closed(redis_url)


def test_nothing_is_asked_while_redis_is_down(host: Host, tmp_path: Path) -> None:
    gate = Gate(connect(f"unix://{tmp_path / 'nobody.sock'}", retries=0), 0)
    with pytest.raises(FetchError, match="the gate is closed"):
        client(gate=gate).fetch(f"{host.url}/x")
    assert host.requests == []


def test_every_redirect_passes_the_gate_by_itself(host: Host, redis_url: str) -> None:
    host.serve("/x", Answer(302, headers={"Location": "/y"}))
    host.serve("/y", b"text")
    gate = Gate(connect(redis_url), 1000, patience_seconds=0, sleep=lambda _: None)
    with pytest.raises(FetchError, match="the gate did not open"):
        client(gate=gate).fetch(f"{host.url}/x")
    assert [request.path for request in host.requests] == ["/x"]


# Who we are


def test_we_say_who_we_are_and_whom_to_write_to(tmp_path: Path) -> None:
    assert user_agent(make_settings(tmp_path)).startswith("PreprintWire/")
    assert "ops@example.org" in user_agent(make_settings(tmp_path, WIRE_CONTACT="ops@example.org"))

"""Calls to hosts that strangers name, over real sockets; only the resolver is scripted."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from feeds.errors import FetchError
from feeds.model.callbacks import Callback, read_callback, read_network
from tests.support.websub import Reply, Scripted, running_subscriber
from workers.http_client import HttpStatusError
from workers.websub.callbacks import CallbackClient, Limits, Resolve, SilentHostError

LOOPBACK = (read_network("127.0.0.0/8"),)
#: A second loopback address, at which nobody but the test listens.
OTHER = "127.0.0.2"


class Names:
    """A resolver that says what it is told to, one answer after the other, and remembers what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def client(resolve: Resolve, allowed: str = "127.0.0.0/8", limits: Limits | None = None) -> CallbackClient:
    return CallbackClient("Wire/1", [read_network(allowed)], resolve, limits)


def at(subscriber: Scripted, path: str = "/push", host: str = "reader.example") -> Callback:
    return read_callback(f"http://{host}:{subscriber.port}{path}", LOOPBACK)


@pytest.fixture
def subscriber() -> Iterator[Scripted]:
    with running_subscriber() as running:
        yield running


def test_a_question_is_put_on_top_of_the_callbacks_own(subscriber: Scripted) -> None:
    answer = client(Names(["127.0.0.1"])).get(at(subscriber, "/push?id=7&x=%20y"), {"hub.challenge": "a b&c"})
    assert answer == b"a b&c"
    assert subscriber.questions == [{"id": "7", "x": " y", "hub.challenge": "a b&c"}]
    assert subscriber.asked[0].headers["host"] == f"reader.example:{subscriber.port}"
    assert subscriber.asked[0].headers["user-agent"] == "Wire/1"


def test_a_body_arrives_whole_with_its_length(subscriber: Scripted) -> None:
    body = bytes(range(256)) * 4000
    client(Names(["127.0.0.1"])).post(at(subscriber), body, {"Content-Type": "text/x"})
    got = subscriber.got[0]
    assert got.body == body
    assert (got.headers["content-type"], got.headers["content-length"]) == ("text/x", str(len(body)))
    assert "transfer-encoding" not in got.headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_failures_and_not_followed(subscriber: Scripted, status: int) -> None:
    with running_subscriber() as elsewhere:
        reply = Reply(status, headers={"Location": f"{elsewhere.url}/there"})
        subscriber.to_get = subscriber.to_post = [reply]
        asking = client(Names(["127.0.0.1"]))
        for call in (lambda: asking.get(at(subscriber), {}), lambda: asking.post(at(subscriber), b"x", {})):
            with pytest.raises(HttpStatusError, match=f"HTTP {status}"):
                call()
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%eth0"],
        ["127.0.0.1", "10.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_called(subscriber: Scripted, addresses: list[str]) -> None:
    """Not even at those of its addresses that would be fit: an honest name has none of the others."""
    with pytest.raises(FetchError, match="not on the public network") as caught:
        client(Names(addresses)).get(at(subscriber), {})
    assert caught.value.permanent
    assert subscriber.asked == []


@pytest.mark.parametrize("name", ["localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1"])
def test_other_ways_to_write_this_machine_lead_nowhere(subscriber: Scripted, name: str) -> None:
    """By the system's own resolver, with no network allowed."""
    strict = CallbackClient("Wire/1")
    with pytest.raises(FetchError):
        strict.get(read_callback(f"https://{name}:{subscriber.port}/"), {})
    assert subscriber.asked == []


def test_a_name_that_changes_its_meaning_is_called_where_it_was_judged(subscriber: Scripted) -> None:
    """DNS rebinding: whoever resolves a second time to connect ends up at the victim's."""
    names = Names([OTHER], ["127.0.0.1"])
    with running_subscriber(OTHER) as judged:
        callback = read_callback(f"http://reader.example:{judged.port}/push", LOOPBACK)
        client(names, allowed=f"{OTHER}/32").post(callback, b"body", {})
        assert [asked.body for asked in judged.got] == [b"body"]
        assert names.asked == ["reader.example"]
        with pytest.raises(FetchError, match="not on the public network"):
            client(names, allowed=f"{OTHER}/32").post(at(subscriber), b"body", {})
    assert subscriber.asked == []


def test_an_address_of_ipv6_is_called_by_its_number() -> None:
    if not _has_ipv6_loopback():
        pytest.skip("this machine has no ::1")
    networks = [read_network("::1/128")]
    with running_subscriber("::1") as subscriber:
        callback = read_callback(f"http://[::1]:{subscriber.port}/push", networks)
        CallbackClient("Wire/1", networks).post(callback, b"body", {})
        assert subscriber.got[0].headers["host"] == f"[::1]:{subscriber.port}"


def _has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_the_next_address_is_tried_where_one_does_not_listen(subscriber: Scripted) -> None:
    client(Names([OTHER, "127.0.0.1"])).post(at(subscriber), b"body", {})
    assert len(subscriber.got) == 1
    with pytest.raises(SilentHostError, match="not reachable"):
        client(Names([OTHER])).post(at(subscriber), b"body", {})


def test_a_name_that_nobody_knows_may_be_known_later(subscriber: Scripted) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(SilentHostError, match="name is not known") as caught:
        client(resolve).get(at(subscriber), {})
    assert not caught.value.permanent


def test_only_the_beginning_of_an_answer_is_read(subscriber: Scripted) -> None:
    subscriber.to_get = [Reply(body=b"x" * 10_000_000)]
    assert len(client(Names(["127.0.0.1"])).get(at(subscriber), {})) == Limits().bytes


def test_a_host_that_thinks_too_long_is_left(subscriber: Scripted) -> None:
    waiting = threading.Event()
    subscriber.before = lambda asked: waiting.wait(30) and None
    with pytest.raises(SilentHostError, match="no answer in time"):
        client(Names(["127.0.0.1"]), limits=Limits(seconds=0.2)).post(at(subscriber), b"x", {})
    waiting.set()


def test_a_host_that_takes_a_body_in_sips_is_left() -> None:
    """It never falls silent for long; only the whole is too long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def sip() -> None:
            connection, _ = server.accept()
            with connection:
                while connection.recv(4096):
                    time.sleep(0.01)

        thread = threading.Thread(target=sip, daemon=True)
        thread.start()
        callback = read_callback(f"http://127.0.0.1:{server.getsockname()[1]}/", LOOPBACK)
        with pytest.raises(SilentHostError, match="no answer in time"):
            client(Names(["127.0.0.1"]), limits=Limits(seconds=0.3)).post(callback, bytes(50_000_000), {})


@pytest.mark.parametrize(("status", "wait"), [(500, None), (404, None), (429, 120.0), (503, 120.0)])
def test_what_is_not_taken_says_so(subscriber: Scripted, status: int, wait: float | None) -> None:
    subscriber.to_post = [Reply(status, headers={"Retry-After": "120"})]
    with pytest.raises(HttpStatusError) as caught:
        client(Names(["127.0.0.1"])).post(at(subscriber), b"x", {})
    assert (caught.value.status, caught.value.retry_after_seconds) == (status, wait)


# Encrypted


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def encrypted(authority: trustme.CA) -> Iterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("reader.example").configure_cert(context)
    with running_subscriber(tls=context) as running:
        yield running


@pytest.fixture
def authorities(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def over_tls(name: str, subscriber: Scripted) -> Callback:
    return read_callback(f"https://{name}:{subscriber.port}/push")


def test_the_certificate_is_the_names_though_the_address_is_called(encrypted: Scripted, authorities: str) -> None:
    asking = CallbackClient("Wire/1", LOOPBACK, Names(["127.0.0.1"]), authorities=authorities)
    asking.post(over_tls("reader.example", encrypted), b"body", {})
    assert [asked.body for asked in encrypted.got] == [b"body"]
    with pytest.raises(FetchError, match="no safe connection"):
        asking.post(over_tls("other.example", encrypted), b"body", {})
    assert len(encrypted.got) == 1


def test_a_certificate_that_nobody_knows_is_not_believed(encrypted: Scripted) -> None:
    with pytest.raises(FetchError, match="no safe connection"):
        CallbackClient("Wire/1", LOOPBACK, Names(["127.0.0.1"])).post(
            over_tls("reader.example", encrypted), b"", {}
        )
    assert encrypted.asked == []

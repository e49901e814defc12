"""The demo's arXiv: over a real socket, the day's listing by the wire's clock."""

from __future__ import annotations

import hashlib
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from feeds.clock import FixedClock
from feeds.errors import ListingRefusedError
from tests.support.listings import Item, make_listing
from workers.http_client import HttpClient
from workers.polling.listing import parse_listing
from workers.standin import Recordings, StandinServer

FRIDAY, SATURDAY, MONDAY = date(2026, 4, 17), date(2026, 4, 18), date(2026, 4, 20)


def record(folder: Path, listing: str, day: date, *items: Item) -> None:
    (folder / f"atom_{listing}_{day}.xml").write_bytes(make_listing(items, listing, day))


class Standin:
    """A stand-in that runs, and the clock it goes by."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(datetime(2026, 4, 17, 6, tzinfo=UTC))
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.server = StandinServer(listening, Recordings(folder), self.clock)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def fetch(self, path: str) -> bytes:
        return HttpClient("test").fetch(self.url + path).body

    def refuse(self, path: str) -> bytes:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.url + path, timeout=60)
        assert caught.value.code == 400
        return caught.value.read()


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    record(tmp_path, "cs.CV", FRIDAY, Item("2604.00001"))
    record(tmp_path, "cs.CV", SATURDAY)
    record(tmp_path, "cs.CV", MONDAY, Item("2604.00002"))
    record(tmp_path, "cs.NA", FRIDAY, Item("2604.00003"))
    running = Standin(tmp_path)
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_recordings_are_known_by_their_canonical_listing_and_day(tmp_path: Path) -> None:
    record(tmp_path, "cs.NA", FRIDAY)
    record(tmp_path, "cs.CV", MONDAY)
    recordings = Recordings(tmp_path)
    assert recordings.listings == ["cs.CV", "math.NA"]
    assert recordings.days == [FRIDAY, MONDAY]


@pytest.mark.parametrize(
    "name",
    [
        "rss_cs.CV_2026-04-17.xml",
        "atom_cs.CV_2026-04-31.xml",
        "atom_cs.CV_2026-99-99.xml",
        "atom_cs.CV.xml",
        "atom_cs.XX_2026-04-17.xml",
        "atom_cs.CV_2026-04-17.xml.gz",
        "notes.txt",
    ],
)
def test_other_files_in_the_folder_do_not_matter(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    recordings = Recordings(tmp_path)
    assert (recordings.listings, recordings.days) == ([], [])


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2026, 4, 1), FRIDAY),
        (FRIDAY, FRIDAY),
        (SATURDAY, SATURDAY),
        (date(2026, 4, 19), SATURDAY),
        (MONDAY, MONDAY),
        (date(2027, 1, 1), MONDAY),
    ],
)
def test_the_newest_listing_that_was_built_by_today_is_shown(tmp_path: Path, today: date, shown: date) -> None:
    for day in (MONDAY, FRIDAY, SATURDAY):
        record(tmp_path, "cs.CV", day)
    found = Recordings(tmp_path).find("cs.CV", today)
    assert found == (tmp_path / f"atom_cs.CV_{shown}.xml").read_bytes()
    assert Recordings(tmp_path).find("cs.CL", today) is None


def test_the_listing_changes_at_midnight_eastern(standin: Standin) -> None:
    standin.clock.at = datetime(2026, 4, 20, 3, 59, tzinfo=UTC)
    assert parse_listing(standin.fetch("/atom/cs.CV"), "cs.CV").listing_on == SATURDAY
    standin.clock.at = datetime(2026, 4, 20, 4, 0, tzinfo=UTC)
    assert parse_listing(standin.fetch("/atom/cs.CV"), "cs.CV").listing_on == MONDAY


@pytest.mark.parametrize("path", ["/atom/cs.cv", "/atom/cs.CV?a=b", "/atom/CS.CV"])
def test_addresses_are_taken_as_arxiv_takes_them(standin: Standin, path: str) -> None:
    assert [paper.arxiv_id for paper in parse_listing(standin.fetch(path), "cs.CV").papers] == ["2604.00001"]


@pytest.mark.parametrize("path", ["/atom/cs.NA", "/atom/math.NA"])
def test_a_listing_is_found_under_both_its_names(standin: Standin, path: str) -> None:
    assert standin.fetch(path) == make_listing([Item("2604.00003")], "cs.NA", FRIDAY)


def test_it_has_arxivs_unquoted_etag_and_answers_to_it(standin: Standin) -> None:
    client = HttpClient("test")
    answer = client.fetch(f"{standin.url}/atom/cs.CV")
    assert answer.etag == hashlib.sha256(answer.body).hexdigest()
    again = client.fetch(f"{standin.url}/atom/cs.CV", etag=answer.etag)
    assert (again.status, again.body) == (304, b"")
    assert client.fetch(f"{standin.url}/atom/cs.CV", etag="another").body == answer.body


@pytest.mark.parametrize(
    "path",
    ["/atom/cs.CL", "/atom/", "/atom", "/", "/rss/cs.CV", "/atom/../atom/cs.CV", "/atom/..%2f..%2fetc%2fhosts",
     "/atom/<script>", "/atom/%00", "/atom/cs.CV/", "/etc/hosts"],
)  # fmt: skip
def test_what_it_does_not_carry_is_an_error_feed_like_arxivs(standin: Standin, path: str) -> None:
    body = standin.refuse(path)
    with pytest.raises(ListingRefusedError, match="an error feed"):
        parse_listing(body, "cs.CL")
    assert b"<script>" not in body

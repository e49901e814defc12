"""The stand-in's catch-up pages, OAI-PMH and query API, read by what reads arXiv's; over real sockets."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from feeds.clock import FixedClock
from feeds.errors import FetchError
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_midnight
from tests.support.listings import Item, make_listing
from workers.enrichment.arxiv_api import ApiPaper, ArxivApi
from workers.http_client import HttpClient
from workers.polling.catchup import CaughtUp, catchup_url, parse_catchup
from workers.polling.listing import parse_listing
from workers.polling.oai import BadTokenError, OaiError, OaiPage, OaiRecord, parse_records, records_url, set_spec
from workers.sample import MARK, Sample
from workers.standin import Recordings, Source, StandinServer

SAMPLE = Sample()
FIRST, LAST = SAMPLE.days[0], SAMPLE.days[-1]


class Running:
    """A stand-in that runs, and the clock it goes by."""

    def __init__(self, source: Source, server: StandinServer, clock: FixedClock) -> None:
        self.source = source
        self.server = server
        self.clock = clock
        self.client = HttpClient("test")
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def set_day(self, day: date) -> None:
        self.clock.at = eastern_midnight(day) + timedelta(hours=2)

    def fetch(self, path: str) -> bytes:
        return self.client.fetch(self.url + path).body

    def refuse(self, path: str) -> int:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.url + path, timeout=60)
        caught.value.close()
        return caught.value.code

    def catch_up(self, listing: str, day: date) -> list[CaughtUp]:
        """All items of a day, over all its pages."""
        size = self.server.items_a_page
        items: list[CaughtUp] = []
        number = pages = 1
        while number <= pages:
            body = self.client.fetch(catchup_url(self.url, listing, day, number)).body
            page = parse_catchup(body, listing, day, number, size)
            assert page.skipped == ()
            items += page.items
            pages = page.pages
            number += 1
        return items

    def harvest_page(
        self, spec: str | None = None, from_day: date | None = None, token: str | None = None
    ) -> OaiPage:
        page = parse_records(self.client.fetch(records_url(f"{self.url}/oai", spec, from_day, token)).body)
        assert page.skipped == ()
        return page

    def harvest(self, spec: str | None = None, from_day: date | None = None) -> dict[str, OaiRecord]:
        """All records of a harvest, over all its pages."""
        page = self.harvest_page(spec, from_day)
        records = list(page.records)
        while page.token:
            page = self.harvest_page(token=page.token)
            records += page.records
        assert len({record.arxiv_id for record in records}) == len(records)
        return {record.arxiv_id: record for record in records}

    def complete(self, *arxiv_ids: str) -> dict[str, ApiPaper]:
        return ArxivApi(f"{self.url}/api/query", self.client).fetch(arxiv_ids)


@contextmanager
def running(source: Source, day: date) -> Iterator[Running]:
    clock = FixedClock(datetime.min.replace(tzinfo=UTC))
    server = StandinServer(socket.create_server(("127.0.0.1", 0)), source, clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made = Running(source, server, clock)
    made.set_day(day)
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        made.client._session.close()


@pytest.fixture
def standin() -> Iterator[Running]:
    """The sample, when all its days are over; pages are small."""
    with running(SAMPLE, LAST) as made:
        made.server.items_a_page = 2
        made.server.records_a_page = 3
        yield made


# Catch-up


def test_every_days_catch_up_pages_tell_what_its_listings_told(standin: Running) -> None:
    for listing in SAMPLE.listings:
        for day in SAMPLE.days:
            body = SAMPLE.find(listing, day)
            assert body
            told = parse_listing(body, listing).papers
            caught = standin.catch_up(listing, day)
            assert {
                (one.arxiv_id, one.type, one.title, one.abstract, one.authors, one.categories) for one in caught
            } == {(one.arxiv_id, one.type, one.title, one.abstract, one.authors, one.categories) for one in told}


def test_catch_up_pages_tell_comments_and_journal_references(standin: Running) -> None:
    caught = {one.arxiv_id: one for one in standin.catch_up("cs.SD", FIRST) + standin.catch_up("cs.CV", FIRST)}
    assert (
        caught["2611.90001"].comment == "12 pages, 4 figures. Code: https://github.com/example/whispering-gallery"
    )
    assert caught["2611.90004"].journal_ref == "Journal of Invented Results 7 (2026) 46-54"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/catchup/cs.CV/2026-11-02?abs=True&show=9", 400),
        ("/catchup/cs.CV/2026-11-02?abs=yes", 400),
        ("/catchup/cs.CV/2026-11-02?page=0", 400),
        ("/catchup/cs.CV/2026-11-2", 400),
        ("/catchup/cs.CV/2026-11-31", 400),
        ("/catchup/cs.CV/2026-11-10", 400),
        ("/catchup/cs.CV/2026-08-01", 400),
        ("/catchup/cs.XX/2026-11-02", 400),
        ("/catchup/math.AG/2026-11-02", 400),
        ("/catchup/", 400),
        ("/catchup/%3Cscript%3E/2026-11-02", 400),
    ],
)
def test_other_addresses_are_refused_as_arxiv_refuses_them(standin: Running, path: str, status: int) -> None:
    assert standin.refuse(path) == status


def test_days_are_kept_for_ninety_days(standin: Running) -> None:
    standin.set_day(FIRST + timedelta(days=90))
    assert standin.catch_up("cs.CV", FIRST)
    standin.set_day(FIRST + timedelta(days=91))
    with pytest.raises(FetchError, match="HTTP 400"):
        standin.catch_up("cs.CV", FIRST)


def test_a_listings_other_name_is_redirected(tmp_path: Path) -> None:
    (tmp_path / "atom_math.NA_2026-04-17.xml").write_bytes(make_listing([Item(categories=("math.NA",))], "math.NA"))
    with running(Recordings(tmp_path), date(2026, 4, 17)) as standin:
        body = standin.fetch("/catchup/cs.NA/2026-04-17?abs=True")
        assert len(parse_catchup(body, "cs.NA", date(2026, 4, 17)).items) == 1


def test_what_is_out_of_order_answers_503(standin: Running) -> None:
    standin.server.out_of_order.add("catchup")
    assert standin.refuse(f"/catchup/cs.CV/{FIRST}") == 503
    assert standin.harvest()


# OAI-PMH


def test_a_harvest_tells_every_paper_of_a_listing_in_its_latest_version(standin: Running) -> None:
    for listing in SAMPLE.listings:
        announced = {one.arxiv_id: one.version for one in sorted(SAMPLE.told, key=lambda one: one.version)
                     if one.listing == listing}  # fmt: skip
        harvested = standin.harvest(set_spec(listing))
        assert {arxiv_id: record.versions[-1].number for arxiv_id, record in harvested.items()} == announced


def test_records_bear_the_day_of_their_latest_version_and_its_history(standin: Running) -> None:
    record = standin.harvest()["2611.90026"]
    assert record.datestamp == date(2026, 11, 6)
    assert [version.number for version in record.versions] == [1, 2]
    first, second = (version.submitted_at for version in record.versions)
    assert first < eastern_midnight(date(2026, 11, 4)) < second < eastern_midnight(date(2026, 11, 6))
    assert record.comment == "11 pages; a second study added"
    assert record.licence == "http://creativecommons.org/publicdomain/zero/1.0/"
    assert record.abstract.endswith("We list the images that it never understood.")


def test_a_harvest_from_a_day_on_tells_what_changed_since(standin: Running) -> None:
    harvested = standin.harvest(from_day=date(2026, 11, 6))
    assert {one.datestamp for one in harvested.values()} == {date(2026, 11, 6), LAST}
    assert "2611.90026" in harvested
    assert standin.harvest_page(from_day=LAST + timedelta(days=1)).records == ()


def test_tomorrows_papers_are_not_told_today(standin: Running) -> None:
    standin.set_day(date(2026, 11, 4))
    harvested = standin.harvest()
    assert max(one.datestamp for one in harvested.values()) == date(2026, 11, 4)
    assert harvested["2611.90026"].versions[-1].number == 1
    assert standin.complete("2611.90026")["2611.90026"].version == 1


def test_a_token_dies_at_midnight_utc(standin: Running) -> None:
    standin.clock.at = datetime(2026, 11, 10, 23, 59, tzinfo=UTC)
    token = standin.harvest_page().token
    assert token
    assert standin.harvest_page(token=token).records
    standin.clock.at = datetime(2026, 11, 11, 0, 0, tzinfo=UTC)
    with pytest.raises(BadTokenError):
        standin.harvest_page(token=token)
    with pytest.raises(BadTokenError):
        standin.harvest_page(token="nonsense")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=Identify", "badVerb"),
        ("", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&skip=3", "badArgument"),
    ],
)
def test_a_wrong_request_is_answered_with_the_protocols_error(standin: Running, query: str, code: str) -> None:
    with pytest.raises(OaiError) as caught:
        parse_records(standin.fetch(f"/oai?{query}"))
    assert caught.value.code == code


def test_a_paper_is_in_the_sets_of_its_categories_under_both_names(tmp_path: Path) -> None:
    listing = make_listing([Item(categories=("cs.CV", "math.NA"))])
    (tmp_path / "atom_cs.CV_2026-04-17.xml").write_bytes(listing)
    with running(Recordings(tmp_path), date(2026, 4, 17)) as standin:
        for spec in ("cs", "cs:cs", "cs:cs:CV", "cs:cs:NA", "math:math:NA", "math"):
            assert list(standin.harvest(spec)) == ["2604.00001"]
        assert standin.harvest_page("cs:cs:C").records == ()


# The query API


def test_the_api_completes_what_listings_do_not_tell(standin: Running) -> None:
    paper = standin.complete("2611.90004")["2611.90004"]
    assert (paper.doi, paper.journal_ref) == ("10.5555/sample.90004", "Journal of Invented Results 7 (2026) 46-54")
    assert (paper.comment, paper.version, paper.categories) == ("9 pages", 1, ("cs.CV", "cs.CL"))
    assert paper.title.endswith(MARK)
    assert paper.submitted_at == paper.revised_at
    assert standin.complete("2611.90001")["2611.90001"].authors[1].name == "José Ejemplo"


def test_a_paper_withdrawn_in_a_later_version_is_so_from_its_day_on(standin: Running) -> None:
    assert standin.complete("2611.90006")["2611.90006"].withdrawn
    assert not standin.complete("2611.90006v1")["2611.90006"].withdrawn
    standin.set_day(date(2026, 11, 6))
    assert not standin.complete("2611.90006")["2611.90006"].withdrawn


def test_the_dates_are_those_of_the_version_asked_for(standin: Running) -> None:
    first = standin.complete("2611.90026v1")["2611.90026"]
    second = standin.complete("2611.90026")["2611.90026"]
    assert (first.version, second.version) == (1, 2)
    assert first.submitted_at == first.revised_at == second.submitted_at < second.revised_at


def test_unknown_papers_and_versions_are_missing(standin: Running) -> None:
    assert list(standin.complete("2611.90001", "2611.99999", "2611.90002v7", "hep-th/9901001")) == ["2611.90001"]


@pytest.mark.parametrize("query", ["id_list=abc", "id_list=2611.90001,x", "start=-1", "max_results=many"])
def test_a_malformed_query_is_an_error_entry_with_400(standin: Running, query: str) -> None:
    assert standin.refuse(f"/api/query?{query}") == 400
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{standin.url}/api/query?{query}", timeout=60)
    with caught.value:
        assert b"<id>https://arxiv.org/api/errors#" in caught.value.read()


def test_a_query_may_be_posted_and_paged(standin: Running) -> None:
    ids = "2611.90001,2611.90002,2611.90003"
    form = urllib.parse.urlencode({"id_list": ids, "start": 1, "max_results": 1}).encode()
    with urllib.request.urlopen(f"{standin.url}/api/query", form, timeout=60) as posted:
        body = posted.read()
    assert body == standin.fetch(f"/api/query?{form.decode()}")
    assert body.count(b"<entry>") == 1
    assert b"<opensearch:totalResults>3</opensearch:totalResults>" in body
    assert b"http://arxiv.org/abs/2611.90002v1" in body


def test_the_api_writes_greek_letters_where_the_others_keep_tex(tmp_path: Path) -> None:
    listing = make_listing([Item(abstract=r"We bound $\alpha \le \beta$ by G\"unther.")])
    (tmp_path / "atom_cs.CV_2026-04-17.xml").write_bytes(listing)
    with running(Recordings(tmp_path), date(2026, 4, 17)) as standin:
        assert standin.complete("2604.00001")["2604.00001"].abstract == r"We bound $α\le β$ by Günther."
        assert standin.harvest()["2604.00001"].abstract == r"We bound $\alpha \le \beta$ by Günther."
        assert (
            standin.catch_up("cs.CV", date(2026, 4, 17))[0].abstract == r"We bound $\alpha \le \beta$ by Günther."
        )


# Recordings as a source


def test_recordings_tell_what_they_hold_and_a_recorded_fault_tells_nothing(tmp_path: Path) -> None:
    replaced = Item("2604.00002", 3, "replace", authors="Ada One (A, B), Bob Two", title=r"By G\"unther")
    (tmp_path / "atom_cs.CV_2026-04-17.xml").write_bytes(make_listing([Item("2604.00001")]))
    (tmp_path / "atom_cs.CV_2026-04-20.xml").write_bytes(make_listing([replaced], day=date(2026, 4, 20)))
    (tmp_path / "atom_cs.CV_2026-04-21.xml").write_bytes(make_listing([Item("2604.00003")])[:-9])
    source = Recordings(tmp_path)
    assert [(one.arxiv_id, one.day, one.type) for one in source.told] == [
        ("2604.00001", date(2026, 4, 17), AnnounceType.NEW),
        ("2604.00002", date(2026, 4, 20), AnnounceType.REPLACE),
    ]
    with running(source, date(2026, 4, 21)) as standin:
        record = standin.harvest("cs:cs:CV")["2604.00002"]
        times = [version.submitted_at for version in record.versions]
        assert [version.number for version in record.versions] == [1, 2, 3]
        assert times == sorted(times)
        assert [author.affiliation for author in record.authors] == ["A, B", None]
        assert list(standin.complete("2604.00002v1")) == []  # nobody here saw it announced
        assert standin.complete("2604.00002")["2604.00002"].revised_at == times[-1]

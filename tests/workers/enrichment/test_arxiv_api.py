"""Completing papers from the query API: what arrives, and how everything else fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from threading import Thread
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FetchError
from feeds.model.papers import Author
from tests.support.hosts import Answer, Host
from workers.engine import connect
from workers.enrichment.api_pages import Door, fetch_page
from workers.enrichment.arxiv_api import BATCH, ApiPaper, ArxivApi
from workers.gate import Gate
from workers.http_client import HttpClient, Limits, Response

AGENT = "PreprintWire/test (ada@example.org)"
HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">'
)


def entry(
    named: str = "2604.00001v1",
    title: str = "A title",
    summary: str = "We present a paper. It is invented.",
    published: str = "2026-04-15T10:00:00Z",
    updated: str = "2026-04-16T11:00:00Z",
    more: str = "",
    terms: Sequence[str] = ("cs.CV",),
) -> str:
    categories = "".join(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in terms)
    return (
        f"<entry><id>http://arxiv.org/abs/{named}</id><title>{title}</title><updated>{updated}</updated>"
        f"<summary>{summary}</summary>{categories}<published>{published}</published>{more}</entry>"
    )


def feed(*entries: str, total: int | None = None, start: int = 0) -> bytes:
    count = len(entries) if total is None else total
    return (
        f"{HEAD}<title>arXiv Query</title><opensearch:totalResults>{count}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


ERROR = feed(
    "<entry><id>https://arxiv.org/api/errors#incorrect_id_format</id><title>Error</title>"
    "<summary>incorrect id format for x</summary><updated>2026-04-17T00:00:00Z</updated></entry>"
)


def page(*arxiv_ids: str, start: int = 0) -> str:
    """The address of a page of results."""
    ids = quote(",".join(arxiv_ids), safe="")
    return (
        f"/api/query?search_query=&id_list={ids}&sortBy=relevance&sortOrder=descending"
        f"&start={start}&max_results={BATCH}"
    )


def api(host: Host, gate: Gate | None = None, limits: Limits | None = None) -> ArxivApi:
    return ArxivApi(f"{host.url}/api/query", HttpClient(AGENT, gate, limits))


def fetch_one(host: Host, body: bytes) -> ApiPaper:
    host.serve(page("2604.00001"), body)
    return api(host).fetch(["2604.00001"])["2604.00001"]


# What arrives


def test_a_paper_arrives_with_all_that_the_api_tells(host: Host) -> None:
    more = (
        "<arxiv:comment>12 pages,\n  code at https://example.org/x</arxiv:comment>"
        '<arxiv:primary_category term="eess.IV"/><arxiv:journal_ref>Journal 7 (2026)</arxiv:journal_ref>'
        "<author><name>Ada  One</name><arxiv:affiliation>A, B</arxiv:affiliation>"
        "<arxiv:affiliation>C</arxiv:affiliation></author><author><name>Bob Two</name></author>"
        "<arxiv:doi>10.5555/x.1</arxiv:doi>"
    )
    given = entry("2604.00001v3", "A  title,\n  wrapped", "One.\n  Two.", more=more, terms=("cs.CV", "eess.IV"))
    assert fetch_one(host, feed(given)) == ApiPaper(
        arxiv_id="2604.00001",
        version=3,
        title="A title, wrapped",
        abstract="One. Two.",
        authors=(Author("Ada One", "A, B, C"), Author("Bob Two")),
        categories=("eess.IV", "cs.CV"),
        classes=(),
        comment="12 pages, code at https://example.org/x",
        doi="10.5555/x.1",
        journal_ref="Journal 7 (2026)",
        submitted_at=datetime(2026, 4, 15, 10, tzinfo=UTC),
        revised_at=datetime(2026, 4, 16, 11, tzinfo=UTC),
        withdrawn=False,
    )


def test_a_paper_without_options_arrives(host: Host) -> None:
    paper = fetch_one(host, feed(entry()))
    assert (paper.comment, paper.doi, paper.journal_ref, paper.authors) == (None, None, None, ())


def test_classes_are_kept_apart_from_categories(host: Host) -> None:
    paper = fetch_one(host, feed(entry(terms=("math.AG", "hep-th", "14J32, 32Q25", "I.2.7; F.1.1", "math.AG"))))
    assert paper.categories == ("math.AG", "hep-th")
    assert paper.classes == ("14J32", "32Q25", "I.2.7", "F.1.1")


@pytest.mark.parametrize(
    ("doi", "kept"),
    [
        ("10.5555/x.1", "10.5555/x.1"),
        ("10.1140/epja/i2008-10623-5 10.1140/epja/i2008-10678-2", "10.1140/epja/i2008-10623-5"),
        ("https://doi.org/10.5555/x.1.", "10.5555/x.1"),
        ("in press", None),
        (" ", None),
    ],
)
def test_of_what_authors_write_for_a_doi_the_first_doi_is_kept(host: Host, doi: str, kept: str | None) -> None:
    assert fetch_one(host, feed(entry(more=f"<arxiv:doi>{doi}</arxiv:doi>"))).doi == kept


def test_texts_are_cleaned_and_nothing_of_them_is_lost(host: Host) -> None:
    given = entry(
        title='G\\"unther on $i&lt;j$ &amp; <![CDATA[<b>R&D</b>]]>&#8; end',
        summary="x\x08 <!-- hidden -->&lt;script&gt;",
        more="<author><name>Micha{\\l} \x01One</name></author><author><name> </name></author>"
        "<arxiv:comment>Kra{\\ss}</arxiv:comment>",
    )
    paper = fetch_one(host, feed(given))
    assert paper.title == "Günther on $i<j$ & <b>R&D</b> end"
    assert paper.abstract == "x <script>"
    assert paper.authors == (Author("Michał One"),)
    assert paper.comment == "Kraß"


@pytest.mark.parametrize(
    ("comment", "summary", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors", "We present.", True),
        ("9 pages", "This paper has been withdrawn.", True),
        ("9 pages", "Half of all answers are withdrawn.", False),
    ],
)
def test_a_withdrawn_paper_is_marked(host: Host, comment: str, summary: str, withdrawn: bool) -> None:
    given = entry(summary=summary, more=f"<arxiv:comment>{comment}</arxiv:comment>")
    assert fetch_one(host, feed(given)).withdrawn is withdrawn


def test_papers_are_found_under_their_canonical_ids(host: Host) -> None:
    host.serve(page("hep-th/9901001", "math/0611800v2"), feed(entry("hep-th/9901001v2"), entry("math/0611800v2")))
    found = api(host).fetch(["hep-th/9901001", "math.CA/0611800v2", "hep-th/9901001"])
    assert {(key, paper.arxiv_id, paper.version) for key, paper in found.items()} == {
        ("hep-th/9901001", "hep-th/9901001", 2),
        ("math/0611800", "math/0611800", 2),
    }


def test_what_arxiv_does_not_know_is_missing_and_what_nobody_asked_for_is_ignored(host: Host) -> None:
    host.serve(page("2604.00001", "2604.00002"), feed(entry("2604.00001v1"), entry("2604.00009v1")))
    assert list(api(host).fetch(["2604.00001", "2604.00002"])) == ["2604.00001"]
    host.serve(page("2604.00003"), feed())
    assert api(host).fetch(["2604.00003"]) == {}
    assert api(host).fetch([]) == {}


def test_many_ids_go_in_batches(host: Host) -> None:
    ids = [f"2604.{number:05d}" for number in range(1, BATCH + 51)]
    for part in (ids[:BATCH], ids[BATCH:]):
        host.serve(page(*part), feed(*(entry(f"{one}v1") for one in part)))
    assert list(api(host).fetch(ids)) == ids
    assert len(host.requests) == 2


def test_a_batch_may_come_in_several_pages(host: Host) -> None:
    ids = ["2604.00001", "2604.00002", "2604.00003"]
    host.serve(page(*ids), feed(entry("2604.00001v1"), entry("2604.00002v1"), total=3))
    host.serve(page(*ids, start=2), feed(entry("2604.00003v1"), total=3, start=2))
    assert list(api(host).fetch(ids)) == ids


# Malformed ids and error entries


def test_a_single_malformed_id_is_refused_for_good_without_a_request(host: Host) -> None:
    with pytest.raises(FetchError, match="no arXiv id") as caught:
        api(host).fetch(["abc"])
    assert caught.value.permanent
    assert host.requests == []


@pytest.mark.parametrize("answer", [Answer(400, ERROR), Answer(200, ERROR)], ids=["400", "200"])
def test_an_error_entry_is_a_refusal_whatever_the_status(host: Host, answer: Answer) -> None:
    host.serve(page("2604.00001"), answer)
    with pytest.raises(FetchError) as caught:
        api(host).fetch(["2604.00001"])
    assert caught.value.permanent


@pytest.mark.parametrize("answer", [Answer(400, ERROR), Answer(200, ERROR)], ids=["400", "200"])
def test_one_refused_id_does_not_lose_the_others(
    host: Host, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    ids = ["2604.00001", "2604.00002", "2604.00003"]
    host.otherwise = answer
    host.serve(page("2604.00001"), feed(entry("2604.00001v1")))
    host.serve(page("2604.00003"), feed(entry("2604.00003v1")))
    with caplog.at_level(logging.WARNING):
        assert list(api(host).fetch([*ids, "abc"])) == ["2604.00001", "2604.00003"]
    assert "2604.00002 is refused" in caplog.text
    assert "'abc' is no arXiv id" in caplog.text


def test_a_host_that_refuses_everything_is_not_asked_for_ever(host: Host) -> None:
    host.otherwise = Answer(400, ERROR)
    with pytest.raises(FetchError) as caught:
        api(host).fetch([f"2604.{number:05d}" for number in range(1, BATCH + 1)])
    assert caught.value.permanent
    assert len(host.requests) < 20


@pytest.mark.parametrize("status", [401, 403, 404])
def test_another_refusal_is_nothing_to_halve(host: Host, status: int) -> None:
    host.otherwise = Answer(status)
    with pytest.raises(FetchError, match=f"HTTP {status}") as caught:
        api(host).fetch(["2604.00001", "2604.00002"])
    assert caught.value.permanent
    assert len(host.requests) == 1


@pytest.mark.parametrize(
    "broken",
    [
        entry("2604.00002v1", title=" "),
        entry("2604.00002"),
        entry("x"),
        entry("2604.00002v1", published="soon"),
        entry("2604.00002v1", updated=""),
        entry("2604.00002v1", published="2026-04-15T10:00:00"),
        entry("2604.00002v1", published="0001-01-01T00:00:00+23:59"),
        "<entry/>",
    ],
)
def test_an_entry_that_cannot_be_read_is_missing_and_loses_no_other(host: Host, broken: str) -> None:
    ids = ["2604.00001", "2604.00002", "2604.00003"]
    host.serve(page(*ids), feed(entry("2604.00001v1"), broken, entry("2604.00003v1")))
    assert list(api(host).fetch(ids)) == ["2604.00001", "2604.00003"]
    assert len(host.requests) == 1


# Faults


def test_an_empty_page_that_should_not_be_is_asked_for_once_more(host: Host) -> None:
    host.serve(page("2604.00001"), feed(total=1), feed(entry()))
    assert list(api(host).fetch(["2604.00001"])) == ["2604.00001"]
    assert len(host.requests) == 2


def test_a_page_that_stays_empty_is_a_failure(host: Host) -> None:
    host.serve(page("2604.00001"), feed(total=1))
    with pytest.raises(FetchError, match="an empty page, though 1 results were promised") as caught:
        api(host).fetch(["2604.00001"])
    assert not caught.value.permanent
    assert len(host.requests) == 2


GOOD = feed(entry("2604.00001v1"), entry("2604.00002v1"))
FAULTS = {
    b"": "empty body",
    b"Rate exceeded.": "not well-formed",
    b"<html><body>Please wait</body></html>": "HTML, not a page of results",
    b"<!DOCTYPE html><title>x</title>": "it has a DOCTYPE",
    GOOD[:-20]: "not well-formed",
    GOOD[: GOOD.index(b"</entry>") + 8]: "not well-formed",
    GOOD + b"more": "not well-formed",
    GOOD.replace(b"A title", b"A &e; title"): "not well-formed",
    GOOD.replace(b"<feed", b'<!DOCTYPE feed [<!ENTITY e "x">]><feed'): "it has a DOCTYPE",
    GOOD.replace(b"A title", b"A \xff title"): "not UTF-8",
    GOOD.replace(b"UTF-8", b"UTF-16"): "encoded as UTF-16",
    b"<rss version='2.0'><channel/></rss>": "not an Atom feed but rss",
    b"<feed xmlns='http://purl.org/atom/ns#'/>": "not an Atom feed",
    HEAD.encode() + b"<a>" * 10000 + b"</a>" * 10000 + b"</feed>": "not well-formed",
}


@pytest.mark.parametrize(("body", "reason"), FAULTS.items(), ids=range(len(FAULTS)))
def test_a_body_that_is_no_page_is_a_failure_with_its_reason(host: Host, body: bytes, reason: str) -> None:
    host.serve(page("2604.00001"), body)
    with pytest.raises(FetchError) as caught:
        api(host).fetch(["2604.00001"])
    assert str(caught.value).startswith(reason)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(500), "HTTP 500"),
        (Answer(body=GOOD, claim=len(GOOD) + 10), "the body broke off"),
        (Answer(body=feed(entry(summary="x" * 5000))), "the body is larger than 4000 bytes"),
        (Answer(302, headers={"Location": "http://elsewhere.invalid/"}), "it redirects to another host"),
        (Answer(body=GOOD, headers={"Content-Encoding": "br"}), "the body is encoded as br"),
    ],
    ids=["500", "short", "large", "redirect", "coding"],
)
def test_the_doors_limits_hold_for_the_package(host: Host, answer: Answer, reason: str) -> None:
    host.serve(page("2604.00001"), answer)
    with pytest.raises(FetchError, match=reason):
        api(host, limits=Limits(bytes=4000)).fetch(["2604.00001"])
    assert len(host.requests) == 1


def test_an_address_that_no_session_takes_is_a_failure() -> None:
    with pytest.raises(FetchError):
        ArxivApi("no://where", HttpClient(AGENT)).fetch(["2604.00001"])


# The door


def test_requests_carry_our_name_only_and_no_proxy_is_used(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    fetch_one(host, feed(entry()))
    assert [request.headers["user-agent"] for request in host.requests] == [AGENT]


def test_every_request_waits_at_the_gate(host: Host, redis_url: str) -> None:
    ids = ["2604.00001", "2604.00002"]
    host.otherwise = Answer(body=GOOD, pieces=4)
    with connect(redis_url) as redis:
        complete = api(host, Gate(redis, 0.02))
        threads = [Thread(target=complete.fetch, args=(ids,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(host.requests) == 4
    assert host.most_in_flight == 1


@pytest.mark.parametrize("status", [429, 503])
def test_when_arxiv_asks_to_wait_the_gate_is_shut_for_all(host: Host, redis_url: str, status: int) -> None:
    host.serve(page("2604.00001"), Answer(status, headers={"Retry-After": "30"}))
    with connect(redis_url) as redis:
        gate = Gate(redis, 0, patience_seconds=0)
        with pytest.raises(FetchError) as caught:
            api(host, gate).fetch(["2604.00001"])
        assert (caught.value.retry_after_seconds, caught.value.permanent) == (30, False)
        with pytest.raises(FetchError, match="the gate did not open"):
            api(host, Gate(redis, 0, patience_seconds=0)).fetch(["2604.00001"])
    assert len(host.requests) == 1


# Whatever comes


class Canned(Door):
    """A way to one body."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def fetch(self, url: str) -> Response:
        return Response(200, self.body)


def test_wherever_a_page_is_cut_off_it_is_a_failure() -> None:
    for end in range(len(GOOD)):
        with pytest.raises(FetchError):
            fetch_page(Canned(GOOD[:end]), "https://example.org/")


PIECES = [
    b"<", b">", b"&", b"<entry>", b"</entry>", b"</feed>", b"\x00", b"\xff", b"&#0;", b"&#xD800;", b"v0",
    b"v99999999", b"9999-99-99T99:99:99Z", b"<!--", b"-->", b"<?x ?>", b"<![CDATA[", b"]]>", b'xmlns:a="b"',
    b"<!DOCTYPE a>", b"&e;", b"/api/errors", b"10.1/", b"</title><title>",
    b"<opensearch:totalResults>9</opensearch:totalResults>",
]  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4))
def test_whatever_happens_to_a_page_it_is_read_or_a_failure(wounds: list[tuple[int, int, bytes]]) -> None:
    body = GOOD
    for at, lost, put in wounds:
        body = body[:at] + put + body[at + lost :]
    try:
        found = ArxivApi("https://example.org/api/query", Canned(body)).fetch(["2604.00001", "2604.00002"])
    except FetchError:
        found = {}
    for paper in found.values():
        assert paper.title
        assert paper.submitted_at.tzinfo


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text(st.characters(codec="utf-8"), max_size=200))
def test_a_text_of_any_characters_takes_no_page_down(title: str, summary: str) -> None:
    body = feed(entry(title=f"T {escape(title)}", summary=escape(summary)))
    assert list(ArxivApi("https://example.org/api/query", Canned(body)).fetch(["2604.00001"])) == ["2604.00001"]

"""The feeds, over HTTP."""

from __future__ import annotations

import json

import feedparser
import pytest

from tests.service.conftest import BASE, HOSTILE, Ask
from tests.support.wires import Line


def test_a_topics_feed_is_served_as_atom(ask: Ask) -> None:
    answer = ask("/feeds/vision.atom")
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    read = feedparser.parse(answer.data)
    assert (read.bozo, read.version) == (False, "atom10")
    assert [entry.id for entry in read.entries] == ["oai:arXiv.org:2604.00002", "oai:arXiv.org:2604.00001"]


def test_a_topic_without_papers_is_a_valid_feed(ask: Ask) -> None:
    answer = ask("/feeds/quiet.atom")
    read = feedparser.parse(answer.data)
    assert (answer.status_code, read.bozo, read.feed.title, read.entries) == (200, False, "Quiet", [])


@pytest.mark.parametrize("path", ["/feeds/vision.atom", "/feeds/quiet.atom"])
def test_head_is_get_without_the_body(ask: Ask, path: str) -> None:
    got, headed = ask(path), ask(path, "HEAD")
    assert (headed.status_code, headed.data, headed.headers) == (200, b"", got.headers)
    assert got.headers["Content-Length"] == str(len(got.data))


def test_a_feed_is_fresh_for_its_own_tag_and_date_only(ask: Ask) -> None:
    first, other = ask("/feeds/vision.atom"), ask("/feeds/quiet.atom")
    tags = {"If-None-Match": first.headers["ETag"]}
    assert ask("/feeds/vision.atom", headers=tags).status_code == 304
    assert ask("/feeds/quiet.atom", headers=tags).status_code == 200
    dates = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert ask("/feeds/vision.atom", headers=dates).status_code == 304
    assert first.headers["ETag"] != other.headers["ETag"]


def test_last_modified_is_the_feeds_own_date(ask: Ask) -> None:
    answer = ask("/feeds/vision.atom")
    assert answer.last_modified
    assert f"<updated>{answer.last_modified:%Y-%m-%dT%H:%M:%S}+00:00</updated>" in answer.get_data(as_text=True)


def test_scripts_of_other_sites_may_read_a_feed(ask: Ask) -> None:
    headers = ask("/feeds/vision.atom").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Last-Modified"} <= set(headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize(
    "name",
    ["nothing.atom", "vision", "vision.xml", "vision.atom.atom", "Vision.atom", "vision.ATOM", "atom", "vision."],
)
def test_an_unknown_topic_or_format_is_a_problem_document(ask: Ask, name: str) -> None:
    answer = ask(f"/feeds/{name}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert json.loads(answer.data)["title"] == "Not Found"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_retired_topic_is_gone(ask: Ask, method: str) -> None:
    answer = ask("/feeds/ended.atom", method)
    assert (answer.status_code, answer.content_type) == (410, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["wire.example.org", "localhost:8000"])
@pytest.mark.parametrize("slug", ["sight", "eyes"])
def test_an_old_slug_leads_to_the_topic_at_the_configured_address(ask: Ask, slug: str, host: str) -> None:
    answer = ask(f"/feeds/{slug}.atom", headers={"Host": host})
    assert (answer.status_code, answer.location) == (301, f"{BASE}/feeds/vision.atom")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_old_slug_of_a_retired_topic_leads_to_its_end(ask: Ask) -> None:
    assert ask("/feeds/finished.atom").location == f"{BASE}/feeds/ended.atom"


def test_hostile_text_arrives_as_text(ask: Ask) -> None:
    read = feedparser.parse(ask("/feeds/hostile.atom").data, sanitize_html=False, resolve_relative_uris=False)
    assert (read.bozo, read.feed.title, read.feed.subtitle) == (False, HOSTILE, HOSTILE)
    entry = read.entries[0]
    assert (entry.title, entry.summary) == (HOSTILE, f"We present {HOSTILE}.")
    assert [author.name for author in entry.authors] == ['<b>Ada</b> & "Co"', "Bob"]
    assert "<script" not in entry.content[0].value


def test_a_get_writes_nothing_and_queues_nothing(face: Line, ask: Ask) -> None:
    def kept() -> tuple[list[bytes], int]:
        database = face.runtime.store.path
        return [database.with_name(database.name + end).read_bytes() for end in ("", "-wal")], face.redis.dbsize()

    before = kept()
    for path in ("/feeds/vision.atom", "/topics/vision", "/", "/feeds/nothing.atom"):
        ask(path)
    assert kept() == before


# Several topics as one, and any query


def test_several_topics_are_one_feed_with_each_paper_once(ask: Ask) -> None:
    answer = ask("/feeds/vision+hostile+quiet.atom")
    read = feedparser.parse(answer.data)
    assert (answer.status_code, read.bozo) == (200, False)
    assert [entry.id for entry in read.entries] == ["oai:arXiv.org:2604.00002", "oai:arXiv.org:2604.00001"]
    again = ask("/feeds/quiet+vision+hostile.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/feeds/vision+nothing.atom", 404, None),
        ("/feeds/vision+.atom", 404, None),
        ("/feeds/+.atom", 404, None),
        ("/feeds/vision+quiet.html", 404, None),
        ("/feeds/ended+ended.atom", 301, "/feeds/ended.atom"),
        ("/feeds/vision+ended.atom", 200, None),
        ("/feeds/sight+quiet.atom", 301, "/feeds/quiet+vision.atom"),
        ("/feeds/" + "+".join(f"t{n}" for n in range(21)) + ".atom", 400, None),
    ],
)
def test_a_combination_answers_for_each_of_its_topics(
    ask: Ask, path: str, status: int, location: str | None
) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert answer.headers.get("Location") == (location and BASE + location)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("q=splat*", ["2604.00001"]),
        ("q=NOT+splat*", ["2604.00002"]),
        ("q=splat*+OR+script", ["2604.00002", "2604.00001"]),
        ("q=splat*+OR+script&limit=1", ["2604.00002"]),
        ("cat=cs.CV", ["2604.00002", "2604.00001"]),
        ("q=trees&cat=math.LO&cat=cs", ["2604.00001"]),
        ("q=trees&cat=math.LO", []),
        ("q=nowhere", []),
    ],
)
def test_any_query_is_a_feed(ask: Ask, options: str, found: list[str]) -> None:
    answer = ask(f"/feeds/search.atom?{options}")
    read = feedparser.parse(answer.data)
    assert (answer.status_code, read.bozo) == (200, False)
    assert [entry.id.removeprefix("oai:arXiv.org:") for entry in read.entries] == found
    assert all(entry.summary for entry in read.entries)
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert ask(f"/feeds/search.atom?{options}", headers=headers).status_code == 304


@pytest.mark.parametrize(
    "options",
    ["", "q=", "q=(", "q=a&q=b", "q=a&limit=0", "q=a&limit=201", "q=a&x=1", "cat=none",
     "q=<script>alert(1)</script>", "q=" + "a" * 1001, "q=%ff%00%22"],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(ask: Ask, options: str) -> None:
    answer = ask(f"/feeds/search.atom?{options}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert "<script>" not in answer.get_data(as_text=True)


def test_a_search_has_the_formats_of_a_topic_only(ask: Ask) -> None:
    assert ask("/feeds/search.exe?q=a").status_code == 404


@pytest.mark.parametrize("ending", [".atom", "/archive/1.atom"])
def test_an_old_slug_leads_on_with_the_options(ask: Ask, ending: str) -> None:
    answer = ask(f"/feeds/sight{ending}?math=tex&limit=3")
    assert (answer.status_code, answer.location) == (301, f"{BASE}/feeds/vision{ending}?limit=3&math=tex")


def test_a_feed_says_where_it_lives_and_where_to_subscribe(ask: Ask) -> None:
    answer = ask("/feeds/vision.atom?authors=joined")
    assert answer.headers["Link"] == (
        f'<{BASE}/feeds/vision.atom?authors=joined>; rel="self", <{BASE}/hub>; rel="hub"'
    )
    read = feedparser.parse(answer.data)
    assert {link.rel: link.href for link in read.feed.links if link.rel in ("self", "hub")} == {
        "self": f"{BASE}/feeds/vision.atom?authors=joined", "hub": f"{BASE}/hub",
    }  # fmt: skip


@pytest.mark.parametrize("extension", ["atom", "rss", "json"])
def test_a_limit_keeps_the_first_entries(ask: Ask, extension: str) -> None:
    whole, one = ask(f"/feeds/vision.{extension}").data, ask(f"/feeds/vision.{extension}?limit=1").data
    counts = [body.count(b"oai:arXiv.org:2604.0000") for body in (whole, one)]
    assert counts[0] == 2 * counts[1] > 0
    assert b"oai:arXiv.org:2604.00002" in one


def test_since_keeps_what_came_or_changed_since(ask: Ask) -> None:
    entry = feedparser.parse(ask("/feeds/vision.atom").data).entries[0]
    assert len(feedparser.parse(ask(f"/feeds/vision.atom?since={entry.updated[:10]}").data).entries) == 2
    assert not feedparser.parse(ask("/feeds/vision.atom?since=2030-01-01").data).entries


@pytest.mark.parametrize("options", ["limit=0", "since=then", "math=x", "authors=x", "lang=!", "limit=1&limit=2"])
@pytest.mark.parametrize("path", ["vision.atom", "vision+hostile.rss", "vision/archive/1.atom", "search.json"])
def test_wrong_options_are_refused_on_any_feed(ask: Ask, path: str, options: str) -> None:
    assert ask(f"/feeds/{path}?{options}").status_code == 400


def test_the_archive_begins_with_the_first_paper(ask: Ask) -> None:
    read = feedparser.parse(ask("/feeds/vision/archive/1.atom").data)
    assert [entry.id for entry in read.entries] == ["oai:arXiv.org:2604.00002", "oai:arXiv.org:2604.00001"]


@pytest.mark.parametrize("number", ["0", "2", "01", "x", "-1", "99999999999", "\u0661"])
def test_there_is_no_other_archive_document(ask: Ask, number: str) -> None:
    assert ask(f"/feeds/vision/archive/{number}.atom").status_code == 404

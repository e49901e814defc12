"""Ten recorded days through the whole line, compared with what the queries select from the same announcements."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import atoma
import feedparser
import pytest
from lxml import etree
from reader import make_reader

from feeds.model.announcements import Outcome
from feeds.model.calendar import eastern_midnight
from feeds.model.papers import Paper
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match
from feeds.store import listings, owed, papers
from feeds.topics_file import load_topics
from tests.support.hosts import Answer, Host
from tests.support.recordings import ROOT, recording, schema
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]

DAYS = [date(2026, 4, day) for day in range(17, 27)]
SLUGS = ("gaussian-splatting", "vision-language")
ATOM_HEADERS = {"Content-Type": "application/atom+xml; charset=utf-8"}


def selected(query: str) -> list[str]:
    """The papers that a query selects from the recorded announcements (new and cross), by day."""
    tree = parser.parse(query)
    found: dict[str, None] = {}
    for day in DAYS:
        announced = json.loads(recording("corpus", f"cs.CV_{day}.json").read_text(encoding="utf-8"))["papers"]
        for item in announced:
            paper = Paper(item["arxiv_id"], 1, item["title"], item["abstract"], (), tuple(item["categories"]))
            if item["announce_type"] in ("new", "cross") and match(tree, SearchablePaper(paper)):
                found[item["arxiv_id"]] = None
    return list(found)


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    """A wire that carries the default topics on cs.CV, and has seen all ten days."""
    recording("listings")
    defined = {topic.slug: topic for topic in load_topics(ROOT / "topics.yaml")}
    made = make_line(
        [
            {"slug": slug, "title": slug, "categories": ["cs.CV"], "query": defined[slug].query, "entries": 2000}
            for slug in SLUGS
        ]
    )
    for day in DAYS:
        pass_day(made, day)
    return made


def pass_day(line: Line, day: date) -> None:
    line.host.serve("/atom/cs.CV", recording("listings", f"atom_cs.CV_{day}.xml").read_bytes())
    line.set_time(eastern_midnight(day) + timedelta(minutes=70))
    line.poll()


@pytest.mark.parametrize("slug", SLUGS)
def test_ten_days_give_exactly_what_the_query_selects(line: Line, slug: str) -> None:
    defined = {topic.slug: topic for topic in load_topics(ROOT / "topics.yaml")}
    entries = feedparser.parse(line.get(f"/feeds/{slug}.atom")).entries
    found = [entry.id.removeprefix("oai:arXiv.org:") for entry in entries]
    assert len(found) == len(set(found))
    assert set(found) == set(selected(defined[slug].query or ""))
    assert all(entry.summary and entry.authors for entry in entries)
    assert all(len(entry.summary.split()) <= 60 for entry in entries)
    times = [entry.published for entry in entries]
    assert times == sorted(set(times), reverse=True)


def test_four_days_are_noted_as_closed_and_nothing_is_left_to_do(line: Line) -> None:
    with line.runtime.store.read() as connection:
        days = {day.day: day.outcome for day in listings.list_days(connection)}
        open_work = owed.count_open(connection, [owed.Work.ENRICH, owed.Work.PUBLISH], line.clock.now())
    assert days == {day: Outcome.CLOSED if day.isoweekday() > 5 else Outcome.NEWS for day in DAYS}
    assert open_work == 0


def test_polling_the_same_days_again_changes_no_byte(line: Line) -> None:
    before = {slug: line.get(f"/feeds/{slug}.atom") for slug in SLUGS}
    for day in (DAYS[-3], DAYS[0], DAYS[-1]):  # also an old listing that comes back
        pass_day(line, day)
    assert {slug: line.get(f"/feeds/{slug}.atom") for slug in SLUGS} == before


@pytest.mark.parametrize("slug", SLUGS)
def test_recorded_feeds_are_valid_and_read_alike_by_two_parsers(line: Line, slug: str) -> None:
    body = line.get(f"/feeds/{slug}.atom")
    grammar = etree.RelaxNG(etree.parse(schema("atom.rng")))
    assert grammar.validate(etree.fromstring(body)), grammar.error_log
    one, other = feedparser.parse(body), atoma.parse_atom_bytes(body)
    assert [entry.id for entry in one.entries] == [entry.id_ for entry in other.entries]
    with line.runtime.store.read() as connection:
        known = papers.find_papers(connection, [entry.id.removeprefix("oai:arXiv.org:") for entry in one.entries])
    for entry, same in zip(one.entries, other.entries, strict=True):
        names = [author.name for author in known[entry.id.removeprefix("oai:arXiv.org:")].authors]
        assert [author.name for author in entry.authors] == names
        assert [author.name for author in same.authors] == names


def test_a_reader_subscribes_to_recorded_feeds_and_finds_nothing_new_the_second_time(
    line: Line, tmp_path: Path, host: Host
) -> None:
    """lemon24's reader, over a real socket."""
    for slug in SLUGS:
        host.serve(f"/feeds/{slug}.atom", Answer(body=line.get(f"/feeds/{slug}.atom"), headers=ATOM_HEADERS))
    with closing(make_reader(str(tmp_path / "reader.db"))) as reader:
        for slug in SLUGS:
            reader.add_feed(f"{host.url}/feeds/{slug}.atom")
        first = {result.url: result.value for result in reader.update_feeds_iter(scheduled=False)}
        counts = {url.rpartition("/")[2]: getattr(value, "new", None) for url, value in first.items()}
        assert counts == {f"{slug}.atom": len(ids(line, slug)) for slug in SLUGS}
        for slug in SLUGS:
            entries = list(reader.get_entries(feed=f"{host.url}/feeds/{slug}.atom"))
            assert {entry.id for entry in entries} == set(ids(line, slug))
            assert all(entry.published and entry.updated for entry in entries)
        again = [result.value for result in reader.update_feeds_iter(scheduled=False)]
        assert len(again) == len(SLUGS)
        assert all(not getattr(value, "new", 0) and not getattr(value, "modified", 0) for value in again)


def ids(line: Line, slug: str) -> list[str]:
    return [entry.id for entry in feedparser.parse(line.get(f"/feeds/{slug}.atom")).entries]

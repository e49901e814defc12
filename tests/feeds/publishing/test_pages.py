"""What pages show, from the tables; on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model.announcements import AnnounceType, Outcome
from feeds.model.changes import Admission
from feeds.model.curation import Curation
from feeds.model.empty_days import Emptiness
from feeds.model.entries import Site
from feeds.model.summaries import Kind, Summary
from feeds.model.topics import Order
from feeds.publishing import pages
from feeds.publishing.pages import Pages, TopicPage
from feeds.publishing.topics import publish_topic
from feeds.search_feeds import read_search
from feeds.store import curation, listings, memberships, papers, summaries
from feeds.store.engine import Connection, Store
from feeds.store.listings import Day, Listing
from tests.support.papers import DAY, NOW, define, join, make_paper, make_tldr, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-01")
LATER = NOW + timedelta(minutes=10)
IDS = [f"2604.{number:05}" for number in range(1, 13)]


@pytest.fixture(autouse=True)
def few_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SHOWN", 4)


def fill(connection: Connection, *, entries: int = 6, order: Order = Order.POSITION) -> None:
    define(connection, make_topic(entries=entries, order=order))
    join(connection, IDS)
    publish_topic(connection, "vision", LATER)


def shown(page: TopicPage) -> list[str]:
    return [entry.paper.arxiv_id for entry in page.feed.entries]


def walk(made: Pages) -> list[list[str]]:
    found = [made.find_topic("vision", LATER)]
    while (before := found[-1].older) is not None:
        found.append(made.find_topic("vision", LATER, before))
    return [shown(page) for page in found]


def test_a_topics_pages_are_newest_first_and_end(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
    backwards = IDS[::-1]
    assert walk(Pages(store, SITE)) == [backwards[:4], backwards[4:8], backwards[8:]]


def test_pinned_papers_are_on_the_first_page_only(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        for arxiv_id in (IDS[0], IDS[10]):
            curation.save_curation(connection, "vision", arxiv_id, Curation(pinned=True), NOW)
        publish_topic(connection, "vision", LATER)
    found = walk(Pages(store, SITE))
    assert found[0] == [IDS[10], IDS[0], IDS[11], IDS[9]]
    assert [each for page in found[1:] for each in page] == IDS[8:0:-1]


def test_where_only_pinned_ones_are_on_the_first_page_the_next_begins_at_the_top(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        for arxiv_id in IDS[:4]:
            curation.save_curation(connection, "vision", arxiv_id, Curation(pinned=True), NOW)
        publish_topic(connection, "vision", LATER)
    found = walk(Pages(store, SITE))
    assert set(found[0]) == set(IDS[:4])
    assert found[1:] == [IDS[:7:-1], IDS[7:3:-1]]


def test_an_order_by_likeness_is_shown_whole_and_older_ones_after_it(store: Store) -> None:
    with store.write() as connection:
        fill(connection, order=Order.SIMILARITY)
    found = walk(Pages(store, SITE))
    assert set(found[0]) == set(IDS[6:])
    assert found[1:] == [IDS[5:1:-1], IDS[1::-1]]


def test_days_are_counted_without_what_is_not_shown(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.hide(connection, "vision", IDS[0], LATER)
        other = Admission("vision", "2604.00099", 1, DAY + timedelta(days=3), AnnounceType.NEW, ())
        papers.save_papers(connection, [make_paper("2604.00099")], NOW)
        memberships.admit(connection, [other], LATER)  # waits for its summary
    assert Pages(store, SITE).find_topic("vision", LATER).days == {DAY: 11}


def test_a_day_has_its_papers_as_they_came_and_the_account_of_the_topics_listings(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.hide(connection, "vision", IDS[1], LATER)
        for name in ("cs.CV", "math.LO"):
            listings.save_listing(connection, Listing(name))
            listings.record_day(connection, Day(name, DAY, Outcome.NEWS, None, {"new": 12}), NOW)
    made = Pages(store, SITE)
    first = made.find_day("vision", DAY, NOW)
    left = [arxiv_id for arxiv_id in IDS if arxiv_id != IDS[1]]
    assert [entry.paper.arxiv_id for entry in first.feed.entries] == left[:4]
    assert (first.published, first.hidden, first.waiting, first.more_after) == (11, 1, 0, 4)
    assert [account.listing for account in first.accounts] == ["cs.CV"]
    assert (first.emptiness, first.previous, first.next) == (None, None, None)
    last = made.find_day("vision", DAY, NOW, skipped=8)
    assert [entry.paper.arxiv_id for entry in last.feed.entries] == left[8:]
    assert last.more_after is None


def test_days_lead_to_the_weekdays_beside_them_as_far_as_something_can_be_there(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
    made, monday = Pages(store, SITE), NOW + timedelta(days=3)
    friday, weekend = made.find_day("vision", DAY, monday), made.find_day("vision", date(2026, 4, 18), monday)
    assert (friday.previous, friday.next) == (None, date(2026, 4, 20))
    assert (weekend.previous, weekend.next, weekend.emptiness) == (DAY, date(2026, 4, 20), Emptiness.CLOSED)
    coming = made.find_day("vision", date(2026, 4, 21), monday)
    assert (coming.previous, coming.next, coming.emptiness) == (date(2026, 4, 20), None, Emptiness.EXPECTED)
    for day in (DAY - timedelta(days=1), date(2026, 4, 22)):
        with pytest.raises(NotFoundError):
            made.find_day("vision", day, monday)


def test_what_was_announced_before_the_topic_was_made_has_its_day(store: Store) -> None:
    early = date(2026, 3, 2)
    with store.write() as connection:
        define(connection, make_topic())
        papers.save_papers(connection, [make_paper()], NOW)
        memberships.admit(connection, [Admission("vision", "2604.00001", 1, early, AnnounceType.NEW, ())], NOW)
    assert Pages(store, SITE).find_topic("vision", NOW).first == early
    found = Pages(store, SITE).find_day("vision", early, NOW)
    assert (found.published, found.waiting, found.emptiness) == (0, 1, Emptiness.WAITING)
    assert found.next == date(2026, 3, 3)


def test_a_paper_is_told_with_the_topics_that_show_it(store: Store) -> None:
    paper = make_paper(version=2)
    with store.write() as connection:
        define(
            connection, make_topic("a"), make_topic("b"), make_topic("gone"), make_topic("hidden"), make_topic("c")
        )
        for slug in ("a", "b", "gone", "hidden"):
            join(connection, [paper.arxiv_id], slug)
            publish_topic(connection, slug, LATER)
        join(connection, [paper.arxiv_id], "c", tldr=False)
        memberships.hide(connection, "hidden", paper.arxiv_id, LATER)
        define(connection, make_topic("a"), make_topic("b"), replace(make_topic("gone"), retired=True))
    found = Pages(store, SITE).find_paper(paper.arxiv_id, "en")
    assert [place.topic.slug for place in found.places] == ["a", "b"]
    assert found.entry.paper.arxiv_id == paper.arxiv_id
    assert [summary.kind for summary in found.summaries] == [Kind.TLDR]


def test_a_papers_summaries_are_the_best_of_each_language_that_is_asked_for(store: Store) -> None:
    kinds = (Kind.TLDR, Kind.CONTRIBUTIONS)
    with store.write() as connection:
        define(connection, make_topic("en", kinds=kinds), make_topic("zh", language="zh"))
        paper = make_paper()
        for slug in ("en", "zh"):
            join(connection, [paper.arxiv_id], slug, tldr=False)
        own = make_tldr(paper)
        english = replace(own, summarizer="llm:x", language="en", data="Short.")
        chinese = replace(english, language="zh", data="短。")
        points = Summary(paper.text_hash, Kind.CONTRIBUTIONS, "und", "1", "embedded", ["One.", "Two."], NOW)
        summaries.record_summaries(connection, [own, points, english, chinese])
    made = Pages(store, SITE)
    assert [one.data for one in made.find_paper(paper.arxiv_id, "zh").summaries] == [
        "短。",
        "Short.",
        ["One.", "Two."],
    ]
    assert [one.data for one in made.find_paper(paper.arxiv_id, "en").summaries] == [
        "Short.",
        "短。",
        ["One.", "Two."],
    ]


def test_a_paper_that_is_in_no_topic_is_known_all_the_same(store: Store) -> None:
    with store.write() as connection:
        papers.save_papers(connection, [make_paper()], NOW)
    found = Pages(store, SITE).find_paper("2604.00001", "en")
    assert (found.places, found.summaries, found.versions) == ((), (), ())
    with pytest.raises(NotFoundError):
        Pages(store, SITE).find_paper("2604.00002", "en")


def test_a_search_goes_on_below_what_it_found(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
    made, wanted = Pages(store, SITE), read_search("title", ())
    met: list[str] = []
    before: int | None = None
    for _ in range(3):
        page = made.find_search(wanted, "en", before)
        met += [entry.paper.arxiv_id for entry in page.feed.entries]
        before = page.older
    assert before is None
    assert sorted(met) == IDS


def test_topics_that_are_not_served_have_no_pages(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic(formerly=("old",)), make_topic("gone", retired=True))
    made = Pages(store, SITE)
    for slug, error in (("none", NotFoundError), ("gone", GoneError), ("old", MovedError)):
        with pytest.raises(error):
            made.find_topic(slug, NOW)
        with pytest.raises(error):
            made.find_day(slug, DAY, NOW)

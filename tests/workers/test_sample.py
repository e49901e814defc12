"""The sample that comes with the project: sound listings, all topics filled, nothing to be taken for real."""

from __future__ import annotations

from datetime import date

import pytest

from feeds.model.announcements import AnnounceType
from feeds.model.papers import Paper
from feeds.query.admission import compile_topics, judge
from feeds.query.matching import SearchablePaper
from feeds.topics_file import load_topics
from tests.support.recordings import ROOT
from workers.polling.listing import ListedPaper, parse_listing
from workers.sample import MARK, Sample

SAMPLE = Sample()


def listed() -> list[tuple[str, date, ListedPaper]]:
    found = []
    for listing in SAMPLE.listings:
        for day in SAMPLE.days:
            body = SAMPLE.find(listing, day)
            assert body
            parsed = parse_listing(body, listing)
            assert (parsed.listing_on, parsed.skipped) == (day, ())
            found += [(listing, day, paper) for paper in parsed.papers]
    return found


LISTED = listed()


def test_weekends_are_closed_and_weekdays_are_not() -> None:
    assert {day for _, day, _ in LISTED} == {day for day in SAMPLE.days if day.isoweekday() <= 5}
    assert any(day.isoweekday() > 5 for day in SAMPLE.days)


def test_every_default_topic_is_filled() -> None:
    found: dict[str, set[str]] = {}
    topics = compile_topics(load_topics(ROOT / "topics.yaml"))
    for listing, _, item in LISTED:
        paper = SearchablePaper(
            Paper(item.arxiv_id, item.version, item.title, item.abstract, item.authors, item.categories)
        )
        for topic in topics:
            if judge(topic, paper, listing, item.type) is not None:
                found.setdefault(topic.topic.slug, set()).add(item.arxiv_id)
    assert {topic.topic.slug: len(found.get(topic.topic.slug, ())) >= 4 for topic in topics} == {
        topic.topic.slug: True for topic in topics
    }


def test_nothing_can_be_taken_for_a_real_paper() -> None:
    assert all(item.title.endswith(MARK) for _, _, item in LISTED)
    assert all(item.arxiv_id >= "2611.90000" for _, _, item in LISTED)  # no month comes that far


def test_a_paper_is_new_in_its_first_category_and_crossed_elsewhere() -> None:
    types = {(item.type, item.categories[0] == listing) for listing, _, item in LISTED}
    assert types == {
        (AnnounceType.NEW, True),
        (AnnounceType.CROSS, False),
        (AnnounceType.REPLACE, True),
        (AnnounceType.REPLACE_CROSS, False),
    }


@pytest.mark.parametrize(("today", "day"), [(date(2020, 1, 1), 0), (date(2026, 11, 4), 2), (date(2027, 1, 1), -1)])
def test_the_newest_day_that_has_come_is_shown(today: date, day: int) -> None:
    assert SAMPLE.find("cs.CV", today) == SAMPLE.find("cs.CV", SAMPLE.days[day])


def test_what_no_sample_paper_is_in_is_not_carried() -> None:
    assert SAMPLE.find("math.AG", SAMPLE.days[0]) is None

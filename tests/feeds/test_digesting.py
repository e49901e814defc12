"""What comes into which digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.digesting import Plan, next_due, plan_digests
from feeds.model.announcements import AnnounceType
from feeds.model.curation import Curation
from feeds.model.digests import Candidate, Period, Progress, Window
from feeds.model.topics import Basis, DigestRule, Topic
from tests.support.papers import make_topic

#: A Wednesday; arXiv's day begins at 04:00 UTC.
DAY = date(2026, 4, 15)
CUT = datetime(2026, 4, 16, 6, tzinfo=UTC)
BEGUN = CUT - timedelta(days=3)
HOUR = timedelta(hours=1)


def make_candidate(arxiv_id: str = "2604.00001", released_at: datetime = CUT - HOUR, **given: object) -> Candidate:
    fields: dict[str, object] = {
        "position": int(arxiv_id[-5:]),
        "joined_at": released_at,
        "announced_on": DAY + timedelta(days=1),
        "announce_type": AnnounceType.NEW,
        "submitted_at": CUT - 30 * HOUR,
        "revised_at": None,
        **given,
    }
    return Candidate(arxiv_id, released_at=released_at, **fields)  # type: ignore[arg-type]


def plan(
    candidates: Sequence[Candidate], now: datetime = CUT, topic: Topic | None = None, period: Period = Period.DAILY
) -> Plan:
    return plan_digests(topic or make_topic(), period, Progress(BEGUN), candidates, now)


def told(found: Plan) -> dict[date, list[str]]:
    return {made.window.day: [entry.arxiv_id for entry in made.entries] for made in found.digests}


def carried(*candidates: Candidate, topic: Topic | None = None) -> list[date | None]:
    (made,) = plan(candidates, topic=topic).digests
    return [entry.carried_from for entry in made.entries]


def test_what_is_published_by_the_cut_is_in_and_what_comes_later_is_in_the_next() -> None:
    some = [make_candidate("2604.00001", CUT), make_candidate("2604.00002", CUT + timedelta(microseconds=1))]
    assert told(plan(some)) == {date(2026, 4, 16): ["2604.00001"]}
    assert told(plan(some, CUT + 24 * HOUR)) == {
        date(2026, 4, 16): ["2604.00001"],
        date(2026, 4, 17): ["2604.00002"],
    }


def test_empty_windows_make_no_digest_and_are_over() -> None:
    late = [make_candidate(released_at=CUT - 50 * HOUR), make_candidate("2604.00002", CUT - HOUR)]
    found = plan(late, CUT + 5 * HOUR)
    assert list(told(found)) == [date(2026, 4, 14), date(2026, 4, 16)]
    assert found.progress == Progress(BEGUN, CUT, date(2026, 4, 16), 2)
    assert plan([], CUT + 5 * HOUR).progress == Progress(BEGUN, CUT, date(2026, 4, 16), 0)


def test_before_the_first_cut_nothing_is_over() -> None:
    begun = Progress(CUT - HOUR)
    assert plan_digests(make_topic(), Period.DAILY, begun, [make_candidate()], CUT - HOUR).progress == begun


def test_pinned_ones_come_first_then_the_newest_position() -> None:
    pins = {1: None, 2: 7, 3: 1}
    some = [
        make_candidate(f"2604.0000{n}", said=Curation(pinned=n in pins, order=pins.get(n, 0))) for n in range(1, 6)
    ]
    assert told(plan(some)) == {
        date(2026, 4, 16): ["2604.00003", "2604.00002", "2604.00001", "2604.00005", "2604.00004"]
    }


# Carried in: by announcement


def test_news_of_the_window_is_not_carried_in() -> None:
    assert carried(make_candidate()) == [None]


@pytest.mark.parametrize(("announced_on", "is_carried"), [(DAY, True), (DAY + timedelta(days=1), False)])
def test_what_was_news_in_an_earlier_window_is_carried_in(announced_on: date, is_carried: bool) -> None:
    assert carried(make_candidate(announced_on=announced_on)) == [announced_on if is_carried else None]


def test_where_the_cut_is_just_after_arxivs_build_a_day_that_came_later_belongs_to_the_next() -> None:
    """At 04:20 UTC nobody can have read what was announced at 04:00."""
    topic = make_topic(digest=DigestRule(time(4, 20)))
    late = make_candidate(announced_on=DAY, released_at=CUT - 20 * HOUR)
    assert carried(late, topic=topic) == [None]


@pytest.mark.parametrize(("hours", "is_carried"), [(1, False), (6, False), (7, True)])
def test_a_morning_that_is_a_few_hours_late_is_an_ordinary_one(hours: int, is_carried: bool) -> None:
    news_at = datetime(2026, 4, 15, 5, tzinfo=UTC)  # half an hour after the build, and as long for a model
    late = make_candidate(announced_on=DAY, released_at=news_at + hours * HOUR)
    assert carried(late) == [DAY if is_carried else None]


def test_what_an_editor_added_belongs_where_it_joined() -> None:
    added = make_candidate(announced_on=DAY, said=Curation(added_by="ada"))
    assert carried(added) == [None]
    assert carried(replace(added, joined_at=CUT - 25 * HOUR)) == [DAY]


# Carried in: by submission


SUBMITTED = make_topic(digest=DigestRule(basis=Basis.SUBMITTED))


@pytest.mark.parametrize(
    ("given", "carried_from"),
    [
        ({"submitted_at": CUT - 23 * HOUR}, None),
        ({"submitted_at": CUT - 24 * HOUR}, DAY),
        ({"submitted_at": CUT - 80 * HOUR}, date(2026, 4, 12)),
        ({"submitted_at": None}, None),
        ({"submitted_at": None, "joined_at": CUT - 26 * HOUR}, DAY),
        ({"submitted_at": CUT + 900 * HOUR}, None),  # nobody submits later than he is announced
    ],
)
def test_by_submission_what_was_submitted_before_the_window_is_carried_in(
    given: dict[str, object], carried_from: date | None
) -> None:
    assert carried(make_candidate(**given), topic=SUBMITTED) == [carried_from]  # type: ignore[arg-type]


def test_a_replacement_belongs_where_its_version_was_submitted() -> None:
    replaced = make_candidate(
        announce_type=AnnounceType.REPLACE, submitted_at=CUT - 900 * HOUR, revised_at=CUT - 20 * HOUR
    )
    assert carried(replaced, topic=SUBMITTED) == [None]


# Whatever comes when


ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Pacific/Auckland")
rules = st.builds(DigestRule, st.times(timezones=st.none()), st.sampled_from(ZONES), st.sampled_from(Basis))
#: Around the change of the clocks in Europe.
STARTS = [datetime(2026, month, 20, tzinfo=UTC) for month in (3, 10)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[datetime, list[tuple[int, int, int]], list[int], list[DigestRule]]:
    """A beginning; papers as hours: when published, hidden from, until; looks; the rules at these looks."""
    hours = st.integers(0, 30 * 24)
    papers = draw(st.lists(st.tuples(hours, hours, hours), max_size=25))
    looks = sorted(draw(st.lists(hours, min_size=1, max_size=30)))
    return draw(st.sampled_from(STARTS)), papers, looks, [draw(rules) for _ in range(3)]


@given(histories(), st.sampled_from(Period))
def test_every_paper_is_in_exactly_one_digest_and_windows_tile(
    history: tuple[datetime, list[tuple[int, int, int]], list[int], list[DigestRule]], period: Period
) -> None:
    """However it was held or hidden, and whenever somebody cut: late, not for weeks, by another rule each time."""
    begun, papers, looks, changing = history
    progress, windows, entered = Progress(begun), list[Window](), Counter[str]()
    ends = [*looks, 60 * 24]  # in the end all is shown, and all windows are over
    for turn, at in enumerate(ends):
        now = begun + at * HOUR
        waiting = [
            make_candidate(
                f"2604.{n + 1:05}", begun + released * HOUR, announced_on=(begun + released * HOUR).date()
            )
            for n, (released, hidden, shown) in enumerate(papers)
            if released <= at and not (hidden <= at < shown and at is not ends[-1])
            and f"2604.{n + 1:05}" not in entered
        ]  # fmt: skip
        topic = make_topic(digest=changing[turn % 3])
        before = progress
        found = plan_digests(topic, period, progress, waiting, now)
        progress = found.progress
        windows += [made.window for made in found.digests]
        for made in found.digests:
            entered.update(entry.arxiv_id for entry in made.entries)
            assert all(_released(begun, papers, e.arxiv_id) <= made.window.ends_at <= now for e in made.entries)
        assert progress.number == before.number + len(found.digests)
        assert next_due(topic, {period: progress}) > now
    assert entered == {f"2604.{n + 1:05}": 1 for n in range(len(papers))}
    assert all(one.day < other.day and one.ends_at <= other.starts_at for one, other in pairwise(windows))


def _released(begun: datetime, papers: Sequence[tuple[int, int, int]], arxiv_id: str) -> datetime:
    return begun + papers[int(arxiv_id[-5:]) - 1][0] * HOUR

"""The status' days, told together."""

from __future__ import annotations

from datetime import date

from feeds.model.announcements import AnnounceType, Outcome
from feeds.status import summarize_days
from feeds.store.listings import Day

FRIDAY, THURSDAY = date(2026, 4, 17), date(2026, 4, 16)


def test_the_listings_of_a_day_are_told_together_and_what_is_out_of_the_ordinary_apart() -> None:
    stale = Day("cs.SD", FRIDAY, Outcome.STALE, None, {})
    gap = Day("eess.AS", FRIDAY, Outcome.NEWS, "after days that were not seen", {"new": 1})
    told = summarize_days(
        [
            Day("cs.CV", FRIDAY, Outcome.NEWS, None, {"new": 2, "cross": 1}),
            stale,
            gap,
            Day("cs.CV", THURSDAY, Outcome.CLOSED, None, {}),
        ]
    )
    assert [one.day for one in told] == [FRIDAY, THURSDAY]
    assert told[0].outcomes == {Outcome.NEWS: 2, Outcome.STALE: 1}
    assert told[0].counts == {AnnounceType.NEW: 3, AnnounceType.CROSS: 1}
    assert told[0].rest == (stale, gap)
    assert (told[1].outcomes, told[1].counts, told[1].rest) == ({Outcome.CLOSED: 1}, {}, ())

"""Ten days with a fault a day and more: what comes of them is what comes of ten quiet days.

``bench/chaos`` is the long one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support import chaos, databases, days
from tests.support.outcomes import Outcome, compare

SEED = 4


@pytest.mark.parametrize("on_each_database", databases.DEAR, indirect=True)
def test_ten_days_with_every_fault_end_as_ten_quiet_days(tmp_path: Path, on_each_database: str) -> None:
    recordings = days.write_days(tmp_path / "recordings", SEED)
    chance = Random(SEED)
    faults = chaos.choose_faults(chance, len(chaos.FAULTS))
    with ThreadPoolExecutor(1) as pool:
        quiet = pool.submit(chaos.run_calm, tmp_path / "calm", recordings, days.TOPICS)
        ended = chaos.run_disturbed(tmp_path / "disturbed", recordings, days.TOPICS, faults, chance)
        calm = quiet.result()
    assert ended.differences(calm) == [], "\n".join(map(str, ended.struck))
    assert sum(bool(hit.what) for hit in ended.struck) >= len(days.DAYS) // 2, ended.struck
    assert len(calm.facts["summaries"]) > 200
    assert all(len(entries) > 50 for entries in calm.feeds.values())


# The comparison itself: it is worth something only if it can fail.


def entry(number: int, day: str = "2026-04-13", **changed: Any) -> dict[str, Any]:
    return {"id": f"oai:arXiv.org:2604.{number:05d}", "day": day, "title": "A title", **changed}


def outcome(*entries: dict[str, Any], listing: str = "cs.CV") -> Outcome:
    announced = {(e["id"].removeprefix("oai:arXiv.org:"), e["day"]): frozenset({listing}) for e in entries}
    return Outcome({"papers": [(e["id"],) for e in entries]}, {"vision": list(entries)}, announced)


QUIET = outcome(entry(3, "2026-04-14"), entry(2), entry(1))


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([entry(3, "2026-04-14"), entry(2)], "feed vision: lost"),
        ([entry(3, "2026-04-14"), entry(2), entry(1), entry(1)], "feed vision: 4 instead of 3"),
        ([entry(3, "2026-04-14"), entry(2), entry(2)], "feed vision: lost"),
        ([entry(3, "2026-04-14"), entry(1), entry(2)], "papers of one listing stand in another order"),
        ([entry(2), entry(3, "2026-04-14"), entry(1)], "the days stand in another order"),
        ([entry(3, "2026-04-14"), entry(2, title="Another"), entry(1)], "feed vision: not expected"),
        ([entry(3, "2026-04-13"), entry(2), entry(1)], "feed vision: not expected"),
    ],
    ids=["lost", "twice", "another", "order", "days", "title", "day"],
)
def test_a_feed_that_differs_is_told(entries: list[dict[str, Any]], told: str) -> None:
    found = replace(QUIET, feeds={"vision": entries})
    assert any(told in difference for difference in compare(QUIET, found))


def test_a_fact_that_differs_is_told() -> None:
    found = replace(QUIET, facts={"papers": [*QUIET.facts["papers"], ("more",)]})
    assert compare(QUIET, found) == ["papers: not expected ('more',)"]


def test_papers_of_different_listings_may_change_places_within_a_day() -> None:
    announced = {
        ("2604.00001", "2026-04-13"): frozenset({"cs.CV"}),
        ("2604.00002", "2026-04-13"): frozenset({"cs.CL"}),
    }
    quiet = replace(outcome(entry(2), entry(1)), announced=announced)
    assert compare(quiet, replace(quiet, feeds={"vision": [entry(1), entry(2)]})) == []


def test_nothing_differs_from_itself() -> None:
    assert compare(QUIET, QUIET) == []

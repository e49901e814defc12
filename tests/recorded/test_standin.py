"""The recorded days of cs.CV, told by the stand-in's other interfaces as its listings told them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.recordings import recording
from tests.workers.test_standin_interfaces import running
from workers.polling.listing import ListedPaper, parse_listing
from workers.standin import Recordings

DAYS = [date(2026, 4, day) for day in range(17, 27)]


def listed(day: date) -> dict[str, ListedPaper]:
    body = recording("listings", f"atom_cs.CV_{day}.xml").read_bytes()
    return {paper.arxiv_id: paper for paper in parse_listing(body, "cs.CV").papers}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_recorded_days_catch_up_page_tells_what_its_listing_told(day: date) -> None:
    told = listed(day)
    with running(Recordings(recording("listings")), DAYS[-1]) as standin:
        caught = {one.arxiv_id: one for one in standin.catch_up("cs.CV", day)}
    assert sorted(caught) == sorted(told)
    for arxiv_id, paper in told.items():
        one = caught[arxiv_id]
        assert (one.type, one.title, one.categories) == (paper.type, paper.title, paper.categories)
        assert [author.name for author in one.authors] == [author.name for author in paper.authors]
        assert one.abstract == paper.abstract


def test_a_harvest_and_the_api_tell_every_recorded_paper_in_its_latest_version() -> None:
    latest: dict[str, ListedPaper] = {}
    for day in DAYS:
        for arxiv_id, paper in listed(day).items():
            if arxiv_id not in latest or paper.version >= latest[arxiv_id].version:
                latest[arxiv_id] = paper
    with running(Recordings(recording("listings")), DAYS[-1]) as standin:
        harvested = standin.harvest("cs:cs:CV")
        some = sorted(latest)[:250]
        completed = standin.complete(*some)
    assert {arxiv_id: record.versions[-1].number for arxiv_id, record in harvested.items()} == {
        arxiv_id: paper.version for arxiv_id, paper in latest.items()
    }
    for arxiv_id, paper in latest.items():
        record = harvested[arxiv_id]
        assert (record.title, record.abstract, record.authors) == (paper.title, paper.abstract, paper.authors)
        assert (record.categories, record.licence) == (paper.categories, paper.licence)
    assert sorted(completed) == some
    assert all(completed[arxiv_id].version == latest[arxiv_id].version for arxiv_id in some)

"""The API's search, and papers by themselves."""

from __future__ import annotations

import msgspec
import pytest

from service.list_schemas import FoundList, PaperReport
from tests.service.conftest import BASE, HOSTILE, Ask

SEARCH = "/api/v1/search"


def test_a_search_finds_papers_newest_first(ask: Ask) -> None:
    told = msgspec.json.decode(ask(f"{SEARCH}?q=present").data, type=FoundList)
    assert [paper.id[-5:] for paper in told.items] == ["00002", "00001"]
    assert told.items[0].title == HOSTILE
    assert told.items[0].topics == ["hostile", "vision"]
    assert told.items[0].matched == ["present"]
    assert told.items[1].summaries["tldr"].data == "Trees are hard."


def test_a_search_goes_on_where_it_says(ask: Ask) -> None:
    first = ask(f"{SEARCH}?q=present&cat=cs.CV&cat=cs.LG&limit=1&fields=id").get_json()
    assert first["items"] == [{"id": "oai:arXiv.org:2604.00002"}]
    assert "cat=cs.CV&cat=cs.LG" in first["next"]
    last = ask(first["next"].removeprefix(BASE)).get_json()
    assert last == {"items": [{"id": "oai:arXiv.org:2604.00001"}], "next": None}


def test_a_search_can_be_narrowed(ask: Ask) -> None:
    assert ask(f"{SEARCH}?q=present&cat=math").get_json()["items"] == []
    assert len(ask(f"{SEARCH}?cat=cs").get_json()["items"]) == 2
    assert ask(f"{SEARCH}?q=present&since=2026-04-18").get_json() == {"items": [], "next": None}
    assert len(ask(f"{SEARCH}?q=present&since=2026-04-17").get_json()["items"]) == 2


@pytest.mark.parametrize(
    "options", ["", "?q=", "?q=%22", "?q=a&cat=nonsense", "?q=a&fields=position", "?q=a&cursor=x"]
)
def test_a_search_that_makes_no_sense_is_refused(ask: Ask, options: str) -> None:
    answer = ask(SEARCH + options)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert b"nonsense" not in answer.data


@pytest.mark.parametrize("arxiv_id", ["2604.00001", "2604.00001v1", "2604.00001v9"])
def test_a_paper_is_told_with_all_that_is_known_of_it(ask: Ask, arxiv_id: str) -> None:
    answer = ask(f"/api/v1/papers/{arxiv_id}")
    told = msgspec.json.decode(answer.data, type=PaperReport)
    assert (told.id, told.title, told.version) == ("oai:arXiv.org:2604.00001", "Splatting trees", 1)
    assert [(place.topic, place.position) for place in told.topics] == [("vision", 1)]
    assert [(said.listing, said.type, said.source) for said in told.announcements] == [("cs.CV", "new", "listing")]
    assert [said.version for said in told.versions] == [1]
    assert ask(f"/api/v1/papers/{arxiv_id}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("arxiv_id", ["2604.99999", "nonsense", "hep-th/9901001", "2604.00001/x", "%00", ""])
def test_an_unknown_paper_is_not_found(ask: Ask, arxiv_id: str) -> None:
    answer = ask(f"/api/v1/papers/{arxiv_id}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")

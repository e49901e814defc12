"""What the listings do not tell is added, and what they told stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.model.entries import UpdateReason
from feeds.model.papers import Author, Paper
from feeds.store import memberships, owed, papers
from feeds.store.owed import Owed, Work
from tests.support.hosts import Answer
from tests.support.listings import Item
from tests.support.papers import make_paper
from tests.support.wires import MORNING, Line
from workers.enrichment.arxiv_api import ApiPaper
from workers.enrichment.completer import complete

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {"slug": "accepted", "title": "Accepted", "categories": ["cs.CV"], "query": "co:CVPR"},
]
SUBMITTED, REVISED = datetime(2026, 4, 1, 12, tzinfo=UTC), datetime(2026, 4, 9, 12, tzinfo=UTC)


def facts(**given: object) -> ApiPaper:
    known: dict[str, object] = {
        "arxiv_id": "2604.00001", "version": 1, "title": "Another title", "abstract": "Another abstract",
        "authors": (Author("Ada One"), Author("Bob Two")), "categories": ("cs.LG",), "classes": ("68T45",),
        "comment": "Accepted to CVPR", "doi": "10.1/x", "journal_ref": "J. X 1", "submitted_at": SUBMITTED,
        "revised_at": REVISED, "withdrawn": False,
    }  # fmt: skip
    return ApiPaper(**{**known, **given})  # type: ignore[arg-type]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line(TOPICS)


def tell(line: Line, **more: object) -> None:
    """Let the API know more of every paper than its listing told."""
    line.told = [replace(one, **more) for one in line.told]  # type: ignore[arg-type]


def stored(line: Line, arxiv_id: str = "2604.00001") -> Paper:
    with line.runtime.store.read() as connection:
        return papers.find_papers(connection, [arxiv_id])[arxiv_id]


def rows(line: Line) -> list[Owed]:
    with line.runtime.store.read() as connection:
        return owed.list_owed(connection, Work.COMPLETE)


def asked(line: Line) -> list[str]:
    return [request.path for request in line.host.requests if request.path.startswith("/api/query")]


def test_what_was_announced_stays_and_the_rest_is_added() -> None:
    before = make_paper(authors=(Author("Ada One"), Author("Bob Two")))
    after = complete(before, facts())
    assert (after.title, after.abstract, after.categories) == (before.title, before.abstract, before.categories)
    assert (after.comment, after.doi, after.journal_ref) == ("Accepted to CVPR", "10.1/x", "J. X 1")
    assert (after.classes, after.submitted_at, after.revised_at) == (("68T45",), SUBMITTED, REVISED)


def test_what_belongs_to_a_later_version_is_left_out() -> None:
    after = complete(make_paper(), facts(version=2, withdrawn=True))
    assert (after.version, after.revised_at, after.withdrawn) == (1, None, False)
    assert after.submitted_at == SUBMITTED


def test_affiliations_are_taken_where_the_names_are_the_same_and_none_was_told() -> None:
    told = (Author("Ada One", "Here"), Author("Bob Two"))
    assert complete(make_paper(authors=(Author("Ada One"), Author("Bob Two"))), facts(authors=told)).authors == told
    for names in ((Author("Ada One"),), (Author("Ada One", "There"), Author("Bob Two"))):
        assert complete(make_paper(authors=names), facts(authors=told)).authors == names


def test_a_poll_completes_its_papers_in_one_request(line: Line) -> None:
    line.announce([Item(f"2604.0000{number}") for number in range(1, 6)])
    tell(line, comment="7 pages, code: github.com/a/b", doi="10.1234/x")
    line.poll()
    assert len(asked(line)) == 1
    assert (stored(line).comment, stored(line).doi) == ("7 pages, code: github.com/a/b", "10.1234/x")
    assert rows(line) == []
    feed = line.get("/feeds/vision.atom").decode()
    assert feed.count("Comment: 7 pages") == 5
    assert feed.count('href="https://github.com/a/b" rel="related" type="text/html" title="Code"') == 5
    assert "Updated" not in feed


def test_a_query_on_comments_is_judged_once_more(line: Line) -> None:
    line.announce([Item("2604.00001"), Item("2604.00002", type="replace", version=2)])
    tell(line, comment="Accepted to CVPR 2026")
    line.poll()
    with line.runtime.store.read() as connection:
        assert memberships.count_members(connection) == {"vision": 1, "accepted": 1}
    assert b"matches co:CVPR" in line.get("/feeds/accepted.atom")


def test_a_withdrawal_told_by_the_api_moves_the_entry(line: Line) -> None:
    line.announce([Item()])
    tell(line, comment="This paper has been withdrawn by the authors")
    line.poll()
    assert stored(line).withdrawn
    with line.runtime.store.read() as connection:
        (member,) = memberships.find_members(connection, "vision", ["2604.00001"])
    assert member.membership.updated_reason == UpdateReason.WITHDRAWN
    assert b"Withdrawn by its authors." in line.get("/feeds/vision.atom")


def test_an_unknown_id_is_asked_for_again_for_some_days_and_then_left(line: Line) -> None:
    line.announce([Item()])
    line.told = []
    line.poll()
    (row,) = rows(line)
    assert (row.due_at, row.failures) == (MORNING + timedelta(hours=12), 0)
    line.set_time(MORNING + timedelta(days=6))
    line.work()
    assert rows(line) == []
    assert stored(line).submitted_at is None


@pytest.mark.parametrize("answer", [Answer(503), Answer(429), Answer(body=b"<html>"), Answer(body=b"")])
def test_an_api_out_of_reach_stops_nothing_and_is_asked_again(line: Line, answer: Answer) -> None:
    line.announce([Item("2604.00001"), Item("2604.00002")])
    line.host.serve_tree("/api/query", lambda _path: answer)
    line.poll()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 2
    assert [(row.failures, bool(row.reason), bool(row.not_before)) for row in rows(line)] == [(0, True, True)] * 2


def test_no_listing_no_request(line: Line) -> None:
    line.announce([])
    line.poll()
    assert asked(line) == []

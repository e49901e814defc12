"""The exports, over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.service.conftest import BASE, Ask
from tests.support.rendering import read_table

TYPES = {
    "md": "text/markdown; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
}
EXPORTS = [
    "vision.md", "vision.md?layout=daily", "vision.md?layout=table", "vision.md?layout=papers",
    "vision.md?layout=roundup", "quiet.md?layout=daily", "papers.md?topics=vision,quiet", "vision.bib",
    "vision.ris", "vision.csv", "vision+hostile.csv", "vision+hostile.md?layout=table", "hostile.md?layout=roundup",
]  # fmt: skip


@pytest.mark.parametrize("path", EXPORTS)
def test_an_export_is_served_and_kept_as_a_feed_is(ask: Ask, path: str) -> None:
    first = ask(f"/feeds/{path}")
    ending = path.partition("?")[0].rpartition(".")[2]
    assert (first.status_code, first.content_type) == (200, TYPES[ending])
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"].startswith("max-age=")
    assert ask(f"/feeds/{path}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    headed = ask(f"/feeds/{path}", "HEAD")
    assert (headed.data, headed.headers["ETag"]) == (b"", first.headers["ETag"])


def test_papers_is_the_layout_where_nothing_is_said(ask: Ask) -> None:
    assert ask("/feeds/vision.md").data == ask("/feeds/vision.md?layout=papers").data
    assert ask("/feeds/vision.md").data.startswith(b"# Daily Papers\n")


def test_sections_come_in_the_order_that_they_are_asked_for(ask: Ask) -> None:
    page = ask("/feeds/papers.md?topics=quiet,vision").get_data(as_text=True)
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Quiet", "## Vision"]


def test_a_hostile_topic_and_paper_stay_in_their_places(ask: Ask) -> None:
    for layout in ("papers", "table", "daily", "roundup"):
        assert b"<script" not in ask(f"/feeds/hostile.md?layout={layout}").data
    rows = read_table(ask("/feeds/vision.md?layout=table").get_data(as_text=True))
    assert [len(row) for row in rows] == [3, 3, 3]


@pytest.mark.parametrize(
    "path",
    [
        "vision.md?layout=list", "vision.md?layout=", "vision.md?layout=table&layout=papers",
        "vision.md?topics=vision", "vision.md?day=2026-04-17", "vision.md?math=tex", "vision.md?authors=joined",
        "vision.md?limit=0", "vision.md?limit=x", "vision.md?since=now", "vision.md?lang=1",
        "vision.csv?layout=table", "vision.bib?day=1",
        *(f"vision.md?layout=daily&day={day}" for day in ("yesterday", "2026-02-30", "", "20260417", "2026-W16-5")),
        "vision.md?layout=daily&since=2026-04-17", "vision+quiet.md?layout=daily", "vision+quiet.md?layout=roundup",
        "papers.md", "papers.md?topics=vision&layout=table",
        "papers.md?topics=" + ",".join(f"t{number}" for number in range(21)),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(ask: Ask, path: str) -> None:
    answer = ask(f"/feeds/{path}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert json.loads(answer.data)["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing.md", 404), ("nothing.csv", 404), ("search.md", 404), ("papers.md?topics=vision,nothing", 404),
        ("papers.md?topics=", 404), ("vision.md?layout=daily&day=2020-01-01", 404), ("vision.tex", 404),
        (".md", 404),
        ("ended.md", 410), ("ended.bib", 410), ("papers.md?topics=ended", 410), ("ended.md?layout=daily", 410),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_document(ask: Ask, path: str, status: int) -> None:
    answer = ask(f"/feeds/{path}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("sight.md", "vision.md"),
        ("eyes.md?layout=table&limit=5", "vision.md?layout=table&limit=5"),
        ("sight.md?layout=daily", "vision.md?layout=daily"),
        ("sight.md?layout=roundup", "vision.md?layout=roundup"),
        ("sight.csv?since=2026-04-17T00:00:00%2B02:00", "vision.csv?since=2026-04-17T00%3A00%3A00%2B02%3A00"),
        ("quiet+sight.bib", "quiet+vision.bib"),
        ("papers.md?topics=quiet,sight&limit=2", "papers.md?limit=2&topics=quiet,vision"),
    ],
)
def test_an_old_slug_leads_to_the_topic(ask: Ask, path: str, where: str) -> None:
    answer = ask(f"/feeds/{path}")
    assert (answer.status_code, answer.location) == (301, f"{BASE}/feeds/{where}")

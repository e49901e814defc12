"""A recorded day of cs.CV in every export: whole, read back by others' parsers, and without a defect."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from lxml import html

from feeds.model.announcements import AnnounceType
from feeds.model.entries import Feed, Member
from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Summary
from feeds.query.percolator import Percolator
from feeds.render.bibtex import render_bibtex
from feeds.render.layouts.daily import render_daily
from feeds.render.layouts.papers import render_papers
from feeds.render.layouts.readings import LIMITS
from feeds.render.layouts.table import render_table
from feeds.render.ris import render_ris
from feeds.render.spreadsheet import render_csv
from feeds.text import squeeze
from tests.feeds.render.layouts.samples import ENGLISH, make_day, make_feed, make_member
from tests.support.recordings import recording
from tests.support.rendering import read_table, render_gfm, tags_of
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer
from workers.polling.changes import Known, decide
from workers.polling.listing import parse_listing

WANTED = {AnnounceType.NEW, AnnounceType.CROSS}


@pytest.fixture(scope="module")
def members() -> list[Member]:
    """All papers of a day, newest first, as the embedded summarizer tells them."""
    listing = parse_listing(recording("listings", "atom_cs.CV_2026-04-17.xml").read_bytes(), "cs.CV")
    papers = decide(listing, "cs.CV", Known(frozenset(), {}), Percolator([])).papers
    summarizer = EmbeddedSummarizer()
    made = []
    for position, paper in enumerate(papers):
        kinds = summarizer.summarize(paper.title, paper.abstract)
        member = make_member(paper, position)
        summaries = tuple(
            Summary(paper.text_hash, kind, OWN_LANGUAGE, "1", EMBEDDED, data, member.membership.joined_at)
            for kind, data in kinds.items()
            if data
        )
        made.append(
            Member(
                paper, member.membership.__class__(**{**vars(member.membership), "position": position}), summaries
            )
        )
    return made[::-1]


@pytest.fixture(scope="module")
def feed(members: list[Member]) -> Feed:
    return make_feed(members, ENGLISH)


def texts(cells: Iterator[html.HtmlElement] | list[html.HtmlElement]) -> list[str]:
    return [squeeze(cell.text_content()) for cell in cells]


def test_the_table_has_a_whole_row_for_each(feed: Feed) -> None:
    rows = read_table(render_table(feed).decode())[1:]
    assert len(rows) == len({row[0].text_content() for row in rows}) == len(feed.entries) > 100
    titles = {squeeze(entry.title) for entry in feed.entries}
    for row in rows:
        source, title, summary = texts(row)
        assert title in titles
        assert row[1].find("a").get("href") == f"https://arxiv.org/abs/{source}"
        assert len(summary) > 40
        assert tags_of(row[2]) <= {"strong", "br", "a"}


def test_daily_papers_has_a_whole_row_for_each(feed: Feed) -> None:
    rows = read_table(render_papers([feed]).decode())[1:]
    coded = {entry.paper.arxiv_id for entry in feed.entries if any(link.title == "Code" for link in entry.links)}
    assert (len(rows), len(coded) > 10) == (len(feed.entries), True)
    for row in rows:
        assert len(row) == 5
        shown = re.sub(r".*/abs/|v\d+$", "", row[0].find(".//a").get("href"))
        assert (row[1].find("a") is not None) == (shown in coded)
        assert tags_of(row[2]) <= {"details", "summary", "p", "a"}
        assert len(row[2].text_content()) > 100


def test_the_day_has_every_paper_with_its_fold(members: list[Member]) -> None:
    made = render_daily(make_day(members, ENGLISH)).decode()
    page = render_gfm(made.split("---\n", 2)[2])
    assert len(list(page.iter("h2"))) == len(members)
    folds = list(page.iter("details"))
    assert len(folds) == len(members)
    titles = ("Background and problems", "Core method", "Tasks and results")
    limits = dict(zip(titles, LIMITS.values(), strict=True))
    complete = 0
    for fold in folds:
        parts = {texts(item)[0]: texts(item)[1] for item in fold.iter("li")}
        complete += tuple(parts) == titles
        assert all(0 < len(text.split()) <= limits[title].words for title, text in parts.items())
    assert complete == len(folds)
    assert "http://arxiv.org" not in made
    assert tags_of(page) <= {"p", "ul", "li", "strong", "em", "a", "h2", "hr", "details", "summary", "div", "ol"}


def test_others_parsers_read_every_paper_back(feed: Feed) -> None:
    ids = [entry.paper.arxiv_id for entry in feed.entries]
    library = parse_string(render_bibtex(feed).decode())
    assert ([entry.key for entry in library.entries], library.failed_blocks) == (
        [f"arXiv:{one}" for one in ids],
        [],
    )
    records = rispy.loads(render_ris(feed).decode())
    assert [record["id"] for record in records] == [f"arXiv:{one}" for one in ids]
    assert [len(record["authors"]) for record in records] == [len(entry.paper.authors) for entry in feed.entries]
    rows = list(csv.DictReader(io.StringIO(render_csv(feed).decode(), newline=""), strict=True))
    assert [row["id"] for row in rows] == ids


def test_bibtex_braces_pair_as_bibtex_counts_them(feed: Feed) -> None:
    for entry in render_bibtex(feed).decode().split("\n\n"):
        depth = 0
        for sign in entry.rstrip().removesuffix("}"):
            depth += {"{": 1, "}": -1}.get(sign, 0)
            assert depth > 0 or sign != "}"
        assert depth == 1

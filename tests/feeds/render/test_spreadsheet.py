"""CSV, as scripts and spreadsheets read it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.curation import Curation
from feeds.model.entries import Member
from feeds.render.spreadsheet import COLUMNS, render_csv
from feeds.text import clean, squeeze
from tests.feeds.render.layouts.samples import EN, FOUL, GAP, NASTY, OLD, STEER, make_feed, make_member

SAID = Curation(rating=0, tags=("a", "b c"), institution='"Meta", Inc.', note="# One\n\n- two")


def read(*members: Member) -> list[dict[str, str]]:
    made = render_csv(make_feed(members)).decode()
    return list(csv.DictReader(io.StringIO(made, newline=""), strict=True))


def test_the_columns_are_what_scripts_rely_on() -> None:
    assert list(COLUMNS) == [
        "id", "version", "title", "authors", "categories", "announced_on", "published_at", "updated_at", "tldr",
        "abstract", "comment", "doi", "journal_ref", "licence", "url", "pdf", "code", "withdrawn", "rating", "tags",
        "institution", "note",
    ]  # fmt: skip
    assert render_csv(make_feed([])).decode() == ",".join(COLUMNS) + "\r\n"


def test_a_paper_is_a_row() -> None:
    (row,) = read(make_member(STEER, 2, SAID, EN, "en"))
    told = {name: row[name] for name in ("id", "version", "authors", "categories", "announced_on", "published_at")}
    assert told == {
        "id": "2510.13558",
        "version": "2",
        "authors": "Ruitao Feng; Bixi Zhang; Maureen de Seyssel",
        "categories": "cs.SD cs.CL",
        "announced_on": "2026-04-19",
        "published_at": "2026-04-19T05:10:00.001000Z",
    }
    assert row["title"] == "Steer-MoE: Audio-Language Alignment with α-Experts"
    assert (row["tldr"], row["rating"], row["tags"], row["institution"], row["note"]) == (
        "SteerMoE steers frozen encoders.", "0", "a, b c", '"Meta", Inc.', "# One\n\n- two"
    )  # fmt: skip
    assert (row["code"], row["withdrawn"]) == ("https://github.com/forfrt/Steer_MoE", "false")


def test_what_is_not_there_is_empty() -> None:
    (row,) = read(make_member(OLD))
    assert (row["authors"], row["tldr"], row["rating"], row["withdrawn"]) == ("", "", "", "true")


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_no_cell_is_a_formula(start: str) -> None:
    (row,) = read(
        make_member(replace(GAP, title=start, comment=start), said=Curation(note=start, institution=start))
    )
    cells = [row[name] for name in ("title", "comment", "note", "institution")]
    assert cells == [f"'{start.strip()}"] * 4


@given(st.text(max_size=30).map(clean), st.text(max_size=30).map(clean))
def test_rows_are_read_back_whatever_they_hold(title: str, comment: str) -> None:
    paper = replace(GAP, title=f"x{title}".replace("$", "").replace("\\", ""), comment=f'"{comment}')
    rows = read(make_member(NASTY, 3, SAID, FOUL), make_member(paper), make_member(STEER))
    assert [row["id"] for row in rows] == ["2510.00001", "2510.13632", "2510.13558"]
    assert all(None not in row and None not in row.values() for row in rows)
    assert squeeze(rows[1]["title"]).startswith("x")

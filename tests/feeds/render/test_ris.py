"""RIS, read back by a parser of its own."""

from __future__ import annotations

import re
from typing import Any

import rispy
from hypothesis import given
from hypothesis import strategies as st

from feeds.maths import to_plain
from feeds.model.curation import Curation
from feeds.model.papers import Author, Paper
from feeds.render.ris import render_ris
from feeds.text import clean, squeeze
from tests.feeds.render.layouts.samples import EN, FOUL, GAP, NASTY, OLD, STEER, make_feed, make_member

TEXTS = st.lists(
    st.sampled_from([*"\n\r \t", "-", "ER  - ", "TY  - JOUR", "\nER  - \n", "a", "é", "\u2028", "\x85"]),
    max_size=12,
).map(lambda pieces: clean("".join(pieces)))


def parse(*papers: Paper, **fields: object) -> list[dict[str, Any]]:
    feed = make_feed([make_member(paper, made=EN, **fields) for paper in papers])  # type: ignore[arg-type]
    return list(rispy.loads(render_ris(feed).decode()))


def test_a_paper_is_a_record() -> None:
    (read,) = parse(STEER, said=Curation(tags=("MM Fusion",)))
    assert read.pop("abstract").startswith("Aligning audio encoders")
    assert read.pop("notes") == [squeeze(STEER.comment or "")]
    assert read == {
        "type_of_reference": "JOUR",
        "id": "arXiv:2510.13558",
        "title": "Steer-MoE: Audio-Language Alignment with α-Experts",
        "authors": ["Feng, Ruitao", "Zhang, Bixi", "de Seyssel, Maureen"],
        "year": "2025",
        "date": "2025/10/15",
        "journal_name": "Proc. ICASSP 2026, pp. 1-9",
        "accession_number": "arXiv:2510.13558",
        "doi": "10.1000/182",
        "urls": ["https://arxiv.org/abs/2510.13558"],
        "file_attachments1": "https://arxiv.org/pdf/2510.13558",
        "keywords": ["cs.SD", "cs.CL", "MM Fusion"],
    }


def test_a_preprint_is_unpublished() -> None:
    gap, old = parse(GAP, OLD)
    assert (gap["type_of_reference"], gap["publisher"], gap["date"]) == ("UNPB", "arXiv", "2025/10")
    assert gap["authors"] == ["Cuervo, Santiago", "The ATLAS Collaboration"]
    assert (old["year"], old["notes"], old.get("authors")) == ("1999", ["Withdrawn by its authors."], None)


def test_every_line_is_a_field_and_ends_as_the_format_says() -> None:
    made = render_ris(make_feed([make_member(NASTY, made=FOUL), make_member(STEER)])).decode()
    assert made.count("\n") == made.count("\r\n")
    lines = [line for line in made.split("\r\n") if line]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert lines.count("ER  - ") == 2


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_ends_its_record(title: str, name: str, abstract: str) -> None:
    paper = Paper("2510.00002", 1, f"x{title}", f"y{abstract}", (Author(f"z{name}"),), ("cs.SD",), comment=abstract)
    read = parse(paper, GAP)
    assert [record["id"] for record in read] == ["arXiv:2510.00002", "arXiv:2510.13632"]
    assert read[0]["abstract"] == squeeze(to_plain(f"y{abstract}"))


def test_an_empty_feed_has_no_records() -> None:
    assert render_ris(make_feed([])) == b""

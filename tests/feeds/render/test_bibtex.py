"""BibTeX, read back by a parser of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.curation import Curation
from feeds.model.papers import Author, Paper
from feeds.render.bibtex import render_bibtex, write_name, write_tex
from feeds.text import clean
from tests.feeds.render.layouts.samples import EN, FOUL, GAP, HOSTILE, NASTY, OLD, STEER, make_feed, make_member

PIECES = st.sampled_from(
    [*"{}\\$%#&_~^@,=\"' \n()|<>", "a", "é", "\\input{x}", "$x^{2}$", "$}$", "${$", "\\}", "$$", "$\\write18{x}$",
     "@misc{x,", " and ", "}\n\n@comment{"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join).map(clean)


def parse(*papers: Paper, **fields: object) -> Library:
    feed = make_feed([make_member(paper, made=EN, **fields) for paper in papers])  # type: ignore[arg-type]
    return parse_string(render_bibtex(feed).decode())


def fields_of(paper: Paper, **fields: object) -> dict[str, str]:
    read = parse(paper, **fields)
    assert read.failed_blocks == []
    (entry,) = read.entries
    return {field.key: field.value for field in entry.fields}


def test_a_paper_is_an_entry_that_cites_arxiv() -> None:
    read = fields_of(STEER, said=Curation(tags=("MM Fusion", "50%")))
    assert read.pop("abstract").startswith("Aligning audio encoders")
    assert read == {
        "title": "Steer-{MoE}: Audio-Language Alignment with $\\alpha$-Experts",
        "author": "Ruitao Feng and Bixi Zhang and Maureen de Seyssel",
        "year": "2025",
        "month": "oct",
        "journal": "Proc. ICASSP 2026, pp. 1-9",
        "eprint": "2510.13558",
        "archiveprefix": "arXiv",
        "primaryclass": "cs.SD",
        "doi": "10.1000/182",
        "url": "https://arxiv.org/abs/2510.13558",
        "keywords": "MM Fusion, 50\\%",
        "note": "9 pages, 5 figures, accepted to ICASSP 2026. Code: https://github.com/forfrt/Steer\\_MoE",
    }


def test_types_and_keys_are_stable() -> None:
    papers = [STEER, GAP, OLD]
    first = parse(*papers)
    later = parse(*(replace(paper, version=9, authors=paper.authors[::-1], title="New") for paper in papers))
    assert [entry.entry_type for entry in first.entries] == ["article", "misc", "misc"]
    keys = [entry.key for entry in first.entries]
    assert keys == ["arXiv:2510.13558", "arXiv:2510.13632", "arXiv:hep-th/9901001"]
    assert keys == [entry.key for entry in later.entries]


def test_an_old_paper_has_its_ids_month_and_is_marked_as_withdrawn() -> None:
    read = fields_of(OLD)
    assert (read["year"], read["month"], read["note"]) == ("1999", "jan", "Withdrawn by its authors.")
    assert "author" not in read


def test_the_year_is_the_first_versions() -> None:
    read = fields_of(replace(GAP, submitted_at=datetime(2024, 12, 31, tzinfo=UTC)))
    assert (read["year"], read["month"]) == ("2024", "dec")


def test_a_hostile_paper_stays_one_entry() -> None:
    feed = make_feed([make_member(NASTY, 2, Curation(tags=(HOSTILE[:30],)), FOUL), make_member(GAP)])
    read = parse_string(render_bibtex(feed).decode())
    assert [len(read.failed_blocks), len(read.comments), len(read.entries)] == [0, 0, 2]
    assert {entry.key for entry in read.entries} == {"arXiv:2510.00001", "arXiv:2510.13632"}


@given(TEXTS, TEXTS)
def test_whatever_a_title_or_a_name_holds_the_library_stays_whole(title: str, name: str) -> None:
    paper = replace(GAP, title=f"x{title}", authors=(Author(f"y{name}"),), comment=name, doi=f"10.{title}")
    read = parse(paper, STEER)
    assert (len(read.failed_blocks), len(read.comments)) == (0, 0)
    assert [entry.key for entry in read.entries] == ["arXiv:2510.13632", "arXiv:2510.13558"]


def test_an_empty_feed_is_an_empty_library() -> None:
    assert render_bibtex(make_feed([])) == b""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R&D costs 5% of $10^6$", r"R\&D costs 5\% of $10^6$"),
        (r"\textit{X} is Poincar\'{e}'s", "X is Poincaré's"),
        ("$$x < y$$", "$x < y$"),
        ("a < b | c", r"a \textless{} b \textbar{} c"),
        ("$\\frac{1}{2$", None),
        ("$\\left\\{ x$", None),
        ("$\\input{/etc/passwd}$", None),
        ("$\\immediate\\write18{rm}$", None),
    ],
)
def test_formulas_stay_tex_where_they_are_harmless(text: str, expected: str | None) -> None:
    made = write_tex(text)
    assert made == expected if expected else not {"$\\", "\\input", "\\write"} & {made[:2], made[:6], made[1:7]}
    assert made.count("{") == made.count("}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("The ATLAS Collaboration", "{The ATLAS Collaboration}"),
        ("Smith, Jr.", "{Smith, Jr.}"),
        ("S. James Gates Jr", "Gates, Jr, S. James"),
        ("Oscar Martinez, Jr.", "Martinez, Jr., Oscar"),
        ("Knuth, Donald", "Knuth, Donald"),
        ("a, b, c, d", "{a, b, c, d}"),
        ("Vincenzo De Rosa", "De Rosa, Vincenzo"),
        ("kui Ren", "Ren, kui"),
        ("P. de M. Rios", "Rios, P. de M."),
        ("A.V.Gusev", "A.V. Gusev"),
        ("for the RBC", "{for the RBC}"),
        ("李明", "李明"),
        ("Barnes and Noble", "{Barnes and Noble}"),
        ("A_B {C}", r"A\_B \textbraceleft{}C\textbraceright{}"),
    ],
)
def test_names_are_left_to_bibtex_but_for_those_that_it_would_break(name: str, expected: str) -> None:
    assert write_name(name) == expected


def test_authors_who_are_not_named_are_others() -> None:
    read = fields_of(replace(GAP, authors=(Author("T. Aaltonen et al"),)))
    assert read["author"] == "T. Aaltonen and others"

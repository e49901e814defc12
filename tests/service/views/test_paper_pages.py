"""A page a paper: what is known of it, its summaries, and what reference managers read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feeds.model.papers import Author
from service.views.paper_pages import list_meta
from tests.service.conftest import BASE, Ask
from tests.support.html_pages import Page
from tests.support.listings import Item
from tests.support.papers import make_paper
from tests.support.wires import Line

MakeLine = Callable[..., Line]


def test_a_papers_page_tells_all_that_is_known(ask: Ask) -> None:
    page = Page(ask("/papers/2604.00001").get_data(as_text=True))
    for text in (
        "Splatting trees", "Ada One, Bob Two", "We present splats.", "Trees are hard. We present splats.",
        "Summary picked by machine from the abstract of v1, in the authors' own words", "17 April 2026",
        "Computer Vision and Pattern Recognition", "version 1 in cs.CV, new", "@misc{arXiv:2604.00001,",
    ):  # fmt: skip
        assert text in page.shown
    assert {
        "/topics/vision", "/topics/vision/days/2026-04-17", "/papers/2604.00001.bib", "/papers/2604.00001.ris",
        "/search?cat=cs.CV", "https://arxiv.org/abs/2604.00001", "https://arxiv.org/pdf/2604.00001",
    } <= set(page.links())  # fmt: skip
    assert {"rel": "canonical", "href": f"{BASE}/papers/2604.00001"} in page.all("link")


def test_a_page_with_a_version_is_the_papers_own(ask: Ask) -> None:
    versioned, plain = (Page(ask(f"/papers/2604.00001{ending}").get_data(as_text=True)) for ending in ("v1", ""))
    assert versioned.shown == plain.shown
    assert versioned.all("link") == plain.all("link")


@pytest.mark.parametrize(
    "text", ["2604.00001v2", "2604.1", "x", "2604.00001/x", "hep-th/9901001", "math.CA/0611800", "%3Cscript%3E"]
)
@pytest.mark.parametrize("ending", ["", ".bib", ".ris"])
def test_papers_that_are_not_here_are_not_found(ask: Ask, text: str, ending: str) -> None:
    answer = ask(f"/papers/{text}{ending}")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "script>" not in answer.get_data(as_text=True).replace("</script>", "")


def test_an_old_id_with_a_slash_has_a_page(make_line: MakeLine) -> None:
    line = make_line([{"slug": "strings", "title": "Strings", "categories": ["hep-th"]}])
    line.announce([Item("hep-th/9901001", title="Branes", categories=("hep-th",))], "hep-th")
    line.poll("hep-th")
    page = Page(line.get("/papers/hep-th/9901001").decode())
    assert page.headings[0] == "Branes"
    assert "/papers/hep-th/9901001.bib" in page.links()
    assert line.get("/papers/hep-th/9901001.bib").startswith(b"@misc{arXiv:hep-th/9901001,")
    assert "/papers/hep-th/9901001" in Page(line.get("/topics/strings").decode()).links()


def test_a_paper_can_be_had_for_a_bibliography(ask: Ask) -> None:
    bibtex, ris = ask("/papers/2604.00001.bib"), ask("/papers/2604.00001.ris")
    assert (bibtex.mimetype, ris.mimetype) == ("application/x-bibtex", "application/x-research-info-systems")
    assert bibtex.data.startswith(b"@misc{arXiv:2604.00001,\n  title = {Splatting trees},")
    assert b"TI  - Splatting trees\r\n" in ris.data
    assert ask("/papers/2604.00001.bib", headers={"If-None-Match": bibtex.headers["ETag"]}).status_code == 304


def test_reference_managers_find_what_they_read(ask: Ask) -> None:
    page = Page(ask("/papers/2604.00001").get_data(as_text=True))
    told = [(meta["name"], meta["content"]) for meta in page.all("meta") if "citation" in (meta.get("name") or "")]
    assert told[:3] == [
        ("citation_title", "Splatting trees"), ("citation_author", "One, Ada"), ("citation_author", "Two, Bob")
    ]  # fmt: skip
    assert dict(told)["citation_arxiv_id"] == "2604.00001"
    assert dict(told)["citation_pdf_url"] == "https://arxiv.org/pdf/2604.00001"


def test_what_is_known_of_a_paper_is_told_to_reference_managers() -> None:
    authors = (Author("Ada van der One", "Somewhere"), Author("The Wire Collaboration"))
    paper = make_paper(
        title="On $x^2$",
        abstract="We see $x^2$.",
        authors=authors,
        doi="10.1000/1",
        journal_ref="J. Wire 1 (2026) 1",
    )
    told = list(list_meta(paper))
    assert told[:5] == [
        ("citation_title", "On x²"),
        ("citation_author", "van der One, Ada"),
        ("citation_author_institution", "Somewhere"),
        ("citation_author", "The Wire Collaboration"),
        ("citation_date", "2026/04"),
    ]
    rest = dict(told)
    assert rest["citation_doi"] == "10.1000/1"
    assert rest["citation_journal_title"] == "J. Wire 1 (2026) 1"
    assert rest["citation_abstract"] == "We see x²."

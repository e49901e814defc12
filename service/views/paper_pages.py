"""A page a paper: all that is known of it, and its entry for a bibliography."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from feeds.errors import NotFoundError
from feeds.maths import to_plain
from feeds.model import identifiers
from feeds.model.documents import Document
from feeds.model.identifiers import parse_arxiv_id
from feeds.model.papers import Paper
from feeds.publishing.exports import FORMS
from feeds.publishing.pages import PaperPage
from feeds.render.names import family_first
from feeds.render.references import first_month
from service import conditional
from service.layout import send_page
from service.options import takes
from service.views import pages
from service.web import web
from service.wording import LANG, choose_language

blueprint = pages.blueprint

#: For bibliographies.
_FORMS = ("bib", "ris")
#: Authors of a collaboration beyond so many are not named one by one to reference managers.
_MOST_CITED = 500


@blueprint.get("/papers/<path:arxiv_id>")
@takes(LANG)
def paper(arxiv_id: str) -> Response:
    """All that is known of a paper, its summaries with where they came from, and the topics it is in."""
    page = _find(arxiv_id)
    return send_page(
        "paper.html",
        page.modified_at,
        page=page,
        entry=page.entry,
        paper=page.entry.paper,
        bibtex=FORMS["bib"].render(page.feed).decode(),
        base_url=web().settings.base_url,
        meta=list(list_meta(page.entry.paper)),
        address=f"{page.feed.address}.atom?{page.feed.options}",
    )


@blueprint.get("/papers/<path:arxiv_id>.bib", defaults={"form": "bib"})
@blueprint.get("/papers/<path:arxiv_id>.ris", defaults={"form": "ris"})
def cite(arxiv_id: str, form: str) -> Response:
    """A paper for a reference manager."""
    page = _find(arxiv_id)
    made = FORMS[form]
    document = Document(made.render(page.feed), made.media_type, page.modified_at.replace(microsecond=0))
    return conditional.respond(document, web().clock.now())


def list_meta(paper: Paper) -> Iterator[tuple[str, str]]:
    """What reference managers read in a page's head: (name, content), as Google Scholar and Zotero know them."""
    yield "citation_title", to_plain(paper.title)
    for author in paper.authors[:_MOST_CITED]:
        yield "citation_author", family_first(author.name)
        if author.affiliation:
            yield "citation_author_institution", author.affiliation
    yield "citation_date", _write_date(paper)
    if paper.revised_at:
        yield "citation_online_date", f"{paper.revised_at:%Y/%m/%d}"
    if paper.journal_ref:
        yield "citation_journal_title", paper.journal_ref
    if paper.doi:
        yield "citation_doi", paper.doi
    yield "citation_arxiv_id", paper.arxiv_id
    yield "citation_abstract_html_url", identifiers.abstract_url(paper.arxiv_id)
    yield "citation_pdf_url", identifiers.pdf_url(paper.arxiv_id)
    yield "citation_abstract", to_plain(paper.abstract)


def _write_date(paper: Paper) -> str:
    """When it was first submitted; only the month where no more is known."""
    if paper.submitted_at:
        return f"{paper.submitted_at:%Y/%m/%d}"
    year, month = first_month(paper)
    return f"{year}/{month:02}"


def _find(text: str) -> PaperPage:
    """A paper by its id, with a version or without; it is shown as it is now in either case.

    :raises NotFoundError: also for a version that is not there yet
    """
    try:
        asked = parse_arxiv_id(text)
    except ValueError:
        raise NotFoundError("There is no such paper; an id is written like 2604.14193.") from None
    page = web().pages.find_paper(asked.arxiv_id, choose_language())
    if asked.version and asked.version > page.entry.paper.version:
        raise NotFoundError(f"There is no such version; the newest known here is v{page.entry.paper.version}.")
    return page

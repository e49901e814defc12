"""The API's papers: all that is known of one, the summaries that are kept, the way to have them written anew."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from feeds import remaking
from feeds.errors import ConflictError, NotFoundError
from feeds.model.documents import JSON, Document
from feeds.model.identifiers import parse_arxiv_id
from feeds.publishing import papers
from service import conditional
from service.entries import show_paper, show_paper_summary
from service.list_schemas import PaperReport
from service.openapi import Parameter, answer, encode
from service.schemas import PaperSummaries, Remaking, RemakingWish, WantedSummary
from service.views import api as api_views
from service.web import web

blueprint = api_views.blueprint
api = api_views.api

_PAPER = "/papers/{arxiv_id}"
_PATH = "/papers/{arxiv_id}/summaries"
_ID = Parameter("An arXiv id, with or without version, like 2604.14193 or hep-th/9901001", slashes=True)


@api.get(_PAPER, PaperReport, arxiv_id=_ID)
def show_paper_report(arxiv_id: str) -> BaseResponse:
    """A paper with all that is known of it: which topics it is in, its versions, who announced it when."""
    tools = web()
    known = papers.find_known(tools.store, _read_id(arxiv_id))
    document = Document(encode(show_paper(known)), JSON, known.changed_at.replace(microsecond=0), awaiting=True)
    return conditional.respond(document, tools.clock.now())


@api.get(_PATH, PaperSummaries, arxiv_id=_ID)
def list_paper_summaries(arxiv_id: str) -> BaseResponse:
    """All summaries that are kept of a paper's current text, with who made them and of what."""
    tools = web()
    kept = remaking.find_kept(tools.store, _read_id(arxiv_id))
    items = [show_paper_summary(summary) for summary in kept.summaries]
    body = encode(PaperSummaries(kept.paper.arxiv_id, kept.paper.version, items))
    document = Document(body, JSON, kept.changed_at.replace(microsecond=0), awaiting=True)
    return conditional.respond(document, tools.clock.now())


@api.post(_PATH, Remaking, RemakingWish, begins=True, arxiv_id=_ID)
def remake_paper_summaries(arxiv_id: str, editor: str, body: RemakingWish) -> Response:
    """Have a language model write a paper's summaries anew.

    What the paper's topics ask for is forgotten and owed again; the embedded ones are shown until it is written.
    """
    tools, wanted = web(), _read_id(arxiv_id)
    if tools.settings.llm_base_url is None:
        raise ConflictError("This wire has no language model that would write them (WIRE_LLM_BASE_URL).")
    kinds = body.kinds or None
    with tools.store.write() as connection:
        done = remaking.remake(connection, wanted, kinds, tools.clock.now())
    owed = [WantedSummary(wish.kind, wish.language) for wish in done.owed]
    address = f"{tools.settings.base_url}/api/v1/papers/{wanted}/summaries"
    return answer(Remaking(wanted, done.forgotten, owed), HTTPStatus.ACCEPTED, Location=address)


def _read_id(text: str) -> str:
    try:
        return parse_arxiv_id(text).arxiv_id
    except ValueError:
        raise NotFoundError("There is no such paper; an id is written like 2604.14193.") from None

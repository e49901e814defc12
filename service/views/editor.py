"""What editors do on a topic's page, by forms; and the page on which they try a query."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from feeds import editing
from feeds.desks import load_desk
from feeds.errors import BadRequestError, GoneError, MovedError, QueryError
from feeds.model.identifiers import parse_arxiv_id, parse_pasted_id
from feeds.previewing import Preview, preview_topic
from feeds.query import parser
from service import conditional
from service.acts import ACTS, ChangedError, add_paper, do_act, save_fields
from service.desks import Fields, mark_spans, read_fields, read_values
from service.layout import link, send_page
from service.options import Option, takes
from service.sessions import Session, find_session, require_form
from service.views import pages
from service.web import web
from service.wording import LANG

blueprint = pages.blueprint

#: Of a preview: announcement days that are counted, papers that are named.
_DAYS, _SHOWN = 10, 20


@blueprint.post("/topics/<slug>/edit")
@takes(LANG)
def edit(slug: str) -> BaseResponse:
    """Does what a button of a topic's page says, and leads back to where it stands."""
    session, act = require_form(), request.form.get("act", "")
    try:
        if act == "add":
            return _add(slug, session)
        arxiv_id = _read_paper()
        if act == "save":
            return _save(slug, arxiv_id, session)
        if act not in ACTS:
            raise BadRequestError(f"act is one of {', '.join((*ACTS, 'save', 'add'))}.")
        return _act(slug, arxiv_id, session, act)
    except MovedError as moved:
        return _lead(link(f"/topics/{moved.slug}/edit"), HTTPStatus.PERMANENT_REDIRECT)


@blueprint.get("/topics/<slug>/preview")
@takes(Option("q", "a query, as topics have them; the topic's own where it is missing"), LANG)
def preview(slug: str) -> BaseResponse:
    """What a query would let into a topic, for its editors to try."""
    if find_session() is None:
        return _lead(link("/login", next=f"/topics/{slug}/preview"))
    try:
        stored = editing.find_report(web().store, slug).stored
    except MovedError as moved:
        return _lead(link(f"/topics/{moved.slug}/preview", q=request.args.get("q")))
    if stored.topic.retired:
        raise GoneError("This topic was retired.")
    query = request.args.get("q", stored.topic.query or "").strip()
    found: Preview | None = None
    trouble = _find_trouble(query)
    if trouble is None:
        tried = replace(stored.topic, query=query or None)
        found = preview_topic(web().store, tried, days=_DAYS, shown=_SHOWN)
    return send_page(
        "editor/preview.html",
        topic=stored.topic,
        of_file=stored.is_files,
        query=query,
        trouble=trouble,
        found=found,
        marked=mark_spans,
    )


def _act(slug: str, arxiv_id: str, session: Session, act: str) -> BaseResponse:
    try:
        done = do_act(slug, arxiv_id, session.editor, act, request.form.get("seen", ""))
    except ChangedError:
        return _lead_back(slug, "changed", arxiv_id)
    return _lead_back(slug, ACTS[act][0] if done.changed else "same", arxiv_id)


def _save(slug: str, arxiv_id: str, session: Session) -> BaseResponse:
    """Nothing that was typed is lost where it cannot be saved."""
    fields, seen = read_fields(request.form), request.form.get("seen", "")
    try:
        done = save_fields(slug, arxiv_id, session.editor, read_values(fields), seen)
    except BadRequestError as error:
        return _ask_again(slug, arxiv_id, fields, HTTPStatus.BAD_REQUEST, str(error))
    except ChangedError:
        return _ask_again(slug, arxiv_id, fields, HTTPStatus.CONFLICT)
    return _lead_back(slug, "save" if done.changed else "same", arxiv_id)


def _add(slug: str, session: Session) -> BaseResponse:
    try:
        arxiv_id = parse_pasted_id(request.form.get("paper", "")).arxiv_id
    except ValueError:
        return _lead_back(slug, "no_id")
    before, done = add_paper(slug, arxiv_id, session.editor)
    if before.is_in:
        return _lead_back(slug, "there", arxiv_id)
    return _lead_back(slug, "add" if done.is_in else "fetch", arxiv_id)


def _ask_again(
    slug: str, arxiv_id: str, fields: Fields, status: HTTPStatus, trouble: str | None = None
) -> Response:
    """The same form with what was typed into it; sent again, it counts for the paper as it is now."""
    tools = web()
    made = send_page(
        "editor/again.html",
        topic=editing.find_report(tools.store, slug).stored.topic,
        desk=load_desk(tools.store, slug, [arxiv_id]),
        arxiv_id=arxiv_id,
        values=fields,
        trouble=trouble,
        before=_read_before(),
    )
    made.status_code = status
    return made


def _lead_back(slug: str, said: str, arxiv_id: str | None = None) -> BaseResponse:
    """To where the paper stands on the page."""
    page = link(f"/topics/{slug}", before=_read_before(), said=said, paper=arxiv_id)
    return _lead(f"{page}#p{arxiv_id.replace('/', '.')}" if arxiv_id else page)


def _lead(address: str, status: HTTPStatus = HTTPStatus.SEE_OTHER) -> BaseResponse:
    made = redirect(address, status, Response)
    assert isinstance(made, Response)
    return conditional.keep_private(made)


def _read_before() -> int | None:
    """The page that a form was on."""
    text = request.form.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _read_paper() -> str:
    try:
        return parse_arxiv_id(request.form.get("paper", "")).arxiv_id
    except ValueError:
        raise BadRequestError("paper is an arXiv id.") from None


def _find_trouble(query: str) -> str | None:
    """Why a query cannot be read."""
    try:
        if query:
            parser.parse(query)
    except QueryError as error:
        return str(error)
    return None

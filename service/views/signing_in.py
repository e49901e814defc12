"""Where editors sign in, with their tokens, and out."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service import conditional
from service.auth import check_writing, find_name
from service.layout import link, send_page
from service.limits import check_attempt
from service.options import Option, takes
from service.sessions import close_session, find_session, open_session, refuse_foreign, require_form
from service.web import web
from service.wording import LANG

blueprint = Blueprint("signing_in", __name__)

#: Pages of ours; no address of anybody else's looks like one.
_OURS = re.compile(r"/(?:[\w.+~-]+(?:/[\w.+~-]+)*)?", re.ASCII)


@blueprint.get("/login")
@takes(Option("next", "the page to go on with"), LANG)
def login() -> BaseResponse:
    """Asks for a token; who is signed in goes on."""
    check_writing(web().settings)
    wanted = read_next(request.args.get("next", ""))
    if find_session():
        return _go_on(wanted)
    return _keep(send_page("login.html", next=wanted, refused=False))


@blueprint.post("/login")
@takes(LANG)
def sign_in() -> BaseResponse:
    """Signs in who sends an editor's token, and does not say more of any other."""
    settings = web().settings
    check_writing(settings)
    refuse_foreign()
    check_attempt()
    token, wanted = request.form.get("token", "").strip(), read_next(request.form.get("next", ""))
    if find_name(settings, token) is None:
        refused = send_page("login.html", next=wanted, refused=True)
        refused.status_code = HTTPStatus.UNAUTHORIZED
        refused.headers["WWW-Authenticate"] = 'Bearer realm="Preprint Wire"'  # RFC 9110, 15.5.2 wants one
        return _keep(refused)
    made = _go_on(wanted)
    open_session(made, token)
    return made


@blueprint.post("/logout")
@takes(LANG)
def sign_out() -> BaseResponse:
    """Signs out; whose session is over already is signed out just so."""
    refuse_foreign()
    if find_session():
        require_form()
    made = _go_on(read_next(request.form.get("next", "")))
    close_session(made)
    return made


def read_next(text: str) -> str:
    """The page of ours to go on with; the directory for anything else."""
    return text if _OURS.fullmatch(text) else "/"


def _go_on(path: str) -> Response:
    made = redirect(link(path), HTTPStatus.SEE_OTHER, Response)
    assert isinstance(made, Response)
    return _keep(made)


def _keep(answer: Response) -> Response:
    """Nothing keeps a page that a token is typed into, nor where it leads."""
    return conditional.keep_private(answer)

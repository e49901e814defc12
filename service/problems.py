"""Errors become answers here, and nowhere else: a status, and a problem document or a plain page."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from feeds.errors import (
    BadRequestError,
    ConflictError,
    GoneError,
    NotFoundError,
    TooManyError,
    TopicRefusedError,
    UnauthorizedError,
    WireError,
    WritingOffError,
)
from feeds.store.engine import explain, is_outage
from service.framing import render_problem
from service.layout import render_page

log = logging.getLogger("wire.web")

_OUTAGE_SECONDS = 10
MEDIA_TYPE = "application/problem+json"
#: The status of each error of ours; what is not here is our fault.
STATUSES: dict[type[WireError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    GoneError: HTTPStatus.GONE,
    BadRequestError: HTTPStatus.BAD_REQUEST,
    TopicRefusedError: HTTPStatus.BAD_REQUEST,
    ConflictError: HTTPStatus.CONFLICT,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    WritingOffError: HTTPStatus.FORBIDDEN,
}
#: Addresses that people open in a browser ...
_PAGES = ("/topics/", "/papers/", "/search", "/status", "/login", "/logout")
#: ... and those that are for programs. Of all others it depends on who asks.
_FOR_PROGRAMS = (
    "/feeds", "/api/", "/hub", "/healthz", "/readyz", "/metrics", "/oembed", "/embed.js", "/static/",
)  # fmt: skip
#: Addresses that other sites show in a frame.
_FRAMED = "/embed/"


def register(app: Flask) -> None:
    """Let every error of an app be answered here."""
    app.register_error_handler(WireError, _handle_wire_error)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(Exception, _handle_surprise)


def _handle_wire_error(error: WireError) -> Response:
    status = STATUSES.get(type(error))
    if status is None:
        return _handle_surprise(error)
    if isinstance(error, TopicRefusedError):
        return answer(status, str(error), [(problem.field, problem.problem) for problem in error.problems])
    return answer(status, str(error))


def _handle_http_exception(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    # Werkzeug's descriptions never repeat what was sent.
    made = answer(status, error.description or status.phrase)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            made.headers[name] = value
    return made


def _handle_surprise(error: Exception) -> Response:
    if is_outage(error):
        return _handle_outage(error)
    log.error("%s %r failed", request.method, request.path, exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; it was written to the log.")


def _handle_outage(error: Exception) -> Response:
    log.error("%s %r: the database refuses: %s", request.method, request.path, explain(error))
    made = answer(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer; try again in a moment.")
    made.headers["Retry-After"] = str(_OUTAGE_SECONDS)
    return made


def answer(status: HTTPStatus, detail: str, parts: Sequence[tuple[str, str]] = ()) -> Response:
    """A problem document (RFC 9457), or a plain page where a person asked. Errors are never cached.

    :param parts: what is wrong with which field, where there is more to say than one line
    """
    if request.path.startswith(_FRAMED):
        made = Response(render_problem(status, detail), status)
    elif _is_for_people():
        made = Response(render_page("problem.html", status=int(status), detail=detail), status)
    else:
        problem: dict[str, object] = {
            "type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail
        }  # fmt: skip
        if parts:
            problem["errors"] = [{"field": field, "detail": told} for field, told in parts]
        made = Response(json.dumps(problem, ensure_ascii=False) + "\n", status, content_type=MEDIA_TYPE)
    made.headers["Cache-Control"] = "no-store"
    if status is HTTPStatus.UNAUTHORIZED:
        made.headers["WWW-Authenticate"] = 'Bearer realm="Preprint Wire"'  # RFC 9110, 11.6.1
    return made


def _is_for_people() -> bool:
    """Whether whoever asks wants to read a page."""
    if request.path == "/" or request.path.startswith(_PAGES):
        return True
    return not request.path.startswith(_FOR_PROGRAMS) and "text/html" in request.accept_mimetypes.values()

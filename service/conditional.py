"""HTTP freshness, in one place: entity tags, dates, 304 and caching headers of everything that is served."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, abort, redirect, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as BaseResponse

from feeds.model import calendar
from feeds.model.documents import Document

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: At most this long, and no longer than until the next announcement can come.
MAX_AGE_SECONDS = 3600
#: While a paper waits for its summary, or the day's news for its first reading.
AWAITING_SECONDS = 300
_LEAST_SECONDS = 60
_STALE_IF_ERROR_SECONDS = 86400


class _Answer(Response):
    """Keeps Last-Modified on a 304, where Werkzeug drops it: clients that know no entity tags store the date."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def respond(document: Document, now: datetime) -> Response:
    """Answer a GET or HEAD with a document, or with 304 where the client has it (RFC 9110, section 13).

    :param now: the wire's present, for how long the answer stays fresh
    """
    etag = document.etag
    if request.if_match and not (request.if_match.star_tag or request.if_match.is_strong(etag)):
        abort(412)
    made = _Answer(document.body, content_type=document.media_type)
    made.set_etag(etag)
    made.last_modified = document.last_modified
    made.headers["Cache-Control"] = cache_control(now, awaiting=document.awaiting)
    made.headers["Access-Control-Allow-Origin"] = "*"
    made.headers["Access-Control-Expose-Headers"] = "ETag, Link, Last-Modified, Retry-After"
    if _has_client(etag, document.last_modified):
        made.status_code = 304
    return made


def moved(url: str) -> BaseResponse:
    """Point to where a document lives now, for good. Other sites' scripts follow where each step lets them."""
    made = redirect(url, 301, Response)
    made.headers["Access-Control-Allow-Origin"] = "*"
    return made


def _has_client(etag: str, last_modified: datetime) -> bool:
    """Whether the client's copy is this one; dates count only where no entity tag came (RFC 9110, 13.2.2)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag)
    since = request.if_modified_since
    return since is not None and last_modified <= since


def cache_control(now: datetime, *, awaiting: bool) -> str:
    """How long an answer may be kept: until news can come (RFC 9111; RFC 5861 for ``stale-if-error``)."""
    until_news = int((calendar.next_announcement(now) - now).total_seconds())
    most = AWAITING_SECONDS if awaiting or calendar.is_expecting(now) else MAX_AGE_SECONDS
    max_age = max(_LEAST_SECONDS, min(most, until_news))
    return f"public, max-age={max_age}, stale-if-error={_STALE_IF_ERROR_SECONDS}"

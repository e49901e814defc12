"""HTTP freshness, in one place: entity tags, dates, 304 and caching headers of everything that is served."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from feeds.model import calendar
from feeds.model.documents import Document

#: At most this long, and no longer than until the next announcement can come.
MAX_AGE_SECONDS = 3600
#: While a paper waits for its summary.
AWAITING_SECONDS = 300
_LEAST_SECONDS = 60
_STALE_IF_ERROR_SECONDS = 86400


def respond(document: Document, now: datetime) -> Response:
    """Answer a GET or HEAD with a document, or with 304 where the client has it (RFC 9110, section 13).

    :param now: the wire's present, for how long the answer stays fresh
    """
    made = Response(document.body, content_type=document.media_type)
    made.set_etag(document.etag)
    made.last_modified = document.last_modified
    made.headers["Cache-Control"] = cache_control(now, awaiting=document.awaiting)
    made.headers["Access-Control-Allow-Origin"] = "*"
    made.headers["Access-Control-Expose-Headers"] = "ETag, Link, Last-Modified, Retry-After"
    made.make_conditional(request)
    return made


def cache_control(now: datetime, *, awaiting: bool) -> str:
    """How long an answer may be kept: until news can come (RFC 9111; RFC 5861 for ``stale-if-error``)."""
    until_news = int((calendar.next_announcement(now) - now).total_seconds())
    most = AWAITING_SECONDS if awaiting else MAX_AGE_SECONDS
    max_age = max(_LEAST_SECONDS, min(most, until_news))
    return f"public, max-age={max_age}, stale-if-error={_STALE_IF_ERROR_SECONDS}"

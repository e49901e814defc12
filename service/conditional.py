"""HTTP freshness, in one place: entity tags, dates, 304, codings and caching headers of all that is served."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
_FOR_GOOD_SECONDS = 31_536_000
#: Up to so much of an answer's age is taken off, by chance, so that not all readers come back at once.
_JITTER = 0.1
#: What scripts of other sites may see of an answer (CORS), and how long they may remember that they may ask.
_EXPOSED = "ETag, Link, Last-Modified, RateLimit, RateLimit-Policy, Retry-After"
_ASKED = "If-None-Match, If-Modified-Since"
_PREFLIGHT_SECONDS = 86400


class _Answer(Response):
    """Keeps Last-Modified on a 304, where Werkzeug drops it: clients that know no entity tags store the date."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def respond(
    document: Document, now: datetime, *, varies: Sequence[str] = (), public: bool = True, lasting: bool = True
) -> Response:
    """Answer a GET or HEAD with a document, or with 304 where the client has it (RFC 9110, section 13).

    Each coding is a representation with a strong entity tag of its own (RFC 9110, section 8.8.3.3).

    :param now: the wire's present, for how long the answer stays fresh
    :param varies: headers of the request that it depends on
    :param public: whether scripts of other sites may read it
    :param lasting: whether it may be kept at all without asking again
    """
    packed = document.gzipped if _wants_gzip() else None
    etag = document.etag if packed is None else f"{document.etag}-gzip"
    _check_preconditions(etag, document.last_modified)
    made = _Answer(document.body if packed is None else packed, content_type=document.media_type)
    if packed is not None:
        made.headers["Content-Encoding"] = "gzip"
    made.set_etag(etag)
    made.last_modified = document.last_modified
    jitter = _chance(etag, now)
    fresh = cache_control(now, awaiting=document.awaiting, jitter=jitter, news_at=document.news_at)
    made.headers["Cache-Control"] = fresh if lasting else "no-cache"
    made.headers["Vary"] = ", ".join(("Accept-Encoding", *varies))
    if links := _links(document):
        made.headers["Link"] = links
    if public:
        open_to_scripts(made)
    if _has_client(etag, document.last_modified):
        made.status_code = 304
        made.headers.pop("Content-Encoding", None)
    return made


def moved(url: str) -> BaseResponse:
    """Point to where a document lives now, for good. Other sites' scripts follow where each step lets them.

    Not kept for ever (RFC 9111, section 4.2.2, lets clients): a topic can take an old slug up again.
    """
    made = redirect(url, 301, Response)
    made.headers["Cache-Control"] = f"max-age={MAX_AGE_SECONDS}"
    made.headers["Access-Control-Allow-Origin"] = "*"
    return made


def keep_for_good(answer: Response) -> Response:
    """Say of an answer whose address names its bytes that it never changes (RFC 8246)."""
    answer.headers["Cache-Control"] = f"public, max-age={_FOR_GOOD_SECONDS}, immutable"
    return answer


def keep_private(answer: Response) -> Response:
    """Say of an answer that it is for who is signed in alone, and that nothing keeps it (RFC 9111, 5.2.2)."""
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Cookie"
    return answer


def open_to_scripts(answer: BaseResponse) -> None:
    """Let scripts of other sites read an answer (CORS)."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = _EXPOSED


def answer_preflight(answer: BaseResponse) -> None:
    """Let scripts of other sites ask whether what they have is still current."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    answer.headers["Access-Control-Allow-Headers"] = _ASKED
    answer.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)


def cache_control(now: datetime, *, awaiting: bool, jitter: float = 0.0, news_at: datetime | None = None) -> str:
    """How long an answer may be kept: until news can come (RFC 9111; RFC 5861 for ``stale-if-error``).

    :param jitter: from 0 to 1: how much of what may be taken off by chance is taken off
    :param news_at: when it can come otherwise than with arXiv's announcements
    """
    expected_at = calendar.next_announcement(now)
    until_news = int((min(expected_at, news_at or expected_at) - now).total_seconds())
    most = AWAITING_SECONDS if awaiting or calendar.is_expecting(now) else MAX_AGE_SECONDS
    max_age = max(_LEAST_SECONDS, int(min(most, until_news) * (1 - _JITTER * jitter)))
    return f"max-age={max_age}, stale-if-error={_STALE_IF_ERROR_SECONDS}"


def _chance(etag: str, now: datetime) -> float:
    """Between 0 and 1: another for each document and each second."""
    digest = hashlib.sha256(f"{etag} {now:%H%M%S}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def _wants_gzip() -> bool:
    """Whether gzip is at least as welcome as the plain form (RFC 9110, section 12.5.3)."""
    accepted = request.accept_encodings
    gzip = accepted.quality("gzip")
    return gzip > 0 and ("identity" not in accepted.values() or gzip >= accepted.quality("identity"))


def _links(document: Document) -> str:
    """Where the document lives, and where to subscribe to it (RFC 8288; WebSub, section 4)."""
    links = {"self": document.self_url, "hub": document.hub_url}
    return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)


def _check_preconditions(etag: str, last_modified: datetime) -> None:
    """Refuse what was asked for under a condition that does not hold (RFC 9110, 13.1.1, 13.1.4 and 13.2.2)."""
    if "If-Match" in request.headers:
        if not (request.if_match.star_tag or request.if_match.is_strong(etag)):
            abort(412)
    elif request.if_unmodified_since is not None and last_modified > request.if_unmodified_since:
        abort(412)


def _has_client(etag: str, last_modified: datetime) -> bool:
    """Whether the client's copy is this one; dates count only where no entity tag came (RFC 9110, 13.2.2)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag)
    since = request.if_modified_since
    return since is not None and last_modified <= since

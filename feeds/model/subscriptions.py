"""Subscriptions to our feeds (WebSub): what is asked of the hub, what is agreed, what is delivered. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feeds.errors import BadRequestError

#: How long a subscription lasts unless asked otherwise, at least, and at most: none is for ever (WebSub, 5.1).
LEASE_SECONDS = 10 * 86400
MIN_LEASE_SECONDS = 3600
MAX_LEASE_SECONDS = 30 * 86400
#: A secret is shorter (WebSub, section 5.1).
MAX_SECRET_BYTES = 200
_MOST_DIGITS = 18


class Mode(StrEnum):
    """What a request to the hub is about."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    PUBLISH = "publish"  #: "something has changed": the wire knows that itself


@dataclass(frozen=True)
class HubRequest:
    """What somebody asks of the hub."""

    mode: Mode
    topic_url: str
    callback: str = ""
    lease_seconds: int = LEASE_SECONDS
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Verification:
    """A request whose callback has not confirmed yet that it meant it."""

    key: str
    mode: Mode
    callback: str
    topic_url: str
    lease_seconds: int
    secret: str | None = field(repr=False)
    etag: str | None  #: names the bytes that the feed showed then
    requested_at: datetime


@dataclass(frozen=True)
class Subscription:
    """An agreement: this callback is told of this feed's changes until the lease ends, on the wire's clock."""

    key: str
    callback: str
    topic_url: str
    secret: str | None = field(repr=False)
    expires_at: datetime
    delivered_etag: str | None = None  #: names the bytes that it has
    failures: int = 0  #: deliveries in a row that were given up


def read_request(form: Mapping[str, Sequence[str]]) -> HubRequest:
    """Read what was posted to the hub; parameters that nobody knows are ignored (WebSub, section 5.1).

    :raises BadRequestError: for one that is missing, given twice or wrong
    """
    mode = _one(form, "hub.mode")
    if mode not in list(Mode):
        raise BadRequestError("hub.mode is to be subscribe or unsubscribe")
    if mode == Mode.PUBLISH:
        return HubRequest(Mode.PUBLISH, _one(form, "hub.topic" if "hub.topic" in form else "hub.url"))
    return HubRequest(
        Mode(mode),
        _one(form, "hub.topic"),
        _one(form, "hub.callback"),
        _read_lease(_one(form, "hub.lease_seconds", str(LEASE_SECONDS))),
        _read_secret(_one(form, "hub.secret", "")),
    )


def decide_lease(asked: int) -> int:
    """How many seconds a subscription lasts for which so many were asked."""
    return min(max(asked, MIN_LEASE_SECONDS), MAX_LEASE_SECONDS)


def _one(form: Mapping[str, Sequence[str]], name: str, default: str | None = None) -> str:
    given = form.get(name, ())
    if len(given) > 1:
        raise BadRequestError(f"{name} is to be given once")
    if given and given[0]:
        return given[0]
    if default is None:
        raise BadRequestError(f"{name} is missing")
    return default


def _read_lease(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS or int(text) == 0:
        raise BadRequestError("hub.lease_seconds is to be a positive whole number")
    return decide_lease(int(text))


def _read_secret(text: str) -> str | None:
    if len(text.encode()) >= MAX_SECRET_BYTES:
        raise BadRequestError(f"hub.secret is to be shorter than {MAX_SECRET_BYTES} bytes")
    if not text.isprintable() or "\N{REPLACEMENT CHARACTER}" in text:
        raise BadRequestError("hub.secret is to be printable text in UTF-8")
    return text or None

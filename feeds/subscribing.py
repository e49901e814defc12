"""The door for subscribers: which feeds can be subscribed to, and what becomes of a request to the hub.

Whoever asks is a stranger, and so is the callback that he names: nothing is called here. What is taken is owed, and
holds when the callback has confirmed it (:mod:`workers.websub`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from feeds.errors import BadRequestError, GoneError, MovedError, NotFoundError, TooManyError
from feeds.model.callbacks import Callback
from feeds.model.digests import Period
from feeds.model.documents import Document
from feeds.model.subscriptions import HubRequest, Mode, Verification
from feeds.model.variants import PLAIN, Variant, read_variant
from feeds.publishing.publisher import Publisher
from feeds.render.formats import FORMATS
from feeds.store import subscriptions
from feeds.store.engine import Connection, Store

#: What :func:`load_document` says of a feed that nobody can be told of.
REFUSALS = (NotFoundError, GoneError, MovedError, BadRequestError)

#: Subscriptions that one host can have, and all together; requests that wait to be confirmed, likewise.
MAX_OF_HOST, MAX_OF_ALL = 1000, 20_000
MAX_ASKED_OF_HOST, MAX_ASKED_OF_ALL = 100, 2000

_PATH = re.compile(
    r"/feeds/(?P<name>[a-z0-9+-]+)(?:/(?P<period>daily|weekly))?\.(?P<extension>[a-z]+)(?:\?(?P<options>[!-~]+))?"
)


@dataclass(frozen=True)
class FeedAddress:
    """The address of a feed of ours, taken apart."""

    name: str  #: a topic's slug, or several with ``+`` between
    extension: str
    period: Period | None = None  #: of the topic's digests, where it is a feed of these
    variant: Variant = PLAIN

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.name.split("+"))))


def read_feed_address(url: str, base_url: str) -> FeedAddress:
    """Take the address of a feed apart.

    :raises NotFoundError: where it is none of ours
    :raises BadRequestError: where its options make no sense
    """
    path = url.removeprefix(base_url) if url.startswith(f"{base_url}/") else ""
    found = _PATH.fullmatch(path)
    if found is None or found["extension"] not in FORMATS:
        raise NotFoundError("hub.topic is no feed of this hub's that can be subscribed to")
    period = Period(found["period"]) if found["period"] else None
    variant = read_variant(dict(parse_qsl(found["options"] or "", keep_blank_values=True)))
    return FeedAddress(found["name"], found["extension"], period, variant)


def load_document(publisher: Publisher, topic_url: str) -> Document:
    """What a feed shows now: the same bytes as at its address.

    :raises NotFoundError: where there is no such feed, or its own address (``rel=self``) is another
    :raises GoneError: where it was retired
    :raises MovedError: where it has another address now
    """
    address = read_feed_address(topic_url, publisher.site.base_url)
    document = _find_document(publisher, address)
    if document.self_url != topic_url:
        raise NotFoundError(f"the feed's own address is {document.self_url}")
    return document


def _find_document(publisher: Publisher, address: FeedAddress) -> Document:
    name, extension, variant = address.name, address.extension, address.variant
    if address.period:
        return publisher.find_digest(name, address.period, extension, variant)
    if "+" in name:
        return publisher.find_combined(name, extension, variant)
    return publisher.find_document(name, extension, variant)


def take_request(
    connection: Connection, request: HubRequest, callback: Callback, etag: str | None, now: datetime, key: str
) -> None:
    """Take a request to subscribe or unsubscribe: its callback will be asked whether it meant it.

    :param request: about a feed that there is (:func:`load_document`)
    :param etag: names what the feed shows; whatever comes after it is brought
    :param key: for the request, one that nobody can guess
    :raises NotFoundError: for the end of a subscription that there is not
    :raises TooManyError: where too many of that host, or of all hosts, are there or are waiting
    """
    wanted = subscriptions.key_of(request.callback, request.topic_url)
    known = subscriptions.find_subscription(connection, wanted) is not None
    asked = subscriptions.is_asked(connection, wanted)
    if request.mode is Mode.UNSUBSCRIBE and not (known or asked):
        raise NotFoundError("there is no such subscription")
    if not asked:
        _check(subscriptions.count_asked, connection, callback.host, MAX_ASKED_OF_HOST, MAX_ASKED_OF_ALL)
    if not known:
        _check(subscriptions.count_subscriptions, connection, callback.host, MAX_OF_HOST, MAX_OF_ALL)
    asks = Verification(
        key=key,
        mode=request.mode,
        callback=request.callback,
        topic_url=request.topic_url,
        lease_seconds=request.lease_seconds,
        secret=request.secret,
        etag=etag,
        requested_at=now,
    )
    subscriptions.save_verification(connection, asks, callback.host)


def end_leases(store: Store, now: datetime) -> int:
    """End the subscriptions whose lease has ended on the wire's clock; gives how many."""
    with store.read() as connection:
        if not subscriptions.is_any_over(connection, now):
            return 0
    with store.write() as connection:
        return subscriptions.forget_over(connection, now)


def _check(
    count: Callable[[Connection, str | None], int], connection: Connection, host: str, of_host: int, of_all: int
) -> None:
    if count(connection, host) >= of_host or count(connection, None) >= of_all:
        raise TooManyError("there are too many subscriptions, or too many are waiting; try again later")

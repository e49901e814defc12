"""Brings subscribers what their feeds show now, signed (WebSub, sections 7 and 8).

What is owed is a state, not a message: whoever missed three changes gets the newest document once.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from feeds.errors import BadRequestError, FetchError, SupersededError
from feeds.model.callbacks import Callback, read_callback
from feeds.model.documents import Document
from feeds.model.subscriptions import Subscription
from feeds.store import owed, subscriptions
from feeds.store.engine import Connection
from feeds.store.owed import Claim
from feeds.subscribing import REFUSALS, load_document
from workers.backoff import MAX_FAILURES, backoff_seconds
from workers.http_client import HttpStatusError
from workers.runtime import Runtime
from workers.websub.rounds import go_round
from workers.websub.signature import sign
from workers.websub.verification import deny

log = logging.getLogger("wire.websub")

_FIRST_REST_SECONDS = 10.0
_LAST_REST_SECONDS = 3600.0
#: What was not tried, since its host did not answer to others, comes after this long.
_NEXT_ROUND_SECONDS = 30.0
_GONE = 410


@dataclass(frozen=True)
class _Errand:
    claim: Claim
    subscription: Subscription
    callback: Callback


@dataclass(frozen=True)
class _Brought:
    etag: str | None  #: names the bytes that the subscriber has now; None: the subscription ends


def deliver_feeds(runtime: Runtime, claims: list[Claim]) -> None:
    """Bring each of these subscriptions to what its feed shows now; each is noted as soon as it is done."""
    errands = list(_prepare(runtime, claims))
    for errand, outcome in go_round(errands, lambda errand: errand.callback.host, lambda e: _bring(runtime, e)):
        try:
            _settle(runtime, errand, outcome)
        except SupersededError as error:
            log.info("%s", error)


def _prepare(runtime: Runtime, claims: list[Claim]) -> Iterator[_Errand]:
    """What is to be done; where there is no subscription any more, that is nothing."""
    with runtime.store.read() as connection:
        found = subscriptions.find_subscriptions(connection, [claim.key for claim in claims])
    now = runtime.clock.now()
    live = {subscription.key: subscription for subscription in found if subscription.expires_at > now}
    for claim in claims:
        if errand := _make_errand(runtime, claim, live.get(claim.key)):
            yield errand
        else:
            with runtime.store.write() as connection:
                owed.settle(connection, [claim])


def _make_errand(runtime: Runtime, claim: Claim, subscription: Subscription | None) -> _Errand | None:
    if subscription is None:
        return None
    try:
        callback = read_callback(subscription.callback, runtime.settings.websub_allow)
    except BadRequestError:
        log.info("a callback is not to be called any more")
        return None
    return _Errand(claim, subscription, callback)


def _bring(runtime: Runtime, errand: _Errand) -> _Brought:
    """Bring one subscriber what its feed shows, unless it has that.

    The document is made here, so that only those that are on their way are held in memory.

    :raises FetchError: where it is not taken
    """
    subscription = errand.subscription
    try:
        document = load_document(runtime.publisher, subscription.topic_url)
    except REFUSALS as error:
        deny(runtime, errand.callback, subscription.topic_url, str(error))
        return _Brought(None)
    if document.etag == subscription.delivered_etag:
        return _Brought(document.etag)
    try:
        runtime.callbacks.post(errand.callback, document.body, _headers(document, subscription))
    except HttpStatusError as error:
        if error.status == _GONE:
            return _Brought(None)
        raise
    return _Brought(document.etag)


def _headers(document: Document, subscription: Subscription) -> dict[str, str]:
    links = f'<{document.hub_url}>; rel="hub", <{document.self_url}>; rel="self"'
    headers = {"Content-Type": document.media_type, "Link": links}
    if subscription.secret:
        headers["X-Hub-Signature"] = sign(subscription.secret, document.body)
    return headers


def _settle(runtime: Runtime, errand: _Errand, outcome: _Brought | FetchError | None) -> None:
    claim, key = errand.claim, errand.subscription.key
    is_last = claim.failures + 1 >= MAX_FAILURES
    with runtime.store.write() as connection:
        if outcome is None:
            not_before = runtime.real_clock.now() + timedelta(seconds=_NEXT_ROUND_SECONDS)
            owed.postpone(connection, claim, "its host does not answer", not_before, counts=False)
        elif isinstance(outcome, FetchError) and not is_last:
            not_before = runtime.real_clock.now() + timedelta(seconds=_rest_seconds(claim, outcome))
            owed.postpone(connection, claim, str(outcome), not_before)
        else:
            _note(connection, key, outcome)
            owed.settle(connection, [claim])
    log.info("delivery to %s: %s", errand.callback.host, _describe(outcome))


def _note(connection: Connection, key: str, outcome: _Brought | FetchError) -> None:
    if isinstance(outcome, FetchError):
        subscriptions.note_failure(connection, key)
    elif outcome.etag is None:
        subscriptions.forget_subscription(connection, key)
    else:
        subscriptions.note_delivery(connection, key, outcome.etag)


def _rest_seconds(claim: Claim, error: FetchError) -> float:
    """Until the next try, in seconds; no sooner than the host asks for."""
    own = backoff_seconds(claim.failures, random.random(), first=_FIRST_REST_SECONDS, last=_LAST_REST_SECONDS)
    return max(own, error.retry_after_seconds or 0.0)


def _describe(outcome: _Brought | FetchError | None) -> str:
    if isinstance(outcome, _Brought):
        return "taken" if outcome.etag else "the subscription ends"
    return str(outcome or "put off, its host does not answer")

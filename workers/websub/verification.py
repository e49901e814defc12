"""Asks callbacks whether they meant what the hub was asked in their name (WebSub, section 5.3)."""

from __future__ import annotations

import hmac
import logging
import random
import secrets
from dataclasses import dataclass
from datetime import timedelta

from feeds.errors import BadRequestError, FetchError, SupersededError
from feeds.model.callbacks import Callback, read_callback
from feeds.model.subscriptions import Mode, Subscription, Verification
from feeds.store import owed, subscriptions
from feeds.store.engine import Connection
from feeds.store.owed import Claim, Work
from feeds.subscribing import REFUSALS, load_document, read_feed_address
from workers.backoff import backoff_seconds
from workers.runtime import Runtime
from workers.websub.rounds import go_round

log = logging.getLogger("wire.websub")

#: A callback that cannot be asked is asked again, so often in all.
_TRIES = 4
_FIRST_REST_SECONDS = 10.0


@dataclass(frozen=True)
class _Errand:
    claim: Claim
    asked: Verification
    callback: Callback
    denied: str | None  #: why there is nothing to subscribe to any more


def verify_requests(runtime: Runtime, claims: list[Claim]) -> None:
    """Have each request confirmed; what is confirmed holds, with the row that owed it."""
    errands = [errand for claim in claims if (errand := _prepare(runtime, claim))]
    for errand, outcome in go_round(errands, lambda errand: errand.callback.host, lambda e: _ask(runtime, e)):
        try:
            _settle(runtime, errand, outcome)
        except SupersededError as error:
            log.info("%s", error)


def _prepare(runtime: Runtime, claim: Claim) -> _Errand | None:
    """What is to be asked; None where a later request took the place of this one, or it is asked no more."""
    with runtime.store.read() as connection:
        asked = subscriptions.find_verification(connection, claim.key)
    if asked is not None:
        try:
            callback = read_callback(asked.callback, runtime.settings.websub_allow)
            return _Errand(claim, asked, callback, _find_denial(runtime, asked))
        except BadRequestError:
            log.info("a callback is not to be called any more")
    with runtime.store.write() as connection:
        subscriptions.take_verification(connection, claim.key)
        owed.settle(connection, [claim])
    return None


def _find_denial(runtime: Runtime, asked: Verification) -> str | None:
    if asked.mode is Mode.SUBSCRIBE:
        try:
            load_document(runtime.publisher, asked.topic_url)
        except REFUSALS as error:
            return str(error)
    return None


def _ask(runtime: Runtime, errand: _Errand) -> bool:
    """Whether the callback echoes a challenge that nobody could know; asked for each try anew."""
    asked = errand.asked
    if errand.denied:
        deny(runtime, errand.callback, asked.topic_url, errand.denied)
        return False
    challenge = secrets.token_urlsafe(32)
    question = {"hub.mode": str(asked.mode), "hub.topic": asked.topic_url, "hub.challenge": challenge}
    if asked.mode is Mode.SUBSCRIBE:
        question["hub.lease_seconds"] = str(asked.lease_seconds)
    return hmac.compare_digest(runtime.callbacks.get(errand.callback, question), challenge.encode())


def deny(runtime: Runtime, callback: Callback, topic_url: str, reason: str) -> None:
    """Tell a callback that there is no subscription (WebSub, section 5.2); once, whether it listens or not."""
    said = {"hub.mode": "denied", "hub.topic": topic_url, "hub.reason": reason}
    try:
        runtime.callbacks.get(callback, said)
    except FetchError as error:
        log.info("%s was not told that it is denied: %s", callback.host, error)


def _settle(runtime: Runtime, errand: _Errand, outcome: bool | FetchError | None) -> None:
    claim = errand.claim
    with runtime.store.write() as connection:
        if outcome is None or (isinstance(outcome, FetchError) and _is_worth_asking(claim, outcome)):
            wait = backoff_seconds(claim.failures, random.random(), first=_FIRST_REST_SECONDS)
            not_before = runtime.real_clock.now() + timedelta(seconds=wait)
            owed.postpone(connection, claim, str(outcome or "its host does not answer"), not_before)
            return
        owed.settle(connection, [claim])
        if subscriptions.take_verification(connection, claim.key) and outcome is True:
            _apply(runtime, connection, errand)
    log.info("%s of %s: %s", errand.asked.mode, errand.callback.host, _describe(errand, outcome))


def _is_worth_asking(claim: Claim, error: FetchError) -> bool:
    return not error.permanent and claim.failures + 1 < _TRIES


def _apply(runtime: Runtime, connection: Connection, errand: _Errand) -> None:
    asked = errand.asked
    key = subscriptions.key_of(asked.callback, asked.topic_url)
    if asked.mode is Mode.UNSUBSCRIBE:
        subscriptions.forget_subscription(connection, key)
        return
    now = runtime.clock.now()
    expires_at = now + timedelta(seconds=asked.lease_seconds)
    made = Subscription(key, asked.callback, asked.topic_url, asked.secret, expires_at, asked.etag)
    slugs = read_feed_address(asked.topic_url, runtime.settings.base_url).slugs
    subscriptions.save_subscription(connection, made, errand.callback.host, slugs)
    owed.owe(connection, Work.DELIVER, [key], now)  # what came since it asked, or while it was out of reach


def _describe(errand: _Errand, outcome: bool | FetchError | None) -> str:
    if errand.denied:
        return f"denied: {errand.denied}"
    return "confirmed" if outcome is True else f"not confirmed: {outcome or 'it does not echo the challenge'}"

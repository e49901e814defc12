"""Subscriptions to our feeds: what was asked, what is agreed, and what is delivered to whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from feeds.model.subscriptions import Mode, Subscription, Verification
from feeds.store import dialects, owed
from feeds.store.owed import Work
from feeds.store.tables import deliveries, subscribed_topics, subscriptions, verifications

#: A request that is this old will not be confirmed any more, whatever became of the work on it.
_OPEN_FOR = timedelta(days=1)


def key_of(callback: str, topic_url: str) -> str:
    """Names the one subscription that a callback can have to a feed."""
    return hashlib.sha256(f"{callback}\n{topic_url}".encode()).hexdigest()[:32]


def save_verification(connection: Connection, asked: Verification, host: str) -> None:
    """Keep a request until its callback has confirmed it, in place of an earlier one for the same subscription.

    :param host: the callback's
    """
    key = key_of(asked.callback, asked.topic_url)
    connection.execute(delete(verifications).where(verifications.c.subscription == key))
    connection.execute(
        insert(verifications).values(
            key=asked.key,
            subscription=key,
            mode=asked.mode,
            callback=asked.callback,
            host=host,
            topic_url=asked.topic_url,
            lease_seconds=asked.lease_seconds,
            secret=asked.secret,
            etag=asked.etag,
            requested_at=asked.requested_at,
        )
    )
    owed.owe(connection, Work.VERIFY, [asked.key], asked.requested_at)


def find_verification(connection: Connection, key: str) -> Verification | None:
    """A request that is to be confirmed; None where a later one has taken its place."""
    row = connection.execute(select(verifications).where(verifications.c.key == key)).one_or_none()
    return _read_verification(row) if row else None


def is_asked(connection: Connection, subscription: str) -> bool:
    """Whether a request about this subscription waits to be confirmed."""
    query = select(func.count()).select_from(verifications).where(verifications.c.subscription == subscription)
    return bool(connection.scalar(query))


def take_verification(connection: Connection, key: str) -> bool:
    """Be done with a request; False where a later one has taken its place meanwhile."""
    return connection.execute(delete(verifications).where(verifications.c.key == key)).rowcount > 0


def save_subscription(connection: Connection, made: Subscription, host: str, slugs: Sequence[str]) -> None:
    """Agree to a subscription, or to its renewal; what a known one has got so far is not forgotten.

    :param slugs: the topics that its feed is made of
    """
    values = {
        "callback": made.callback, "host": host, "topic_url": made.topic_url, "secret": made.secret,
        "expires_at": made.expires_at,
    }  # fmt: skip
    statement = dialects.insert(connection, subscriptions).values(key=made.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[subscriptions.c.key], set_=values))
    status = dialects.insert(connection, deliveries).values(
        subscription=made.key, etag=made.delivered_etag, failures=0
    )
    connection.execute(status.on_conflict_do_nothing())
    connection.execute(delete(subscribed_topics).where(subscribed_topics.c.subscription == made.key))
    rows = [{"topic": slug, "subscription": made.key} for slug in slugs]
    connection.execute(insert(subscribed_topics), rows)


def forget_subscription(connection: Connection, key: str) -> None:
    """End a subscription; what it has got goes with it."""
    connection.execute(delete(subscriptions).where(subscriptions.c.key == key))


def find_subscription(connection: Connection, key: str) -> Subscription | None:
    found = find_subscriptions(connection, [key])
    return found[0] if found else None


def find_subscriptions(connection: Connection, keys: Iterable[str]) -> list[Subscription]:
    """These subscriptions, by key, also those whose lease has ended."""
    status = (deliveries.c.etag, deliveries.c.failures)
    both = select(subscriptions, *status).join(deliveries, deliveries.c.subscription == subscriptions.c.key)
    rows = connection.execute(both.where(subscriptions.c.key.in_(list(keys))).order_by(subscriptions.c.key))
    return [_read(row) for row in rows]


def owe_deliveries(connection: Connection, slug: str, now: datetime) -> None:
    """Owe it to everybody who subscribed to a feed with this topic in it to tell them what it shows now."""
    keys = connection.scalars(
        select(subscriptions.c.key)
        .join(subscribed_topics, subscribed_topics.c.subscription == subscriptions.c.key)
        .where(subscribed_topics.c.topic == slug, subscriptions.c.expires_at > now)
    )
    owed.owe(connection, Work.DELIVER, keys, now)


def note_delivery(connection: Connection, key: str, etag: str) -> None:
    """A callback has these bytes."""
    statement = update(deliveries).where(deliveries.c.subscription == key)
    connection.execute(statement.values(etag=etag, failures=0))


def note_failure(connection: Connection, key: str) -> None:
    """A delivery was given up; the feed's next change is tried again."""
    statement = update(deliveries).where(deliveries.c.subscription == key)
    connection.execute(statement.values(failures=deliveries.c.failures + 1))


def forget_over(connection: Connection, now: datetime) -> int:
    """End all subscriptions whose lease has ended, and requests that nobody will confirm.

    :returns: how many subscriptions
    """
    connection.execute(delete(verifications).where(verifications.c.requested_at <= now - _OPEN_FOR))
    return connection.execute(delete(subscriptions).where(subscriptions.c.expires_at <= now)).rowcount


def is_any_over(connection: Connection, now: datetime) -> bool:
    """Whether :func:`forget_over` has anything to do."""
    ended = select(func.count()).select_from(subscriptions).where(subscriptions.c.expires_at <= now)
    stale = select(func.count()).select_from(verifications).where(verifications.c.requested_at <= now - _OPEN_FOR)
    return bool(connection.scalar(ended) or connection.scalar(stale))


def count_asked(connection: Connection, host: str | None = None) -> int:
    """How many requests wait to be confirmed, of one host or of all."""
    query = select(func.count()).select_from(verifications)
    return connection.scalar(query if host is None else query.where(verifications.c.host == host)) or 0


def count_subscriptions(connection: Connection, host: str | None = None) -> int:
    """How many subscriptions there are, of one host or of all."""
    query = select(func.count()).select_from(subscriptions)
    return connection.scalar(query if host is None else query.where(subscriptions.c.host == host)) or 0


def count_live(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many subscriptions have a lease, and how many of these did not take what they were last told."""
    failing = case((deliveries.c.failures > 0, 1), else_=0)
    both = select(func.count(), func.coalesce(func.sum(failing), 0))
    joined = both.join_from(subscriptions, deliveries, deliveries.c.subscription == subscriptions.c.key)
    live, failed = connection.execute(joined.where(subscriptions.c.expires_at > now)).one()
    return live, failed


def _read(row: Row[Any]) -> Subscription:
    return Subscription(
        row.key, row.callback, row.topic_url, row.secret, row.expires_at, row.etag, row.failures
    )  # fmt: skip


def _read_verification(row: Row[Any]) -> Verification:
    fields = Verification.__dataclass_fields__
    return Verification(**{**{name: getattr(row, name) for name in fields}, "mode": Mode(row.mode)})

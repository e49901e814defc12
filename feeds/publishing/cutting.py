"""Cutting a topic's digests: what is in each is fixed at its cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.digesting import PlannedDigest, next_due, plan_digests
from feeds.errors import NotFoundError
from feeds.model.digests import Digest, Period, Progress
from feeds.store import digests, subscriptions, topics
from feeds.store.engine import Connection
from feeds.store.topics import StoredTopic


@dataclass(frozen=True)
class Cut:
    """What cutting a topic's digests came to."""

    made: tuple[Digest, ...]
    next_at: datetime | None  #: when the next window ends; None: the topic was retired


def cut_digests(connection: Connection, slug: str, now: datetime) -> Cut:
    """Cut all windows of a topic that ended by now and are not cut yet, in the caller's transaction.

    Windows that ended while nothing ran are cut one by one, by the topic's present rule; of those that are empty it
    is only noted that they are over.

    :raises NotFoundError: where there is no such topic
    """
    stored = topics.find_topic(connection, slug)
    if stored is None:
        raise NotFoundError("There is no such topic.")
    if stored.topic.retired:
        return Cut((), None)
    made: list[Digest] = []
    progresses: dict[Period, Progress] = {}
    for period in Period:
        some, progresses[period] = _cut(connection, stored, period, now)
        made += some
    if made:
        subscriptions.owe_deliveries(connection, slug, now)
    return Cut(tuple(made), next_due(stored.topic, progresses))


def _cut(
    connection: Connection, stored: StoredTopic, period: Period, now: datetime
) -> tuple[list[Digest], Progress]:
    topic = stored.topic
    before = digests.find_progress(connection, stored, period)
    if next_due(topic, {period: before}) > now:
        return [], before
    candidates = digests.list_candidates(connection, topic.slug, period, before.begun_at, now)
    plan = plan_digests(topic, period, before, candidates, now)
    made = []
    for number, planned in enumerate(plan.digests, before.number + 1):
        made.append(_make(stored, period, number, planned, now))
        digests.save_digest(connection, made[-1], planned.entries)
    digests.save_progress(connection, topic.slug, period, plan.progress)
    return made, plan.progress


def _make(stored: StoredTopic, period: Period, number: int, planned: PlannedDigest, now: datetime) -> Digest:
    topic = stored.topic
    return Digest(
        topic=topic.slug,
        period=period,
        number=number,
        window=planned.window,
        zone=topic.digest.zone,
        basis=topic.digest.basis,
        papers=len(planned.entries),
        made_at=now,
    )

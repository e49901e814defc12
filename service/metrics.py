"""What Prometheus reads at /metrics: the same status as everywhere, as numbers.

Nothing is counted in this process: several web processes and hosts tell the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from feeds import __version__
from feeds.model.incidents import IncidentKind
from feeds.status import ListingStatus, Status, WorkStatus, WritingStatus
from feeds.store.listings import Day
from workers.roster import PartState

Metric = GaugeMetricFamily | CounterMetricFamily


def render_metrics(status: Status, parts: Sequence[PartState], daily_tokens: int | None = None) -> bytes:
    """Render a status in Prometheus' text format.

    :param daily_tokens: how many a language model may cost in a UTC day; None for no limit
    """
    registry = CollectorRegistry()
    registry.register(_Told(status, parts, daily_tokens))
    return generate_latest(registry)


class _Told(Collector):
    """Hands out what it was given."""

    def __init__(self, status: Status, parts: Sequence[PartState], daily_tokens: int | None) -> None:
        self._status = status
        self._parts = parts
        self._daily_tokens = daily_tokens

    def collect(self) -> Iterator[Metric]:
        status = self._status
        yield _labelled("wire_info", "The version of this wire.", ["version"], [((__version__,), 1)])
        yield from _work(status.work)
        yield from _listings(status.listings)
        yield from _days(status.days)
        yield GaugeMetricFamily(
            "wire_arxiv_out_of_reach",
            "1 while no listing can be reached.",
            value=int(bool(status.out_of_reach_since)),
        )
        standing = Counter(str(incident.kind) for incident in status.incidents)
        yield _labelled(
            "wire_incidents",
            "Incidents that stand.",
            ["kind"],
            [((str(kind),), standing[str(kind)]) for kind in IncidentKind],
        )
        papers = [((slug,), count) for slug, count in sorted(status.papers.items())]
        yield _labelled("wire_topic_papers", "Papers in a topic.", ["topic"], papers)
        yield from _writing(status.writing, self._daily_tokens)
        yield GaugeMetricFamily("wire_subscriptions", "Who is told of changes.", value=status.subscribers.live)
        yield GaugeMetricFamily(
            "wire_subscriptions_failing",
            "How many of them did not take what they were last told.",
            value=status.subscribers.failing,
        )
        yield from _parts(self._parts)


def _work(rows: Sequence[WorkStatus]) -> Iterator[Metric]:
    states = ("owed", "running", "later", "late", "dead")
    counts = [((str(row.kind), state), getattr(row, state)) for row in rows for state in states]
    yield _labelled(
        "wire_work",
        "Owed work: owed (due now), running, later, late (due or running for minutes), dead (given up).",
        ["kind", "state"],
        counts,
    )
    yield _labelled(
        "wire_work_oldest_seconds",
        "How long the oldest work that is due has been so.",
        ["kind"],
        [((str(row.kind),), row.oldest_seconds) for row in rows],
    )


def _listings(listings: Sequence[ListingStatus]) -> Iterator[Metric]:
    seen = [(item.listing.name, item.visit, item.failing_since) for item in listings if item.visit]
    yield _labelled(
        "wire_listing_visited_timestamp_seconds",
        "When a listing was last looked at.",
        ["listing"],
        [((name,), visit.visited_at.timestamp()) for name, visit, _ in seen],
    )
    yield _labelled(
        "wire_listing_failing",
        "1 while the last look at a listing failed.",
        ["listing"],
        [((name,), int(failing is not None)) for name, _, failing in seen],
    )


def _days(days: Sequence[Day]) -> Iterator[Metric]:
    """The newest account of each listing."""
    newest: dict[str, Day] = {}
    for day in days:  # newest first
        newest.setdefault(day.listing, day)
    said = sorted(newest.values(), key=lambda day: day.listing)
    yield _labelled(
        "wire_listing_day_outcome",
        "1 for what became of a listing on the last day that is accounted for.",
        ["listing", "day", "outcome"],
        [((day.listing, day.day.isoformat(), str(day.outcome)), 1) for day in said],
    )
    yield _labelled(
        "wire_listing_day_announced",
        "Announcements of that day, by type.",
        ["listing", "type"],
        [((day.listing, kind), count) for day in said for kind, count in sorted(day.counts.items())],
    )


def _writing(writing: WritingStatus, daily_tokens: int | None) -> Iterator[Metric]:
    plain = [
        ("wire_model_papers_waiting", "Papers that wait for the language model.", writing.waiting),
        ("wire_model_refused", "1 while its endpoint refuses whatever it is asked.", int(bool(writing.refused))),
        ("wire_model_tokens_today", "Tokens spent on it this UTC day.", writing.tokens),
    ]
    if daily_tokens is not None:
        plain.append(("wire_model_tokens_limit", "Tokens that may be spent on it in a UTC day.", daily_tokens))
    yield from (GaugeMetricFamily(name, meaning, value=value) for name, meaning, value in plain)
    groups = [((str(group.kind), group.language, group.summarizer), group) for group in writing.fallen]
    yield _labelled(
        "wire_model_fell_back",
        "Summaries of the last seven days for which the embedded one is shown.",
        ["kind", "language", "summarizer"],
        [(labels, group.count) for labels, group in groups],
    )
    yield _labelled(
        "wire_model_rules_broken",
        "How many of these broke a rule.",
        ["kind", "language", "summarizer", "rule"],
        [((*labels, rule), count) for labels, group in groups for rule, count in group.rules.items()],
    )


def _parts(parts: Sequence[PartState]) -> Iterator[Metric]:
    yield _labelled(
        "wire_part_running",
        "1 while a part of this machine's wire runs.",
        ["part"],
        [((part.name,), int(part.state == "running")) for part in parts],
    )
    restarts = CounterMetricFamily("wire_part_restarts", "How often a part was started again.", labels=["part"])
    for part in parts:
        restarts.add_metric([part.name], part.restarts)
    yield restarts


def _labelled(
    name: str, meaning: str, labels: Sequence[str], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, meaning, labels=list(labels))
    for label_values, value in values:
        gauge.add_metric(list(label_values), value)
    return gauge

"""The command that tells how a wire is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from feeds.clock import format_rfc3339
from feeds.config import Settings, load_settings
from feeds.status import ListingStatus, Status, WritingStatus, load_status
from feeds.store.engine import Store
from feeds.store.owed import REPEATING
from workers.engine import engine_url, is_alive
from workers.queues import count_workers
from workers.roster import PartState, load_roster
from workers.runtime import Runtime, make_runtime

#: Why papers were put off: no more reasons than that are told.
_REASONS = 5


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Tell what runs, how each listing is, what the last days brought, and what is owed.

    Exit code 1 while work stands that failed too often to be tried again.
    """
    settings = load_settings(joining=True)
    Store(settings.database_url).check()
    runtime = make_runtime(settings)
    found = load_status(runtime.store, runtime.times())
    workers, parts = _workers(runtime), load_roster(settings.data_dir)
    if as_json:
        click.echo(json.dumps(to_data(settings, found, workers, parts), default=_plain, indent=2))
    else:
        click.echo("\n".join(describe(settings, found, workers, parts)))
    if found.dead:
        raise SystemExit(1)


def to_data(
    settings: Settings, found: Status, workers: Mapping[str, int], parts: list[PartState]
) -> dict[str, Any]:
    """All that ``status`` tells, for programs."""
    return {
        "url": settings.base_url,
        "now": found.now,
        "out_of_reach_since": found.out_of_reach_since,
        "workers": workers,
        "parts": [asdict(part) for part in parts],
        "topics": found.papers,
        "topics_refused": found.topics_refused,
        "paused": found.paused,
        "listings": [_listing(item) for item in found.listings],
        "days": [asdict(day) for day in found.days],
        "incidents": [asdict(incident) for incident in found.incidents],
        "owed": {row.kind: {n: v for n, v in asdict(row).items() if n != "kind"} for row in found.work},
        "dead": [asdict(dead) for dead in found.dead],
        "writing": {**asdict(found.writing), "daily_tokens": settings.llm_daily_tokens},
    }


def describe(
    settings: Settings, found: Status, workers: Mapping[str, int], parts: list[PartState]
) -> Iterator[str]:
    """The same for people."""
    yield f"{settings.base_url}/  {_stamp(found.now)}"
    running = ", ".join(f"{name} {count}" for name, count in workers.items())
    yield f"workers: {running or 'none is running; ./wire run starts everything'}"
    for part in parts:
        if part.restarts:
            yield f"  {part.name} was started again {part.restarts} times, last after: {part.last_exit}"
    if since := found.out_of_reach_since:
        yield f"arXiv is out of reach since {_stamp(since)}, the wire keeps trying (./wire demo needs none)"
    for incident in found.incidents:
        yield f"incident since {_stamp(incident.opened_at)}: {incident.kind}, {incident.subject}: {incident.text}"
    yield from ("", "listings")
    yield from map(_describe_listing, found.listings)
    yield from ("", "days")
    for day in found.days:
        counts = ", ".join(f"{count} {kind}" for kind, count in day.counts.items())
        reason = f": {day.reason}" if day.reason else ""
        yield f"  {day.day}  {day.listing:<12} {day.outcome}{'  ' + counts if counts else ''}{reason}"
    yield from ("", "topics")
    yield from (f"  {slug:<28} {count} papers" for slug, count in sorted(found.papers.items()))
    yield from (f"  {slug:<28} paused: {trouble}" for slug, trouble in found.paused.items())
    if found.topics_refused:
        yield f"  {found.topics_refused}; the topics in force stay"
    if settings.llm_base_url or not found.writing.is_idle:
        yield from ("", "language model")
        yield from _describe_writing(settings, found.writing)
    yield from ("", "owed")
    yield from _describe_work(found)


def _describe_writing(settings: Settings, writing: WritingStatus) -> Iterator[str]:
    limit = "" if settings.llm_daily_tokens is None else f" of {settings.llm_daily_tokens:,}"
    yield f"  {settings.llm_model or 'none is configured'}; {writing.tokens:,}{limit} tokens spent today"
    yield f"  {writing.waiting} papers wait for it"
    if writing.refused:
        yield f"  its endpoint refuses whatever it is asked: {writing.refused}"
    yield from (f"  {count} put off: {reason}" for reason, count in list(writing.reasons.items())[:_REASONS])
    for group in writing.fallen:
        rules = ", ".join(f"{rule} {count}" for rule, count in group.rules.items())
        yield f"  {group.count} fell back: {group.kind} in {group.language} by {group.summarizer}: {rules}"


def _listing(item: ListingStatus) -> dict[str, Any]:
    visit = item.visit
    return {
        "name": item.listing.name,
        "listing_on": item.listing.listing_on,
        "failing_since": item.failing_since,
        "next_look_at": item.next_look_at,
        "visit": {name: value for name, value in asdict(visit).items() if name != "id"} if visit else None,
    }


def _describe_listing(item: ListingStatus) -> str:
    if item.visit is None:
        return f"  {item.listing.name:<12} not looked at yet"
    reason = f": {item.visit.reason}" if item.visit.reason else ""
    return f"  {item.listing.name:<12} {item.visit.outcome} at {_stamp(item.visit.visited_at)}{reason}"


def _describe_work(found: Status) -> Iterator[str]:
    busy = [row for row in found.work if row.open]
    resting = [row for row in found.work if row.later and row.kind not in REPEATING]  # those come for ever
    for row in busy:
        late = f", {row.late} of them late" if row.late else ""
        age = f"the oldest for {row.oldest_seconds:.0f} s"
        yield f"  {row.kind:<10} {row.owed} due, {row.running} running{late}; {age}"
    yield from (f"  {row.kind:<10} {row.later} later" for row in resting)
    if not (busy or resting or found.dead):
        yield "  nothing"
    yield from (f"  dead: {dead.kind} {dead.key}: {dead.reason}" for dead in found.dead)


def _workers(runtime: Runtime) -> dict[str, int]:
    """Living workers by queue; empty where the queue is out of reach."""
    return count_workers(runtime.redis) if is_alive(engine_url(runtime.settings)) else {}


def _stamp(at: datetime) -> str:
    return format_rfc3339(at.replace(microsecond=0))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return format_rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no JSON")

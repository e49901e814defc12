"""The command that tells how a wire is."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from feeds.clock import format_rfc3339
from feeds.config import load_settings
from feeds.store import listings, memberships, owed
from feeds.store.engine import Store
from feeds.store.owed import State
from workers.engine import engine_url, is_alive
from workers.queues import count_workers
from workers.runtime import Runtime, make_runtime


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Tell what runs, how each listing is, what the last days brought, and what is owed.

    Exit code 1 while work stands that failed too often to be tried again.
    """
    settings = load_settings(joining=True)
    Store(settings.database_url).check()
    found = gather(make_runtime(settings))
    click.echo(json.dumps(found, default=_plain, indent=2) if as_json else describe(found))
    if found["dead"]:
        raise SystemExit(1)


def gather(runtime: Runtime) -> dict[str, Any]:
    """All that ``status`` tells, as data."""
    with runtime.store.read() as connection:
        work = owed.list_owed(connection)
        return {
            "url": runtime.settings.base_url,
            "now": runtime.clock.now(),
            "workers": _workers(runtime),
            "topics": memberships.count_members(connection),
            "listings": [asdict(listing) for listing in listings.list_listings(connection)],
            "visits": {name: asdict(visit) for name, visit in listings.last_visits(connection).items()},
            "days": [asdict(day) for day in listings.list_days(connection, last=7)],
            "owed": _count(work),
            "dead": [{"kind": w.kind, "key": w.key, "reason": w.reason} for w in work if w.state is State.DEAD],
        }


def describe(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{found['url']}/  {format_rfc3339(found['now'])}"]
    workers = found["workers"]
    lines.append(
        "workers: "
        + (", ".join(f"{name} {count}" for name, count in workers.items()) if workers else "none is running")
    )
    lines += ["", "listings"]
    for name, visit in sorted(found["visits"].items()):
        reason = f": {visit['reason']}" if visit["reason"] else ""
        lines.append(f"  {name:<12} {visit['outcome']} at {format_rfc3339(visit['visited_at'])}{reason}")
    lines += ["", "days"]
    for day in found["days"]:
        counts = ", ".join(f"{count} {kind}" for kind, count in day["counts"].items())
        reason = f": {day['reason']}" if day["reason"] else ""
        lines.append(
            f"  {day['day']}  {day['listing']:<12} {day['outcome']}{'  ' + counts if counts else ''}{reason}"
        )
    lines += ["", "topics"]
    lines += [f"  {slug:<28} {count} papers" for slug, count in sorted(found["topics"].items())]
    lines += ["", "owed"]
    lines += [f"  {kind:<10} {count}" for kind, count in sorted(found["owed"].items())] or ["  nothing"]
    lines += [f"  dead: {dead['kind']} {dead['key']}: {dead['reason']}" for dead in found["dead"]]
    return "\n".join(lines)


def _workers(runtime: Runtime) -> dict[str, int]:
    """Living workers by queue; empty where the queue is out of reach."""
    return count_workers(runtime.redis) if is_alive(engine_url(runtime.settings)) else {}


def _count(work: list[owed.Owed]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in work:
        if row.kind is not owed.Work.POLL:  # a poll is owed for ever
            counts[str(row.kind)] = counts.get(str(row.kind), 0) + 1
    return counts


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return format_rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no JSON")

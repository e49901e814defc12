"""The command that polls now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

import click

from feeds.config import load_settings
from feeds.model import calendar, taxonomy
from feeds.store.engine import Store
from feeds.store.listings import Visit, find_accounts
from workers.on_demand import (
    Progress,
    Recovery,
    await_polls,
    await_recovery,
    check_running,
    request_polls,
    request_recovery,
)
from workers.polling.polled import polled_listings
from workers.polling.recording import REACH
from workers.runtime import Runtime, make_runtime

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("listings", nargs=-1)
@click.option("--wait", is_flag=True, help="Return when all that the poll caused is done and published.")
@click.option("--timeout", default=600.0, show_default=True, help="With --wait: give up after so many seconds.")
def poll(listings: tuple[str, ...], wait: bool, timeout: float) -> None:
    """Poll LISTINGS (default: all that the topics read) now, once, whatever the schedule or a backoff says.

    Exit code 0 also for a closed day; 1 where a listing was refused or not reachable.
    """
    settings = load_settings(joining=True)
    Store(settings.database_url).check()
    runtime = make_runtime(settings)
    check_running(runtime)
    names = _names(runtime, listings)
    before = request_polls(runtime, names)
    if not wait:
        click.echo(f"asked for {', '.join(names)}; ./wire status tells what came of it")
        return
    with _telling() as tell:
        visits = await_polls(runtime, names, before, timeout, tell=tell)
    for name in names:
        click.echo(f"{name}: {_describe(visits.get(name))}")
    if any(name not in visits or visits[name].outcome.failed for name in names):
        raise SystemExit(1)


@click.command()
@click.option("--from", "first", required=True, type=_DAY, help="The first day, like 2026-04-17.")
@click.option("--to", "last", required=True, type=_DAY, help="The last day; it must be over.")
@click.argument("listings", nargs=-1)
@click.option("--timeout", default=3600.0, show_default=True, help="Give up after so many seconds.")
def backfill(first: datetime, last: datetime, listings: tuple[str, ...], timeout: float) -> None:
    """Recover what LISTINGS (default: all that the topics read) announced on days that nobody saw.

    From the catch-up pages first, then by OAI-PMH, then by arXiv's search. Returns when what was recovered is
    published; what was begun goes on by itself where this is ended. Exit code 1 where days could not be recovered.
    """
    settings = load_settings(joining=True)
    Store(settings.database_url).check()
    runtime = make_runtime(settings)
    check_running(runtime)
    begins, ends = _check_span(first.date(), last.date(), calendar.eastern_date(runtime.clock.now()))
    names = _names(runtime, listings)
    unsure = request_recovery(runtime, names, begins, ends)
    with _progress_bar(unsure) as tell:
        recovery = await_recovery(runtime, names, begins, ends, unsure, timeout, tell=tell)
    for line in _describe_days(runtime, names, begins, ends):
        click.echo(line)
    if not recovery.done:
        for name, reason in recovery.failures.items():
            click.echo(f"{name} cannot be recovered now, and is tried again later: {reason}", err=True)
        raise SystemExit(1)


def _check_span(first: date, last: date, today: date) -> tuple[date, date]:
    if first > last:
        raise click.BadParameter(f"{last} lies before {first}", param_hint="--to")
    if last >= today:
        raise click.BadParameter(f"{last} is not over yet", param_hint="--to")
    if today - first > REACH:
        raise click.BadParameter(f"arXiv tells of the last {REACH.days} days only", param_hint="--from")
    return first, last


def _describe_days(runtime: Runtime, names: Sequence[str], first: date, last: date) -> Iterator[str]:
    with runtime.store.read() as connection:
        for name in names:
            for day, said in sorted(find_accounts(connection, name, first, last).items()):
                yield f"{day}  {name:<12} {said.outcome}{f': {said.reason}' if said.reason else ''}"


@contextmanager
def _progress_bar(days: int) -> Iterator[Callable[[Recovery], None]]:
    """Days that are sure again; for people at a terminal only."""
    if not sys.stderr.isatty():
        yield lambda recovery: None
        return
    with click.progressbar(length=max(days, 1), label="recovering", file=sys.stderr) as bar:
        yield lambda recovery: bar.update(recovery.days - recovery.unsure - bar.pos)


@contextmanager
def _telling() -> Iterator[Callable[[Progress], None]]:
    """How far it has come, on a line that is written over; for people at a terminal only."""
    shown = sys.stderr.isatty()

    def tell(progress: Progress) -> None:
        if shown:
            said = f"polled {progress.polled} of {progress.listings}, {progress.following} to summarize or publish"
            click.echo(f"\r{said:<60}", nl=False, err=True)

    yield tell
    if shown:
        click.echo(f"\r{'':<60}\r", nl=False, err=True)


def _names(runtime: Runtime, given: tuple[str, ...]) -> list[str]:
    with runtime.store.read() as connection:
        polled = polled_listings(connection, runtime.settings.only_listings)
    names = []
    for text in given:
        name = taxonomy.find_name(text)
        if name is None or taxonomy.canonical(name) not in polled:
            raise click.BadParameter(f"{text} is no listing that a topic reads ({', '.join(polled)})")
        names.append(taxonomy.canonical(name))
    if not (names or polled):
        raise click.UsageError("no topic reads any listing")
    return list(dict.fromkeys(names)) or polled


def _describe(visit: Visit | None) -> str:
    if visit is None:
        return "no answer"
    if visit.outcome.failed:
        return f"{visit.outcome}: {visit.reason}"
    day = f" of {visit.listing_on}" if visit.listing_on else ""
    return f"{visit.outcome}{day}, {visit.items} items, {visit.announced} announced"

"""The command that polls now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from feeds.config import load_settings
from feeds.model import taxonomy
from feeds.store.engine import Store
from feeds.store.listings import Visit
from workers.on_demand import Progress, await_polls, check_running, request_polls
from workers.runtime import Runtime, make_runtime
from workers.schedule import polled_listings


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

"""Commands about topics."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import click

from feeds.clock import make_clock
from feeds.config import Settings, load_settings
from feeds.errors import MovedError, TopicsFileError
from feeds.model.topics import Topic
from feeds.previewing import Hit, Preview, preview_query, preview_topic
from feeds.query import parser
from feeds.query.highlighting import Span
from feeds.selecting import Named, Reselected, reselect
from feeds.store import memberships
from feeds.store import topics as stored_topics
from feeds.store.engine import Store
from feeds.store.topics import Origin, StoredTopic
from feeds.topic_fields import is_slug, write_topic
from feeds.topics_file import load_topics

_SHOWN = 20
_BAR = 40


@click.group()
def topics() -> None:
    """Check, list and try out topics, and judge their history anew."""


@topics.command()
def check() -> None:
    """Check the topics file, whole; exit code 1 where something is wrong in it."""
    settings = load_settings(joining=True)
    defined = load_topics(settings.topics)
    click.echo(f"{settings.topics}: {len(defined)} topics, all well")
    store = Store(settings.database_url)
    if not store.is_current():
        return
    with store.read() as connection:
        known = stored_topics.list_topics(connection)
    named = {topic.slug for topic in defined}
    for item in known:
        slug = item.topic.slug
        if item.source is Origin.FILE and slug not in named and not item.topic.retired:
            click.echo(f"{slug} is not in the file any more; it is served as it was (retired: true would end it)")
        if item.source is Origin.API and slug in named:
            click.echo(f"{slug} was made by the API; the file's definition counts as soon as it is taken over")
        if item.trouble:
            click.echo(f"{slug} is paused: {item.trouble}")


@topics.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_topics(as_json: bool) -> None:
    """List the topics in force, with how many papers each has."""
    store = Store(load_settings(joining=True).database_url)
    store.check()
    with store.read() as connection:
        known = stored_topics.list_topics(connection)
        counts = memberships.count_members(connection)
    if as_json:
        rows = [_to_data(item, counts.get(item.topic.slug, 0)) for item in known]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max((len(item.topic.slug) for item in known), default=0)
    for item in known:
        state = f"  ({_state(item)})" if _state(item) else ""
        click.echo(
            f"{item.topic.slug:<{width}}  {counts.get(item.topic.slug, 0):>6} papers  "
            f"{' '.join(item.topic.categories)}{state}"
        )


@topics.command("reselect")
@click.argument("slug")
@click.option("--dry-run", is_flag=True, help="Only tell what would come and go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reselect_topic(slug: str, dry_run: bool, as_json: bool) -> None:
    """Judge all that was announced by the definition of the topic SLUG that is in force.

    Papers that it newly lets in are appended; those that do not match any more leave, unless an editor added them.
    What editors hid stays hidden.
    """
    settings = load_settings(joining=True)
    store = Store(settings.database_url)
    store.check()
    _point_out_edit(settings, store, slug)
    with _progress_bar("judging") as tell:
        done = reselect(store, slug, make_clock(settings.clock_file).now(), dry_run=dry_run, tell=tell)
    if as_json:
        click.echo(
            json.dumps({"topic": slug, "dry_run": dry_run, **_edit_data(done)}, ensure_ascii=False, indent=2)
        )
        return
    verbs = ("would come", "would leave") if dry_run else ("came", "left")
    click.echo("\n".join(_describe_edit(done, verbs)))


@topics.command()
@click.argument("query_or_slug")
@click.option("--query", "edited", metavar="NEW", help="With a SLUG: what this query would make of the topic.")
@click.option(
    "--days", default=10, show_default=True, type=click.IntRange(1, 366), help="Announcement days to count."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; spans count characters, from 0.")
def preview(query_or_slug: str, edited: str | None, days: int, as_json: bool) -> None:
    """Try a QUERY, or a topic's by its SLUG, on what is stored; nothing changes.

    Of a topic it also tells what its definition in the file, or NEW, would add and drop (./wire topics reselect).
    While the file is refused, the definition in force is tried.
    """
    settings = load_settings(joining=True)
    defined = _load_defined(settings)
    store = Store(settings.database_url)
    topic = defined.get(query_or_slug) or _find_stored(store, query_or_slug)
    if topic is None and edited is not None:
        raise click.UsageError("--query goes with a topic's SLUG; there is no such topic")
    if topic and edited is not None:
        parser.parse(edited)
        topic = replace(topic, query=edited)
    tree = None if topic else parser.parse(query_or_slug)
    store.check()
    if tree and is_slug(query_or_slug):
        click.echo(f"there is no topic {query_or_slug}; it is looked for as a query", err=True)
    with _progress_bar("looking") as tell:
        if tree:
            found = preview_query(store, tree, days=days, shown=_SHOWN, tell=tell)
        else:
            assert topic
            found = preview_topic(store, topic, days=days, shown=_SHOWN, tell=tell)
    if as_json:
        click.echo(json.dumps(_preview_data(topic, query_or_slug, found), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_describe_preview(found)))


def _load_defined(settings: Settings) -> dict[str, Topic]:
    """The topics of the file, by slug; none while it is refused, which is pointed out."""
    try:
        return {topic.slug: topic for topic in load_topics(settings.topics)}
    except TopicsFileError as error:
        click.echo(f"{error}; going on without it", err=True)
        return {}


def _find_stored(store: Store, slug: str) -> Topic | None:
    """A topic as it is in force.

    :raises MovedError: where the slug is an old one
    """
    if not store.is_current():
        return None
    with store.read() as connection:
        stored = stored_topics.find_topic(connection, slug)
        moved_to = None if stored else stored_topics.find_renamed(connection, slug)
    if moved_to:
        raise MovedError(moved_to)
    return stored.topic if stored else None


def _point_out_edit(settings: Settings, store: Store, slug: str) -> None:
    """Say that the file tells something else than what counts: the wire that takes it over may not run."""
    try:
        defined = {topic.slug: topic for topic in load_topics(settings.topics)}
    except TopicsFileError:
        return
    stored = _find_stored(store, slug)
    if stored and slug in defined and defined[slug] != stored:
        click.echo(f"{slug} is defined otherwise in {settings.topics}; that is not in force yet", err=True)


def _state(item: StoredTopic) -> str:
    if item.topic.retired:
        return "retired"
    if item.trouble:
        return f"paused: {item.trouble}"
    if not item.listed:
        return "not in the file any more"
    return "made by the API" if item.source is Origin.API else ""


def _to_data(item: StoredTopic, count: int) -> dict[str, Any]:
    said = {"source": str(item.source), "listed": item.listed, "paused": item.trouble, "papers": count}
    return {**write_topic(item.topic), **said}


def _describe_preview(found: Preview) -> Iterator[str]:
    newest = "; the newest:" if found.newest else ""
    yield f"{found.found} of {found.stored} stored papers match{newest}"
    for hit in found.newest:
        yield f"{hit.arxiv_id}  {_bold(hit.title, hit.title_spans)}"
        if hit.matched:
            yield f"            matches {', '.join(hit.matched)}"
        if hit.snippet:
            yield f"            {_bold(hit.snippet.text, hit.snippet.spans)}"
    if found.newest:
        yield from ("", "announced on")
        yield from _describe_days(found.days)
    if found.edit:
        yield ""
        yield from _describe_edit(found.edit, ("would come", "would leave"))


def _describe_days(days: Sequence[tuple[date, int]]) -> Iterator[str]:
    most = max((count for _, count in days), default=0)
    for day, count in days:
        bar = "#" * round(_BAR * count / most) if most and sys.stdout.isatty() else ""
        yield f"  {day}  {count:>5}  {bar}".rstrip()


def _describe_edit(edit: Reselected, verbs: tuple[str, str]) -> Iterator[str]:
    yield f"{edit.came.total} {verbs[0]}, {edit.left.total} {verbs[1]}, {edit.stayed} stay"
    for sign, named in (("+", edit.came), ("-", edit.left)):
        yield from (f"  {sign} {arxiv_id}  {title}" for arxiv_id, title in named.shown)
        if more := named.total - len(named.shown):
            yield f"  {sign} and {more} more"


def _bold(text: str, spans: Sequence[Span]) -> str:
    """Spans in bold where the terminal knows that."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [text[end:start], click.style(text[start:stop], bold=True)]
        end = stop
    return "".join([*pieces, text[end:]])


def _preview_data(topic: Topic | None, query: str, found: Preview) -> dict[str, Any]:
    return {
        "topic": topic.slug if topic else None,
        "query": topic.query if topic else query,
        "found": found.found,
        "stored": found.stored,
        "days": [{"day": day.isoformat(), "papers": count} for day, count in found.days],
        "papers": [_hit_data(hit) for hit in found.newest],
        "edit": _edit_data(found.edit) if found.edit else None,
    }


def _hit_data(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.arxiv_id,
        "title": hit.title,
        "title_spans": hit.title_spans,
        "announced_on": hit.announced_on.isoformat() if hit.announced_on else None,
        "matched": hit.matched,
        "snippet": hit.snippet.text if hit.snippet else None,
        "snippet_spans": hit.snippet.spans if hit.snippet else [],
    }


def _edit_data(edit: Reselected) -> dict[str, Any]:
    return {"came": _named_data(edit.came), "left": _named_data(edit.left), "stayed": edit.stayed}


def _named_data(named: Named) -> dict[str, Any]:
    return {"total": named.total, "papers": [{"id": key, "title": title} for key, title in named.shown]}


@contextmanager
def _progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """For people at a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell

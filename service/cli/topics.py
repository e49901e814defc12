"""Commands about topics."""

from __future__ import annotations

import json

import click

from feeds.config import load_settings
from feeds.query import parser
from feeds.query.admission import covers
from feeds.query.matching import SearchablePaper, match
from feeds.store import memberships, papers
from feeds.store import topics as stored_topics
from feeds.store.engine import Store
from feeds.topics_file import load_topics

_SHOWN = 20


@click.group()
def topics() -> None:
    """Check, list and try out topics."""


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
    for gone in sorted({item.topic.slug for item in known} - {topic.slug for topic in defined}):
        click.echo(f"{gone} is not in the file any more; it is served as it was (retired: true would end it)")


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
        rows = [{**stored_topics.to_definition(k.topic), "papers": counts.get(k.topic.slug, 0)} for k in known]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max((len(item.topic.slug) for item in known), default=0)
    for item in known:
        state = "" if item.listed else "  (not in the file any more)"
        state = "  (retired)" if item.topic.retired else state
        click.echo(
            f"{item.topic.slug:<{width}}  {counts.get(item.topic.slug, 0):>6} papers  "
            f"{' '.join(item.topic.categories)}{state}"
        )


@topics.command()
@click.argument("query_or_slug")
def preview(query_or_slug: str) -> None:
    """Try a QUERY, or a topic's by its SLUG, on the papers that are stored."""
    settings = load_settings(joining=True)
    topic = next((t for t in load_topics(settings.topics) if t.slug == query_or_slug), None)
    query = topic.query if topic else query_or_slug
    tree = None if query is None else parser.parse(query)
    store = Store(settings.database_url)
    store.check()
    with store.read() as connection:
        stored = papers.list_newest(connection)
    found = []
    for paper in stored:
        if topic and not covers(topic, paper):
            continue
        matched = match(tree, SearchablePaper(paper)) if tree else ()
        if matched is not None:
            found.append((paper, matched))
    click.echo(f"{len(found)} of {len(stored)} stored papers match{'; the newest:' if found else ''}")
    for paper, matched in found[:_SHOWN]:
        click.echo(f"{paper.arxiv_id}  {paper.title}")
        if matched:
            click.echo(f"            matches {', '.join(matched)}")

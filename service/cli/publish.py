"""The command that publishes topics now."""

from __future__ import annotations

import json

import click

from feeds.clock import make_clock
from feeds.config import load_settings
from feeds.publishing.current import find_served
from feeds.publishing.topics import publish_topic
from feeds.store import topics
from feeds.store.engine import Store


@click.command()
@click.argument("slugs", metavar="[TOPIC]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def publish(slugs: tuple[str, ...], as_json: bool) -> None:
    """Make what TOPIC (default: every topic) holds its current publication, now.

    A wire that runs does so by itself; this is for after a restore, or when in doubt. Nothing changes where what is
    published is what there is. It needs no running wire.
    """
    settings = load_settings(joining=True)
    store = Store(settings.database_url)
    store.check()
    now = make_clock(settings.clock_file).now()
    done = {}
    for slug in _list_wanted(store, slugs):
        with store.write() as connection:
            done[slug] = publish_topic(connection, slug, now).changed
    if as_json:
        click.echo(json.dumps([{"topic": slug, "changed": changed} for slug, changed in done.items()], indent=2))
    elif not done:
        click.echo("there are no topics yet; ./wire run reads them from topics.yaml")
    else:
        click.echo(
            "\n".join(f"{slug}: {'published' if changed else 'unchanged'}" for slug, changed in done.items())
        )


def _list_wanted(store: Store, slugs: tuple[str, ...]) -> list[str]:
    with store.read() as connection:
        if slugs:
            return [find_served(connection, slug).topic.slug for slug in dict.fromkeys(slugs)]
        return sorted(item.topic.slug for item in topics.list_topics(connection) if not item.topic.retired)

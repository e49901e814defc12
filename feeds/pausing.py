"""Pauses topics whose stored query does not parse any more: an update may read the language more strictly.

Such a topic is served as it was and takes no papers, and says so, until its query is edited or can be read again.
"""

from __future__ import annotations

from feeds.errors import QueryError
from feeds.model.topics import Topic
from feeds.query import parser
from feeds.store import topics
from feeds.store.engine import Connection


def pause_troubled(connection: Connection) -> dict[str, str | None]:
    """Look at all stored queries, and note which topics are paused from now on, and which no longer.

    :returns: what changed: why a topic is paused; None for one that goes on
    """
    stored = topics.list_topics(connection)
    found = {item.topic.slug: find_trouble(item.topic) for item in stored}
    known = {item.topic.slug: item.trouble for item in stored}
    changed = {slug: trouble for slug, trouble in found.items() if trouble != known[slug]}
    topics.note_troubles(connection, changed)
    return changed


def find_trouble(topic: Topic) -> str | None:
    """Why a topic can take no papers; None where it can, or is not meant to."""
    if topic.query is None or topic.retired:
        return None
    try:
        parser.parse(topic.query)
    except QueryError as error:
        return f"its query cannot be read any more ({error})"
    return None

"""Whether an announced paper joins a topic, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from feeds.errors import QueryError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, Node, Not, Or, Phrase
from feeds.model.topics import MAX_TOPICS, Topic
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match

#: A topic that changes is no reason to read all the others anew.
_read = lru_cache(maxsize=2 * MAX_TOPICS)(parser.parse)


@dataclass(frozen=True)
class CompiledTopic:
    """A topic with its query read."""

    topic: Topic
    query: Node | None


def compile_topics(topics: Iterable[Topic]) -> list[CompiledTopic]:
    """Read the queries of the topics that still take papers.

    One whose query does not parse takes none: it was stored by another version of the language, and is no reason
    for all the others to stop.
    """
    return [compiled for topic in topics if not topic.retired and (compiled := _compile(topic))]


def _compile(topic: Topic) -> CompiledTopic | None:
    try:
        return CompiledTopic(topic, _read(topic.query) if topic.query else None)
    except QueryError:
        return None


def judge(
    compiled: CompiledTopic, paper: SearchablePaper, listing: str, announce_type: AnnounceType
) -> tuple[str, ...] | None:
    """Judge an announcement.

    :param listing: the listing that carries it, by its canonical name
    :returns: the parts of the query that matched, empty for a topic without one; None where it does not join
    """
    if not takes(compiled.topic, paper.paper, listing, announce_type):
        return None
    return match(compiled.query, paper) if compiled.query else ()


def takes(topic: Topic, paper: Paper, listing: str, announce_type: AnnounceType) -> bool:
    """Whether a topic takes such an announcement, as far as its query agrees.

    :param listing: the listing that carries it, by its canonical name
    """
    if listing not in topic.categories:
        archives = [name for name in topic.categories if taxonomy.belongs(listing, name)]
        if not archives:
            return False
        announce_type = _relative(announce_type, paper, archives)
    return announce_type in topic.announce and (not topic.primary_only or covers(topic, paper))


def _relative(announce_type: AnnounceType, paper: Paper, archives: list[str]) -> AnnounceType:
    """The type that the archive's own listing would tell: a cross-list inside of it is new there."""
    if not taxonomy.any_belongs(paper.categories[:1], archives):
        return announce_type
    inside = {AnnounceType.CROSS: AnnounceType.NEW, AnnounceType.REPLACE_CROSS: AnnounceType.REPLACE}
    return inside.get(announce_type, announce_type)


def needs_completion(compiled: CompiledTopic) -> bool:
    """Whether the query asks for what only arXiv's API tells: comment or journal reference."""
    return compiled.query is not None and _mentions(compiled.query, (Field.COMMENT, Field.JOURNAL))


def _mentions(node: Node, fields: tuple[Field, ...]) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(_mentions(part, fields) for part in parts)
        case Not(part):
            return _mentions(part, fields)
        case Phrase():
            return node.field in fields
        case _:
            return False


def covers(topic: Topic, paper: Paper) -> bool:
    """Whether one of the paper's categories that count for the topic is one of the topic's."""
    counting = paper.categories[:1] if topic.primary_only else paper.categories
    return taxonomy.any_belongs(counting, topic.categories)

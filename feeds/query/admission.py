"""Whether an announced paper joins a topic, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, Node, Not, Or, Phrase
from feeds.model.topics import Topic
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match


@dataclass(frozen=True)
class CompiledTopic:
    """A topic with its query read."""

    topic: Topic
    query: Node | None


def compile_topics(topics: Iterable[Topic]) -> list[CompiledTopic]:
    """Read the queries of the topics that still take papers.

    :raises QueryError: for a query that does not parse
    """
    return [
        CompiledTopic(topic, parser.parse(topic.query) if topic.query else None)
        for topic in topics
        if not topic.retired
    ]


def judge(
    compiled: CompiledTopic, paper: SearchablePaper, listing: str, announce_type: AnnounceType
) -> tuple[str, ...] | None:
    """Judge an announcement.

    :param listing: the listing that carries it, by its canonical name
    :returns: the parts of the query that matched, empty for a topic without one; None where it does not join
    """
    topic = compiled.topic
    if listing not in topic.categories:
        archives = [name for name in topic.categories if taxonomy.belongs(listing, name)]
        if not archives:
            return None
        announce_type = _relative(announce_type, paper.paper, archives)
    if announce_type not in topic.announce:
        return None
    if topic.primary_only and not covers(topic, paper.paper):
        return None
    return match(compiled.query, paper) if compiled.query else ()


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

"""Invented papers, and the shortest way of getting them into a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from feeds.model.announcements import AnnounceType
from feeds.model.changes import Admission
from feeds.model.papers import Author, Paper
from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind, Summary
from feeds.model.topics import Topic
from feeds.store import memberships, papers, summaries, topics
from feeds.store.engine import Connection

NOW = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)
DAY = date(2026, 4, 17)


def make_paper(arxiv_id: str = "2604.00001", **fields: object) -> Paper:
    given: dict[str, object] = {
        "version": 1,
        "title": f"Title of {arxiv_id}",
        "abstract": f"We present {arxiv_id}.",
        "authors": (Author("Ada One"), Author("Bob Two", "Somewhere")),
        "categories": ("cs.CV", "cs.LG"),
        "licence": "http://creativecommons.org/licenses/by/4.0/",
        **fields,
    }
    return Paper(arxiv_id=arxiv_id, **given)  # type: ignore[arg-type]


def make_topic(slug: str = "vision", **fields: object) -> Topic:
    given: dict[str, object] = {"title": slug.title(), "categories": ("cs.CV",), **fields}
    return Topic(slug=slug, **given)  # type: ignore[arg-type]


def make_tldr(paper: Paper, text: str | None = "It is short.", made_at: datetime = NOW) -> Summary:
    return Summary(paper.text_hash, Kind.TLDR, OWN_LANGUAGE, "test-1", EMBEDDED, text, made_at)


def make_admission(arxiv_id: str, topic: str = "vision") -> Admission:
    return Admission(topic, arxiv_id, 1, DAY, AnnounceType.NEW, ("a word",))


def define(connection: Connection, *defined: Topic, now: datetime = NOW) -> None:
    topics.sync_topics(connection, defined, now)


def join(
    connection: Connection,
    arxiv_ids: Sequence[str],
    topic: str = "vision",
    now: datetime = NOW,
    *,
    tldr: bool = True,
) -> None:
    """Let new papers join a topic, with their tldr or without."""
    made = [make_paper(arxiv_id) for arxiv_id in arxiv_ids]
    papers.save_papers(connection, made, now)
    memberships.admit(connection, [make_admission(paper.arxiv_id, topic) for paper in made], now)
    if tldr:
        summaries.record_summaries(connection, [make_tldr(paper, made_at=now) for paper in made])
        memberships.note_summaries(connection, arxiv_ids, now)

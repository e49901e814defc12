"""Makes the summaries that papers lack, and keeps them with where they came from."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Summary
from feeds.store import memberships, owed, papers, summaries
from feeds.store.engine import Connection
from feeds.store.owed import Claim, Work
from workers.enrichment.summarizers import EmbeddedSummarizer
from workers.runtime import Runtime

log = logging.getLogger("wire.enricher")


def enrich_papers(runtime: Runtime, claims: list[Claim]) -> None:
    """Summarize a batch of papers: one reading, one computation, one writing transaction.

    A summary is made once for a text: a paper whose text was summarized before only has its topics published.
    """
    summarizer = EmbeddedSummarizer()
    wanted = [claim.key for claim in claims]
    now = runtime.clock.now()
    with runtime.store.read() as connection:
        found = papers.find_papers(connection, wanted)
        lacking = _find_lacking(connection, summarizer, list(found.values()))
    made = [_summarize(summarizer, paper, now) for paper in lacking]
    with runtime.store.write() as connection:
        summaries.record_summaries(connection, made)
        memberships.note_summaries(connection, [paper.arxiv_id for paper in lacking], now)
        concerned = memberships.find_topics_of(connection, wanted).values()
        owed.owe(connection, Work.PUBLISH, {slug for slugs in concerned for slug in slugs}, now)
        owed.settle(connection, claims)
    log.info("%d papers, %d summaries made", len(claims), len(made))


def _find_lacking(connection: Connection, summarizer: EmbeddedSummarizer, known: Sequence[Paper]) -> list[Paper]:
    made = summaries.find_made(
        connection,
        Kind.TLDR,
        [paper.text_hash for paper in known],
        summarizer=summarizer.name,
        prompt_version=summarizer.version,
    )
    return [paper for paper in known if paper.text_hash not in made]


def _summarize(summarizer: EmbeddedSummarizer, paper: Paper, now: datetime) -> Summary:
    return Summary(
        text_hash=paper.text_hash,
        kind=Kind.TLDR,
        language=summarizer.language,
        prompt_version=summarizer.version,
        summarizer=summarizer.name,
        data=_try_tldr(summarizer, paper),
        made_at=now,
    )


def _try_tldr(summarizer: EmbeddedSummarizer, paper: Paper) -> str | None:
    """One paper that the rules choke on does not take the others of its batch with it."""
    try:
        return summarizer.tldr(paper.title, paper.abstract)
    except Exception:
        log.exception("no tldr for %s", paper.arxiv_id)
        return None

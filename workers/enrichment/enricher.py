"""Makes the embedded summaries that papers lack, and owes those that a language model is to write."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from feeds.model.papers import Paper
from feeds.model.summaries import Data, Kind, Summary, Wish
from feeds.store import memberships, owed, papers, summaries
from feeds.store.engine import Connection
from feeds.store.owed import Claim, Work
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer
from workers.enrichment.lacking import list_lacking
from workers.enrichment.writing import prompts
from workers.runtime import Runtime

log = logging.getLogger("wire.enricher")

#: Every paper has one, also where no topic has the paper: searches show it.
_ALWAYS = Kind.TLDR


def enrich_papers(runtime: Runtime, claims: list[Claim]) -> None:
    """Summarize a batch of papers: one reading, one computation, one writing transaction.

    A summary is made once for a text: a paper whose text was summarized before only has its topics published.
    """
    summarizer = EmbeddedSummarizer()
    wanted = [claim.key for claim in claims]
    now = runtime.clock.now()
    with runtime.store.read() as connection:
        found = papers.find_papers(connection, wanted)
        wishes = memberships.list_wishes(connection, wanted)
        lacking = _find_lacking(connection, summarizer, found, wishes)
    made = [
        summary
        for arxiv_id, kinds in lacking.items()
        for summary in _summarize(summarizer, found[arxiv_id], kinds, now)
    ]
    with runtime.store.write() as connection:
        summaries.record_summaries(connection, made)
        told = papers.find_sharing(connection, [summary.text_hash for summary in made])
        memberships.note_summaries(connection, told, now)
        papers.note_changed(connection, told, now)
        _owe_writing(runtime, connection, found, wishes, now)
        concerned = memberships.find_topics_of(connection, {*wanted, *told}).values()
        owed.owe(connection, Work.PUBLISH, {slug for slugs in concerned for slug in slugs}, now)
        owed.settle(connection, claims)
    log.info("%d papers, %d summaries made", len(claims), len(made))


def _find_lacking(
    connection: Connection,
    summarizer: EmbeddedSummarizer,
    found: Mapping[str, Paper],
    wishes: Mapping[str, Iterable[Wish]],
) -> dict[str, list[Kind]]:
    """The kinds that are asked for and were not tried yet, by paper; papers that lack nothing are left out."""
    hashes = [paper.text_hash for paper in found.values()]
    tried = summaries.find_tried(connection, hashes, summarizer.name)
    lacking = {}
    for arxiv_id, paper in found.items():
        asked = {_ALWAYS, *(wish.kind for wish in wishes.get(arxiv_id, ()))}
        kinds = [
            kind
            for kind in summarizer.kinds
            if kind in asked and (paper.text_hash, kind, summarizer.language, summarizer.version) not in tried
        ]
        if kinds:
            lacking[arxiv_id] = kinds
    return lacking


def _owe_writing(
    runtime: Runtime,
    connection: Connection,
    found: Mapping[str, Paper],
    wishes: Mapping[str, Iterable[Wish]],
    now: datetime,
) -> None:
    """Owe what a model has not tried yet; the papers wait for it, as long as their topics want to."""
    if runtime.llm is None:
        return
    hashes = [paper.text_hash for paper in found.values()]
    tried = summaries.find_tried(connection, hashes, runtime.llm.name)
    pieces = list_lacking(found, wishes, tried, prompts.prompt_version)
    wanting = {piece.arxiv_id for piece in pieces}
    owed.owe(connection, Work.WRITE, wanting, now)
    memberships.await_writing(connection, wanting, now)


def _summarize(summarizer: EmbeddedSummarizer, paper: Paper, kinds: Iterable[Kind], now: datetime) -> list[Summary]:
    return [
        Summary(
            text_hash=paper.text_hash,
            kind=kind,
            language=summarizer.language,
            prompt_version=summarizer.version,
            summarizer=summarizer.name,
            data=_try(summarizer, kind, paper),
            made_at=now,
        )
        for kind in kinds
    ]


def _try(summarizer: EmbeddedSummarizer, kind: Kind, paper: Paper) -> Data | None:
    """One paper that the rules choke on does not take the others of its batch with it."""
    make: dict[Kind, Callable[[str, str], Data | None]] = {
        Kind.TLDR: summarizer.tldr,
        Kind.CONTRIBUTIONS: summarizer.contributions,
        Kind.READING: summarizer.reading,
    }
    try:
        return make[kind](paper.title, paper.abstract)
    except Exception:
        log.exception("no %s for %s", kind, paper.arxiv_id)
        return None

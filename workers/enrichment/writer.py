"""Has a model write the summaries that topics ask for, and keeps each as soon as it is there.

The embedded summaries are there before, so a paper never waits for a model longer than its topics want it to. What
the model cannot do is noted and not asked for again; what could not be asked waits.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from feeds.errors import FetchError, SupersededError
from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Status, Summary
from feeds.store import listings, memberships, owed, papers, site, summaries
from feeds.store.engine import Connection
from feeds.store.owed import Claim, Work
from workers.backoff import pause_seconds
from workers.enrichment.fulltext.fetching import FullText, fetch_fulltext
from workers.enrichment.lacking import Piece, assign, list_lacking
from workers.enrichment.llm.dialects import Dialect, write_dialect
from workers.enrichment.writing import prompts
from workers.enrichment.writing.budget import next_day_at
from workers.enrichment.writing.llm_summarizer import MOST_SOURCE_TOKENS, LlmSummarizer, Outcome, SummaryRequest
from workers.runtime import Runtime, endpoint_note

log = logging.getLogger("wire.writer")

#: A batch begins no call after this; its job has some more to end in.
BATCH_SECONDS = 420.0
#: Where only the operator can mend it (a wrong key), it is tried again after this.
_REFUSED_SECONDS = 900.0


def write_papers(runtime: Runtime, claims: list[Claim]) -> None:
    """Have what these papers lack written. Where no model is configured, there is nothing to do."""
    if runtime.llm is None:
        with runtime.store.write() as connection:
            owed.settle(connection, claims)
            site.save_note(connection, site.MODEL_REFUSED, None)
        return
    batch = _Batch(runtime, runtime.llm, claims)
    batch.run()
    _note_dialect(runtime)
    _note_refusal(runtime, batch)
    log.info("%d papers: %s", len(claims), batch.describe())


def _note_dialect(runtime: Runtime) -> None:
    """Remember what the endpoint was found to understand: each job is a process of its own."""
    client = runtime.llm_client
    if client is None:
        return
    name, told = endpoint_note(client.endpoint), write_dialect(client.dialect)
    with runtime.store.read() as connection:
        known = site.find_note(connection, name)
    if told != known and (known or client.dialect != Dialect()):
        with runtime.store.write() as connection:
            site.save_note(connection, name, told)


def _note_refusal(runtime: Runtime, batch: _Batch) -> None:
    """Note that the endpoint refuses whatever it is asked, until it answers: only the operator can mend that."""
    if not (batch.refused or batch.answered):
        return
    with runtime.store.read() as connection:
        known = site.find_note(connection, site.MODEL_REFUSED)
    if batch.refused != known:
        with runtime.store.write() as connection:
            site.save_note(connection, site.MODEL_REFUSED, batch.refused)


class _Batch:
    """Some papers on their way through the model."""

    def __init__(self, runtime: Runtime, llm: LlmSummarizer, claims: Sequence[Claim]) -> None:
        self._runtime = runtime
        self._llm = llm
        self._claims = {claim.key: claim for claim in claims}
        now = runtime.clock.now()
        with runtime.store.read() as connection:
            self._papers = papers.find_papers(connection, self._claims)
            pieces = self._list_lacking(connection)
            spent = summaries.count_tokens(connection, next_day_at(now) - timedelta(days=1))
            announced_at = listings.find_last_seen(connection, self._claims)
        assigned = assign(
            pieces,
            self._papers,
            announced_at,
            now,
            daily_tokens=runtime.settings.llm_daily_tokens,
            spent=spent,
            most_source_tokens=MOST_SOURCE_TOKENS,
            thinking_tokens=runtime.settings.llm_thinking_tokens,
        )
        self._pieces = assigned.now
        self._later = {piece.arxiv_id for piece in assigned.later}
        self._left = Counter(piece.arxiv_id for piece in assigned.now)
        self._postponed: dict[str, FetchError] = {}
        self.answered = False
        self.refused: str | None = None  #: why the endpoint refuses whatever it is asked, if that was its last word
        self._told: Counter[str] = Counter({"waiting for another day's budget": len(assigned.later)})

    def run(self) -> None:
        """Write what the abstracts are enough for, then what needs a full text."""
        deadline = time.monotonic() + BATCH_SECONDS
        for arxiv_id in self._claims:
            if not self._left[arxiv_id]:
                self._finish(arxiv_id)
        readings = [piece for piece in self._pieces if piece.wish.kind is Kind.READING]
        self._write([self._request(piece) for piece in self._pieces if piece not in readings], deadline)
        self._write([request for piece in readings if (request := self._find_text(piece))], deadline)

    def describe(self) -> str:
        """What became of them, in a line."""
        return (
            ", ".join(f"{count} {what}" for what, count in sorted(self._told.items()) if count) or "nothing to do"
        )

    def _list_lacking(self, connection: Connection) -> list[Piece]:
        hashes = [paper.text_hash for paper in self._papers.values()]
        written = summaries.find_tried(connection, hashes, self._llm.name)
        wishes = memberships.list_wishes(connection, self._papers)
        return list_lacking(self._papers, wishes, written, prompts.prompt_version)

    def _write(self, requests: Sequence[SummaryRequest], deadline: float) -> None:
        self._llm.summarize_many(requests, self._runtime.llm_width, deadline, self._keep)

    def _request(self, piece: Piece, full_text: FullText | None = None) -> SummaryRequest:
        paper = self._papers[piece.arxiv_id]
        return SummaryRequest(
            key=piece.arxiv_id,
            kind=piece.wish.kind,
            language=piece.wish.language,
            title=paper.title,
            text=full_text.text if full_text else paper.abstract,
            source="full text" if full_text else "abstract",
            source_version=paper.version,
        )

    def _find_text(self, piece: Piece) -> SummaryRequest | None:
        """The request for a reading; None where the text cannot be had now."""
        paper = self._papers[piece.arxiv_id]
        try:
            text = fetch_fulltext(
                self._runtime.texts,
                self._runtime.settings.arxiv_site_url,
                paper.arxiv_id,
                paper.version,
                paper.licence,
            )
        except FetchError as error:
            wait = error.retry_after_seconds
            told = FetchError(f"its full text: {error}", permanent=error.permanent, retry_after_seconds=wait)
            self._postpone(piece.arxiv_id, told)
            return None
        return self._request(piece, text)

    def _keep(self, outcome: Outcome) -> None:
        """Keep what was written at once: it was paid for."""
        arxiv_id = outcome.request.key
        self._told[str(outcome.status)] += 1
        if outcome.status is not Status.POSTPONED:
            self.answered, self.refused = True, None
        elif outcome.error and outcome.error.permanent:
            self.refused = str(outcome.error)
        made = _as_summary(outcome, self._papers[arxiv_id], self._llm.name, self._runtime.clock.now())
        if outcome.status is Status.POSTPONED:
            self._note_cost(made)
            self._postpone(arxiv_id, outcome.error or FetchError("time was up"))
            return
        with self._runtime.store.write() as connection:
            summaries.record_summaries(connection, [made])
        self._count_down(arxiv_id)

    def _note_cost(self, made: Summary) -> None:
        """Calls that brought nothing may have cost something: the day's budget has to know."""
        if made.tokens:
            with self._runtime.store.write() as connection:
                summaries.record_cost(connection, made)

    def _postpone(self, arxiv_id: str, error: FetchError) -> None:
        self._postponed[arxiv_id] = error
        self._count_down(arxiv_id)

    def _count_down(self, arxiv_id: str) -> None:
        self._left[arxiv_id] -= 1
        if not self._left[arxiv_id]:
            self._finish(arxiv_id)

    def _finish(self, arxiv_id: str) -> None:
        """Let the topics show what there is of a paper, and say what is still owed of it."""
        now = self._runtime.clock.now()
        try:
            with self._runtime.store.write() as connection:
                told = papers.find_sharing(connection, self._hashes_written(arxiv_id))
                memberships.note_summaries(connection, told, now)
                papers.note_changed(connection, told, now)
                concerned = memberships.find_topics_of(connection, {arxiv_id, *told}).values()
                owed.owe(connection, Work.PUBLISH, {slug for slugs in concerned for slug in slugs}, now)
                self._settle(connection, self._claims[arxiv_id], now)
        except SupersededError as error:
            log.info("%s", error)

    def _hashes_written(self, arxiv_id: str) -> set[str]:
        """The text of a paper of which something was written, or was tried to be."""
        return {self._papers[arxiv_id].text_hash for piece in self._pieces if piece.arxiv_id == arxiv_id}

    def _settle(self, connection: Connection, claim: Claim, now: datetime) -> None:
        error = self._postponed.get(claim.key)
        if error is not None:
            wait = pause_seconds(random.random(), error.retry_after_seconds)
            wait = max(wait, _REFUSED_SECONDS) if error.permanent else wait
            not_before = self._runtime.real_clock.now() + timedelta(seconds=wait)
            owed.postpone(connection, claim, str(error), not_before, counts=False)
        elif claim.key in self._later:
            owed.reschedule(connection, claim, next_day_at(now), now)
        else:
            owed.settle(connection, [claim])


def _as_summary(outcome: Outcome, paper: Paper, summarizer: str, now: datetime) -> Summary:
    return Summary(
        text_hash=paper.text_hash,
        kind=outcome.request.kind,
        language=outcome.request.language,
        prompt_version=outcome.prompt_version,
        summarizer=summarizer,
        data=outcome.data,
        made_at=now,
        model=outcome.model,
        source=outcome.request.source,
        source_version=outcome.request.source_version,
        tokens=outcome.tokens,
        status=outcome.status,
        failed=outcome.failed,
    )

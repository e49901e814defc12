"""Fetches papers that editors added and no listing has told of.

An id that the API does not know is asked for some more times, as its index follows the announcements late; then
the wish is put away, with its reason. Only tries that waited for their time count: whoever asks again and again
does not shorten the time that the index has.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from datetime import timedelta

from feeds import curating
from feeds.errors import FetchError
from feeds.model.papers import Paper
from feeds.store import owed, papers
from feeds.store.engine import Connection
from feeds.store.owed import Claim
from workers.backoff import backoff_seconds
from workers.enrichment.arxiv_api import ApiPaper
from workers.enrichment.completer import postpone
from workers.runtime import Runtime

log = logging.getLogger("wire.adder")

#: An unknown id is asked for so often, ...
TRIES = 5
#: ... the second time after so many seconds, later ones twice as far apart each.
_ASK_AGAIN_SECONDS = 60.0
UNKNOWN = "arXiv does not know this paper"


def add_papers(runtime: Runtime, claims: list[Claim]) -> None:
    """Fetch a batch of papers by one request, and let them join. An API out of reach keeps them waiting."""
    with runtime.store.read() as connection:
        known = papers.find_papers(connection, [claim.key for claim in claims])
    lacking = [claim.key for claim in claims if claim.key not in known]
    try:
        facts = runtime.api.fetch(lacking) if lacking else {}
    except FetchError as error:
        if not (error.permanent and len(lacking) == 1):
            postpone(runtime, claims, error)
            return
        facts = {}  # arXiv refuses the id itself
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        fetched = {arxiv_id: make_paper(told) for arxiv_id, told in facts.items()}
        known = papers.find_papers(connection, [claim.key for claim in claims])
        papers.save_papers(connection, [paper for key, paper in fetched.items() if key not in known], now)
        for paper in (fetched | known).values():
            topics = curating.welcome(connection, paper, now)
            log.info("%s was added to %s", paper.arxiv_id, ", ".join(topics) or "no topic after all")
        unknown = [claim for claim in claims if claim.key not in fetched | known]
        _ask_again(connection, runtime, unknown)
        owed.settle(connection, [claim for claim in claims if claim not in unknown])


def make_paper(told: ApiPaper) -> Paper:
    """A paper of which nothing but the API has told; its licence is not known then."""
    return Paper(
        arxiv_id=told.arxiv_id,
        version=told.version,
        title=told.title,
        abstract=told.abstract,
        authors=told.authors,
        categories=told.categories,
        comment=told.comment,
        doi=told.doi,
        journal_ref=told.journal_ref,
        classes=told.classes,
        submitted_at=told.submitted_at,
        revised_at=told.revised_at,
        withdrawn=told.withdrawn,
    )


def _ask_again(connection: Connection, runtime: Runtime, unknown: Iterable[Claim]) -> None:
    for claim in unknown:
        hurried = _is_hurried(connection, claim)
        if claim.failures + 1 >= TRIES and not hurried:
            curating.refuse(connection, claim.key, UNKNOWN, runtime.clock.now())
            owed.settle(connection, [claim])
        else:
            seconds = backoff_seconds(claim.failures, random.random(), first=_ASK_AGAIN_SECONDS)
            not_before = runtime.real_clock.now() + timedelta(seconds=seconds)
            owed.postpone(connection, claim, UNKNOWN, not_before, counts=not hurried)


def _is_hurried(connection: Connection, claim: Claim) -> bool:
    """Whether it failed before, and somebody asked for it before its rest was over: that ends the rest."""
    row = owed.find_owed(connection, claim.kind, claim.key)
    return claim.failures > 0 and row is not None and row.not_before is None

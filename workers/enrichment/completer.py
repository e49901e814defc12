"""Completes papers with what the listings do not tell: comment, DOI, journal reference, dates, withdrawal.

An id that the API does not know yet is no failure: its index follows the announcements late. It is asked for again
for some days, and then left as the listing told it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.errors import FetchError
from feeds.model import calendar
from feeds.model.announcements import Announcement
from feeds.model.changes import Admission, Revision
from feeds.model.entries import UpdateReason
from feeds.model.papers import Paper, with_affiliations
from feeds.query.matching import SearchablePaper
from feeds.query.percolator import Percolator, make_percolator
from feeds.store import listings, memberships, owed, papers, topics
from feeds.store.engine import Connection
from feeds.store.memberships import HOLD
from feeds.store.owed import Claim, Work
from workers.backoff import pause_seconds
from workers.enrichment.arxiv_api import ApiPaper
from workers.runtime import Runtime

log = logging.getLogger("wire.completer")

#: An unknown id is asked for again after this long, ...
_ASK_AGAIN = timedelta(hours=12)
#: ... until the paper was announced so long ago.
_GIVE_UP = timedelta(days=5)


def complete_papers(runtime: Runtime, claims: list[Claim]) -> None:
    """Complete a batch of papers by one request. An API out of reach keeps them waiting, and stops nothing."""
    try:
        facts = runtime.api.fetch([claim.key for claim in claims])
    except FetchError as error:
        if not (error.permanent and len(claims) == 1):
            postpone(runtime, claims, error)
            return
        facts = {}  # arXiv refuses the id itself
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        found = papers.find_papers(connection, [claim.key for claim in claims])
        completed = {
            arxiv_id: complete(paper, facts[arxiv_id]) for arxiv_id, paper in found.items() if arxiv_id in facts
        }
        _record(connection, found, completed, now)
        unknown = [claim for claim in claims if claim.key in found and claim.key not in facts]
        _ask_again(connection, unknown, now)
        owed.settle(connection, [claim for claim in claims if claim not in unknown])
    log.info("%d papers completed, %d not known yet", len(completed), len(unknown))


def complete(paper: Paper, facts: ApiPaper) -> Paper:
    """A paper with what the API adds. What was announced stays: the API may be a version ahead of the listings."""
    same = facts.version == paper.version
    return replace(
        paper,
        authors=with_affiliations(paper.authors, facts.authors),
        comment=facts.comment or paper.comment,
        doi=facts.doi or paper.doi,
        journal_ref=facts.journal_ref or paper.journal_ref,
        classes=facts.classes or paper.classes,
        submitted_at=facts.submitted_at,
        revised_at=facts.revised_at if same else paper.revised_at,
        withdrawn=facts.withdrawn if same else paper.withdrawn,
    )


def find_admissions(
    announced: Iterable[Announcement], completed: Mapping[str, Paper], percolator: Percolator
) -> list[Admission]:
    """Which topics ask for what is only known now, and get a paper by an earlier announcement."""
    searchable = {arxiv_id: SearchablePaper(paper) for arxiv_id, paper in completed.items()}
    admissions: dict[tuple[str, str], Admission] = {}
    for said in announced:
        joined = percolator.completing.judge_all(searchable[said.arxiv_id], said.listing, said.type)
        for topic, matched in joined:
            slug = topic.topic.slug
            admission = Admission(slug, said.arxiv_id, said.version, said.announced_on, said.type, matched)
            admissions.setdefault((slug, said.arxiv_id), admission)
    return list(admissions.values())


def _record(
    connection: Connection, found: Mapping[str, Paper], completed: Mapping[str, Paper], now: datetime
) -> None:
    changed = [paper for arxiv_id, paper in completed.items() if paper != found[arxiv_id]]
    papers.save_papers(connection, changed, now)
    touched = memberships.revise(connection, [_revision(found[paper.arxiv_id], paper) for paper in changed], now)
    percolator = make_percolator(tuple(item.topic for item in topics.list_topics(connection)))
    announced = listings.list_announcements(connection, completed)
    joined = memberships.admit(connection, find_admissions(announced, completed, percolator), now)
    owed.owe(connection, Work.ENRICH, {admission.arxiv_id for admission in joined}, now)
    owed.owe(connection, Work.PUBLISH, touched, now)
    owed.owe(connection, Work.PUBLISH, {admission.topic for admission in joined}, now + HOLD)


def _revision(before: Paper, after: Paper) -> Revision:
    withdrawn = after.withdrawn and not before.withdrawn
    return Revision(after.arxiv_id, UpdateReason.WITHDRAWN if withdrawn else None, text_changed=False)


def _ask_again(connection: Connection, unknown: Iterable[Claim], now: datetime) -> None:
    for claim in unknown:
        announced = listings.list_announcements(connection, [claim.key])
        newest = max((calendar.eastern_midnight(said.announced_on) for said in announced), default=now - _GIVE_UP)
        if now - newest < _GIVE_UP:
            owed.reschedule(connection, claim, now + _ASK_AGAIN, now)
        else:
            owed.settle(connection, [claim])


def postpone(runtime: Runtime, claims: Iterable[Claim], error: FetchError) -> None:
    """Wait, and past the rush that follows the evening's announcement. Never given up: the API comes back."""
    with runtime.store.write() as connection:
        for claim in claims:
            storm = calendar.storm_seconds(runtime.clock.now())
            wait = pause_seconds(random.random(), error.retry_after_seconds, storm)
            not_before = runtime.real_clock.now() + timedelta(seconds=wait)
            owed.postpone(connection, claim, str(error), not_before, counts=False)
    log.warning("the API tells nothing: %s", error)

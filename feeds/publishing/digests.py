"""Digests as they are handed out: the feeds of the daily and the weekly ones, and one day's for the exports.

``find_daily(connection, slug, day | None, language | None) -> DigestWindow`` is the exports' way in.
What is in a digest was fixed at its cut, and so was what editors had said of it; papers and summaries are told as
they are now, so that a withdrawal is seen and a summary that came late is read.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from feeds import composing
from feeds.digesting import next_due
from feeds.errors import NotFoundError
from feeds.model.channels import Channel
from feeds.model.digests import Digest, Period, Window, list_windows
from feeds.model.entries import Member, Site
from feeds.model.topics import Basis, Topic
from feeds.model.variants import Variant
from feeds.publishing.current import find_served
from feeds.render.digest_content import DigestView, PaperView
from feeds.render.digests import make_digest_channel
from feeds.store import digests, memberships
from feeds.store.digests import Shown
from feeds.store.engine import Connection
from feeds.store.topics import StoredTopic

#: Digests in a feed where nothing else is asked for: a month's, half a year's.
SHOWN = {Period.DAILY: 30, Period.WEEKLY: 26}
#: Papers in a feed of digests, all together: older digests fall out sooner where they are large ...
MOST_PAPERS = 2000
#: ... and of the newest one the first so many are told, and of the others how many there are.


@dataclass(frozen=True)
class DigestPaper:
    """A paper in a digest."""

    member: Member  #: with what editors had said of it by the cut
    carried_from: date | None  #: when it was announced or submitted, where that belongs to an earlier window


@dataclass(frozen=True)
class DigestWindow:
    """A window of a topic, with all its papers."""

    topic: Topic
    window: Window
    zone: str  #: in which the window is told
    basis: Basis
    papers: tuple[DigestPaper, ...]  #: in their order

    @property
    def carried(self) -> tuple[DigestPaper, ...]:
        """Those that belong to earlier windows."""
        return tuple(paper for paper in self.papers if paper.carried_from is not None)


@dataclass(frozen=True)
class DigestFeed:
    """A feed of digests, as far as it is known without its papers."""

    stored: StoredTopic
    period: Period
    digests: tuple[Digest, ...]  #: newest first
    shown: Shown
    next_at: datetime  #: when the next window ends

    @property
    def state(self) -> Hashable:
        """Names what is shown, and until when."""
        numbers = tuple(digest.number for digest in self.digests)
        return self.period, self.stored.defined_at, numbers, self.shown, self.next_at

    @property
    def modified_at(self) -> datetime:
        """When what is shown last changed."""
        times = (self.stored.defined_at, self.shown.changed_at, *(digest.made_at for digest in self.digests))
        return max(at for at in times if at is not None)

    def make_channel(self, connection: Connection, site: Site, variant: Variant) -> Channel:
        """The feed, before it has bytes."""
        stored = self.stored
        papers = find_papers(connection, self.digests, variant.language, MOST_PAPERS)
        views = [DigestView(digest, self._view(papers[digest.number], site)) for digest in self.digests]
        return make_digest_channel(
            stored.topic, stored.origin, stored.created_at, self.period, views, site, variant
        )

    def _view(self, papers: Sequence[DigestPaper], site: Site) -> tuple[PaperView, ...]:
        topic = self.stored.topic
        return tuple(
            PaperView(composing.compose_entry(topic, paper.member, site), paper.carried_from) for paper in papers
        )


def load_feed(connection: Connection, slug: str, period: Period, variant: Variant) -> DigestFeed:
    """The digests of a topic, newest first, as many as are wanted.

    :raises NotFoundError: where there is no such topic
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    stored = find_served(connection, slug)
    newest = digests.list_digests(connection, slug, period, variant.limit or SHOWN[period], variant.since)
    some = _as_many_as_fit(newest)
    next_at = next_due(stored.topic, {period: digests.find_progress(connection, stored, period)})
    return DigestFeed(stored, period, some, digests.find_shown(connection, some), next_at)


def find_daily(
    connection: Connection, slug: str, day: date | None = None, language: str | None = None
) -> DigestWindow:
    """A topic's daily digest, with all its papers.

    :param day: on which its window ends, in the topic's zone; None: the newest; of a topic that had none yet,
        the window to come, empty
    :param language: of the summaries, BCP 47; None: the topic's
    :raises NotFoundError: where there is no such topic, or that day has no digest
    :raises GoneError: where the topic was retired
    :raises MovedError: where the slug is an old one
    """
    stored = find_served(connection, slug)
    if day is None:
        newest = digests.list_digests(connection, slug, Period.DAILY, 1)
        digest = newest[0] if newest else None
    else:
        digest = digests.find_digest(connection, slug, Period.DAILY, day)
    if digest is not None:
        papers = find_papers(connection, [digest], language)[digest.number]
        return DigestWindow(stored.topic, digest.window, digest.zone, digest.basis, papers)
    if day is not None:
        raise NotFoundError(f"There is no digest of {day}: no paper came in its window, or it has not ended yet.")
    rule, progress = stored.topic.digest, digests.find_progress(connection, stored, Period.DAILY)
    to_come = next(list_windows(rule, Period.DAILY, progress))
    return DigestWindow(stored.topic, to_come, rule.zone, rule.basis, ())


def find_papers(
    connection: Connection, some: Sequence[Digest], language: str | None = None, limit: int | None = None
) -> dict[int, tuple[DigestPaper, ...]]:
    """What is in these digests of one topic and period, each in its order, by their numbers.

    :param language: of the summaries, BCP 47; None: the topic's
    :param limit: how many of each at most
    """
    entries = digests.find_entries(connection, some, limit)
    ids = [entry.arxiv_id for mine in entries.values() for entry in mine]
    members = memberships.find_members(connection, some[0].topic, ids, language, left=True) if some else []
    known = {member.paper.arxiv_id: member for member in members}
    return {
        number: tuple(
            DigestPaper(replace(known[entry.arxiv_id], curation=entry.said), entry.carried_from) for entry in mine
        )
        for number, mine in entries.items()
    }


def _as_many_as_fit(newest: Sequence[Digest]) -> tuple[Digest, ...]:
    fitting: list[Digest] = []
    left = MOST_PAPERS
    for digest in newest:
        left -= digest.papers
        if fitting and left < 0:
            break
        fitting.append(digest)
    return tuple(fitting)

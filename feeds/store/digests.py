"""Digests: how far they are cut, what is in each, and what may come into the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select

from feeds.model.announcements import AnnounceType
from feeds.model.curation import NONE, Curation, restore
from feeds.model.digests import Candidate, Digest, DigestEntry, Period, Progress, Window
from feeds.model.topics import Basis
from feeds.store import dialects
from feeds.store.curation import find_curations
from feeds.store.memberships import is_in
from feeds.store.tables import digest_cuts, digest_entries, digests, memberships, papers
from feeds.store.topics import StoredTopic


@dataclass(frozen=True)
class Shown:
    """Names what some digests are made of: whenever it is the same, so are their papers."""

    revisions: int  #: of the papers, summed up; rises with every change of any
    changed_at: datetime | None  #: when the last of them changed


def find_progress(connection: Connection, stored: StoredTopic, period: Period) -> Progress:
    """How far a topic's digests are cut; one that has had no cut begins when it was made."""
    here = and_(digest_cuts.c.topic == stored.topic.slug, digest_cuts.c.period == period)
    row = connection.execute(select(digest_cuts).where(here)).one_or_none()
    return Progress(row.begun_at, row.cut_at, row.day, row.number) if row else Progress(stored.created_at)


def save_progress(connection: Connection, slug: str, period: Period, progress: Progress) -> None:
    """Note how far a topic's digests are cut."""
    statement = dialects.insert(connection, digest_cuts)
    statement = statement.on_conflict_do_update(
        index_elements=[digest_cuts.c.topic, digest_cuts.c.period],
        set_={name: statement.excluded[name] for name in asdict(progress)},
    )
    connection.execute(statement, [{"topic": slug, "period": period, **asdict(progress)}])


def list_candidates(
    connection: Connection, slug: str, period: Period, begun_at: datetime, until: datetime
) -> list[Candidate]:
    """What was published between these moments, is in the topic, and in no digest of this period yet."""
    told = and_(
        digest_entries.c.topic == memberships.c.topic,
        digest_entries.c.period == period,
        digest_entries.c.arxiv_id == memberships.c.arxiv_id,
    )
    columns = (
        memberships.c.arxiv_id, memberships.c.position, memberships.c.joined_at, memberships.c.released_at,
        memberships.c.announced_on, memberships.c.announce_type, papers.c.submitted_at, papers.c.revised_at,
    )  # fmt: skip
    published = memberships.c.released_at.between(begun_at, until)
    rows = connection.execute(
        select(*columns)
        .select_from(memberships)
        .join(papers)
        .join(digest_entries, told, isouter=True)
        .where(is_in(slug), published, digest_entries.c.arxiv_id.is_(None))
    ).all()
    said = find_curations(connection, slug, [row.arxiv_id for row in rows])
    return [_read_candidate(dict(row._mapping), said.get(row.arxiv_id, NONE)) for row in rows]


def save_digest(connection: Connection, digest: Digest, entries: Sequence[DigestEntry]) -> None:
    """Keep a digest, with what is in it in its order. No paper may be in another one of this period."""
    here = {"topic": digest.topic, "period": digest.period, "number": digest.number}
    told = {"zone": digest.zone, "basis": digest.basis, "papers": digest.papers, "made_at": digest.made_at}
    connection.execute(insert(digests).values(**here, **asdict(digest.window), **told))
    rows = [
        {
            **here,
            "place": place,
            "arxiv_id": entry.arxiv_id,
            "carried_from": entry.carried_from,
            "said": None if entry.said == NONE else asdict(entry.said),
        }
        for place, entry in enumerate(entries)
    ]
    connection.execute(insert(digest_entries), rows)


def list_digests(
    connection: Connection, slug: str, period: Period, limit: int, since: datetime | None = None
) -> list[Digest]:
    """The newest digests of a topic, newest first.

    :param since: only those that were cut then or later
    """
    wanted = _is_of(slug, period)
    if since is not None:
        wanted = and_(wanted, digests.c.ends_at >= since)
    newest = select(digests).where(wanted).order_by(digests.c.number.desc()).limit(limit)
    return [_read_digest(row) for row in connection.execute(newest)]


def find_digest(connection: Connection, slug: str, period: Period, day: date) -> Digest | None:
    """The digest of the window that ended on a day; None where it was empty or was not cut."""
    here = and_(_is_of(slug, period), digests.c.day == day)
    row = connection.execute(select(digests).where(here)).one_or_none()
    return _read_digest(row) if row else None


def find_entries(
    connection: Connection, some: Sequence[Digest], limit: int | None = None
) -> dict[int, list[DigestEntry]]:
    """What is in these digests of one topic and period, each in its order, by their numbers.

    :param limit: how many of each at most
    """
    if not some:
        return {}
    here = _is_among(some)
    if limit is not None:
        here = and_(here, digest_entries.c.place < limit)
    found: dict[int, list[DigestEntry]] = {digest.number: [] for digest in some}
    for row in connection.execute(select(digest_entries).where(here).order_by(digest_entries.c.place)):
        found[row.number].append(DigestEntry(row.arxiv_id, row.carried_from, _read_said(row.said)))
    return found


def find_shown(connection: Connection, some: Sequence[Digest]) -> Shown:
    """Names the state of all papers that are in these digests of one topic and period."""
    if not some:
        return Shown(0, None)
    sums = select(func.coalesce(func.sum(papers.c.revision), 0), func.max(papers.c.changed_at))
    revisions, changed_at = connection.execute(
        sums.select_from(digest_entries).join(papers).where(_is_among(some))
    ).one()
    return Shown(int(revisions), changed_at)


def _is_of(slug: str, period: Period) -> ColumnElement[bool]:
    return and_(digests.c.topic == slug, digests.c.period == period)


def _is_among(some: Sequence[Digest]) -> ColumnElement[bool]:
    return and_(
        digest_entries.c.topic == some[0].topic,
        digest_entries.c.period == some[0].period,
        digest_entries.c.number.in_([digest.number for digest in some]),
    )


def _read_candidate(fields: dict[str, Any], said: Curation) -> Candidate:
    return Candidate(**{**fields, "announce_type": AnnounceType(fields["announce_type"]), "said": said})


def _read_digest(row: Row[Any]) -> Digest:
    window = Window(row.day, row.starts_at, row.ends_at)
    period, basis = Period(row.period), Basis(row.basis)
    return Digest(row.topic, period, row.number, window, row.zone, basis, row.papers, row.made_at)


def _read_said(said: dict[str, Any] | None) -> Curation:
    return restore(NONE, said) if said else NONE

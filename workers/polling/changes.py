"""Decides what a listing brings that is news. Pure: no clock, no database, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from feeds.model.announcements import Announcement, AnnounceType, Source, VisitOutcome
from feeds.model.changes import Admission, Changes, Revision
from feeds.model.entries import UpdateReason
from feeds.model.identifiers import sort_key
from feeds.model.papers import Paper, text_hash, with_affiliations
from feeds.model.withdrawals import is_withdrawn
from feeds.query.matching import SearchablePaper
from feeds.query.percolator import Percolator
from workers.polling.listing import ListedPaper, ParsedListing


@dataclass(frozen=True)
class Known:
    """What the store has of the papers in a listing."""

    announced: frozenset[tuple[str, int]]  #: (paper, version) that this listing announced before
    papers: dict[str, Paper]


def decide(
    parsed: ParsedListing,
    listing: str,
    known: Known,
    topics: Percolator,
    source: Source = Source.LISTING,
) -> Changes:
    """Compare a listing with what is known.

    A guid that this listing never carried is always news, however old the listing looks; one that it did carry
    never is, whatever day it bears now.

    :param listing: its canonical name
    :param source: where it comes from, if it was put together afterwards
    """
    news = _distinct(item for item in parsed.papers if (item.arxiv_id, item.version) not in known.announced)
    papers = {item.arxiv_id: _merge(item, known.papers.get(item.arxiv_id)) for item in news}
    return Changes(
        outcome=_outcome(parsed, news),
        day=parsed.listing_on,
        announcements=tuple(_announcement(item, listing, parsed.listing_on, source) for item in news),
        papers=tuple(paper for paper in papers.values() if paper != known.papers.get(paper.arxiv_id)),
        revisions=tuple(
            _revision(known.papers[arxiv_id], paper)
            for arxiv_id, paper in papers.items()
            if arxiv_id in known.papers and paper != known.papers[arxiv_id]
        ),
        admissions=tuple(_admissions(news, listing, parsed.listing_on, topics)),
        texts={(item.arxiv_id, item.version): text_hash(item.title, item.abstract) for item in news},
        counts=dict(sorted(Counter(str(item.type) for item in news).items())),
    )


def _distinct(items: Iterable[ListedPaper]) -> list[ListedPaper]:
    """Each version once, in the order of ids, so that nothing depends on a listing's order.

    Of one that a listing carries twice, the type that arXiv itself prefers counts.
    """
    distinct: dict[tuple[str, int], ListedPaper] = {}
    for item in sorted(items, key=_order):
        distinct.setdefault((item.arxiv_id, item.version), item)
    return list(distinct.values())


def _order(item: ListedPaper) -> tuple[tuple[int, int, str], int, int]:
    return sort_key(item.arxiv_id), item.version, list(AnnounceType).index(item.type)


def _outcome(parsed: ParsedListing, news: list[ListedPaper]) -> VisitOutcome:
    if news:
        return VisitOutcome.NEWS
    return VisitOutcome.UNCHANGED if parsed.papers else VisitOutcome.CLOSED


def _announcement(item: ListedPaper, listing: str, day: date, source: Source) -> Announcement:
    return Announcement(item.arxiv_id, item.version, listing, day, item.type, source, item.approximate)


def _merge(item: ListedPaper, stored: Paper | None) -> Paper:
    """The paper's facts after this item: those of the highest version, with what only the API knows kept."""
    if stored and stored.version > item.version:
        return stored
    listed = _as_paper(item)
    if stored is None:
        return listed
    same = stored.version == item.version
    return replace(
        listed,
        authors=with_affiliations(listed.authors, stored.authors),
        licence=listed.licence or stored.licence,
        comment=stored.comment,
        doi=stored.doi,
        journal_ref=stored.journal_ref,
        classes=stored.classes,
        submitted_at=stored.submitted_at,
        revised_at=stored.revised_at if same else None,
        withdrawn=listed.withdrawn or (same and stored.withdrawn),
    )


def _as_paper(item: ListedPaper) -> Paper:
    return Paper(
        arxiv_id=item.arxiv_id,
        version=item.version,
        title=item.title,
        abstract=item.abstract,
        authors=item.authors,
        categories=item.categories,
        licence=item.licence,
        withdrawn=is_withdrawn(None, item.abstract),
    )


def _revision(before: Paper, after: Paper) -> Revision:
    reason = UpdateReason.NEW_VERSION if after.version > before.version else None
    return Revision(after.arxiv_id, reason, text_changed=after.text_hash != before.text_hash)


def _admissions(news: list[ListedPaper], listing: str, day: date, topics: Percolator) -> list[Admission]:
    return [
        Admission(compiled.topic.slug, item.arxiv_id, item.version, day, item.type, matched)
        for item in news
        for compiled, matched in topics.judge_all(SearchablePaper(_as_paper(item)), listing, item.type)
    ]

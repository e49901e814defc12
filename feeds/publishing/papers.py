"""Papers by themselves, apart from any topic: one with all that is known of it, and those that a search finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from feeds import searching
from feeds.errors import NotFoundError
from feeds.model.announcements import Announcement
from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Summary
from feeds.search_feeds import Search
from feeds.store import entries, listings, pages, papers, summaries
from feeds.store.engine import Connection, Store
from feeds.store.pages import Place, Version

#: Whose summaries are told where no topic says in which language.
_LANGUAGE = "en"


@dataclass(frozen=True)
class Known:
    """A paper, with all that is known of it."""

    paper: Paper
    summaries: tuple[Summary, ...]  #: one a kind, the best that there is
    places: tuple[Place, ...]  #: in topics that it is published in, by slug
    versions: tuple[Version, ...]  #: oldest first
    announcements: tuple[Announcement, ...]  #: oldest first
    changed_at: datetime  #: when anything of it last changed


@dataclass(frozen=True)
class Hit:
    """A paper that a search found."""

    paper: Paper
    summaries: tuple[Summary, ...]
    topics: tuple[str, ...]  #: that it is published in
    matched: tuple[str, ...]  #: parts of the query, as written
    seen_at: datetime  #: when it came


@dataclass(frozen=True)
class HitPage:
    """Some of what a search finds."""

    hits: tuple[Hit, ...]
    next_before: int | None  #: where it goes on; None: at its end
    changed_at: datetime | None  #: when any paper last changed


def find_known(store: Store, arxiv_id: str) -> Known:
    """A paper with all that is known of it.

    :raises NotFoundError: where the paper is not known
    """
    with store.read() as connection:
        paper = papers.find_papers(connection, [arxiv_id]).get(arxiv_id)
        if paper is None:
            raise NotFoundError("This wire does not know that paper.")
        best = _find_summaries(connection, [paper.text_hash]).get(paper.text_hash, [])
        places = tuple(pages.list_places(connection, arxiv_id))
        times = [papers.find_changed_at(connection, arxiv_id), *(place.joined_at for place in places)]
        return Known(
            paper=paper,
            summaries=tuple(best),
            places=places,
            versions=tuple(pages.list_versions(connection, arxiv_id)),
            announcements=tuple(listings.list_announcements(connection, [arxiv_id])),
            changed_at=max(at for at in (*times, *(made.made_at for made in best)) if at is not None),
        )


def find_hits(
    store: Store, search: Search, limit: int, *, before: int | None = None, since: datetime | None = None
) -> HitPage:
    """A page of what a search finds, newest first.

    :param before: where it begins
    :param since: only papers that came, or whose current version did, then or later; the page is shorter by the
        others
    """
    with store.read() as connection:
        found = searching.search(connection, search.tree, limit + 1, before=before)
        page = found[:limit]
        ids = [hit.paper.arxiv_id for hit in page]
        revised = papers.find_revised(connection, ids)
        best = _find_summaries(connection, [hit.paper.text_hash for hit in page])
        inside = entries.find_published_in(connection, ids)
        changed_at = papers.last_changed(connection)
    hits = tuple(
        Hit(
            hit.paper,
            tuple(best.get(hit.paper.text_hash, ())),
            tuple(inside.get(hit.paper.arxiv_id, ())),
            hit.matched,
            hit.seen_at,
        )
        for hit in page
        if since is None or max(hit.seen_at, revised.get(hit.paper.arxiv_id, hit.seen_at)) >= since
    )
    return HitPage(hits, page[-1].number if len(found) > limit else None, changed_at)


def _find_summaries(connection: Connection, hashes: Iterable[str]) -> dict[str, list[Summary]]:
    return summaries.find_best(connection, list(Kind), _LANGUAGE, hashes)

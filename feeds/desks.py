"""What an editor's page of a topic shows beside what all see: what can be undone, what was hidden, what comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from feeds.model.curation import Event
from feeds.model.papers import Paper
from feeds.publishing.current import find_served
from feeds.store import desks, owed, papers
from feeds.store.engine import Store
from feeds.store.owed import Work

#: Hidden papers, and wishes, on a page.
SHOWN = 100


@dataclass(frozen=True)
class Wish:
    """A paper that was added and is still to be fetched."""

    arxiv_id: str
    trouble: str | None  #: why the last try failed


@dataclass(frozen=True)
class Desk:
    """A topic's papers as its editors have them before them."""

    last: Mapping[str, int]  #: the number of the last act about each paper that is shown or hidden
    undoable: Mapping[str, Event]  #: the act that an undo would take back, by paper
    hidden: tuple[Paper, ...]  #: those hidden last first
    wishes: tuple[Wish, ...]

    def seen(self, arxiv_id: str) -> int:
        """The number of the last act about a paper; 0 where nothing was ever said of it."""
        return self.last.get(arxiv_id, 0)


def load_desk(store: Store, slug: str, shown: Iterable[str]) -> Desk:
    """What an editor's page of a topic shows.

    :param shown: the arXiv ids of the entries on the page
    :raises NotFoundError: where there is no such topic
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    with store.read() as connection:
        find_served(connection, slug)
        hidden = desks.list_hidden(connection, slug, SHOWN)
        known = papers.find_papers(connection, hidden)
        wanted = desks.list_wanted(connection, slug, SHOWN)
        wishes = [(arxiv_id, owed.find_owed(connection, Work.ADD, arxiv_id)) for arxiv_id in wanted]
        concerned = [*shown, *hidden]
        return Desk(
            last=desks.find_last_acts(connection, slug, concerned),
            undoable=desks.find_undoables(connection, slug, concerned),
            hidden=tuple(known[arxiv_id] for arxiv_id in hidden),
            wishes=tuple(Wish(arxiv_id, work.reason if work else None) for arxiv_id, work in wishes),
        )

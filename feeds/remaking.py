"""The summaries that are kept of a paper, and the way to have a model write them anew.

What is forgotten is owed in the same transaction; until it is written, readers see the embedded summaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.errors import ConflictError, NotFoundError
from feeds.model.changes import Revision
from feeds.model.papers import Paper
from feeds.model.summaries import EMBEDDED, Kind, Status, Summary, Wish
from feeds.store import memberships, owed, papers, summaries
from feeds.store.engine import Connection, Store
from feeds.store.owed import Work


@dataclass(frozen=True)
class Kept:
    """What is kept of a paper's current text."""

    paper: Paper
    summaries: tuple[Summary, ...]  #: those that say something, by kind, language and age
    changed_at: datetime  #: when anything of it last changed


@dataclass(frozen=True)
class Remaking:
    """What a model is to write anew."""

    forgotten: int
    owed: tuple[Wish, ...]


def find_kept(store: Store, arxiv_id: str) -> Kept:
    """The summaries of a paper.

    :raises NotFoundError: where the paper is not known
    """
    with store.read() as connection:
        paper = _find_paper(connection, arxiv_id)
        rows = summaries.list_summaries(connection, [paper.text_hash])
        changed_at = papers.find_changed_at(connection, paper.arxiv_id)
    said = sorted(
        (row for row in rows if row.data is not None), key=lambda row: (list(Kind).index(row.kind), row.language)
    )
    dates = [row.made_at for row in rows] + ([changed_at] if changed_at else [])
    return Kept(paper, tuple(said), max(dates))


def remake(connection: Connection, arxiv_id: str, kinds: Iterable[Kind] | None, now: datetime) -> Remaking:
    """Have a model write what topics ask for of a paper anew. What no topic asks for any more is left alone.

    :param kinds: only these; None: all
    :raises NotFoundError: where the paper is not known
    :raises ConflictError: where no topic asks for such summaries of it: nothing would be made in their place
    """
    paper = _find_paper(connection, arxiv_id)
    wishes = memberships.list_wishes(connection, [paper.arxiv_id]).get(paper.arxiv_id, set())
    wanted = {wish for wish in wishes if kinds is None or wish.kind in set(kinds)}
    if not wanted:
        raise ConflictError("No topic that this paper is in asks for such summaries.")
    rows = summaries.list_summaries(connection, [paper.text_hash])
    forgotten = [row for row in rows if is_written(row) and Wish(row.kind, row.language) in wanted]
    forget_and_owe(connection, forgotten, [paper.arxiv_id], now)
    return Remaking(len(forgotten), tuple(sorted(wanted)))


def is_written(summary: Summary) -> bool:
    """Whether it is what became of asking a model."""
    return summary.summarizer != EMBEDDED and summary.status is not Status.FORGOTTEN


def forget_and_owe(
    connection: Connection, forgotten: Sequence[Summary], arxiv_ids: Iterable[str], now: datetime
) -> list[str]:
    """Forget these, and owe all papers that had them what they lack then.

    :param arxiv_ids: papers that lack something already
    :returns: the papers concerned
    """
    summaries.forget_summaries(connection, forgotten)
    shown = {summary.text_hash for summary in forgotten if summary.data is not None}
    bared = summaries.find_papers_of(connection, shown)
    memberships.revise(connection, [Revision(arxiv_id, None, False) for arxiv_id in bared], now)
    papers.note_changed(connection, bared, now)
    concerned = {*arxiv_ids, *summaries.find_papers_of(connection, [summary.text_hash for summary in forgotten])}
    owed.owe(connection, Work.ENRICH, concerned, now)  # it owes their publications as well
    return sorted(concerned)


def _find_paper(connection: Connection, arxiv_id: str) -> Paper:
    paper = papers.find_papers(connection, [arxiv_id]).get(arxiv_id)
    if paper is None:
        raise NotFoundError("This wire does not know that paper.")
    return paper

"""The door to searching: a query's tree in, papers out, newest first.

The index answers most queries as they are. Where it finds too much, and for papers that it cannot hold, the papers
themselves are looked at, so that a search finds exactly what :func:`feeds.query.matching.match` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.model import taxonomy
from feeds.model.papers import Paper
from feeds.model.terms import And, InCategory, Node, Or
from feeds.query.indexing import Plan, plan
from feeds.query.matching import SearchablePaper, match
from feeds.store import search as index
from feeds.store.engine import Connection
from feeds.store.search import Candidate

#: A search looks at this many papers in vain, then it ends with what it has.
MAX_LOOKED_AT = 2_000
_BATCH = 500
#: How many are looked at together where the index may find too much.
_DOUBTFUL_BATCH = 100


@dataclass(frozen=True)
class Hit:
    """A paper that a search found."""

    number: int  #: rises with the time it came; a cursor
    paper: Paper
    matched: tuple[str, ...]  #: parts of the query, as written
    seen_at: datetime
    revision: int  #: rises with every change of what is shown of the paper


def search(
    connection: Connection,
    tree: Node,
    limit: int,
    *,
    before: int | None = None,
    categories: Sequence[str] = (),
) -> list[Hit]:
    """The newest papers that match.

    Its work is bounded: after :data:`MAX_LOOKED_AT` papers that the index took for matches and that were none, it
    ends with what it found. Only queries that the index hardly narrows down come to that.

    :param limit: how many at most
    :param before: only papers with a lower number
    :param categories: only papers in one of these categories or archives, unless there are none
    """
    within = Or(tuple(InCategory(name, name) for name in categories))
    asked = plan(And((tree, within)) if categories else tree)
    size = limit if asked.exact else max(limit, _DOUBTFUL_BATCH)
    hits: list[Hit] = []
    in_vain = 0
    for batch in _candidates(connection, asked, min(size, _BATCH), before):
        unheld = {candidate.number for candidate in batch if candidate.overfull}
        for found in index.find_found(connection, batch):
            paper = SearchablePaper(found.paper)
            matched = match(tree, paper)
            if matched is None or (categories and not taxonomy.any_belongs(found.paper.categories, categories)):
                in_vain += found.number not in unheld
                continue
            hits.append(Hit(found.number, found.paper, matched, found.seen_at, found.revision))
        if len(hits) >= limit or in_vain >= MAX_LOOKED_AT:
            break
    return hits[:limit]


def find_matching(connection: Connection, tree: Node) -> Iterator[str]:
    """The ids of all papers that match, newest first. Holds a batch at a time, however many there are."""
    asked = plan(tree)
    for batch in _candidates(connection, asked, _BATCH, None):
        doubtful = [candidate for candidate in batch if candidate.overfull or not asked.exact]
        sure = {candidate.arxiv_id for candidate in batch} - {candidate.arxiv_id for candidate in doubtful}
        for found in index.find_found(connection, doubtful):
            if match(tree, SearchablePaper(found.paper)) is not None:
                sure.add(found.paper.arxiv_id)
        yield from (candidate.arxiv_id for candidate in batch if candidate.arxiv_id in sure)


def count(connection: Connection, tree: Node) -> int:
    """How many papers match."""
    asked = plan(tree)
    if asked.exact and not index.list_overfull(connection):
        return index.count_held(connection, asked.expression)
    return sum(1 for _ in find_matching(connection, tree))


def _candidates(connection: Connection, asked: Plan, size: int, before: int | None) -> Iterator[list[Candidate]]:
    while batch := index.list_candidates(connection, asked.expression, size, before):
        yield batch
        if len(batch) < size:
            return
        before = batch[-1].number

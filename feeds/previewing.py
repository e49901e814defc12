"""Tries a query or a definition on what is stored: how many papers a day, which and why, what an edit would change.

Writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from heapq import nlargest
from itertools import islice

from feeds import searching
from feeds.model.changes import Admission
from feeds.model.identifiers import sort_key
from feeds.model.terms import Field, Node
from feeds.model.topics import Topic
from feeds.query.highlighting import Snippet, Span, cut_snippet, find_spans
from feeds.query.matching import SearchablePaper, match
from feeds.selecting import Reselected, Tell, compile_topic, decide_selection, describe, find_chosen
from feeds.store import papers, selections, topics
from feeds.store.engine import Connection, Store

_BATCH = 500


@dataclass(frozen=True)
class Hit:
    """A paper that was found."""

    arxiv_id: str
    title: str
    announced_on: date | None  #: None: it never was, an editor added it
    matched: tuple[str, ...]  #: parts of the query, as written
    title_spans: tuple[Span, ...]  #: where in the title they stand
    snippet: Snippet | None  #: of the abstract, where any stands there


@dataclass(frozen=True)
class Preview:
    """What a query or a definition finds."""

    found: int
    stored: int  #: papers in all
    days: tuple[tuple[date, int], ...]  #: how many of them were announced on each of the last days, oldest first
    newest: tuple[Hit, ...]
    edit: Reselected | None = None  #: what it would change of a topic, where there is one already


@dataclass(frozen=True)
class _Seen:
    """A paper that was found, as far as it is counted."""

    announced_on: date | None
    arxiv_id: str

    @property
    def key(self) -> tuple[date, tuple[int, int, str]]:
        return self.announced_on or date.min, sort_key(self.arxiv_id)


def preview_query(store: Store, tree: Node, *, days: int, shown: int, tell: Tell | None = None) -> Preview:
    """Try a query on all that is stored. A paper counts for the day on which it was first announced.

    :param days: how many of the last announcement days are counted
    :param shown: how many papers are named, the newest
    """
    with store.read() as connection:
        total = searching.count(connection, tree)
        return _preview(connection, _find_seen(connection, tree, total, tell), tree, days, shown)


def preview_topic(store: Store, topic: Topic, *, days: int, shown: int, tell: Tell | None = None) -> Preview:
    """Try a definition on all that was announced; a paper counts for the day that would have let it in.

    Where there is a topic of that slug, it is compared with who is in that now.

    :param days: as for :func:`preview_query`, with the others
    :raises GoneError: where the topic was retired
    :raises ConflictError: where its query cannot be read
    """
    compiled = compile_topic(topic)
    with store.read() as connection:
        chosen = list(find_chosen(connection, compiled, tell, explain=False))
        seen = (_Seen(admission.announced_on, admission.arxiv_id) for admission in chosen)
        preview = _preview(connection, seen, compiled.query, days, shown)
        return replace(preview, edit=_edit(connection, topic, chosen))


def _edit(connection: Connection, topic: Topic, chosen: list[Admission]) -> Reselected | None:
    if topics.find_topic(connection, topic.slug) is None:
        return None
    return describe(connection, decide_selection(chosen, selections.find_places(connection, topic.slug)))


def _find_seen(connection: Connection, tree: Node, total: int, tell: Tell | None) -> Iterator[_Seen]:
    found = searching.find_matching(connection, tree)
    done = 0
    while page := list(islice(found, _BATCH)):
        announced = selections.first_announced(connection, page)
        yield from (_Seen(announced.get(arxiv_id), arxiv_id) for arxiv_id in page)
        done += len(page)
        if tell:
            tell(done, max(done, total))


def _preview(connection: Connection, seen: Iterable[_Seen], tree: Node | None, days: int, shown: int) -> Preview:
    counted: Counter[date | None] = Counter()
    newest = nlargest(shown, _counting(seen, counted), key=lambda one: one.key)
    known = papers.find_papers(connection, [one.arxiv_id for one in newest])
    hits = (_make_hit(SearchablePaper(known[one.arxiv_id]), one.announced_on, tree) for one in newest)
    return Preview(
        found=counted.total(),
        stored=selections.count_papers(connection),
        days=tuple((day, counted[day]) for day in selections.last_days(connection, days)),
        newest=tuple(hits),
    )


def _counting(seen: Iterable[_Seen], counted: Counter[date | None]) -> Iterator[_Seen]:
    for one in seen:
        counted[one.announced_on] += 1
        yield one


def _make_hit(searchable: SearchablePaper, announced_on: date | None, tree: Node | None) -> Hit:
    paper = searchable.paper
    matched = (match(tree, searchable) or ()) if tree else ()
    in_title = find_spans(tree, paper.title, Field.TITLE, matched) if tree else ()
    in_abstract = find_spans(tree, paper.abstract, Field.ABSTRACT, matched) if tree else ()
    snippet = cut_snippet(paper.abstract, in_abstract) if in_abstract else None
    return Hit(paper.arxiv_id, paper.title, announced_on, matched, in_title, snippet)

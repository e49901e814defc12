"""Judges a topic's history anew: which papers its definition lets in, and what that changes of who is in it.

Editing a query counts from then on; this is how it comes to count for what was announced before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from feeds import searching
from feeds.errors import ConflictError, GoneError, MovedError, NotFoundError
from feeds.model import taxonomy
from feeds.model.announcements import Announcement
from feeds.model.changes import Admission
from feeds.model.entries import MemberState
from feeds.model.identifiers import sort_key
from feeds.model.papers import Paper
from feeds.model.topics import Topic
from feeds.pausing import find_trouble
from feeds.query.admission import CompiledTopic, compile_topics, judge
from feeds.query.matching import SearchablePaper
from feeds.store import curation, listings, memberships, owed, papers, selections, topics
from feeds.store.engine import Connection, Store, chunks
from feeds.store.owed import Work
from feeds.store.selections import Place
from feeds.store.topics import StoredTopic

_BATCH = 500
#: Papers that are named of those that come or go.
SHOWN = 20

#: Is told how many papers were looked at, and of about how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Selection:
    """What judging a topic's history anew changes."""

    came: tuple[Admission, ...]  #: new or back, in the order of their announcements
    left: tuple[str, ...]
    rematched: dict[str, tuple[str, ...]]  #: who stays, by other words of the query than before
    stayed: int


@dataclass(frozen=True)
class Named:
    """Some papers of many, with their titles."""

    total: int
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reselected:
    """What came of it, for people."""

    came: Named
    left: Named
    stayed: int


def reselect(
    store: Store, slug: str, now: datetime, *, dry_run: bool = False, tell: Tell | None = None
) -> Reselected:
    """Judge a topic's history by its definition in force.

    Who is newly let in is appended; who does not match any more leaves, unless an editor added it. All changes are
    made in one transaction at the end, with what is owed for them.

    :param dry_run: only find out
    :raises NotFoundError: where there is no such topic
    :raises MovedError: where the slug is an old one
    :raises GoneError: where it was retired
    :raises ConflictError: where it is paused, or was edited meanwhile
    """
    with store.read() as connection:
        stored = topics.find_topic(connection, slug)
        if stored is None:
            if now_at := topics.find_renamed(connection, slug):
                raise MovedError(now_at)
            raise NotFoundError(f"there is no topic {slug}")
        chosen = find_chosen(connection, compile_topic(stored.topic), tell)
        selection = decide_selection(chosen, selections.find_places(connection, slug))
        told = describe(connection, selection)
    changes = selection.came or selection.left or selection.rematched
    if changes and not dry_run:
        with store.write() as connection:
            _refuse_edited(connection, stored)
            _record(connection, compile_topic(stored.topic), selection, now)
    return told


def compile_topic(topic: Topic) -> CompiledTopic:
    """Read a topic that takes papers.

    :raises GoneError: where it was retired
    :raises ConflictError: where its query cannot be read
    """
    if topic.retired:
        raise GoneError(f"{topic.slug} was retired: it takes no papers")
    if trouble := find_trouble(topic):
        raise ConflictError(f"{topic.slug} is paused: {trouble}")
    (compiled,) = compile_topics([topic])
    return compiled


def find_chosen(
    connection: Connection, compiled: CompiledTopic, tell: Tell | None = None, *, explain: bool = True
) -> Iterator[Admission]:
    """All papers that a topic lets in by what was announced, each by the first announcement that does.

    They are judged by their current texts. Holds some papers at a time, however many there are.

    :param explain: False where nobody asks by which words they match: no text is read again for that
    """
    if compiled.query is None:
        candidates, total = selections.list_ids(connection), selections.count_papers(connection)
    else:
        candidates = searching.find_matching(connection, compiled.query)
        total = searching.count(connection, compiled.query)
    texts_count = explain and compiled.query is not None
    judged = compiled if texts_count else CompiledTopic(compiled.topic, None)  # the search tried the texts
    load = papers.find_papers if texts_count else _load_without_texts
    done = 0
    while page := list(islice(candidates, _BATCH)):
        told = [said for said in listings.list_announcements(connection, page) if _is_read(judged.topic, said)]
        yield from _judge(judged, told, load(connection, {said.arxiv_id for said in told}))
        done += len(page)
        if tell:
            tell(done, max(done, total))


def judge_papers(connection: Connection, compiled: CompiledTopic, arxiv_ids: Sequence[str]) -> list[Admission]:
    """Which of these papers a topic lets in by what was announced, by their current texts."""
    found: list[Admission] = []
    for page in chunks(list(arxiv_ids)):
        told = [said for said in listings.list_announcements(connection, page) if _is_read(compiled.topic, said)]
        known = papers.find_papers(connection, {said.arxiv_id for said in told})
        found += _judge(compiled, told, known)
    return found


def decide_selection(chosen: Iterable[Admission], places: Mapping[str, Place]) -> Selection:
    """Compare who should be in a topic with who is. What editors hid stays hidden, what they added stays.

    :param places: all that are or were in it
    """
    wanted = {admission.arxiv_id: admission for admission in chosen}
    inside = {arxiv_id: place for arxiv_id, place in places.items() if place.state is not MemberState.EVICTED}
    came = [admission for arxiv_id, admission in wanted.items() if arxiv_id not in inside]
    left = [
        arxiv_id
        for arxiv_id, place in inside.items()
        if place.state is MemberState.IN and not place.added and arxiv_id not in wanted
    ]
    return Selection(
        came=tuple(sorted(came, key=lambda admission: (admission.announced_on, sort_key(admission.arxiv_id)))),
        left=tuple(sorted(left, key=sort_key)),
        rematched={
            arxiv_id: wanted[arxiv_id].matched
            for arxiv_id, place in inside.items()
            if arxiv_id in wanted and not place.added and wanted[arxiv_id].matched != place.matched
        },
        stayed=sum(place.state is MemberState.IN for place in inside.values()) - len(left),
    )


def describe(connection: Connection, selection: Selection) -> Reselected:
    """Name what a selection changes; the newest of many."""
    came = [admission.arxiv_id for admission in selection.came]
    return Reselected(_name(connection, came), _name(connection, selection.left), selection.stayed)


def _name(connection: Connection, arxiv_ids: list[str] | tuple[str, ...]) -> Named:
    newest = list(reversed(arxiv_ids[-SHOWN:]))
    return Named(len(arxiv_ids), tuple(selections.list_titles(connection, newest)))


def _is_read(topic: Topic, said: Announcement) -> bool:
    return taxonomy.any_belongs([said.listing], topic.categories)


def _load_without_texts(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, Paper]:
    categories = selections.find_categories(connection, list(arxiv_ids))
    return {key: Paper(key, 1, "", "", (), found) for key, found in categories.items()}


def _judge(
    compiled: CompiledTopic, told: Iterable[Announcement], found: Mapping[str, Paper]
) -> Iterator[Admission]:
    searchable = {arxiv_id: SearchablePaper(paper) for arxiv_id, paper in found.items()}
    chosen: set[str] = set()
    for said in told:
        if said.arxiv_id in chosen:
            continue
        admission = _admit(compiled, searchable[said.arxiv_id], said)
        if admission:
            chosen.add(said.arxiv_id)
            yield admission


def _admit(compiled: CompiledTopic, paper: SearchablePaper, said: Announcement) -> Admission | None:
    matched = judge(compiled, paper, said.listing, said.type)
    if matched is None:
        return None
    return Admission(compiled.topic.slug, said.arxiv_id, said.version, said.announced_on, said.type, matched)


def _refuse_edited(connection: Connection, stored: StoredTopic) -> None:
    if topics.find_topic(connection, stored.topic.slug) != stored:
        raise ConflictError(f"{stored.topic.slug} was edited meanwhile; try again")


def _record(connection: Connection, compiled: CompiledTopic, selection: Selection, now: datetime) -> None:
    """Write it down. Who leaves is looked at once more: a new version, or an editor, may have come meanwhile."""
    slug = compiled.topic.slug
    joined = memberships.admit(connection, selection.came, now)
    staying = {admission.arxiv_id for admission in judge_papers(connection, compiled, selection.left)}
    said = curation.find_curations(connection, slug, selection.left)
    staying |= {arxiv_id for arxiv_id, its in said.items() if its.added_by is not None}
    memberships.evict(connection, slug, set(selection.left) - staying, now)
    selections.save_matched(connection, slug, selection.rematched, now)
    owed.owe(connection, Work.ENRICH, {admission.arxiv_id for admission in joined}, now)
    owed.owe(connection, Work.PUBLISH, [slug], now)

"""A topic's history, judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import ConflictError, GoneError, NotFoundError
from feeds.model.announcements import Announcement, AnnounceType
from feeds.model.changes import Admission
from feeds.model.curation import Curation
from feeds.model.entries import Membership, MemberState
from feeds.model.papers import Paper
from feeds.selecting import SHOWN, decide_selection, reselect
from feeds.store import curation, listings, memberships, owed, papers, topics
from feeds.store.engine import Connection, Store
from feeds.store.owed import Work
from feeds.store.selections import Place
from tests.support.papers import DAY, NOW, define, make_admission, make_paper, make_topic

LATER = NOW + timedelta(days=1)
STEADY = settings(deadline=None, derandomize=True)


def announce(
    connection: Connection,
    *made: Paper,
    listing: str = "cs.CV",
    day: date = DAY,
    kind: AnnounceType = AnnounceType.NEW,
) -> None:
    """Let a listing announce papers that no topic took when they came."""
    papers.save_papers(connection, made, NOW)
    listings.ensure_listing(connection, listing)
    news = [Announcement(paper.arxiv_id, paper.version, listing, day, kind) for paper in made]
    listings.record_announcements(connection, news, NOW)


def titled(arxiv_id: str, title: str, **fields: object) -> Paper:
    return make_paper(arxiv_id, title=title, abstract="", **fields)


def members(connection: Connection, slug: str = "vision") -> dict[str, Membership]:
    known = [f"2604.{number:05}" for number in range(1, 700)]
    found = memberships.find_members(connection, slug, known)
    return {member.paper.arxiv_id: member.membership for member in found}


def keys(connection: Connection, kind: Work) -> list[str]:
    return [row.key for row in owed.list_owed(connection, kind)]


CAT, DOG, COW = (titled(f"2604.0000{n}", name) for n, name in enumerate(("A cat", "A dog", "A cow"), 1))


def make_history(
    store: Store, query: str | None = "cat", joined: Sequence[Paper] = (CAT,), **fields: object
) -> None:
    """A topic with some members, in a wire that knows all three papers."""
    with store.write() as connection:
        define(connection, make_topic("vision", query=query, **fields))
        announce(connection, CAT, DOG, COW)
        memberships.admit(connection, [make_admission(paper.arxiv_id) for paper in joined], NOW)


def redefine(store: Store, **fields: object) -> None:
    with store.write() as connection:
        define(connection, make_topic("vision", **fields), now=LATER)


def test_who_is_newly_let_in_is_appended_and_who_is_not_any_more_leaves(store: Store) -> None:
    make_history(store)
    redefine(store, query="dog OR cow")
    done = reselect(store, "vision", LATER)
    assert (done.came.total, done.left.total, done.stayed) == (2, 1, 0)
    assert done.came.shown == ((COW.arxiv_id, "A cow"), (DOG.arxiv_id, "A dog"))
    assert done.left.shown == ((CAT.arxiv_id, "A cat"),)
    with store.read() as connection:
        inside = members(connection)
        assert [(key, member.position, member.matched) for key, member in inside.items()] == [
            (DOG.arxiv_id, 2, ("dog",)),
            (COW.arxiv_id, 3, ("cow",)),
        ]
        assert all(member.joined_at >= LATER for member in inside.values())
        assert (inside[DOG.arxiv_id].announced_on, inside[DOG.arxiv_id].version) == (DAY, 1)
        assert keys(connection, Work.ENRICH) == [DOG.arxiv_id, COW.arxiv_id]
        assert keys(connection, Work.PUBLISH) == ["vision"]


def test_a_dry_run_only_tells(store: Store) -> None:
    make_history(store)
    redefine(store, query="dog OR cow")
    before = reselect(store, "vision", LATER, dry_run=True)
    with store.read() as connection:
        assert list(members(connection)) == [CAT.arxiv_id]
        assert owed.list_owed(connection) == []
    assert reselect(store, "vision", LATER) == before


def test_nothing_is_owed_where_nothing_changes(store: Store) -> None:
    make_history(store, joined=())
    reselect(store, "vision", LATER)
    with store.write() as connection:
        for claim in owed.claim(connection, Work.PUBLISH, ["vision"], owed.Times(LATER, LATER), 60):
            owed.settle(connection, [claim])
    done = reselect(store, "vision", LATER)
    assert (done.came.total, done.left.total, done.stayed) == (0, 0, 1)
    with store.read() as connection:
        assert keys(connection, Work.PUBLISH) == []


def test_who_comes_back_joins_anew(store: Store) -> None:
    make_history(store)
    redefine(store, query="dog")
    reselect(store, "vision", LATER)
    redefine(store, query="cat OR dog")
    done = reselect(store, "vision", LATER + timedelta(days=1))
    assert (done.came.total, done.left.total, done.stayed) == (1, 0, 1)
    with store.read() as connection:
        places = {key: (member.position, member.state) for key, member in members(connection).items()}
    assert places == {CAT.arxiv_id: (3, MemberState.IN), DOG.arxiv_id: (2, MemberState.IN)}


def test_what_editors_added_stays_and_what_they_hid_stays_hidden(store: Store) -> None:
    make_history(store, joined=(CAT, DOG, COW))
    with store.write() as connection:
        curation.save_curation(connection, "vision", DOG.arxiv_id, Curation(added_by="ada"), NOW)
        curation.save_curation(connection, "vision", COW.arxiv_id, Curation(hidden=True), NOW)
        memberships.hide(connection, "vision", COW.arxiv_id, NOW)
    redefine(store, query="cow")
    done = reselect(store, "vision", LATER)
    assert (done.came.total, done.left.shown, done.stayed) == (0, ((CAT.arxiv_id, "A cat"),), 1)
    with store.read() as connection:
        assert list(members(connection)) == [DOG.arxiv_id]
        assert members(connection)[DOG.arxiv_id].matched == ("a word",), "an editor's reason is not the query's"


def test_who_stays_by_other_words_says_so_without_being_news(store: Store) -> None:
    make_history(store)
    with store.read() as connection:
        before = members(connection)[CAT.arxiv_id]
    redefine(store, query="ti:cat")
    assert reselect(store, "vision", LATER).stayed == 1
    with store.read() as connection:
        after = members(connection)[CAT.arxiv_id]
        assert keys(connection, Work.PUBLISH) == ["vision"]
    assert (after.matched, after.revision) == (("ti:cat",), before.revision + 1)
    assert (after.updated_at, after.updated_reason, after.position) == (before.updated_at, None, before.position)


@pytest.mark.parametrize("everything", [None, "NOT nothing"])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["1", "2"]),
        ({"announce": (AnnounceType.NEW,)}, ["1"]),
        ({"announce": (AnnounceType.REPLACE,)}, ["3"]),
        ({"categories": ("cs",)}, ["1", "2", "4"]),
        ({"categories": ("cs",), "announce": (AnnounceType.NEW,)}, ["1", "2", "4"]),
        ({"categories": ("cs.LG",)}, ["4"]),
        ({"categories": ("math.NA",)}, []),
        ({"primary_only": True}, ["1"]),
        ({"query": "cat:cs.LG"}, ["2"]),
    ],
    ids=str,
)
def test_history_is_judged_by_listing_type_and_category(
    store: Store, fields: dict[str, object], expected: list[str], everything: str | None
) -> None:
    """By the same rules as when the papers came, with a query and without."""
    one = titled("2604.00001", "One", categories=("cs.CV",))
    two = titled("2604.00002", "Two", categories=("cs.LG", "cs.CV"))
    three = titled("2604.00003", "Three", categories=("cs.CV",))
    four = titled("2604.00004", "Four", categories=("cs.LG",))
    with store.write() as connection:
        announce(connection, one)
        announce(connection, two, kind=AnnounceType.CROSS)
        announce(connection, three, kind=AnnounceType.REPLACE)
        announce(connection, four, listing="cs.LG")
        define(connection, make_topic("vision", **{"query": everything, **fields}))
    reselect(store, "vision", LATER)
    with store.read() as connection:
        assert [key[-1] for key in sorted(members(connection))] == expected


def test_papers_come_in_the_order_of_their_announcements(store: Store) -> None:
    with store.write() as connection:
        announce(connection, titled("2604.00001", "One"), day=DAY)
        announce(connection, titled("2604.00002", "Two"), titled("2604.00004", "Four"), day=DAY - timedelta(days=1))
        announce(connection, titled("2604.00003", "Three"), day=DAY - timedelta(days=2))
        announce(connection, titled("2604.00003", "Three"), day=DAY, kind=AnnounceType.CROSS, listing="cs.LG")
        define(connection, make_topic(categories=("cs.CV", "cs.LG")))
    reselect(store, "vision", LATER)
    with store.read() as connection:
        found = sorted(members(connection).values(), key=lambda member: member.position)
    assert [member.arxiv_id[-1] for member in found] == ["3", "2", "4", "1"]
    assert found[0].announced_on == DAY - timedelta(days=2)


@pytest.mark.parametrize("query", [None, "title", "NOT nothing"])
def test_a_long_history_is_judged_piece_by_piece(store: Store, query: str | None) -> None:
    made = [make_paper(f"2604.{number:05}") for number in range(1, 621)]
    told: list[tuple[int, int]] = []
    with store.write() as connection:
        announce(connection, *made)
        define(connection, make_topic(query=query))
    done = reselect(store, "vision", LATER, tell=lambda *progress: told.append(progress))
    assert (done.came.total, len(done.came.shown)) == (620, SHOWN)
    assert done.came.shown[0][0] == "2604.00620"
    assert told == [(500, 620), (620, 620)]
    with store.read() as connection:
        assert len(members(connection)) == 620


def test_a_topic_that_was_edited_meanwhile_is_left_alone(store: Store) -> None:
    make_history(store)

    def edit(_done: int, _total: int) -> None:
        redefine(store, query="cow")

    redefine(store, query="dog")
    with pytest.raises(ConflictError, match="was edited meanwhile"):
        reselect(store, "vision", LATER, tell=edit)
    with store.read() as connection:
        assert list(members(connection)) == [CAT.arxiv_id]


def test_only_topics_that_take_papers_are_judged(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("ended", retired=True))
        topics.save_topic(connection, make_topic("broken", query="a AND"), NOW)
    with pytest.raises(GoneError):
        reselect(store, "ended", LATER)
    with pytest.raises(ConflictError, match="broken is paused: its query"):
        reselect(store, "broken", LATER)
    with pytest.raises(NotFoundError):
        reselect(store, "nothing", LATER)


_IDS = st.integers(1, 12).map(lambda number: f"2604.{number:05}")
_PLACES = st.dictionaries(
    _IDS, st.builds(Place, st.sampled_from(MemberState), st.sampled_from([("a",), ("b",)]), st.booleans())
)


@given(_PLACES, st.sets(_IDS))
@STEADY
def test_the_decision_leaves_a_topic_with_who_belongs_and_what_editors_want(
    places: dict[str, Place], wanted: set[str]
) -> None:
    chosen = [Admission("vision", key, 1, DAY, AnnounceType.NEW, ("a",)) for key in sorted(wanted)]
    decided = decide_selection(chosen, places)
    inside = {key for key, place in places.items() if place.state is MemberState.IN}
    hidden = {key for key, place in places.items() if place.state is MemberState.HIDDEN}
    added = {key for key, place in places.items() if place.added}
    came, left = {admission.arxiv_id for admission in decided.came}, set(decided.left)
    assert (inside | came) - left == (wanted - hidden) | (inside & added)
    assert not came & (inside | hidden)
    assert left <= inside - added
    assert decided.stayed == len(inside - left)
    assert all(places[key].matched == ("b",) and not places[key].added for key in decided.rematched)
    assert len(came) == len(decided.came)


def test_a_version_that_comes_while_history_is_judged_keeps_its_paper_in(store: Store) -> None:
    make_history(store)
    redefine(store, query="dog OR cow")

    def bring_version(_done: int, _total: int) -> None:
        with store.write() as connection:
            papers.save_papers(connection, [titled(CAT.arxiv_id, "A dog after all", version=2)], LATER)

    reselect(store, "vision", LATER, tell=bring_version)
    with store.read() as connection:
        assert CAT.arxiv_id in members(connection)


def test_a_paper_that_left_and_is_announced_again_joins_again(store: Store) -> None:
    make_history(store)
    redefine(store, query="dog")
    reselect(store, "vision", LATER)
    with store.write() as connection:
        again = Admission("vision", CAT.arxiv_id, 2, DAY, AnnounceType.REPLACE, ("dog",))
        assert memberships.admit(connection, [again], LATER) == [again]
        assert members(connection)[CAT.arxiv_id].version == 2

"""Every act of an editor: what is kept of it, and that only its own entry changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from feeds import curating
from feeds.curating import Curated, add, curate, find_curated, forget, undo
from feeds.errors import BadRequestError, GoneError, MovedError, NotFoundError
from feeds.model.announcements import Announcement, AnnounceType
from feeds.model.curation import NONE, Act, Curation
from feeds.model.entries import MemberState, UpdateReason
from feeds.publishing.topics import publish_topic
from feeds.store import listings, memberships, owed, papers, publications, summaries, topics
from feeds.store.engine import Connection, Store
from feeds.store.owed import Work
from tests.support.papers import NOW, define, join, make_paper, make_tldr, make_topic

LATER = NOW + timedelta(hours=1)
IDS = [f"2604.0000{n}" for n in (1, 2, 3, 4)]
ONE = IDS[0]
STRANGER = "2604.00099"


@pytest.fixture
def wire(store: Store) -> Iterator[Connection]:
    """Four papers in a topic, published; a fifth paper that is in none."""
    with store.write() as connection:
        define(connection, make_topic(), make_topic("other"), make_topic("ended", retired=True))
        join(connection, IDS)
        stranger = make_paper(STRANGER)
        papers.save_papers(connection, [stranger], NOW)
        summaries.record_summaries(connection, [make_tldr(stranger)])
        publish_topic(connection, "vision", NOW)
        yield connection


def act(wire: Connection, arxiv_id: str = ONE, **given: object) -> Curated:
    return curate(wire, "vision", arxiv_id, given, editor="ada", now=LATER)


def order(wire: Connection) -> list[str]:
    publication = publications.find_publication(wire, "vision")
    assert publication
    return [arxiv_id for arxiv_id, _ in publication.entries]


@contextmanager
def nothing_else_moves(wire: Connection, arxiv_id: str) -> Iterator[None]:
    others = [one for one in IDS if one != arxiv_id]
    before = memberships.find_members(wire, "vision", others)
    yield
    assert memberships.find_members(wire, "vision", others) == before


def test_an_act_is_said_kept_and_published(wire: Connection) -> None:
    with nothing_else_moves(wire, ONE):
        done = act(wire, note="Read this.", rating=3)
    assert done.changed
    assert done.member
    assert done.member.curation == Curation(note="Read this.", rating=3)
    membership = done.member.membership
    assert (membership.updated_at, membership.updated_reason) == (LATER, UpdateReason.EDITOR)
    (event,) = done.events
    assert (event.editor, event.at, event.act) == ("ada", LATER, Act.EDIT)
    assert (event.before, event.after) == ({"note": None, "rating": None}, {"note": "Read this.", "rating": 3})
    publication = publications.find_publication(wire, "vision")
    assert publication
    assert dict(publication.entries)[ONE] == membership.revision


def test_an_act_that_changes_nothing_leaves_no_trace(wire: Connection) -> None:
    act(wire, rating=3)
    before = find_curated(wire, "vision", ONE)
    again = act(wire, rating=3)
    assert not again.changed
    assert (again.member, again.events) == (before.member, before.events)


def test_pinned_ones_come_first_by_the_editors_order(wire: Connection) -> None:
    act(wire, IDS[0], pinned=True)
    act(wire, IDS[1], pinned=True)
    assert order(wire) == [IDS[1], IDS[0], IDS[3], IDS[2]]
    with nothing_else_moves(wire, ONE):
        act(wire, IDS[0], order=5)
    assert order(wire) == [IDS[0], IDS[1], IDS[3], IDS[2]]
    act(wire, IDS[1], order=-5)
    assert order(wire) == [IDS[1], IDS[0], IDS[3], IDS[2]]


def test_an_order_moves_a_place_and_no_entry(wire: Connection) -> None:
    act(wire, pinned=True)
    before = find_curated(wire, "vision", ONE)
    after = act(wire, order=1)
    assert before.member
    assert after.member
    assert after.member.membership == before.member.membership


def test_a_pin_older_than_the_window_is_in_and_the_total_stays(wire: Connection) -> None:
    define(wire, make_topic(entries=2), make_topic("other"), make_topic("ended", retired=True))
    act(wire, ONE, pinned=True)
    assert order(wire) == [ONE, IDS[3]]
    act(wire, IDS[1], pinned=True)
    act(wire, IDS[2], pinned=True)
    assert order(wire) == [IDS[2], IDS[1]]


def test_hidden_leaves_and_comes_back_where_it_was(wire: Connection) -> None:
    before = find_curated(wire, "vision", IDS[1])
    assert act(wire, IDS[1], hidden=True).state is MemberState.HIDDEN
    assert order(wire) == [IDS[3], IDS[2], IDS[0]]
    after = act(wire, IDS[1], hidden=False)
    assert order(wire) == [IDS[3], IDS[2], IDS[1], IDS[0]]
    assert before.member
    assert after.member
    assert after.member.membership.position == before.member.membership.position
    assert after.member.membership.left_at is None
    assert after.member.membership.updated_at == LATER  # newer than the tombstone that readers may have seen


def test_every_act_is_undone_the_last_one_first(wire: Connection) -> None:
    for given in ({"note": "one"}, {"note": "two"}, {"pinned": True}, {"tags": ["a"]}):
        act(wire, **given)
    seen = []
    for _ in range(4):
        done = undo(wire, "vision", ONE, editor="bob", now=LATER)
        seen.append((done.curation.note, done.curation.pinned, done.curation.tags))
    assert seen == [("two", True, ()), ("two", False, ()), ("one", False, ()), (None, False, ())]
    with pytest.raises(BadRequestError, match="nothing to undo"):
        undo(wire, "vision", ONE, editor="bob", now=LATER)
    events = find_curated(wire, "vision", ONE).events
    assert [event.act for event in events] == [Act.EDIT] * 4 + [Act.UNDO] * 4
    assert [event.undone_by for event in events[:4]] == [event.id for event in reversed(events[4:])]


def test_after_an_undo_new_acts_are_undone_before_old_ones(wire: Connection) -> None:
    act(wire, note="one")
    act(wire, note="two")
    undo(wire, "vision", ONE, editor="ada", now=LATER)
    act(wire, note="three")
    assert undo(wire, "vision", ONE, editor="ada", now=LATER).curation.note == "one"
    assert undo(wire, "vision", ONE, editor="ada", now=LATER).curation == NONE


def test_a_known_paper_is_added_at_once(wire: Connection) -> None:
    with nothing_else_moves(wire, STRANGER):
        done = add(wire, "vision", STRANGER, editor="ada", now=LATER)
    assert (done.state, done.curation.added_by) == (MemberState.IN, "ada")
    assert order(wire) == [STRANGER, *IDS[::-1]]
    assert done.member
    assert (done.member.membership.matched, done.member.membership.updated_reason) == ((), None)
    assert not owed.is_owed(wire, Work.ADD, STRANGER)
    again = add(wire, "vision", STRANGER, editor="bob", now=LATER)
    assert (again.changed, again.curation.added_by) == (False, "ada")


def test_an_added_paper_leaves_by_undo_and_joins_anew(wire: Connection) -> None:
    first = add(wire, "vision", STRANGER, editor="ada", now=LATER)
    gone = undo(wire, "vision", STRANGER, editor="ada", now=LATER)
    assert (gone.state, gone.curation) == (MemberState.EVICTED, NONE)
    assert order(wire) == IDS[::-1]
    with pytest.raises(NotFoundError, match="add it first"):
        act(wire, STRANGER, pinned=True)
    second = add(wire, "vision", STRANGER, editor="ada", now=LATER)
    assert first.member
    assert second.member
    assert second.member.membership.position > first.member.membership.position
    assert second.member.membership.joined_at > first.member.membership.joined_at
    assert second.member.membership.revision > first.member.membership.revision


def test_an_unknown_paper_is_wished_for_and_curated_before_it_comes(wire: Connection) -> None:
    wished = add(wire, "vision", "2604.12345", editor="ada", now=LATER)
    assert (wished.is_wanted, wished.state) == (True, None)
    assert owed.is_owed(wire, Work.ADD, "2604.12345")
    act(wire, "2604.12345", note="Coming soon.", pinned=True)
    came = make_paper("2604.12345")
    papers.save_papers(wire, [came], LATER)
    summaries.record_summaries(wire, [make_tldr(came)])
    assert curating.welcome(wire, came, LATER) == ["vision"]
    assert order(wire)[0] == "2604.12345"
    assert curating.welcome(wire, came, LATER) == []


def test_a_wish_that_cannot_be_had_is_put_away_with_its_reason(wire: Connection) -> None:
    add(wire, "vision", "2604.12345", editor="ada", now=LATER)
    add(wire, "other", "2604.12345", editor="ada", now=LATER)
    act(wire, "2604.12345", note="Coming soon.")
    curating.refuse(wire, "2604.12345", "nobody has it", LATER)
    for slug in ("vision", "other"):
        refused = find_curated(wire, slug, "2604.12345")
        assert (refused.is_wanted, refused.refusal) == (False, "nobody has it")
        assert refused.events[-1].editor == "wire"
        assert refused.events[0].undone_by == refused.events[-1].id
    assert undo(wire, "vision", "2604.12345", editor="ada", now=LATER).curation == NONE  # the note; not the wish
    assert add(wire, "vision", "2604.12345", editor="ada", now=LATER).is_wanted


def test_a_paper_added_while_hidden_stays_out_of_sight(wire: Connection) -> None:
    add(wire, "vision", STRANGER, editor="ada", now=LATER)
    act(wire, STRANGER, hidden=True)
    memberships.evict(wire, "vision", [STRANGER], LATER)
    assert curating.welcome(wire, make_paper(STRANGER), LATER) == ["vision"]
    assert find_curated(wire, "vision", STRANGER).state is MemberState.HIDDEN


def test_to_forget_takes_back_all_and_can_be_undone(wire: Connection) -> None:
    act(wire, pinned=True, note="n", hidden=True)
    forgot = forget(wire, "vision", ONE, editor="ada", now=LATER)
    assert (forgot.curation, forgot.state) == (NONE, MemberState.IN)
    back = undo(wire, "vision", ONE, editor="ada", now=LATER)
    assert back.curation == Curation(pinned=True, note="n", hidden=True)
    assert back.state is MemberState.HIDDEN


def test_to_forget_an_added_paper_lets_it_leave_and_undo_brings_it_back(wire: Connection) -> None:
    add(wire, "vision", STRANGER, editor="ada", now=LATER)
    assert forget(wire, "vision", STRANGER, editor="ada", now=LATER).state is MemberState.EVICTED
    assert undo(wire, "vision", STRANGER, editor="ada", now=LATER).is_in
    assert order(wire)[0] == STRANGER


def test_what_is_said_follows_a_topic_to_its_new_slug(wire: Connection) -> None:
    act(wire, note="n")
    topics.sync_topics(wire, [make_topic("sight", formerly=("vision",))], LATER)
    moved = find_curated(wire, "sight", ONE)
    assert (moved.curation.note, len(moved.events)) == ("n", 1)
    with pytest.raises(MovedError):
        act(wire, note="m")


def test_each_topic_has_its_own(wire: Connection) -> None:
    add(wire, "other", ONE, editor="ada", now=LATER)
    act(wire, note="n")
    assert find_curated(wire, "other", ONE).curation == Curation(added_by="ada")


@pytest.mark.parametrize(("slug", "error"), [("ended", GoneError), ("none", NotFoundError)])
def test_there_must_be_such_a_topic(wire: Connection, slug: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        add(wire, slug, ONE, editor="ada", now=LATER)


@pytest.mark.parametrize(("listing", "stays"), [("cs.CV", True), ("math.LO", False)])
def test_taking_back_an_add_keeps_a_paper_that_an_announcement_lets_in(
    wire: Connection, listing: str, stays: bool
) -> None:
    add(wire, "vision", STRANGER, editor="ada", now=LATER)
    listings.ensure_listing(wire, listing)
    said = Announcement(STRANGER, 1, listing, LATER.date(), AnnounceType.NEW)
    listings.record_announcements(wire, [said], LATER)
    done = undo(wire, "vision", STRANGER, editor="ada", now=LATER)
    assert done.curation == NONE
    assert done.state is (MemberState.IN if stays else MemberState.EVICTED)

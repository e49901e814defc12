from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from feeds.model.changes import Revision
from feeds.model.curation import Curation
from feeds.model.entries import Member, MemberState, UpdateReason
from feeds.store import curation, memberships, papers, standings, summaries
from feeds.store.engine import Connection, Store
from feeds.store.memberships import HOLD
from tests.support.papers import NOW, define, join, make_admission, make_paper, make_tldr, make_topic

ID = "2604.00001"


def find(connection: Connection, *arxiv_ids: str, topic: str = "vision") -> list[Member]:
    return memberships.find_members(connection, topic, arxiv_ids)


def test_positions_rise_and_times_with_them(store: Store) -> None:
    first, second = [f"2604.0000{n}" for n in (1, 2, 3)], [f"2604.0000{n}" for n in (4, 5)]
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, first)
        join(connection, second)  # at the same moment
        found = [member.membership for member in find(connection, *first, *second)]
    assert [member.position for member in found] == [1, 2, 3, 4, 5]
    assert [(member.joined_at - NOW).total_seconds() for member in found] == [0, 1, 2, 3, 4]
    assert {member.hold_until for member in found} == {NOW + HOLD}


def test_many_that_join_together_share_a_minute(store: Store) -> None:
    many = [f"2604.{n:05}" for n in range(1, 601)]
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, many)
        times = [member.membership.joined_at for member in find(connection, *many)]
    assert times == sorted(set(times))
    assert times[-1] < NOW + timedelta(minutes=1)


def test_who_is_in_stays_as_it_is(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID])
        before = find(connection, ID)
        again = [make_admission(ID), make_admission(ID)]
        assert memberships.admit(connection, again, NOW + timedelta(days=1)) == []
        assert find(connection, ID) == before


def test_positions_are_each_topics_own(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("one"), make_topic("two"))
        join(connection, ["2604.00001", "2604.00002"], "one")
        join(connection, ["2604.00002"], "two")
        assert [m.membership.position for m in find(connection, "2604.00002", topic="two")] == [1]


def test_a_member_is_all_its_entry_is_made_of(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID])
        (member,) = find(connection, ID, "2604.99999")
    assert member.paper == make_paper(ID)
    assert member.summaries == (make_tldr(member.paper),)
    assert member.membership.matched == ("a word",)


def test_a_new_version_moves_updated_and_waits_for_its_tldr_anew(store: Store) -> None:
    later = NOW + timedelta(days=3)
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID])
        revision = find(connection, ID)[0].membership.revision
        changed = Revision(ID, UpdateReason.NEW_VERSION, text_changed=True)
        assert memberships.revise(connection, [changed], later) == ["vision"]
        member = find(connection, ID)[0].membership
    assert (member.updated_at, member.updated_reason) == (later, UpdateReason.NEW_VERSION)
    assert (member.revision, member.hold_until) == (revision + 1, later + HOLD)


def test_a_mere_correction_changes_the_revision_alone(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID])
        before = find(connection, ID)[0].membership
        memberships.revise(connection, [Revision(ID, None, text_changed=False)], NOW + timedelta(days=3))
        after = find(connection, ID)[0].membership
    assert (after.updated_at, after.updated_reason) == (before.updated_at, None)
    assert after.revision == before.revision + 1


def test_a_summary_in_time_does_not_move_updated_and_a_late_one_does(store: Store) -> None:
    late = NOW + HOLD + timedelta(seconds=1)
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00002"], tldr=False)
        standings.release(connection, "vision", late)  # the hold passed without one
        join(connection, ["2604.00001"], tldr=False, now=late)
        for arxiv_id in ("2604.00001", "2604.00002"):
            memberships.note_summaries(connection, [arxiv_id], late)
        in_time, too_late = (m.membership for m in find(connection, "2604.00001", "2604.00002"))
    assert in_time.updated_reason is None
    assert (too_late.updated_reason, too_late.updated_at) == (UpdateReason.SUMMARY, late)


def test_standings_name_the_newest_that_may_be_shown_and_all_that_wait(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [f"2604.0000{n}" for n in (1, 2, 3)])
        join(connection, ["2604.00004"], tldr=False)
        found = standings.list_standings(connection, "vision", 2, NOW)
    assert [(s.arxiv_id, s.summarized) for s in found] == [
        ("2604.00003", True),
        ("2604.00002", True),
        ("2604.00004", False),
    ]


def test_a_text_that_gives_no_tldr_does_not_wait_for_one(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID], tldr=False)
        summaries.record_summaries(connection, [make_tldr(make_paper(ID), None)])
        (standing,) = standings.list_standings(connection, "vision", 10, NOW)
        (member,) = find(connection, ID)
    assert standing.summarized
    assert member.summaries == ()


def test_thousands_of_papers_are_no_problem(store: Store) -> None:
    many = [f"2604.{n:05}" for n in range(1, 2501)]
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, many)
        assert len(find(connection, *many)) == len(many)
        assert len(papers.find_papers(connection, many)) == len(many)
        assert memberships.count_members(connection) == {"vision": len(many)}


def test_who_is_evicted_leaves(store: Store) -> None:
    later = NOW + timedelta(days=1)
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00001", "2604.00002"])
        assert memberships.evict(connection, "vision", ["2604.00001", "2604.09999"], later) == ["2604.00001"]
        assert memberships.evict(connection, "vision", ["2604.00001"], later) == []
        assert find(connection, "2604.00001") == []
        gone = memberships.find_member(connection, "vision", "2604.00001")
    assert gone
    assert (gone.membership.state, gone.membership.left_at) == (MemberState.EVICTED, later)


def test_an_evicted_paper_that_is_announced_again_joins_anew_at_a_new_position(store: Store) -> None:
    later = NOW + timedelta(days=1)
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00001", "2604.00002"])
        papers.save_papers(connection, [make_paper("2604.00003")], NOW)
        before = find(connection, "2604.00001")[0].membership
        memberships.evict(connection, "vision", ["2604.00001"], later)
        again = [make_admission(f"2604.0000{n}") for n in (3, 1, 2)]
        assert memberships.admit(connection, again, later) == again[:2]
        after = [m.membership for m in find(connection, "2604.00003", "2604.00001", "2604.00002")]
    assert [m.position for m in after] == [3, 4, 2]
    assert after[2].joined_at < after[0].joined_at < after[1].joined_at
    assert (after[1].revision, after[1].left_at, after[1].released_at) == (before.revision + 1, None, None)


def test_who_hides_keeps_the_place(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00001", "2604.00002"])
        before = find(connection, "2604.00001")
        memberships.hide(connection, "vision", "2604.00001", NOW)
        assert find(connection, "2604.00001") == []
        memberships.evict(connection, "vision", ["2604.00002"], NOW)
        memberships.hide(connection, "vision", "2604.00002", NOW)  # it is gone already
        memberships.unhide(connection, "vision", "2604.00002", NOW)
        memberships.unhide(connection, "vision", "2604.00001", NOW)
        assert find(connection, "2604.00001", "2604.00002") == before


def test_one_that_was_hidden_joins_out_of_sight(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        curation.save_curation(connection, "vision", ID, Curation(hidden=True), NOW)
        join(connection, [ID])
        member = memberships.find_member(connection, "vision", ID)
    assert member
    assert member.membership.state is MemberState.HIDDEN


def test_an_edit_always_moves_updated_and_never_before_published(store: Store) -> None:
    """Papers that join together get times ahead of the clock."""
    many = [f"2604.{n:05}" for n in range(1, 41)]
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, many)
        standings.release(connection, "vision", NOW)
        (before,) = find(connection, many[-1])
        times = [before.membership.joined_at]
        assert times[0] > NOW
        for now in (NOW, NOW, NOW + timedelta(seconds=0.5)):
            memberships.note_edit(connection, "vision", many[-1], now)
            times.append(find(connection, many[-1])[0].membership.updated_at)
        memberships.note_edit(connection, "vision", many[0], NOW + timedelta(hours=1))
        (first,) = find(connection, many[0])
    assert all(later - earlier == timedelta(seconds=1) for earlier, later in pairwise(times))
    assert first.membership.updated_at == NOW + timedelta(hours=1)


def test_what_else_happens_never_sets_updated_back(store: Store) -> None:
    ahead, late = NOW + timedelta(days=1), NOW + HOLD + timedelta(seconds=1)
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ID], tldr=False)
        standings.release(connection, "vision", late)
        memberships.note_edit(connection, "vision", ID, ahead)
        memberships.note_summaries(connection, [ID], late)
        summarized = find(connection, ID)[0].membership
        memberships.revise(connection, [Revision(ID, UpdateReason.NEW_VERSION, text_changed=True)], late)
        revised = find(connection, ID)[0].membership
    assert (summarized.updated_at, summarized.updated_reason) == (ahead, UpdateReason.SUMMARY)
    assert (revised.updated_at, revised.updated_reason) == (ahead, UpdateReason.NEW_VERSION)

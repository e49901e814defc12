"""What a publication shows, and in which order."""

from __future__ import annotations

from datetime import timedelta

from feeds.model.entries import Likeness
from feeds.planning import plan_publication, rearrange
from feeds.store.standings import Standing
from tests.support.papers import NOW


def standing(arxiv_id: str, *, summarized: bool = True, released: bool = False) -> Standing:
    return Standing(arxiv_id, 1, NOW + timedelta(minutes=2), released, summarized)


def test_pinned_ones_come_first_once_and_push_the_oldest_out() -> None:
    members = [standing(name) for name in "edcb"]
    plan = plan_publication(members, NOW, [standing("a"), standing("d")], limit=4)
    assert [arxiv_id for arxiv_id, _ in plan.entries] == ["a", "d", "e", "c"]
    assert plan.pinned == 2


def test_a_pin_waits_for_its_tldr_like_all_others() -> None:
    plan = plan_publication([standing("b")], NOW, [standing("a", summarized=False)], limit=9)
    assert [arxiv_id for arxiv_id, _ in plan.entries] == ["b"]
    assert (plan.pinned, plan.next_at) == (0, NOW + timedelta(minutes=2))


def test_more_pins_than_room() -> None:
    plan = plan_publication([standing("c")], NOW, [standing("a"), standing("b")], limit=1)
    assert (plan.entries, plan.pinned) == ((("a", 1),), 1)


def test_likeness_orders_what_is_not_pinned() -> None:
    plan = plan_publication([standing(name) for name in "dcb"], NOW, [standing("a")], limit=9)
    alike = {"b": Likeness(0.5, "a", "A", ()), "a": Likeness(0.1, "a", "A", ())}
    assert [arxiv_id for arxiv_id, _ in rearrange(plan, alike).entries] == ["a", "b", "d", "c"]

"""Moving pinned papers: any order that there is becomes the wanted one, by few acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import curating
from feeds.arranging import decide_orders, move
from feeds.errors import BadRequestError
from feeds.model.curation import MAX_ORDER
from tests.support.listings import Item
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
PLACES = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([-MAX_ORDER, MAX_ORDER, 40, 50]))


def arrange(ids: Sequence[str], orders: Mapping[str, int | None]) -> list[str]:
    """As publications do: by place, those without one behind; else newest position first, as they stand here."""
    return sorted(ids, key=lambda one: (orders[one] is None, orders[one] or 0, ids.index(one)))


@given(st.lists(PLACES, min_size=1, max_size=7), st.data())
def test_the_moved_one_stands_where_it_should_and_the_others_keep_their_order(
    places: list[int | None], data: st.DataObject
) -> None:
    newest = [f"p{index}" for index in range(len(places))]
    orders = dict(zip(newest, places, strict=True))
    pinned = arrange(newest, orders)
    moved, steps = data.draw(st.sampled_from(pinned)), data.draw(st.integers(-3, 3))
    wanted = [one for one in pinned if one != moved]
    wanted.insert(min(max(pinned.index(moved) + steps, 0), len(wanted)), moved)
    given_ = decide_orders(pinned, orders, moved, steps)
    assert arrange(newest, {**orders, **given_}) == wanted
    assert all(-MAX_ORDER <= place <= MAX_ORDER for place in given_.values())


@pytest.mark.parametrize(
    ("orders", "moved", "steps", "expected"),
    [
        ({"a": None, "b": None, "c": None}, "c", -2, {"c": 10}),
        ({"a": None, "b": None, "c": None}, "c", -1, {"a": 10, "c": 20}),
        ({"a": 1, "b": 9, "c": None}, "c", -1, {"c": 5}),
        ({"a": 1, "b": 2, "c": 3}, "a", 5, {"a": 13}),
        ({"a": 1, "b": 2, "c": 3}, "c", -1, {"a": 10, "c": 20, "b": 30}),
        ({"a": 1, "b": 2}, "a", -1, {}),
    ],
)
def test_no_more_is_said_than_must_be(
    orders: dict[str, int | None], moved: str, steps: int, expected: dict[str, int]
) -> None:
    assert decide_orders(list(orders), orders, moved, steps) == expected


def test_a_move_is_in_the_feed_and_can_be_undone(make_line: MakeLine) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    ids = [f"2604.0000{number}" for number in (1, 2, 3)]
    line.announce([Item(arxiv_id, title=arxiv_id) for arxiv_id in ids])
    line.poll()
    now, store = line.clock.now(), line.runtime.store
    with store.write() as connection:
        with pytest.raises(BadRequestError, match="pin it first"):
            move(connection, "vision", ids[0], -1, editor="ada", now=now)
        for arxiv_id in ids:
            curating.curate(connection, "vision", arxiv_id, {"pinned": True}, editor="ada", now=now)
    assert shown(line) == [ids[2], ids[1], ids[0]]
    with store.write() as connection:
        assert move(connection, "vision", ids[0], -1, editor="ada", now=now).curation.order == 20
    assert shown(line) == [ids[2], ids[0], ids[1]]
    with store.write() as connection:
        assert not move(connection, "vision", ids[2], -1, editor="ada", now=now).changed
        curating.undo(connection, "vision", ids[0], editor="ada", now=now)
    assert shown(line) == [ids[2], ids[1], ids[0]]


def shown(line: Line) -> list[str]:
    feed = line.app.test_client().get("/feeds/vision.json", base_url=line.settings.base_url).get_json()
    return [item["id"].rpartition(":")[2] for item in feed["items"]]

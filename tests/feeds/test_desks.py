"""What editors have before them beside what all see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from feeds import curating
from feeds.desks import Wish, load_desk
from feeds.errors import GoneError, MovedError, NotFoundError
from tests.support.listings import Item
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
ONE, TWO, OLD, UNKNOWN = "2604.00001", "2604.00002", "hep-th/9901001", "2604.09999"


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    line = make_line(
        [
            {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight"]},
            {"slug": "others", "title": "Others", "categories": ["cs.CV"]},
            {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
        ]
    )
    line.announce([Item(arxiv_id, title=arxiv_id) for arxiv_id in (ONE, TWO, OLD)])
    line.poll()
    return line


def say(line: Line, arxiv_id: str, **given: object) -> int:
    """Say something; gives the act's number."""
    with line.runtime.store.write() as connection:
        done = curating.curate(connection, "vision", arxiv_id, given, editor="ada", now=line.clock.now())
    return done.events[-1].id


def undo(line: Line, arxiv_id: str) -> int:
    with line.runtime.store.write() as connection:
        return curating.undo(connection, "vision", arxiv_id, editor="ada", now=line.clock.now()).events[-1].id


def test_the_last_act_and_the_one_that_an_undo_takes_back(line: Line) -> None:
    pinned, noted = say(line, ONE, pinned=True), say(line, ONE, note="n")
    taken = undo(line, ONE)
    desk = load_desk(line.runtime.store, "vision", [ONE, TWO])
    assert noted < taken
    assert (desk.seen(ONE), desk.seen(TWO)) == (taken, 0)
    assert {arxiv_id: event.id for arxiv_id, event in desk.undoable.items()} == {ONE: pinned}
    last = undo(line, ONE)
    desk = load_desk(line.runtime.store, "vision", [ONE])
    assert (desk.seen(ONE), desk.undoable) == (last, {})
    assert load_desk(line.runtime.store, "others", [ONE]).last == {}


def test_what_was_hidden_last_comes_first_and_can_be_undone(line: Line) -> None:
    for arxiv_id in (OLD, TWO, ONE):
        say(line, arxiv_id, hidden=True)
        line.set_time(line.clock.now().replace(minute=line.clock.now().minute + 1))
    undo(line, TWO)
    desk = load_desk(line.runtime.store, "vision", [])
    assert [paper.arxiv_id for paper in desk.hidden] == [ONE, OLD]
    assert set(desk.undoable) == {ONE, OLD}


def test_what_was_added_and_is_not_there_yet(line: Line) -> None:
    with line.runtime.store.write() as connection:
        for arxiv_id in (UNKNOWN, ONE):
            curating.add(connection, "vision", arxiv_id, editor="ada", now=line.clock.now())
    assert load_desk(line.runtime.store, "vision", []).wishes == (Wish(UNKNOWN, None),)
    line.work()
    assert load_desk(line.runtime.store, "vision", []).wishes == (Wish(UNKNOWN, "arXiv does not know this paper"),)


def test_only_topics_that_are_served_have_a_desk(line: Line) -> None:
    for slug, error in (("nothing", NotFoundError), ("ended", GoneError), ("sight", MovedError)):
        with pytest.raises(error):
            load_desk(line.runtime.store, slug, [])

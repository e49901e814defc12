"""Publishing by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.store import memberships, publications
from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.wires import Line


@pytest.fixture
def line(folder: Path, make_line: Callable[..., Line]) -> Line:
    line = make_line(TOPICS)
    line.announce([Item("2604.00001", title="Splats")])
    line.poll()
    return line


def generation(line: Line) -> int | None:
    with line.runtime.store.read() as connection:
        return publications.list_generations(connection).get("splats")


def test_what_is_published_stays_as_it_is(line: Line, wire: Command) -> None:
    before = generation(line)
    ran = wire("publish")
    assert (ran.code, ran.out) == (0, "quiet: unchanged\nsplats: unchanged\n")
    assert generation(line) == before


def test_what_is_not_published_yet_is(line: Line, wire: Command) -> None:
    with line.runtime.store.write() as connection:
        memberships.note_edit(connection, "splats", "2604.00001", line.clock.now())
    before = generation(line)
    ran = wire("publish", "splats", "--json")
    assert json.loads(ran.out) == [{"topic": "splats", "changed": True}]
    assert generation(line) == (before or 0) + 1


def test_an_unknown_topic_is_one_clear_line(line: Line, wire: Command) -> None:
    assert wire("publish", "nothing").failed_with(1, "no such topic")

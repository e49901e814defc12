"""Checking, listing and trying out topics."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.wires import Line, write_topics

MakeLine = Callable[[Sequence[dict[str, object]]], Line]


@pytest.fixture
def line(folder: Path, make_line: MakeLine, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A wire with papers, where the command looks for one."""
    line = make_line(TOPICS)
    assert line.settings.data_dir == folder / "var"
    line.announce([Item("2604.00001", title="Splatting “trees”"), Item("2604.00002", title="Other things")])
    line.announce([Item("2604.00003", title="Splats in logic", categories=("math.LO",))], "math.LO")
    line.poll("cs.CV", "math.LO")
    monkeypatch.setenv("WIRE_REDIS_URL", redis_url)
    return line


def test_a_good_file_is_told_with_its_count(wire: Command, folder: Path) -> None:
    ran = wire("topics", "check")
    assert (ran.code, ran.out, ran.err) == (0, f"{folder / 'topics.yaml'}: 2 topics, all well\n", "")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("topics: [", ["line 1", "is not YAML"]),
        ("", ["the file"]),
        ("topics:\n- {slug: a, title: A, categories: [cs.XX]}", ["line 2, a.categories", "cs.XX"]),
        ("topics:\n- {slug: a, title: A, categories: [cs.CV], query: 'x AND'}", ["line 2, a.query", "position 6"]),
        ("topics:\n- {slug: search, title: A, categories: [cs.CV]}", ["search.slug", "reserved"]),
    ],
    ids=["no YAML", "empty", "category", "query", "reserved"],
)
@pytest.mark.parametrize("command", [["check"], ["preview", "a"]], ids=" ".join)
def test_a_wrong_file_is_told_in_one_line(
    wire: Command, folder: Path, command: list[str], text: str, parts: list[str]
) -> None:
    (folder / "topics.yaml").write_text(text, encoding="utf-8")
    assert wire("topics", *command).failed_with(1, "wire: ", "topics.yaml is refused: ", *parts)


def test_nothing_starts_on_a_wrong_file(process: Command, folder: Path) -> None:
    (folder / "topics.yaml").write_text("topics: [", encoding="utf-8")
    assert process("run").failed_with(1, "wire: ", "topics.yaml is refused: line 1", "is not YAML")


def test_a_missing_file_is_told_in_one_line(wire: Command, folder: Path) -> None:
    (folder / "topics.yaml").unlink()
    assert wire("topics", "check").failed_with(1, "topics.yaml is refused: ", "No such file")


def test_everything_wrong_in_a_file_is_told_at_once(wire: Command, folder: Path) -> None:
    write_topics(folder / "topics.yaml", [{"slug": "a b", "title": "", "categories": []}])
    assert wire("topics", "check").failed_with(1, ".slug", ".title", ".categories")


@pytest.mark.usefixtures("line")
def test_a_topic_gone_from_the_file_is_pointed_out(wire: Command, folder: Path) -> None:
    write_topics(folder / "topics.yaml", TOPICS[:1])
    ran = wire("topics", "check")
    assert ran.code == 0
    assert ran.out.splitlines()[1:] == [
        "quiet is not in the file any more; it is served as it was (retired: true would end it)"
    ]


@pytest.mark.usefixtures("line")
def test_topics_are_listed_with_their_papers(wire: Command) -> None:
    ran = wire("topics", "list")
    assert (ran.code, ran.out.splitlines()) == (
        0,
        ["quiet        1 papers  math.LO", "splats       1 papers  cs.CV"],
    )


@pytest.mark.usefixtures("line")
def test_topics_are_listed_as_json(wire: Command) -> None:
    rows = json.loads(wire("topics", "list", "--json").out)
    assert [(row["slug"], row["title"], row["papers"]) for row in rows] == [
        ("quiet", "Ruhe für Zwölf", 1),
        ("splats", "Splats", 1),
    ]


@pytest.mark.usefixtures("line")
def test_a_query_is_tried_on_what_is_stored(wire: Command) -> None:
    ran = wire("topics", "preview", "splat*")
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            "2 of 3 stored papers match; the newest:",
            "2604.00003  Splats in logic",
            "            matches splat*",
            "2604.00001  Splatting “trees”",
            "            matches splat*",
        ],
    )


@pytest.mark.usefixtures("line")
def test_a_topic_is_tried_by_its_slug_with_its_categories(wire: Command) -> None:
    ran = wire("topics", "preview", "splats")
    assert ran.out.splitlines()[:2] == ["1 of 3 stored papers match; the newest:", "2604.00001  Splatting “trees”"]
    assert wire("topics", "preview", "nothing").out == "0 of 3 stored papers match\n"


@pytest.mark.parametrize(("query", "position"), [("((", 3), ("", 1), ("a AND", 6), ('"open', 1)])
def test_a_wrong_query_names_the_position(wire: Command, query: str, position: int) -> None:
    assert wire("topics", "preview", query).failed_with(2, f"wire: position {position}: ")

"""Curating by command."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from feeds import curating
from feeds.model.curation import MAX_NOTE
from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
ONE, TWO = "2604.00001", "2604.00002"
FEED = "/feeds/splats.atom"


@pytest.fixture
def line(folder: Path, make_line: MakeLine, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A wire with papers, where the command looks for one."""
    line = make_line(TOPICS)
    line.announce([Item(ONE, title="Splatting trees"), Item(TWO, title="Splats again"), Item("2604.00003")])
    line.poll()
    monkeypatch.setenv("WIRE_DATABASE_URL", line.settings.database_url)
    monkeypatch.setenv("WIRE_REDIS_URL", redis_url)
    monkeypatch.setenv("WIRE_CLOCK_FILE", str(folder / "clock"))
    (folder / "clock").write_text(line.clock.now().isoformat(), encoding="utf-8")
    return line


@pytest.mark.usefixtures("line")
class TestActs:
    @pytest.mark.parametrize(
        ("act", "told", "taken_back"),
        [
            (["pin"], "pinned", ["pin", "--off"]),
            (["hide"], "hidden", ["hide", "--off"]),
            (["rate", "2"], "★★☆", ["rate", "--off"]),
            (["tag", "fast", "must read"], "tags: fast, must read", ["tag", "--off"]),
            (["note", "Read *this*."], "note: Read *this*.", ["note", "--off"]),
            (["order", "-5"], "order -5", ["order", "--off"]),
            (["institution", "ETH Zürich"], "ETH Zürich", ["institution", "--off"]),
        ],
        ids=lambda given: given[0] if isinstance(given, list) else None,
    )
    def test_every_act_is_done_told_and_taken_back(
        self, wire: Command, act: list[str], told: str, taken_back: list[str]
    ) -> None:
        verb, *rest = act
        done = wire("curate", verb, "splats", ONE, *rest)
        assert (done.code, done.err) == (0, "")
        assert "Splatting trees" in done.out
        assert told in done.out
        assert wire("curate", "show", "splats", ONE).out == done.out
        verb, *rest = taken_back
        assert told not in wire("curate", verb, "splats", ONE, *rest).out

    def test_tags_come_and_go_one_by_one(self, wire: Command) -> None:
        wire("curate", "tag", "splats", ONE, "a", "b")
        wire("curate", "tag", "splats", ONE, "c")
        assert "tags: a, b, c\n" in wire("curate", "show", "splats", ONE).out
        assert "tags: a, c\n" in wire("curate", "tag", "splats", ONE, "B", "--off").out

    def test_a_note_comes_from_standard_input(self, wire: Command) -> None:
        wire("curate", "note", "splats", ONE, "-", stdin="Zwölf\nZeilen".encode())
        told = json.loads(wire("curate", "show", "splats", ONE, "--json").out)
        assert told["note"] == "Zwölf\nZeilen"
        assert told["entry"]["curation"]["note_html"] == "<p>Zwölf\nZeilen</p>"

    @pytest.mark.parametrize("text", ["- item", "- the first\n- the other", "-5 points", "---", "--- x"])
    def test_a_note_may_begin_with_a_dash(self, wire: Command, text: str) -> None:
        assert wire("curate", "note", "splats", ONE, text).err == ""
        assert json.loads(wire("curate", "show", "splats", ONE, "--json").out)["note"] == text
        assert "note:" not in wire("curate", "note", "splats", ONE, "--off").out
        assert wire("curate", "note", "--help").out.startswith("Usage:")

    def test_the_entry_is_printed_as_json(self, wire: Command) -> None:
        entry = json.loads(wire("curate", "rate", "splats", ONE, "3", "--json").out)
        assert (entry["id"], entry["topic"]) == ("oai:arXiv.org:2604.00001", "splats")
        assert entry["curation"] == {
            "pinned": False, "rating": 3, "tags": [], "institution": None, "note_html": None,
        }  # fmt: skip
        assert entry["updated_reason"] == "editor's change"

    def test_an_id_is_taken_as_it_is_pasted(self, wire: Command) -> None:
        assert "pinned" in wire("curate", "pin", "splats", f"https://arxiv.org/abs/{ONE}v3").out

    def test_history_and_undo(self, wire: Command) -> None:
        wire("curate", "pin", "splats", ONE, "--editor", "ada")
        wire("curate", "note", "splats", ONE, "Good", "--editor", "bob")
        assert "note" not in wire("curate", "undo", "splats", ONE, "--editor", "ada").out
        first, second, third = wire("curate", "history", "splats", ONE).out.splitlines()
        assert "ada        pin         pinned: False → True" in first
        assert "bob        note        note: – → Good  (undone)" in second
        assert "ada        undo        note: Good → –" in third
        events = json.loads(wire("curate", "history", "splats", ONE, "--json").out)
        assert [event["act"] for event in events] == ["pin", "note", "undo"]
        assert events[1]["undone_by"] == events[2]["id"]
        wire("curate", "undo", "splats", ONE)
        assert wire("curate", "undo", "splats", ONE).failed_with(1, "There is nothing to undo")

    def test_a_known_paper_is_added_without_a_running_wire(self, wire: Command) -> None:
        assert "added by ada" in wire("curate", "add", "splats", "2604.00003", "--editor", "ada").out

    def test_an_unknown_paper_needs_a_running_wire(self, wire: Command) -> None:
        assert wire("curate", "add", "splats", "2604.09999").failed_with(1, "wire: ", "is running")
        assert "not in the topic" in wire("curate", "show", "splats", "2604.09999").out

    @pytest.mark.parametrize(
        ("arguments", "code", "parts"),
        [
            (["pin", "nowhere", ONE], 1, ["no such topic"]),
            (["pin", "splats", "2604.00003"], 1, ["not in this topic", "add it first"]),
            (["tag", "splats", ONE, "a,b"], 1, ["without commas"]),
            (["note", "splats", ONE, "x" * (MAX_NOTE + 1)], 1, ["at most 10000"]),
            (["pin", "splats", ONE, "--editor", "\x07"], 1, ["editor's name"]),
            (["pin", "splats", ONE, "--editor", "wire"], 1, ["No editor is called wire", "give another name"]),
        ],
        ids=["topic", "paper", "tag", "note", "editor", "wire"],
    )
    def test_what_cannot_be_is_told_in_one_line(
        self, wire: Command, arguments: list[str], code: int, parts: list[str]
    ) -> None:
        assert wire("curate", *arguments).failed_with(code, "wire: ", *parts)

    @pytest.mark.parametrize(
        "arguments",
        [["pin", "splats", "no-id"], ["rate", "splats", ONE, "4"], ["rate", "splats", ONE], ["tag", "splats", ONE]],
        ids=" ".join,
    )
    def test_wrong_use_is_2(self, wire: Command, arguments: list[str]) -> None:
        ran = wire("curate", *arguments)
        assert (ran.code, ran.out) == (2, "")


def test_a_wish_that_rests_is_told_with_why(wire: Command, line: Line) -> None:
    with line.runtime.store.write() as connection:
        curating.add(connection, "splats", "2604.09999", editor="ada", now=line.clock.now())
    assert "still to be fetched from arXiv;" in wire("curate", "show", "splats", "2604.09999").out
    line.work()
    told = wire("curate", "show", "splats", "2604.09999").out
    assert "still to be fetched from arXiv (the last try failed: arXiv does not know this paper);" in told
    assert wire("status").out.endswith("\nowed\n  add        1 later\n")

"""Checking, listing and trying out topics."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from feeds.pausing import pause_troubled
from feeds.store import topics
from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.papers import make_topic
from tests.support.wires import MORNING, Line, write_topics
from workers.demo import set_clock
from workers.schedule import take_over_topics

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
    monkeypatch.setenv("WIRE_DATABASE_URL", line.settings.database_url)
    set_clock(folder / "clock", MORNING)
    monkeypatch.setenv("WIRE_CLOCK_FILE", str(folder / "clock"))
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
def test_a_wrong_file_is_told_in_one_line(wire: Command, folder: Path, text: str, parts: list[str]) -> None:
    (folder / "topics.yaml").write_text(text, encoding="utf-8")
    assert wire("topics", "check").failed_with(1, "wire: ", "topics.yaml is refused: ", *parts)


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
            "",
            "announced on",
            "  2026-04-17      2",
        ],
    )


@pytest.mark.usefixtures("line")
def test_a_topic_is_tried_by_its_slug_with_its_categories(wire: Command) -> None:
    ran = wire("topics", "preview", "splats")
    assert ran.out.splitlines()[:2] == ["1 of 3 stored papers match; the newest:", "2604.00001  Splatting “trees”"]
    assert ran.out.splitlines()[-2:] == ["", "0 would come, 0 would leave, 1 stay"]
    nothing = wire("topics", "preview", "nothing")
    assert (nothing.code, nothing.out) == (0, "0 of 3 stored papers match\n")
    assert nothing.err == "there is no topic nothing; it is looked for as a query\n"


@pytest.mark.usefixtures("line")
def test_while_the_file_is_refused_queries_and_stored_topics_are_tried(wire: Command, folder: Path) -> None:
    (folder / "topics.yaml").write_text("topics: [", encoding="utf-8")
    for tried, told in (("splats", "1 of 3 stored papers match"), ("splat* OR other", "3 of 3 stored papers")):
        ran = wire("topics", "preview", tried)
        assert (ran.code, ran.out.startswith(told)) == (0, True)
        (hint,) = ran.err.splitlines()
        assert "topics.yaml is refused: line 1" in hint
        assert hint.endswith("; going on without it")


@pytest.mark.parametrize(
    "command",
    [["topics", "preview", "spots"], ["topics", "reselect", "spots"], ["curate", "show", "spots", "2604.00001"]],
    ids=" ".join,
)
def test_who_asks_by_an_old_slug_is_told_the_new_one(
    wire: Command, line: Line, folder: Path, command: list[str]
) -> None:
    write_topics(folder / "topics.yaml", [{**TOPICS[0], "formerly": ["spots"]}, TOPICS[1]])
    take_over_topics(line.runtime)
    assert wire(*command).failed_with(1, "wire: this topic is called splats now")


@pytest.mark.usefixtures("line")
def test_the_matched_words_are_told_in_title_and_abstract(wire: Command) -> None:
    told = json.loads(wire("topics", "preview", "abs:present OR splat*", "--json").out)
    assert (told["topic"], told["query"], told["found"], told["stored"]) == (None, "abs:present OR splat*", 3, 3)
    assert told["days"] == [{"day": "2026-04-17", "papers": 3}]
    assert told["edit"] is None
    hit = told["papers"][0]
    assert (hit["id"], hit["announced_on"], hit["matched"]) == (
        "2604.00003",
        "2026-04-17",
        ["abs:present", "splat*"],
    )
    assert [hit["title"][start:end] for start, end in hit["title_spans"]] == ["Splats"]
    assert [hit["snippet"][start:end] for start, end in hit["snippet_spans"]] == ["present"]


@pytest.mark.usefixtures("line")
def test_an_edit_is_tried_on_a_topic_before_it_is_made(wire: Command, folder: Path) -> None:
    ran = wire("topics", "preview", "splats", "--query", "other OR things")
    assert ran.code == 0
    assert ran.out.splitlines()[-3:] == [
        "1 would come, 1 would leave, 0 stay",
        "  + 2604.00002  Other things",
        "  - 2604.00001  Splatting “trees”",
    ]
    write_topics(folder / "topics.yaml", [{**TOPICS[0], "query": "other"}, TOPICS[1]])
    told = json.loads(wire("topics", "preview", "splats", "--json").out)
    assert (told["topic"], told["query"]) == ("splats", "other")
    assert told["edit"] == {
        "came": {"total": 1, "papers": [{"id": "2604.00002", "title": "Other things"}]},
        "left": {"total": 1, "papers": [{"id": "2604.00001", "title": "Splatting “trees”"}]},
        "stayed": 0,
    }


@pytest.mark.usefixtures("line")
def test_a_topic_that_is_new_in_the_file_has_nothing_to_be_compared_with(wire: Command, folder: Path) -> None:
    write_topics(
        folder / "topics.yaml", [{"slug": "fresh", "title": "F", "categories": ["cs.CV"], "query": "other"}]
    )
    told = json.loads(wire("topics", "preview", "fresh", "--json").out)
    assert (told["found"], told["edit"]) == (1, None)


def make_by_api(line: Line, slug: str, **fields: object) -> None:
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic(slug, **fields), MORNING)


def test_a_topic_of_the_api_is_tried_listed_and_told(wire: Command, line: Line, folder: Path) -> None:
    make_by_api(line, "logic", categories=("math.LO",), query="splats")
    make_by_api(line, "splats", categories=("cs.CV",), query="splat*")
    assert "1 would come, 0 would leave, 0 stay" in wire("topics", "preview", "logic").out
    listed = wire("topics", "list").out
    assert "logic        0 papers  math.LO  (made by the API)\n" in listed
    rows = {row["slug"]: row for row in json.loads(wire("topics", "list", "--json").out)}
    assert (rows["logic"]["source"], rows["quiet"]["source"], rows["quiet"]["paused"]) == ("api", "file", None)
    assert wire("topics", "check").out.splitlines()[1:] == [
        "splats was made by the API; the file's definition counts as soon as it is taken over"
    ]


def test_a_paused_topic_is_told(wire: Command, line: Line) -> None:
    make_by_api(line, "logic", categories=("math.LO",), query="a AND")
    with line.runtime.store.write() as connection:
        pause_troubled(connection)
    assert "logic        0 papers  math.LO  (paused: its query cannot be read any more (position 6" in (
        wire("topics", "list").out
    )
    assert "logic is paused: its query" in wire("topics", "check").out
    assert "  logic                        paused: its query" in wire("status").out
    assert "logic" in json.loads(wire("status", "--json").out)["paused"]
    assert wire("topics", "reselect", "logic").failed_with(1, "logic is paused: its query")


def edit(line: Line, folder: Path, query: str) -> None:
    write_topics(folder / "topics.yaml", [{**TOPICS[0], "query": query}, TOPICS[1]])
    take_over_topics(line.runtime)
    line.work()


def test_history_is_judged_anew(wire: Command, line: Line, folder: Path) -> None:
    edit(line, folder, "things")
    assert wire("topics", "reselect", "splats", "--dry-run").out.splitlines() == [
        "1 would come, 1 would leave, 0 stay",
        "  + 2604.00002  Other things",
        "  - 2604.00001  Splatting “trees”",
    ]
    line.work()
    assert b"Splatting" in line.get("/feeds/splats.atom")
    told = json.loads(wire("topics", "reselect", "splats", "--json").out)
    assert (told["topic"], told["dry_run"], told["stayed"]) == ("splats", False, 0)
    assert (told["came"]["total"], told["left"]["total"]) == (1, 1)
    line.work()
    feed = line.get("/feeds/splats.atom")
    assert b"Splatting" not in feed
    assert b"Other things" in feed
    assert b"matches things" in feed
    assert wire("topics", "reselect", "splats").out == "0 came, 0 left, 1 stay\n"


@pytest.mark.usefixtures("line")
def test_an_edit_that_is_not_in_force_is_pointed_out(wire: Command, folder: Path) -> None:
    write_topics(folder / "topics.yaml", [{**TOPICS[0], "query": "things"}, TOPICS[1]])
    ran = wire("topics", "reselect", "splats")
    assert (ran.code, ran.out) == (0, "0 came, 0 left, 1 stay\n")
    assert ran.err == f"splats is defined otherwise in {folder / 'topics.yaml'}; that is not in force yet\n"


@pytest.mark.usefixtures("line")
def test_only_a_topic_can_be_judged_and_edited(wire: Command, folder: Path) -> None:
    assert wire("topics", "reselect", "nothing").failed_with(1, "there is no topic nothing")
    assert wire("topics", "preview", "nothing", "--query", "splat").code == 2
    assert wire("topics", "preview", "splats", "--query", "a AND").failed_with(2, "position 6")
    assert wire("topics", "preview", "splats", "--days", "0").code == 2
    write_topics(folder / "topics.yaml", [{**TOPICS[0], "retired": True}])
    assert wire("topics", "preview", "splats").failed_with(1, "splats was retired")


@pytest.mark.parametrize(("query", "position"), [("((", 3), ("", 1), ("a AND", 6), ('"open', 1)])
def test_a_wrong_query_names_the_position(wire: Command, query: str, position: int) -> None:
    assert wire("topics", "preview", query).failed_with(2, f"wire: position {position}: ")

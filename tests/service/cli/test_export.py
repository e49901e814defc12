"""Exporting by command."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.publishing.cutting import cut_digests
from service.cli.files import write_file
from tests.service.cli.conftest import Command
from tests.support.listings import Item
from tests.support.wires import MORNING, Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [
    {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], "query": "splat*", "formerly": ["blobs"]},
    {"slug": "trees", "title": "Trees", "categories": ["cs.CV"], "query": "tree*", "section": "A"},
    {"slug": "quiet", "title": "Quiet", "categories": ["math.LO"]},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
]


@pytest.fixture
def line(folder: Path, make_line: MakeLine, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A database with papers and digests; no wire runs on it."""
    line = make_line(TOPICS)
    line.announce([Item("2604.00001", title="Splatting trees"), Item("2604.00002", title="Splats")])
    line.poll()
    for slug in ("splats", "trees", "quiet"):
        with line.runtime.store.write() as connection:
            cut_digests(connection, slug, MORNING + timedelta(hours=1))
    monkeypatch.setenv("WIRE_DATABASE_URL", line.settings.database_url)
    monkeypatch.setenv("WIRE_BASE_URL", "https://wire.example.org")
    return line


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestFormats:
    @pytest.mark.parametrize(
        ("arguments", "path"),
        [
            ([], "md"),
            (["--layout", "table"], "md?layout=table"),
            (["--layout", "daily"], "md?layout=daily"),
            (["--layout", "daily", "--day", "2026-04-17"], "md?layout=daily&day=2026-04-17"),
            (["--layout", "roundup"], "md?layout=roundup"),
            (["--layout", "bib"], "bib"),
            (["--layout", "ris"], "ris"),
            (["--layout", "csv"], "csv"),
        ],
    )
    def test_a_topic_is_printed_as_it_is_served(
        self, wire: Command, line: Line, arguments: list[str], path: str
    ) -> None:
        done = wire("export", "splats", *arguments)
        assert (done.code, done.err) == (0, "")
        assert done.out.encode() == line.get(f"/feeds/splats.{path}")


@pytest.mark.usefixtures("line")
class TestFiles:
    @pytest.mark.parametrize(
        ("layout", "expected"),
        [("papers", "splats.md"), ("csv", "splats.csv"), ("daily", "_posts/2026-04-17-arxiv.md")],
    )
    def test_one_topic_is_one_file(self, wire: Command, tmp_path: Path, layout: str, expected: str) -> None:
        out = tmp_path / "new" / "out"
        done = wire("export", "splats", "--layout", layout, "--out", str(out))
        assert (done.code, done.err, done.out) == (0, "", f"1 files written, 0 left as they were, in {out}\n")
        assert files_in(out) == [expected]
        assert (out / expected).read_bytes().decode() == wire("export", "splats", "--layout", layout).out

    def test_all_topics_are_a_file_each_and_one_page(self, wire: Command, tmp_path: Path) -> None:
        assert wire("export", "--all", "--out", str(tmp_path / "out")).code == 0
        assert files_in(tmp_path / "out") == ["README.md", "quiet.md", "splats.md", "trees.md"]
        page = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
        headings = [line for line in page.splitlines() if line.startswith("## ")]
        assert headings == ["## Quiet", "## Splats", "## Trees"]

    def test_all_days_have_folders_of_their_own_and_empty_ones_no_file(self, wire: Command, tmp_path: Path) -> None:
        done = wire("export", "--all", "--layout", "daily", "--out", str(tmp_path / "out"))
        assert (done.code, done.out[:15]) == (0, "2 files written")
        assert files_in(tmp_path / "out") == [
            "splats/_posts/2026-04-17-arxiv.md",
            "trees/_posts/2026-04-17-arxiv.md",
        ]

    def test_what_did_not_change_is_left_alone(self, wire: Command, tmp_path: Path) -> None:
        out = tmp_path / "out"
        wire("export", "splats", "trees", "--layout", "bib", "--out", str(out))
        os.utime(out / "splats.bib", (1, 1))
        (out / "trees.bib").write_bytes(b"old")
        done = wire("export", "splats", "trees", "--layout", "bib", "--out", str(out))
        assert done.out == f"1 files written, 1 left as they were, in {out}\n"
        assert (out / "splats.bib").stat().st_mtime == 1
        assert (out / "trees.bib").read_bytes().startswith(b"@misc{")
        assert files_in(out) == ["splats.bib", "trees.bib"]


@pytest.mark.usefixtures("line")
class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["nothing"], 1, "There is no topic 'nothing'; ./wire topics list"),
            (["splats", "nothing", "--out", "x"], 1, "There is no topic 'nothing'"),
            (["blobs"], 1, "this topic is called splats now"),
            (["ended"], 1, "This topic was retired."),
            (["quiet", "--layout", "daily"], 1, "quiet has no daily digest yet"),
            (["splats", "--layout", "daily", "--day", "2020-01-01"], 1, "There is no digest of 2020-01-01"),
        ],
    )
    def test_what_there_is_none_of_is_one_clear_line(
        self, wire: Command, arguments: list[str], code: int, said: str
    ) -> None:
        assert wire("export", *arguments).failed_with(code, said)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "say which TOPIC, or --all"),
            (["splats", "--all", "--out", "x"], "say which TOPIC, or --all"),
            (["--all"], "several topics need --out DIR"),
            (["splats", "trees"], "several topics need --out DIR"),
            (["splats", "--day", "2026-04-17"], "--day goes with --layout daily"),
            (["splats", "--layout", "list"], "'list' is not one of"),
            (["splats", "--layout", "daily", "--day", "today"], "'today' does not match"),
            (["--site", "x", "splats"], "--site writes everything"),
            (["--site", "x", "--layout", "table"], "--site writes everything"),
            (["--site", "x", "--day", "2026-04-17"], "--site writes everything"),
            (["--site", "x", "--base", "nonsense"], "'nonsense': expected an http or https address"),
            (["--site", "x", "--base", "ftp://x"], "'ftp://x': expected an http or https address"),
            (["splats", "--base", "https://x.org"], "--base and --relative go with --site"),
        ],
    )
    def test_wrong_use_says_what_is_right(self, wire: Command, arguments: list[str], said: str) -> None:
        done = wire("export", *arguments)
        assert (done.code, done.out, said in done.err) == (2, "", True)

    def test_a_file_in_the_way_is_named(self, wire: Command, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("")
        assert wire("export", "splats", "--out", str(tmp_path / "taken" / "x")).failed_with(1, "taken")


def test_without_a_database_it_says_what_to_do(wire: Command) -> None:
    assert wire("export", "splats").code == 1


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a" / "file"
    assert write_file(path, b"one")
    assert not write_file(path, b"one")

    def fail(_from: object, _to: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_file(path, b"two")
    assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [("file", b"one")]

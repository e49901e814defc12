"""The roster's file: written whole, read by anybody, and no harm where it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.roster import PartState, Phase, forget_roster, load_roster, save_roster

PARTS = [
    PartState("engine", 12, Phase.RUNNING, "2026-04-17T05:10:00Z", 0, ""),
    PartState("worker 1", None, Phase.WAITING, "2026-04-17T05:10:01Z", 3, "signal 9: Killed"),
]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    save_roster(tmp_path, PARTS)
    assert load_roster(tmp_path) == PARTS
    assert [path.name for path in tmp_path.iterdir()] == ["parts.json"]


def test_without_a_file_there_are_no_parts(tmp_path: Path) -> None:
    assert load_roster(tmp_path) == []
    assert load_roster(tmp_path / "nowhere") == []
    forget_roster(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "7",
        "null",
        "[7]",
        "[{}]",
        '[{"name": "x"}]',
        "\xff",
        '[{"name": 1, "pid": 1, "restarts": "x"}]',
    ],
)
def test_a_file_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "parts.json").write_text(text, encoding="latin-1")
    assert load_roster(tmp_path) == []


def test_a_roster_is_forgotten(tmp_path: Path) -> None:
    save_roster(tmp_path, PARTS)
    forget_roster(tmp_path)
    assert load_roster(tmp_path) == []

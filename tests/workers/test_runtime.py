"""What a background process works with: made once, connected when first used."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.clock import FileClock, SystemClock
from feeds.config import Settings
from tests.support.wires import make_settings
from workers import runtime as runtimes
from workers.runtime import current, make_runtime


def test_a_runtime_connects_to_nothing_by_itself(tmp_path: Path) -> None:
    """No database, no engine, no network is needed to have one."""
    runtime = make_runtime(make_settings(tmp_path))
    assert runtime.dispatcher is runtime.dispatcher
    assert runtime.arxiv is runtime.arxiv
    assert not (tmp_path / "var").exists()


def test_the_wires_clock_may_be_a_file_and_the_machines_never_is(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2026-04-17T05:10:00Z\n", encoding="ascii")
    runtime = make_runtime(make_settings(tmp_path, WIRE_CLOCK_FILE=str(tmp_path / "clock")))
    assert isinstance(runtime.clock, FileClock)
    assert isinstance(runtime.real_clock, SystemClock)
    times = runtime.times()
    assert (times.now.isoformat(), times.real.year > 2025) == ("2026-04-17T05:10:00+00:00", True)
    assert times.real != times.now


def test_a_process_has_one_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "_current", None)
    asked: list[int] = []

    def load() -> Settings:
        asked.append(1)
        return make_settings(tmp_path)

    assert current(load) is current(load)
    assert len(asked) == 1

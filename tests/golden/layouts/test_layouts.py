"""Golden pages: exact bytes of every export. Look at every change before accepting it:

WIRE_GOLDEN=write ./wire test tests/golden
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from feeds.model.curation import Curation
from feeds.model.entries import Member
from feeds.render.bibtex import render_bibtex
from feeds.render.layouts.daily import render_daily
from feeds.render.layouts.papers import render_papers
from feeds.render.layouts.roundup import render_roundup
from feeds.render.layouts.table import render_table
from feeds.render.ris import render_ris
from feeds.render.spreadsheet import render_csv
from tests.feeds.render.layouts.samples import (
    CHINESE,
    EN,
    ENGLISH,
    FOUL,
    GAP,
    HOSTILE,
    NASTY,
    OLD,
    STEER,
    ZH,
    Made,
    make_day,
    make_feed,
    make_member,
)

HERE = Path(__file__).parent
NOTE = """对标 **Qwen-Audio**，输入文本/语音：

- 预训练：扩展词表，`<|transcribe|>`。
- 指令微调：[BEST-RQ](https://github.com/HarunoriKawano/BEST-RQ)，2轮89%
  - 更细

> 结论值得商榷。

# A heading

![figure](https://arxiv.org/html/2410.20336v1/x.png)
"""
SAID = Curation(rating=1, tags=("MM Fusion", "TTS-LLaMA"), institution="Meta", note=NOTE, order=2)
FIRST = Curation(tags=(f"`{HOSTILE[:30]}",), institution=HOSTILE[:100], note=HOSTILE, order=1)


def members(made: Made, language: str) -> list[Member]:
    """As they stand in a feed: newest first."""
    return [
        make_member(NASTY, 4, FIRST, FOUL, language),
        make_member(OLD, 3),
        make_member(STEER, 2, SAID, made, language),
        make_member(GAP, 1),
    ]


ZH_MEMBERS, EN_MEMBERS = members(ZH, "zh"), members(EN, "en")
CARRIED = {"2510.13632": date(2025, 10, 14)}
CASES: dict[str, Callable[[], bytes]] = {
    "daily.zh.md": lambda: render_daily(make_day(ZH_MEMBERS, total=5, carried=CARRIED)),
    "daily.en.md": lambda: render_daily(make_day(EN_MEMBERS, ENGLISH, zone="America/New_York")),
    "daily.empty.md": lambda: render_daily(make_day([])),
    "table.zh.md": lambda: render_table(make_feed(ZH_MEMBERS)),
    "table.en.md": lambda: render_table(make_feed(EN_MEMBERS, ENGLISH)),
    "papers.zh.md": lambda: render_papers([make_feed(ZH_MEMBERS)]),
    "papers.en.md": lambda: render_papers([make_feed(EN_MEMBERS, ENGLISH), make_feed(ZH_MEMBERS, CHINESE)]),
    "roundup.zh.md": lambda: render_roundup(make_feed(ZH_MEMBERS), "Speech"),
    "roundup.en.md": lambda: render_roundup(make_feed(EN_MEMBERS, ENGLISH)),
    "references.bib": lambda: render_bibtex(make_feed(EN_MEMBERS, ENGLISH)),
    "references.ris": lambda: render_ris(make_feed(EN_MEMBERS, ENGLISH)),
    "table.csv": lambda: render_csv(make_feed(EN_MEMBERS, ENGLISH)),
}


@pytest.mark.parametrize("name", CASES)
def test_an_export_is_its_golden_file(name: str) -> None:
    path, made = HERE / name, CASES[name]()
    if os.environ.get("WIRE_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in HERE.iterdir() if path.suffix not in (".py", "")} == set(CASES)

"""From a listing to every page that people made by hand: a model writes in Chinese, an editor comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from feeds import curating
from tests.support.listings import Item
from tests.support.llm import StandIn, running_llm
from tests.support.rendering import read_table, render_gfm
from tests.support.wires import MORNING, Line

MakeLine = Callable[..., Line]
ONE, TWO = "2604.00001", "2604.00002"
TOPICS: list[dict[str, object]] = [
    {
        "slug": "speech",
        "title": "语音合成",
        "categories": ["cs.SD"],
        "section": "Speech",
        "summaries": {"kinds": ["tldr", "contributions", "reading", "translation"], "language": "zh"},
        "digest": {"at": "13:50", "zone": "Asia/Shanghai"},
    },
    {"slug": "voices", "title": "Voices", "categories": ["cs.SD"], "query": "voice*"},
]
ABSTRACT = (
    "Voices are hard to clone. Prior methods need hours of speech. We present a method that clones a voice from "
    "seconds. It wins on two benchmarks. Code is at https://github.com/example/voice_clone."
)
PARTS = ["研究背景与既有方法的问题", "论文核心方法如何解决上述问题", "在哪些任务上取得了怎样的效果"]


@pytest.fixture
def model() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


@pytest.fixture
def line(make_line: MakeLine, model: StandIn) -> Line:
    """Two papers were polled, written about and published; the day was cut."""
    made = make_line(
        TOPICS, WIRE_LLM_BASE_URL=model.url, WIRE_LLM_MODEL="stand-in", WIRE_LLM_DAILY_TOKENS="1000000"
    )
    made.announce(
        [
            Item(ONE, title="Cloning | voices", abstract=ABSTRACT, categories=("cs.SD", "eess.AS")),
            Item(TWO, title="Sounds of $\\alpha$", abstract=ABSTRACT.replace("voice", "sound")),
        ],
        "cs.SD",
    )
    made.poll("cs.SD")
    made.set_time(MORNING + timedelta(hours=1))
    made.work()
    return made


def get(line: Line, path: str) -> str:
    return line.get(f"/feeds/{path}").decode()


def test_every_page_is_made_of_what_was_written(line: Line, model: StandIn) -> None:
    assert model.asked
    day = get(line, "speech.md?layout=daily")
    assert day.splitlines()[2] == 'title: "arXiv Daily – 2026-04-17"'
    assert "- 时间窗口（锚点 13:50 CST）：2026-04-16 13:50 — 2026-04-17 13:50" in day
    assert re.findall(r"^\d\. \*\*(.+)\*\*$", day, re.MULTILINE) == PARTS * 2
    assert "（机器翻译）" in day
    assert all(re.search(r"[\u4e00-\u9fff]", fold.text_content()) for fold in render_gfm(day).iter("details"))
    assert day == get(line, "speech.md?layout=daily&day=2026-04-17")

    rows = read_table(get(line, "speech.md?layout=table"))[1:]
    assert [row[0].text_content() for row in rows] == [f"{TWO}v1", f"{ONE}v1"]
    assert all("贡献点" in row[2].text_content() and "总结" in row[2].text_content() for row in rows)

    page = get(line, "papers.md?topics=voices,speech")
    assert [heading.text_content() for heading in render_gfm(page).iter("h2")] == ["Voices", "语音合成"]
    assert page.count("[Code](https://github.com/example/voice_clone)") == 2


def test_an_editors_word_is_in_every_export_at_once(line: Line) -> None:
    before = {path: get(line, path) for path in ("speech.md", "speech.bib", "speech.md?layout=daily")}
    with line.runtime.store.write() as connection:
        now = line.clock.now()
        given = {"note": "很*好*。", "rating": 1, "tags": ["克隆"], "institution": "清华"}
        curating.curate(connection, "speech", ONE, given, editor="ada", now=now)
        curating.curate(connection, "speech", TWO, {"hidden": True}, editor="ada", now=now)
    assert f"### 202604 `克隆` 清华 ☆\n\n[Cloning \\| voices](https://arxiv.org/abs/{ONE})\n\n很*好*。\n" in get(
        line, "speech.md?layout=roundup"
    )
    for path, old in before.items():
        assert (TWO in old, TWO in get(line, path)) == (True, False)
    assert "keywords = {克隆}" in get(line, "speech.bib")
    assert "本页显示：1 篇" in get(line, "speech.md?layout=daily")


def test_a_new_version_changes_the_row_and_lifts_nothing(line: Line) -> None:
    line.set_time(MORNING + timedelta(days=3))
    line.announce(
        [Item(ONE, 2, "replace", title="Cloning better", abstract=ABSTRACT)],
        "cs.SD",
        MORNING.date() + timedelta(days=3),
    )
    line.poll("cs.SD")
    rows = read_table(get(line, "speech.md"))[1:]
    links = [row[0].find(".//a").get("href").rpartition("/")[2] for row in rows]
    assert links == [f"{TWO}v1", f"{ONE}v2"]
    assert [row[3].text_content() for row in rows] == ["2026-04-17", "2026-04-17"]

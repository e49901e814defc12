"""The layout ``table``: what PRODUCT.md, section 7, says it must have, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.combining import merge_feeds
from feeds.model.summaries import Kind
from feeds.render.layouts.table import render_table
from feeds.text import squeeze
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
    make_feed,
    make_member,
)
from tests.feeds.render.samples import SITE
from tests.support.rendering import read_table, tags_of

MEMBERS = [make_member(OLD, 3), make_member(STEER, 2, made=ZH), make_member(GAP, 1)]


def rows(*members: object, english: bool = False) -> list[str]:
    feed = make_feed(members or MEMBERS, ENGLISH if english else CHINESE)  # type: ignore[arg-type]
    return render_table(feed).decode().splitlines()


def test_the_head_is_always_the_same() -> None:
    assert rows()[:2] == rows(make_member(NASTY), english=True)[:2] == ["|Source|Title|Summary|", "|---|---|---|"]
    assert render_table(make_feed([])).decode() == "|Source|Title|Summary|\n|---|---|---|\n"


def test_a_row_has_id_with_version_linked_title_contributions_and_tldr() -> None:
    assert rows()[3] == (
        "|2510.13558v2|[Steer-MoE: Audio-Language Alignment with α-Experts](https://arxiv.org/abs/2510.13558v2)|"
        "**贡献点（机器生成）：**<br/>1. 提出 SteerMoE 框架。<br/>2. 设计动态路由。<br/>"
        "3. 在 LibriSpeech 上接近全微调。<br/><br/>"
        "**总结（机器生成）：**<br/>SteerMoE 以专家导向模块对齐音频与语言模型。|"
    )


def test_labels_are_in_the_topics_language() -> None:
    row = rows(make_member(STEER, made=EN, language="en"), english=True)[2]
    assert "**Contributions (by machine):**<br/>1. A framework.<br/>" in row
    assert "<br/><br/>**In short (by machine):**<br/>SteerMoE steers frozen encoders.|" in row


def test_the_newest_come_first_whatever_order_they_came_in() -> None:
    ids = ["hep-th/9901001v3", "2510.13558v2", "2510.13632v1"]
    for members in (MEMBERS, MEMBERS[::-1]):
        assert [row.split("|")[1] for row in rows(*members)[2:]] == ids


@pytest.mark.parametrize(
    ("paper", "made", "expected"),
    [
        (GAP, {}, "**摘要首句：**<br/>Speech-adapted LLMs lag behind."),
        (GAP, {Kind.TRANSLATION: "第一句。第二句。"}, "**摘要首句：**<br/>第一句。"),
        (replace(GAP, abstract=" "), {}, "**摘要首句：**<br/>ICASSP'2026"),
        (replace(GAP, abstract="", comment=None), {}, "**摘要首句：**<br/>Closing the Gap Between Text and Speech"),
        (GAP, {Kind.CONTRIBUTIONS: ["一。"]}, "**贡献点（机器生成）：**<br/>1. 一。|"),
    ],
)
def test_no_summary_is_blank(paper: object, made: object, expected: str) -> None:
    assert expected in rows(make_member(paper, made=made))[2]  # type: ignore[arg-type]


def test_a_withdrawn_paper_is_marked() -> None:
    assert "|**作者已撤回本文。**<br/><br/>" in rows()[2]


def test_no_title_has_the_spaces_of_a_line_break() -> None:
    assert "[Closing the Gap Between Text and Speech Understanding in LLMs](" in rows()[4]


def test_a_paper_of_two_topics_has_one_row() -> None:
    other = make_feed(MEMBERS, replace(CHINESE, slug="voices"))
    merged = merge_feeds([make_feed(MEMBERS), other], SITE, 10)
    assert len(render_table(merged).decode().splitlines()) == 2 + len(MEMBERS)


def test_no_pipe_or_markup_of_a_text_breaks_its_row() -> None:
    made = render_table(make_feed([make_member(NASTY, 5, made=FOUL), make_member(GAP)])).decode()
    (_, first, second) = read_table(made)
    assert [len(first), len(second)] == [3, 3]
    assert tags_of(first[2]) == {"strong", "br", "a"}
    assert {link.get("href") for link in first[2].iter("a")} == {"http://evil.example", "http://evil.example/p.png"}
    assert squeeze(HOSTILE[:12]) in first[2].text_content()
    assert "{{" not in made

"""The layout ``daily``: what PRODUCT.md, section 7, says it must have, and what it must not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
import yaml

from feeds.model.summaries import Kind
from feeds.render.layouts.daily import file_name, render_daily
from tests.feeds.render.layouts.samples import (
    CHINESE,
    EN,
    ENGLISH,
    FOUL,
    GAP,
    NASTY,
    OLD,
    STEER,
    ZH,
    Made,
    make_day,
    make_member,
)
from tests.support.rendering import render_gfm, tags_of

MEMBERS = [make_member(STEER, 2, made=ZH), make_member(GAP, 1)]
TITLES = ["研究背景与既有方法的问题", "论文核心方法如何解决上述问题", "在哪些任务上取得了怎样的效果"]


def page(*members: object, **fields: object) -> str:
    return render_daily(make_day(members or MEMBERS, **fields)).decode()  # type: ignore[arg-type]


def test_the_front_matter_is_jekylls() -> None:
    _, front, _ = page().split("---\n", 2)
    assert yaml.safe_load(front) == {
        "layout": "post",
        "title": "arXiv Daily – 2025-10-16",
        "tags": ["arxiv", "cs.SD", "eess.AS"],
    }
    assert front.splitlines()[1] == 'title: "arXiv Daily – 2025-10-16"'


def test_the_file_is_where_jekyll_wants_it() -> None:
    assert file_name(make_day([])) == "_posts/2025-10-16-arxiv.md"


def test_lead_window_and_count_are_told_in_the_windows_zone() -> None:
    assert page(total=3).split("\n\n")[1].splitlines() == [
        "以下为 2025-10-16（CST，北京时间）窗口内更新的论文中文译文（机器翻译）：",
        "- 时间窗口（锚点 08:50 CST）：2025-10-15 08:50 — 2025-10-16 08:50",
        "- 抓取总数：3 篇 | 本页显示：2 篇（去重/过滤后）",
    ]


def test_labels_are_in_the_topics_language() -> None:
    made = render_daily(make_day([make_member(STEER, made=EN, language="en")], ENGLISH, zone="UTC")).decode()
    assert made.split("\n\n")[1].splitlines() == [
        "Papers new in the window of 2025-10-16 (UTC):",
        "- Window (anchor 00:50 UTC): 2025-10-15 00:50 to 2025-10-16 00:50",
        "- Collected: 1 | Shown: 1 (each paper once, without hidden ones)",
    ]
    assert "<summary>Detailed reading</summary>" in made
    assert re.findall(r"^\d\. \*\*(.+)\*\*$", made, re.MULTILINE) == [
        "Background and problems",
        "Core method",
        "Tasks and results",
    ]


def test_a_paper_has_its_facts_in_order() -> None:
    assert page().split("\n## ")[1].split("\n\n")[0].splitlines() == [
        "Steer-MoE: Audio-Language Alignment with α-Experts",
        "- **Authors**: Ruitao Feng, Bixi Zhang, Maureen de Seyssel",
        "- **Categories**: cs.SD, cs.CL",
        "- **arXiv**: [https://arxiv.org/abs/2510.13558v2](https://arxiv.org/abs/2510.13558v2)",
        "- **PDF**: [https://arxiv.org/pdf/2510.13558v2](https://arxiv.org/pdf/2510.13558v2)",
    ]


def test_the_abstract_is_translated_or_the_authors() -> None:
    first, second = page().split("\n## ")[1:]
    assert first.split("\n\n")[1] == "音频编码器与语言模型的对齐成本高昂。我们提出 SteerMoE。"
    assert second.split("\n\n")[1].startswith("Speech-adapted LLMs lag behind.")


def test_every_paper_has_a_folded_reading_of_three_titled_parts() -> None:
    for paper in page().split("\n## ")[1:]:
        opening = '<details>\n<summary>详细解读</summary>\n\n<div markdown="1">\n\n'
        fold = paper.split(opening)[1].split("</div>")[0]
        assert re.findall(r"^\d\. \*\*(.+)\*\*$", fold, re.MULTILINE) == TITLES
        assert paper.split("</details>\n\n")[1].startswith("---")
    html = render_gfm(page())
    assert [len(fold.findall(".//ol/li")) for fold in html.iter("details")] == [3, 3]


def test_what_a_machine_wrote_is_marked() -> None:
    assert "*总结由机器（a-model）根据 v2 的摘要写成。*" in page()
    assert "*摘要原文的句子，按其在摘要中的位置归入以上标题。*" in page(make_member(GAP))
    assert "机器翻译" not in page(make_member(GAP))


def test_no_title_of_a_part_is_bare() -> None:
    assert not re.search(r"^\s*\d[.)]\s*$", page(make_member(OLD), *MEMBERS), re.MULTILINE)


@pytest.mark.parametrize("long", ["很长的一句话。" * 200, "A sentence too many. " * 200])
def test_no_part_is_over_its_limit(long: str) -> None:
    made: Made = {Kind.READING: {"background": long, "method": long, "results": long}}
    parts = re.findall(r"^   (\S.*)$", page(make_member(STEER, made=made)), re.MULTILINE)
    limits = (200, 600, 200) if long.startswith("很") else (100, 300, 100)
    size = len if long.startswith("很") else lambda text: len(text.split())
    assert all(0 < size(part) <= limit for part, limit in zip(parts, limits, strict=True))


def test_no_classes_are_among_the_categories() -> None:
    assert STEER.classes
    assert not set(STEER.classes) & set(re.split(r"[, \n]+", page()))


def test_no_link_is_http() -> None:
    assert "http://" not in page(make_member(OLD), *MEMBERS)


def test_what_was_carried_in_is_named_in_the_lead() -> None:
    lead = page(carried={"2510.13632": date(2025, 10, 13)}).split("\n\n")[1]
    assert lead.splitlines()[3] == (
        "- 补录（属于更早的窗口）：[2510.13632v1](https://arxiv.org/abs/2510.13632v1) (2025-10-13)"
    )


def test_a_withdrawn_paper_is_marked() -> None:
    assert "\n\n**作者已撤回本文。**\n\n" in page(make_member(OLD))


def test_an_empty_window_says_so() -> None:
    assert "本窗口内没有新论文。" in page(entries=(), total=0)


def test_a_thousand_authors_are_counted() -> None:
    crowd = replace(GAP, authors=GAP.authors * 500)
    assert "The ATLAS Collaboration 及另外 970 人" in page(make_member(crowd))


def test_a_hostile_paper_stays_in_its_place() -> None:
    made = page(make_member(NASTY, made=FOUL), *MEMBERS)
    html = render_gfm(made.split("---\n", 2)[2])
    assert [child.tag for child in html].count("details") == 3
    assert [heading.text_content()[:6] for heading in html.iter("h2")] == ["A | B ", "Steer-", "Closin"]
    assert tags_of(html) == {"p", "ul", "li", "strong", "em", "a", "h2", "hr", "details", "summary", "div", "ol"}
    assert not re.search(r"\{\{|\{%", made)


def test_the_topics_own_language_counts() -> None:
    assert make_day([], CHINESE).language == "zh"

"""Our pages beside those that people made by hand: the same layout, and none of the defects counted in them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from feeds.model.curation import Curation
from feeds.render.layouts.daily import render_daily
from feeds.render.layouts.papers import render_papers
from feeds.render.layouts.roundup import render_roundup
from feeds.render.layouts.table import render_table
from feeds.text import squeeze
from tests.feeds.render.layouts.samples import GAP, OLD, STEER, ZH, make_day, make_feed, make_member
from tests.support.recordings import SEEDS, seed

NOTE = "研究不同模态内部表示：\n\n- 跨模态表示在模型层收敛。\n\n> 结论值得商榷。"
SAID = Curation(rating=1, tags=("MM Fusion", "TTS-LLaMA"), institution="Meta", note=NOTE)
MEMBERS = [make_member(STEER, 2, SAID, ZH), make_member(GAP, 1, Curation(tags=("Ichigo",), note=NOTE))]
FEED = make_feed(MEMBERS)


def outline(page: str, *patterns: str) -> list[str]:
    """Which of the patterns each line follows, where it follows one; the same one after the other once."""
    found: list[str] = []
    for line in page.splitlines():
        kind = next((pattern for pattern in patterns if re.match(pattern, line)), None)
        if kind and found[-1:] != [kind]:
            found.append(kind)
    return found


def front_matter(page: str) -> dict[str, object]:
    read: dict[str, object] = yaml.safe_load(page.split("---\n", 2)[1])
    return read


class TestDaily:
    PAPER = (
        r"## \S", r"- \*\*Authors\*\*: \S", r"- \*\*Categories\*\*: \S", r"- \*\*arXiv\*\*: \[http",
        r"- \*\*PDF\*\*: \[http", r"<details>$", r"<summary>详细解读</summary>$", r'<div markdown="1">$',
        r"</div>$", r"</details>$", r"---$",
    )  # fmt: skip
    LEAD = (
        r"以下为 [-\d]{10}（CST，北京时间）窗口内更新的论文中文译文",
        r"- 时间窗口（锚点 08:50 CST）：[-\d]{10} 08:50 — [-\d]{10} 08:50$",
        r"- 抓取总数：\d+ 篇 \| 本页显示：\d+ 篇（去重/过滤后）$",
    )

    def test_it_is_laid_out_as_the_sample(self) -> None:
        sample, made = seed("daily_post_2025-10-16.md"), render_daily(make_day(MEMBERS)).decode()
        assert front_matter(made) == front_matter(sample)
        assert made.splitlines()[:5] == sample.splitlines()[:5]
        for page in (sample, made):
            body = page.split("---\n", 2)[2]
            assert outline(body, *self.LEAD) == list(self.LEAD)
            papers = re.split(r"^(?=## )", body, flags=re.MULTILINE)[1:]
            assert [outline(paper, *self.PAPER) for paper in papers] == [list(self.PAPER)] * len(papers)

    def test_none_of_its_defects_is_ours(self) -> None:
        sample = seed("daily_post_2025-10-16.md")
        made = render_daily(make_day([*MEMBERS, make_member(OLD)])).decode()
        for defect in (r"^\d\)\s*$", r"\]\(http://", r"^- \*\*Categories\*\*: .*\b[A-Z]\.\d"):
            assert re.search(defect, sample, re.MULTILINE)
            assert not re.search(defect, made, re.MULTILINE)


class TestTable:
    ROW = r"\|(?P<id>[\d.]+v\d+)\|\[.+?\]\(https?://arxiv\.org/abs/(?P=id)\)\|.*\|$"

    def test_it_is_laid_out_as_the_sample(self) -> None:
        sample, made = seed("summary_table_excerpt.md"), render_table(FEED).decode()
        assert made.splitlines()[:2] == sample.splitlines()[:2]
        for page in (sample, made):
            rows = [re.fullmatch(self.ROW, line) for line in page.splitlines()[2:]]
            assert rows
            assert all(rows)

    def test_none_of_its_defects_is_ours(self) -> None:
        sample, made = seed("summary_table_excerpt.md"), render_table(FEED).decode()
        sample_ids, ids = (re.findall(r"^\|([\d.]+)v", page, re.MULTILINE) for page in (sample, made))
        assert (len(set(sample_ids)) < len(sample_ids), len(set(ids))) == (True, len(ids))
        for defect in (r"\[[^\]]*  +[^\]]*\]\(", r"\]\(http://", r"\|\|$"):
            assert re.search(defect, sample, re.MULTILINE)
            assert not re.search(defect, made, re.MULTILINE)


class TestPapers:
    ROW = (
        r"\| \*\*\[.+\]\(https://arxiv\.org/abs/[\d.]+v\d+\)\*\* \| .*? ?\| "
        r"<details><summary>\S+</summary><p>.+</p></details> \| (?P<day>[-\d]{10}) \| .*\|$"
    )

    def test_it_is_laid_out_as_the_sample(self) -> None:
        sample, made = seed("daily_papers_excerpt.md"), render_papers([FEED]).decode()
        for page in (sample, made):
            assert page.splitlines()[0] == "# Daily Papers"
            assert re.fullmatch(r"Last update: [-\d]{10}", page.splitlines()[3])
            sections = re.split(r"^## .+\n", page, flags=re.MULTILINE)[1:]
            assert sections
            for section in sections:
                assert section.splitlines()[:2] == sample.splitlines()[6:8]
                lines = section.splitlines()[2:]
                rows = [re.fullmatch(self.ROW, line) for line in lines if line.startswith("|")]
                days = [row["day"] for row in rows if row]
                assert len(days) == len(rows)
                assert days == sorted(days, reverse=True)

    def test_none_of_its_defects_is_ours(self) -> None:
        no_link = re.compile(r"\)\*\* \|  \|.*github\.com")
        assert no_link.search(seed("daily_papers_excerpt.md"))
        assert not no_link.search(render_papers([FEED]).decode())


class TestRoundup:
    PAPER = (r"### \d{6} `[^`]+` \S[^☆]*( ☆)?$", r"\[.+\]\(https://arxiv\.org/abs/[\d.]+(v\d+)?\)$")

    def test_it_is_laid_out_as_the_sample(self) -> None:
        sample, made = seed("curated_roundup.md"), render_roundup(make_feed(MEMBERS[:1])).decode()
        assert list(front_matter(made)) == list(front_matter(sample))
        for page in (sample, made):
            lead, papers = page.split("---\n", 2)[2].split("<!--more-->")
            assert lead.strip().endswith("相关论文。")
            sections = re.split(r"^(?=### )", papers, flags=re.MULTILINE)[1:]
            assert [outline(section, *self.PAPER) for section in sections] == [list(self.PAPER)] * len(sections)

    def test_the_samples_own_commentary_comes_out_as_it_went_in(self) -> None:
        sections = re.split(r"^### .*\n\n\[.+\]\(.+\)\n", seed("curated_roundup.md"), flags=re.MULTILINE)[1:]
        assert len(sections) == 6
        for section in sections:
            made = render_roundup(make_feed([make_member(GAP, said=Curation(note=section))])).decode()
            assert to_html(section) in to_html(made)


def to_html(page: str) -> str:
    """Without differences that nobody sees."""
    return squeeze(MarkdownIt("commonmark").render(page))


def test_no_sample_is_left_out() -> None:
    seed("README.md")
    known = set(re.findall(r'seed\("([^"]+)"', Path(__file__).read_text(encoding="utf-8")))
    assert {path.name for path in SEEDS.iterdir()} == known

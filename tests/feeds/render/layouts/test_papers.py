"""The layout ``papers``: what PRODUCT.md, section 7, says it must have, and what it must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.model.entries import Member
from feeds.model.papers import Paper
from feeds.render.layouts.papers import render_papers
from tests.feeds.render.layouts.samples import (
    CHINESE,
    ENGLISH,
    FOUL,
    GAP,
    NASTY,
    OLD,
    STEER,
    ZH,
    make_feed,
    make_member,
)
from tests.support.rendering import read_table, render_gfm, tags_of

MEMBERS = [make_member(STEER, 2, made=ZH), make_member(GAP, 1)]
HEAD = "| **Title** | **Link** | **Abstract** | **Date** | **Comment** |"


def lines(*members: object) -> list[str]:
    return render_papers([make_feed(members or MEMBERS, ENGLISH)]).decode().splitlines()  # type: ignore[arg-type]


def cells(paper: Paper) -> list[str]:
    """A paper's cells as they are written."""
    return lines(make_member(paper))[8].removeprefix("| ").removesuffix(" |").split(" | ")


def updated(member: Member, after: timedelta) -> Member:
    """The same, changed so long after it joined."""
    membership = member.membership
    return replace(member, membership=replace(membership, updated_at=membership.updated_at + after, revision=9))


def test_title_lead_and_last_update_come_first() -> None:
    made = lines()
    assert made[0] == "# Daily Papers"
    assert all(made[1:3])
    assert made[3] == "Last update: 2026-04-19"
    assert made[4:8] == ["", "## Speech synthesis", HEAD, "| --- | --- | --- | --- | --- |"]


def test_last_update_is_the_contents_not_the_clocks() -> None:
    assert lines() == lines()
    later = updated(MEMBERS[0], timedelta(days=3))
    assert lines(later)[3] == "Last update: 2026-04-22"


def test_each_topic_has_a_section_in_its_language() -> None:
    made = render_papers([make_feed(MEMBERS, ENGLISH), make_feed(MEMBERS, CHINESE)]).decode()
    page = render_gfm(made)
    assert [heading.text_content() for heading in page.iter("h2")] == ["Speech synthesis", "语音合成"]
    assert made.count("<summary>Show</summary>") == made.count("<summary>展开</summary>") == 2
    assert "Last update: 2026-04-19" in render_papers([make_feed(MEMBERS, CHINESE)]).decode()


def test_a_row_has_title_link_abstract_date_and_comment() -> None:
    assert cells(replace(STEER, abstract="It is *so*.", title="T")) == [
        "**[T](https://arxiv.org/abs/2510.13558v2)**",
        "[Code](https://github.com/forfrt/Steer_MoE)",
        "<details><summary>Show</summary><p>It is \\*so\\*.</p></details>",
        "2026-04-18",
        "<details><summary>9 pages, 5 figu...</summary><p>9 pages, 5 figures, accepted to ICASSP 2026. Code: "
        "<https://github.com/forfrt/Steer_MoE></p></details>",
    ]


def test_a_short_comment_is_not_folded() -> None:
    assert cells(GAP)[4] == "ICASSP'2026"


def test_no_link_is_empty_where_code_is_known() -> None:
    assert cells(replace(GAP, comment="Code: github.com/a/b, github.com/c/d"))[1] == (
        "[Code](https://github.com/a/b)<br/>[Code](https://github.com/c/d)"
    )
    assert cells(GAP)[1] == ""


def test_a_new_version_does_not_lift_a_paper() -> None:
    old = make_member(replace(GAP, version=7), 1)
    newer = updated(old, timedelta(days=9))
    titles = [line.split("](")[1].split(")")[0] for line in lines(newer, MEMBERS[0])[8:10]]
    assert titles == ["https://arxiv.org/abs/2510.13558v2", "https://arxiv.org/abs/2510.13632v7"]
    assert "| 2026-04-18 |" in lines(newer)[8]


def test_only_what_is_in_the_topic_is_shown() -> None:
    assert [line.count("arxiv.org/abs/") for line in lines()[8:]] == [1, 1, 0, 0]


def test_a_withdrawn_paper_is_marked() -> None:
    assert "<p>Withdrawn by its authors.</p>" in cells(OLD)[4]


def test_a_hostile_paper_stays_in_its_row() -> None:
    made = render_papers([make_feed([make_member(NASTY, 5, made=FOUL), *MEMBERS])]).decode()
    rows = read_table(made)
    assert [len(row) for row in rows] == [5, 5, 5, 5]
    assert tags_of(rows[1][0]) == {"strong", "a"}
    assert tags_of(rows[1][2]) == {"details", "summary", "p", "a"}
    assert "{{" not in made

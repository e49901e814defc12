"""The layout ``roundup``: what PRODUCT.md, section 7, says it must have, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import yaml

from feeds.model.curation import Curation
from feeds.render.layouts.roundup import render_roundup
from tests.feeds.render.layouts.samples import (
    CHINESE,
    ENGLISH,
    GAP,
    HOSTILE,
    NASTY,
    OLD,
    STEER,
    make_feed,
    make_member,
)
from tests.support.rendering import render_gfm

SAID = Curation(rating=2, tags=("MM Fusion", "TTS"), institution="Meta", note="Good **work**.\n\n- one", order=2)
BRIEF = Curation(note="Brief.")


def page(*members: object, section: str = "", english: bool = False) -> str:
    feed = make_feed(members, ENGLISH if english else CHINESE)  # type: ignore[arg-type]
    return render_roundup(feed, section).decode()


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("### ")]


def test_the_front_matter_tells_title_date_category_and_tags() -> None:
    made = page(make_member(STEER, said=SAID), section="Speech")
    _, front, rest = made.split("---\n", 2)
    assert [line.split(":")[0] for line in front.splitlines()] == ["title", "date", "categories", "tags", "mathjax"]
    read = yaml.safe_load(front)
    assert (read["title"], read["categories"], read["tags"]) == ("语音合成", "Speech", ["MM Fusion", "TTS"])
    assert f"{read['date']:%Y-%m-%d %H:%M}" == "2026-04-18 05:10"
    assert rest.startswith("\n语音合成相关论文。\n\n<!--more-->\n\n### ")


def test_the_lead_is_the_topics_description() -> None:
    feed = replace(make_feed([]), subtitle="All | that *sounds*")
    assert "\n\nAll \\| that \\*sounds\\*\n\n<!--more-->" in render_roundup(feed).decode()
    assert "\n\nPapers on Speech synthesis.\n\n<!--more-->" in page(english=True)


def test_a_paper_has_month_tags_institution_stars_title_and_commentary() -> None:
    made = page(make_member(STEER, said=SAID))
    assert (
        "### 202510 `MM Fusion, TTS` Meta ☆☆\n\n"
        "[Steer-MoE: Audio-Language Alignment with α-Experts](https://arxiv.org/abs/2510.13558)\n\n"
        "Good **work**.\n\n- one\n\n"
    ) in made


def test_what_the_editor_did_not_say_leaves_no_trace() -> None:
    assert headings(page(make_member(STEER, said=BRIEF), make_member(OLD, said=BRIEF))) == [
        "### 202510",
        "### 199901",
    ]
    assert headings(page(make_member(STEER, said=replace(SAID, rating=0, tags=())))) == ["### 202510 Meta"]


def test_the_editors_order_counts_then_the_feeds() -> None:
    members = [
        make_member(OLD, 4, BRIEF),
        make_member(GAP, 3, replace(BRIEF, order=7, institution="b")),
        make_member(STEER, 2, replace(BRIEF, order=-1, institution="a")),
        make_member(NASTY, 1, replace(BRIEF, institution="c")),
    ]
    assert headings(page(*members)) == ["### 202510 a", "### 202510 b", "### 199901", "### 202510 c"]


def test_papers_without_commentary_are_not_in_it() -> None:
    members = [
        make_member(STEER),
        make_member(GAP, said=Curation(rating=3)),
        make_member(OLD, said=Curation(note=" ")),
    ]
    assert headings(page(*members)) == []


def test_hostile_words_of_an_editor_stay_what_they_are() -> None:
    said = Curation(tags=("`a` | {{ b }}", "[c]: d"), institution=HOSTILE, note=HOSTILE + "\n\n### 202001 fake")
    made = page(make_member(NASTY, said=said))
    html = render_gfm(made.split("---\n", 2)[2])
    shown = [child.tag for child in html if isinstance(child.tag, str)]  # <!--more--> is no element
    assert shown == ["p", "h3", "p", "p", "h4", "p"]
    assert not {"script", "details", "del"} & {str(child.tag) for child in html.iter()}
    assert "{{" not in made
    assert "{%" not in made
    assert yaml.safe_load(made.split("---\n", 2)[1])["tags"] == ["`a` | { { b }}", "[c]: d"]

"""An entry's HTML: complete, in order, and escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.model.curation import Curation
from feeds.model.entries import Entry, Likeness, Member, UpdateReason
from feeds.model.summaries import Data, Kind, Summary
from feeds.model.variants import Maths
from feeds.render.content import render_content
from tests.feeds.render.samples import MEMBERSHIP, PAPER, make_feed, make_member, make_tldr


def entry_of(member: Member) -> Entry:
    return make_feed(member).entries[0]


def paragraphs(member: Member) -> list[str]:
    """The texts of the paragraphs; markup that is not ours would not parse."""
    root = etree.fromstring(f"<div>{render_content(entry_of(member))}</div>")
    return ["".join(map(str, paragraph.itertext())) for paragraph in root]


def test_the_byline_comes_first_and_everything_has_its_place() -> None:
    assert paragraphs(make_member(replace(PAPER, comment="12 pages"))) == [
        "Ada One, Bob Two",
        "In short (by machine): We present splats.",
        "Abstract (by the authors): Trees are hard. We present splats for trees.",
        "Comment: 12 pages",
        "Abstract · PDF · HTML",
        "Summary picked by machine from the abstract of v1, in the authors' own words. "
        "Here because it matches splat*.",
    ]


def test_what_is_not_there_leaves_no_trace() -> None:
    bare = make_member(replace(PAPER, abstract="", authors=()), replace(MEMBERSHIP, matched=()), tldr=None)
    assert paragraphs(bare) == ["Abstract · PDF · HTML", "Here because it is in cs.CV."]


def test_a_paper_that_left_the_topics_categories_gets_no_empty_reason() -> None:
    gone = make_member(replace(PAPER, categories=("math.NA",)), replace(MEMBERSHIP, matched=()))
    assert paragraphs(gone)[-1] == "Summary picked by machine from the abstract of v1, in the authors' own words."


def test_a_withdrawn_paper_is_marked() -> None:
    assert paragraphs(make_member(replace(PAPER, withdrawn=True)))[1] == "Withdrawn by its authors."


@pytest.mark.parametrize("reason", UpdateReason)
def test_the_reason_of_an_update_is_told(reason: UpdateReason) -> None:
    at = datetime(2026, 4, 20, 23, 59, tzinfo=UTC)
    member = make_member(replace(PAPER, version=2), replace(MEMBERSHIP, updated_at=at, updated_reason=reason))
    assert paragraphs(member)[-1].endswith(f"Updated 2026-04-20: {reason} (v2).")


@pytest.mark.parametrize("field", ["title", "abstract", "comment", "author", "tldr", "matched", "category"])
def test_foreign_markup_is_escaped_wherever_it_comes_from(field: str) -> None:
    words = "</p><script src='//evil.example'>\"&lt;\" & <img onerror=x>"
    paper, membership, tldr = PAPER, MEMBERSHIP, "We present splats."
    if field == "author":
        paper = replace(paper, authors=(replace(paper.authors[0], name=words),))
    elif field == "category":
        paper = replace(paper, categories=(words,))
    elif field == "title":
        paper = replace(paper, title=words)
    elif field == "abstract":
        paper = replace(paper, abstract=words)
    elif field == "comment":
        paper = replace(paper, comment=words)
    elif field == "matched":
        membership = replace(membership, matched=(words,))
    else:
        tldr = words
    html = render_content(entry_of(make_member(paper, membership, tldr)))
    root = etree.fromstring(f"<div>{html}</div>")
    assert {element.tag for element in root.iter()} <= {"div", "p", "strong", "small", "a"}
    assert {name for element in root.iter() for name in element.attrib} <= {"href"}
    shown = "".join(map(str, root.itertext()))
    assert (words in shown) == (field not in ("title", "category"))  # those two stand outside of the content


def test_an_address_cannot_leave_its_attribute() -> None:
    entry = entry_of(make_member())
    link = replace(entry.links[0], href='https://example.org/"><b>')
    html = render_content(replace(entry, links=(link,)))
    anchors = list(etree.fromstring(f"<div>{html}</div>").iter("a"))
    assert [anchor.get("href") for anchor in anchors] == ['https://example.org/"><b>']


def curated(**said: object) -> Member:
    return replace(make_member(), curation=Curation(**said))  # type: ignore[arg-type]


def test_the_editor_speaks_right_after_the_byline() -> None:
    member = curated(
        note="Read *this*.", pinned=True, rating=2, institution="ETH & Co", tags=("a<b", "must read"), order=3
    )
    assert paragraphs(member)[:5] == [
        "Ada One, Bob Two",
        "Editor's note",
        "Read this.",
        "Pinned · ★★☆ · ETH & Co · Tags: a<b, must read",
        "In short (by machine): We present splats.",
    ]


def test_an_order_alone_is_not_told() -> None:
    assert paragraphs(curated(order=1)) == paragraphs(make_member())


def test_a_hostile_note_does_no_harm() -> None:
    html = render_content(entry_of(curated(note="<script>alert(1)</script>\n\n<img src=x onerror=y>")))
    root = etree.fromstring(f"<div>{html}</div>")
    assert {element.tag for element in root.iter()} <= {"div", "p", "strong", "small", "a"}


def test_an_added_paper_says_so() -> None:
    member = replace(curated(added_by="ada"), membership=replace(MEMBERSHIP, matched=()))
    assert "Here because an editor added it." in paragraphs(member)[-1]
    assert "ada" not in render_content(entry_of(member))


@pytest.mark.parametrize(
    ("likeness", "told"),
    [
        (Likeness(0.5, "2604.9", 'A <b>"tree"</b>', ("tree", "leaf")),
         'Placed here because it is like “A <b>"tree"</b>” (shared: tree, leaf).'),
        (Likeness(0.5, "2604.9", "Tree", ()), "Placed here because it is like “Tree”."),
        (Likeness(1.0, PAPER.arxiv_id, "Own", ()), "Placed here because an editor gave it stars."),
    ],
)  # fmt: skip
def test_where_likeness_places_an_entry_is_explained(likeness: Likeness, told: str) -> None:
    entry = replace(entry_of(make_member()), likeness=likeness)
    root = etree.fromstring(f"<div>{render_content(entry)}</div>")
    assert told in "".join(map(str, root.itertext()))


def made(kind: Kind, data: Data, summarizer: str = "llm") -> Summary:
    return replace(make_tldr("x"), kind=kind, data=data, summarizer=summarizer, model="some-model")


FULL = replace(
    make_member(
        replace(
            PAPER,
            version=2,
            revised_at=datetime(2026, 4, 20, tzinfo=UTC),
            comment="9 pages, https://github.com/example/splats",
        )
    ),
    summaries=(
        make_tldr("We present splats."),
        made(Kind.CONTRIBUTIONS, ["One.", "Two.", "Three."]),
        made(Kind.READING, {"background": "Was bad.", "method": "We mend it.", "results": "Is good."}),
        made(Kind.TRANSLATION, "树很难。"),
    ),
    curation=Curation(note="Read *this*.", rating=2, tags=("one", "two")),
)


def test_everything_at_once_stands_in_its_order() -> None:
    assert paragraphs(FULL) == [
        "Ada One, Bob Two",
        "Editor's note",
        "Read this.",
        "★★☆ · Tags: one, two",
        "Replaced: v2, 2026-04-20",
        "In short (by machine): We present splats.",
        "Contributions (by machine)",
        "One.Two.Three.",
        "Background and problems (by machine): Was bad.",
        "Core method (by machine): We mend it.",
        "Tasks and results (by machine): Is good.",
        "Abstract (translated by machine): 树很难。",
        "Abstract (by the authors): Trees are hard. We present splats for trees.",
        "Comment: 9 pages, https://github.com/example/splats",
        "Abstract · PDF · HTML · Code",
        "Summary picked by machine from the abstract of v2, in the authors' own words. "
        "Summary written by machine (some-model) from the abstract of v2. Here because it matches splat*.",
    ]


def test_a_chinese_feed_speaks_chinese() -> None:
    root = etree.fromstring(f"<div>{render_content(entry_of(FULL), 'zh')}</div>")
    assert ["".join(map(str, paragraph.itertext())) for paragraph in root] == [
        "Ada One, Bob Two",
        "编者按",
        "Read this.",
        "★★☆ · 标签：one、two",
        "已更新：v2，2026-04-20",
        "总结（机器生成）：We present splats.",
        "贡献点（机器生成）",
        "One.Two.Three.",
        "研究背景与既有方法的问题（机器生成）：Was bad.",
        "论文核心方法如何解决上述问题（机器生成）：We mend it.",
        "在哪些任务上取得了怎样的效果（机器生成）：Is good.",
        "摘要（机器翻译）：树很难。",
        "摘要（作者原文）：Trees are hard. We present splats for trees.",
        "备注：9 pages, https://github.com/example/splats",
        "摘要页 · PDF · HTML · 代码",
        "总结由机器从 v2 的摘要中摘出，为作者原话。"
        "总结由机器（some-model）根据 v2 的摘要写成。收录原因：匹配 splat*。",
    ]


@pytest.mark.parametrize(
    ("maths", "written"),
    [
        (Maths.UNICODE, "<i>x</i><sup>2</sup> &lt; <i>α</i>"),
        (Maths.MATHML, "<math xmlns="),
        (Maths.TEX, r"$x^2&lt;\alpha$"),
    ],
)
def test_formulas_are_written_as_they_are_wanted(maths: Maths, written: str) -> None:
    paper = replace(PAPER, abstract=r"For $x^2<\alpha$.", comment=r"$x^2<\alpha$")
    member = replace(make_member(paper), summaries=(make_tldr(r"So $x^2<\alpha$."), *FULL.summaries[1:]))
    html = render_content(entry_of(member), maths=maths)
    assert html.count(written) == 3
    assert etree.fromstring(f"<div>{html}</div>") is not None

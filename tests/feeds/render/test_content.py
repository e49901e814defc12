"""An entry's HTML: complete, in order, and escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.model.curation import Curation
from feeds.model.entries import Entry, Likeness, Member, UpdateReason
from feeds.render.content import render_content
from tests.feeds.render.samples import MEMBERSHIP, PAPER, make_feed, make_member


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

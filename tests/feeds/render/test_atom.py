"""Atom: valid, unharmed, the same bytes always, and understood by those who read it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import atoma
import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from reader import make_reader

from feeds.model.entries import Feed, UpdateReason
from feeds.model.papers import Author
from feeds.model.topics import Topic
from feeds.render.atom import render_atom
from feeds.text import clean, squeeze
from tests.feeds.render.samples import (
    JOINED,
    MEMBERSHIP,
    PAPER,
    PUBLISHED,
    make_feed,
    make_member,
    make_members,
)
from tests.support.recordings import ROOT, schema

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

NAUGHTY = {
    "a section's end": "a ]]> b ]]&gt; c",
    "a section's begin": "<![CDATA[ x",
    "markup": "R&D for List<int> & <script>alert(1)</script> <b>",
    "entities": "&amp; &#60; &nbsp; &quot; AT&T",
    "maths": r"If $i<j$ and $k>l$ then \(a \leq b\) \& more",
    "right to left": "\u202eevil\u202c \u200f\u05e9\u05dc\u05d5\u05dd\u200e \u2067x\u2069",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 \U0010fffd",
    "lone quotes": "' \" “ ‘ « ` ''",
    "strange spaces": "a\u00a0b\u2028c\u2029d\u3000e\ufefff",
    "a comment": "<!-- --> <?xml version='1.0'?> <!DOCTYPE x>",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334A\u0301",
}


def parse(feed: Feed) -> etree._Element:
    return etree.fromstring(render_atom(feed))


def text(parent: etree._Element, name: str) -> str:
    found = parent.findtext(ATOM + name)
    assert found is not None, f"there is no {name}"
    return found


def only_entry(feed: Feed) -> etree._Element:
    entries = parse(feed).findall(f"{ATOM}entry")
    assert len(entries) == 1
    return entries[0]


def make_naughty(words: str) -> Feed:
    """A feed that says something naughty wherever it can."""
    paper = replace(
        PAPER,
        title=words,
        abstract=words,
        authors=(Author(words), Author("Bob Two")),
        licence=f"https://example.org/{words}",
        comment=words,
        doi=words,
        journal_ref=words,
    )
    membership = replace(MEMBERSHIP, matched=(words,))
    topic = Topic("splats", words, ("cs.CV",), description=words)
    return make_feed(make_member(paper, membership, tldr=words), topic=topic)


def assert_valid(document: bytes) -> None:
    grammar = etree.RelaxNG(etree.parse(str(schema("atom.rng"))))
    assert grammar.validate(etree.fromstring(document)), grammar.error_log


# --- valid against RFC 4287


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_text_leaves_a_feed_valid(words: str) -> None:
    assert_valid(render_atom(make_naughty(words)))


@pytest.mark.parametrize("count", [0, 1, 150])
def test_a_feed_of_any_size_is_valid(count: int) -> None:
    assert_valid(render_atom(make_feed(*make_members(count))))


def test_a_feed_of_bare_papers_is_valid() -> None:
    bare = replace(PAPER, abstract="", authors=(), categories=(), licence=None)
    assert_valid(render_atom(make_feed(make_member(bare, replace(MEMBERSHIP, matched=()), tldr=None))))


def test_five_thousand_authors_leave_a_feed_valid_and_whole() -> None:
    names = [f"Author {number}" for number in range(5000)]
    feed = make_feed(make_member(replace(PAPER, authors=tuple(Author(name) for name in names))))
    assert_valid(render_atom(feed))
    assert [text(author, "name") for author in only_entry(feed).findall(f"{ATOM}author")] == names


def test_a_hundred_kilobytes_of_abstract_arrive() -> None:
    long = "Trees & splats are <hard>. " * 4000
    feed = make_feed(make_member(replace(PAPER, abstract=long)))
    assert_valid(render_atom(feed))
    html = etree.fromstring(f"<div>{text(only_entry(feed), 'content')}</div>")
    assert any(long in "".join(map(str, paragraph.itertext())) for paragraph in html)


# --- what goes in comes out


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_text_arrives_unharmed(words: str) -> None:
    root = parse(make_naughty(words))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert [text(root, "title"), text(root, "subtitle"), text(entry, "title"), text(entry, "summary")] == [
        words
    ] * 4
    assert [text(author, "name") for author in entry.findall(f"{ATOM}author")] == [words, "Bob Two"]
    assert [entry.findtext(f"{ARXIV}{name}") for name in ("comment", "doi", "journal_ref")] == [words] * 3


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.text(max_size=200).map(lambda words: squeeze(clean(words))).filter(bool))
def test_whatever_passed_the_border_arrives_unharmed(words: str) -> None:
    root = parse(make_naughty(words))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert (text(root, "title"), text(entry, "title"), text(entry, "summary")) == (words, words, words)


# --- elements and attributes


def test_the_namespace_is_the_default_one_and_the_encoding_is_declared() -> None:
    document = render_atom(make_feed(*make_members(2)))
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<feed ")
    assert re.findall(rb"<(\w+):", document) == []
    assert parse(make_feed()).tag == f"{ATOM}feed"


def test_a_feed_says_its_language() -> None:
    assert parse(make_feed()).get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_a_feed_links_to_itself_and_to_its_page() -> None:
    assert [dict(link.attrib) for link in parse(make_feed()).findall(f"{ATOM}link")] == [
        {"href": "https://wire.example.org/feeds/splats.atom", "rel": "self", "type": "application/atom+xml"},
        {"href": "https://wire.example.org/topics/splats", "rel": "alternate", "type": "text/html"},
    ]


def test_an_entry_links_with_rel_and_type_and_title() -> None:
    links = [dict(link.attrib) for link in only_entry(make_feed(make_member())).findall(f"{ATOM}link")]
    assert links == [
        {
            "href": "https://arxiv.org/abs/2604.00001",
            "rel": "alternate",
            "type": "text/html",
            "title": "Abstract",
        },
        {"href": "https://arxiv.org/pdf/2604.00001", "rel": "related", "type": "application/pdf", "title": "PDF"},
        {"href": "https://arxiv.org/html/2604.00001", "rel": "related", "type": "text/html", "title": "HTML"},
        {"href": "http://creativecommons.org/licenses/by/4.0/", "rel": "license", "type": "text/html"},
    ]


def test_categories_have_scheme_and_label() -> None:
    feed = make_feed(make_member(replace(PAPER, categories=("cs.CV", "cs.ZZ"))))
    assert [dict(category.attrib) for category in only_entry(feed).findall(f"{ATOM}category")] == [
        {
            "term": "cs.CV",
            "scheme": "http://arxiv.org/schemas/atom",
            "label": "Computer Vision and Pattern Recognition",
        },
        {"term": "cs.ZZ", "scheme": "http://arxiv.org/schemas/atom"},
    ]


def test_content_is_html_and_summary_is_text() -> None:
    entry = only_entry(make_feed(make_member()))
    content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
    assert content is not None
    assert summary is not None
    assert (content.get("type"), summary.get("type")) == ("html", "text")
    assert summary.text == "We present splats."


def test_an_entry_without_a_summary_has_none() -> None:
    entry = only_entry(make_feed(make_member(tldr=None)))
    assert entry.find(f"{ATOM}summary") is None
    assert text(entry, "content")


@pytest.mark.parametrize(
    "authors", [(), (Author(""),), (Author(" "), Author("\u3000"))], ids=["none", "empty", "blank"]
)
def test_no_entry_is_without_an_author(authors: tuple[Author, ...]) -> None:
    entry = only_entry(make_feed(make_member(replace(PAPER, authors=authors))))
    assert [text(author, "name") for author in entry.findall(f"{ATOM}author")] == ["arXiv"]


def test_dates_are_those_of_the_membership_and_of_the_publication() -> None:
    late = datetime(2026, 4, 20, 12, 30, tzinfo=UTC)
    revised = replace(MEMBERSHIP, updated_at=late, updated_reason=UpdateReason.NEW_VERSION)
    root = parse(make_feed(make_member(membership=revised)))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert datetime.fromisoformat(text(entry, "published")) == JOINED
    assert datetime.fromisoformat(text(entry, "updated")) == late
    assert datetime.fromisoformat(text(root, "updated")) == late
    assert datetime.fromisoformat(text(parse(make_feed(make_member())), "updated")) == PUBLISHED


def test_no_date_is_of_the_moment_of_rendering() -> None:
    dates = {
        date.text or ""
        for name in ("updated", "published")
        for date in parse(make_feed(*make_members(3))).iter(ATOM + name)
    }
    assert len(dates) == 4
    assert all(RFC_3339.fullmatch(date) and date.startswith("2026-04-17T05:1") for date in dates)


def test_elements_of_arxiv_stand_only_where_there_is_something_to_say() -> None:
    entry = only_entry(make_feed(make_member(replace(PAPER, doi="10.1000/182"))))
    assert [(element.tag, element.text) for element in entry if element.tag.startswith(ARXIV)] == [
        (f"{ARXIV}doi", "10.1000/182")
    ]


def test_entries_keep_the_order_of_the_feed() -> None:
    ids = [text(entry, "id") for entry in parse(make_feed(*make_members(12))).findall(f"{ATOM}entry")]
    assert ids == [f"oai:arXiv.org:2604.{number:05d}" for number in range(12, 0, -1)]


# --- bytes


def test_the_same_feed_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys; from feeds.render.atom import render_atom; from tests.feeds.render import test_atom as t;"
        "feeds = [t.make_feed(*t.make_members(5)), *map(t.make_naughty, t.NAUGHTY.values())];"
        "sys.stdout.buffer.write(b''.join(map(render_atom, feeds)))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-P", "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    feeds = [make_feed(*make_members(5)), *map(make_naughty, NAUGHTY.values())]
    assert made == {b"".join(map(render_atom, feeds))}


# --- readers


def test_feedparser_reads_a_feed() -> None:
    read = feedparser.parse(render_atom(make_feed(*make_members(30))))
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", 30)
    assert read.feed.title == "Splats"
    assert [author.name for author in read.entries[0].authors] == ["Ada One", "Bob Two"]
    assert read.entries[0].link == "https://arxiv.org/abs/2604.00030"
    assert read.entries[0].summary == "We present splats."


def test_atoma_reads_a_feed_with_every_author() -> None:
    names = [f"Author {number}" for number in range(40)]
    feed = make_feed(make_member(replace(PAPER, authors=tuple(Author(name) for name in names))))
    read = atoma.parse_atom_bytes(render_atom(feed))
    entry = read.entries[0]
    assert (read.id_, read.title.value) == (feed.id, "Splats")
    assert [author.name for author in entry.authors] == names
    assert (entry.id_, entry.published, entry.updated) == ("oai:arXiv.org:2604.00001", JOINED, JOINED)
    assert [category.label for category in entry.categories] == [
        "Computer Vision and Pattern Recognition",
        "Numerical Analysis",
    ]


def test_reader_takes_a_feed_once(tmp_path: Path) -> None:
    members = make_members(20)
    (tmp_path / "splats.atom").write_bytes(render_atom(make_feed(*members)))
    with make_reader(":memory:", feed_root=str(tmp_path)) as reader:
        reader.add_feed("splats.atom")
        first = reader.update_feed("splats.atom")
        assert first is not None
        assert (first.new, first.modified) == (20, 0)
        found = {entry.id: (entry.published, entry.updated) for entry in reader.get_entries()}
        joined_at = JOINED.replace(microsecond=0)  # its parser reads whole seconds
        assert found == {f"oai:arXiv.org:{member.paper.arxiv_id}": (joined_at, joined_at) for member in members}
        again = reader.update_feed("splats.atom")
        assert again is None or (again.new, again.modified) == (0, 0)


def test_reader_sees_a_new_version_as_a_change_and_not_as_news(tmp_path: Path) -> None:
    path = tmp_path / "splats.atom"
    path.write_bytes(render_atom(make_feed(make_member())))
    with make_reader(":memory:", feed_root=str(tmp_path)) as reader:
        reader.add_feed("splats.atom")
        reader.update_feed("splats.atom")
        late = datetime(2026, 4, 20, 12, 30, tzinfo=UTC)
        revised = replace(MEMBERSHIP, updated_at=late, updated_reason=UpdateReason.NEW_VERSION)
        path.write_bytes(render_atom(make_feed(make_member(replace(PAPER, version=2), revised))))
        update = reader.update_feed("splats.atom")
        assert update is not None
        assert (update.new, update.modified) == (0, 1)
        assert [entry.updated for entry in reader.get_entries()] == [late]

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
from lxml import etree
from reader import make_reader

from feeds.maths import to_plain
from feeds.model.channels import Channel, History, Tombstone
from feeds.model.entries import Feed, UpdateReason
from feeds.model.papers import Author, Paper
from feeds.render.atom import render_atom
from tests.feeds.render.samples import (
    JOINED,
    MEMBERSHIP,
    NAUGHTY,
    PAPER,
    PUBLISHED,
    SITE,
    channel_of,
    make_feed,
    make_member,
    make_members,
    make_naughty,
    words_that_passed_the_border,
)
from tests.support.recordings import ROOT, schema

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def write(feed: Feed) -> bytes:
    return render_atom(channel_of(feed))


def parse(feed: Feed) -> etree._Element:
    return etree.fromstring(write(feed))


def text(parent: etree._Element, name: str) -> str:
    found = parent.findtext(ATOM + name)
    assert found is not None, f"there is no {name}"
    return found


def only_entry(feed: Feed) -> etree._Element:
    entries = parse(feed).findall(f"{ATOM}entry")
    assert len(entries) == 1
    return entries[0]


def assert_valid(document: bytes) -> None:
    grammar = etree.RelaxNG(etree.parse(str(schema("atom.rng"))))
    assert grammar.validate(etree.fromstring(document)), grammar.error_log


# --- valid against RFC 4287


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_text_leaves_a_feed_valid(words: str) -> None:
    assert_valid(write(make_naughty(words)))


@pytest.mark.parametrize("count", [0, 1, 150])
def test_a_feed_of_any_size_is_valid(count: int) -> None:
    assert_valid(write(make_feed(*make_members(count))))


def test_a_feed_of_bare_papers_is_valid() -> None:
    bare = replace(PAPER, abstract="", authors=(), categories=(), licence=None)
    assert_valid(write(make_feed(make_member(bare, replace(MEMBERSHIP, matched=()), tldr=None))))


def test_five_thousand_authors_leave_a_feed_valid_and_whole() -> None:
    names = [f"Author {number}" for number in range(5000)]
    feed = make_feed(make_member(replace(PAPER, authors=tuple(Author(name) for name in names))))
    assert_valid(write(feed))
    assert [text(author, "name") for author in only_entry(feed).findall(f"{ATOM}author")] == names


def test_a_hundred_kilobytes_of_abstract_arrive() -> None:
    long = "Trees & splats are <hard>. " * 4000
    feed = make_feed(make_member(replace(PAPER, abstract=long)))
    assert_valid(write(feed))
    html = etree.fromstring(f"<div>{text(only_entry(feed), 'content')}</div>")
    assert any(long in "".join(map(str, paragraph.itertext())) for paragraph in html)


# --- what goes in comes out


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_text_arrives_unharmed(words: str) -> None:
    root = parse(make_naughty(words))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert [text(root, "title"), text(root, "subtitle")] == [words] * 2
    assert [text(entry, "title"), text(entry, "summary")] == [to_plain(words)] * 2
    assert [text(author, "name") for author in entry.findall(f"{ATOM}author")] == [words, "Bob Two"]
    assert [entry.findtext(f"{ARXIV}{name}") for name in ("comment", "doi", "journal_ref")] == [words] * 3


@settings(deadline=None, max_examples=60, derandomize=True)
@given(words_that_passed_the_border())
def test_whatever_passed_the_border_arrives_unharmed(words: str) -> None:
    root = parse(make_naughty(words))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    plain = to_plain(words).strip()
    assert (text(root, "title"), text(entry, "title")) == (words, plain or words)
    assert entry.findtext(f"{ATOM}summary", "") == plain


# --- elements and attributes


def test_the_namespace_is_the_default_one_and_the_encoding_is_declared() -> None:
    document = write(make_feed(*make_members(2)))
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<feed ")
    assert set(re.findall(rb"<(\w+):", document)) == {b"arxiv"}
    assert parse(make_feed()).tag == f"{ATOM}feed"


def test_a_feed_says_its_language() -> None:
    assert parse(make_feed()).get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def links_of(channel: Channel) -> list[dict[str, str]]:
    root = etree.fromstring(render_atom(channel))
    return [{str(k): str(v) for k, v in link.attrib.items()} for link in root.findall(f"{ATOM}link")]


def test_a_feed_links_to_itself_its_page_and_its_hub() -> None:
    assert links_of(channel_of(make_feed())) == [
        {"href": "https://wire.example.org/feeds/splats.atom", "rel": "self", "type": "application/atom+xml"},
        {"href": "https://wire.example.org/topics/splats", "rel": "alternate", "type": "text/html"},
        {"href": "https://wire.example.org/feeds/splats.rss", "rel": "related", "type": "application/rss+xml"},
        {"href": "https://wire.example.org/feeds/splats.json", "rel": "related", "type": "application/feed+json"},
        {"href": "https://wire.example.org/hub", "rel": "hub"},
    ]


def test_a_feed_has_pictures() -> None:
    root = parse(make_feed())
    assert (text(root, "icon"), text(root, "logo")) == (SITE.icon_url, SITE.logo_url)


def test_a_subscription_document_links_to_its_newest_archive_and_is_none() -> None:
    channel = replace(channel_of(make_feed(*make_members(2))), history=History("https://wire.example.org/a/2.atom"))
    assert_valid(render_atom(channel))
    assert links_of(channel)[5:] == [
        {"href": "https://wire.example.org/a/2.atom", "rel": "prev-archive", "type": "application/atom+xml"}
    ]
    assert etree.fromstring(render_atom(channel)).find(f"{HISTORY}archive") is None


def test_an_archive_document_says_so_and_links_to_both_sides() -> None:
    archive = History("https://wire.example.org/1", "https://wire.example.org/3", "https://wire.example.org/now")
    channel = replace(channel_of(make_feed(*make_members(2))), history=archive)
    assert_valid(render_atom(channel))
    assert {link["rel"]: link["href"] for link in links_of(channel)[5:]} == {
        "current": "https://wire.example.org/now",
        "prev-archive": "https://wire.example.org/1",
        "next-archive": "https://wire.example.org/3",
    }
    assert etree.fromstring(render_atom(channel)).find(f"{HISTORY}archive") is not None


def test_what_left_has_a_tombstone() -> None:
    gone = Tombstone("oai:arXiv.org:2604.00009", JOINED)
    channel = replace(channel_of(make_feed(*make_members(2))), tombstones=(gone,))
    assert_valid(render_atom(channel))
    found = etree.fromstring(render_atom(channel)).findall(f"{TOMBSTONES}deleted-entry")
    assert [dict(one.attrib) for one in found] == [{"ref": gone.id, "when": JOINED.isoformat()}]


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
    assert len(dates) == 5
    assert all(RFC_3339.fullmatch(date) and date.startswith("2026-04-17T0") for date in dates)


def test_an_entry_names_arxivs_listing_as_its_source() -> None:
    source = only_entry(make_feed(make_member(replace(PAPER, categories=("math.NA", "cs.LG"))))).find(
        f"{ATOM}source"
    )
    assert source is not None
    assert [text(source, name) for name in ("id", "title", "updated")] == [
        "http://rss.arxiv.org/atom/cs.LG",
        "cs.LG updates on arXiv.org",
        "2026-04-17T04:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("licence", "rights"),
    [
        (
            "http://creativecommons.org/licenses/by-nc-sa/4.0/",
            "CC BY-NC-SA 4.0 (http://creativecommons.org/licenses/by-nc-sa/4.0/)",
        ),
        (
            "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            "arXiv non-exclusive 1.0 (http://arxiv.org/licenses/nonexclusive-distrib/1.0/)",
        ),
        (
            "http://creativecommons.org/publicdomain/zero/1.0/",
            "CC0 1.0 (http://creativecommons.org/publicdomain/zero/1.0/)",
        ),
        ("https://example.org/own", "https://example.org/own"),
        (None, None),
    ],
)
def test_an_entry_bears_its_licence(licence: str | None, rights: str | None) -> None:
    entry = only_entry(make_feed(make_member(replace(PAPER, licence=licence))))
    assert entry.findtext(f"{ATOM}rights") == rights


def foreign(paper: Paper) -> list[tuple[str, str | None]]:
    entry = only_entry(make_feed(make_member(paper)))
    return [(element.tag, element.text) for element in entry if element.tag.startswith((ARXIV, DUBLIN_CORE))]


def test_elements_of_arxiv_stand_only_where_there_is_something_to_say() -> None:
    assert foreign(replace(PAPER, categories=())) == [(f"{ARXIV}announce_type", "new")]
    assert foreign(replace(PAPER, doi="10.1000/182", comment="9 pages", journal_ref="J. 1")) == [
        (f"{ARXIV}primary_category", None),
        (f"{ARXIV}announce_type", "new"),
        (f"{ARXIV}comment", "9 pages"),
        (f"{ARXIV}journal_ref", "J. 1"),
        (f"{ARXIV}doi", "10.1000/182"),
        (f"{DUBLIN_CORE}identifier", "doi:10.1000/182"),
    ]


def test_entries_keep_the_order_of_the_feed() -> None:
    ids = [text(entry, "id") for entry in parse(make_feed(*make_members(12))).findall(f"{ATOM}entry")]
    assert ids == [f"oai:arXiv.org:2604.{number:05d}" for number in range(12, 0, -1)]


# --- bytes


def test_the_same_feed_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys; from tests.feeds.render import test_atom as t;"
        "feeds = [t.make_feed(*t.make_members(5)), *map(t.make_naughty, t.NAUGHTY.values())];"
        "sys.stdout.buffer.write(b''.join(map(t.write, feeds)))"
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
    assert made == {b"".join(map(write, feeds))}


# --- readers


def test_feedparser_reads_a_feed() -> None:
    read = feedparser.parse(write(make_feed(*make_members(30))))
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", 30)
    assert read.feed.title == "Splats"
    assert [author.name for author in read.entries[0].authors] == ["Ada One", "Bob Two"]
    assert read.entries[0].link == "https://arxiv.org/abs/2604.00030"
    assert read.entries[0].summary == "We present splats."


def test_atoma_reads_a_feed_with_every_author() -> None:
    names = [f"Author {number}" for number in range(40)]
    feed = make_feed(make_member(replace(PAPER, authors=tuple(Author(name) for name in names))))
    read = atoma.parse_atom_bytes(write(feed))
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
    (tmp_path / "splats.atom").write_bytes(write(make_feed(*members)))
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
    path.write_bytes(write(make_feed(make_member())))
    with make_reader(":memory:", feed_root=str(tmp_path)) as reader:
        reader.add_feed("splats.atom")
        reader.update_feed("splats.atom")
        late = datetime(2026, 4, 20, 12, 30, tzinfo=UTC)
        revised = replace(MEMBERSHIP, updated_at=late, updated_reason=UpdateReason.NEW_VERSION)
        path.write_bytes(write(make_feed(make_member(replace(PAPER, version=2), revised))))
        update = reader.update_feed("splats.atom")
        assert update is not None
        assert (update.new, update.modified) == (0, 1)
        assert [entry.updated for entry in reader.get_entries()] == [late]

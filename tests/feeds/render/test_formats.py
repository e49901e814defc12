"""All formats: valid whatever is in a feed, equal in what they say, the same bytes always."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from lxml import etree

from feeds.model.channels import EXTENSIONS
from feeds.model.curation import Curation
from feeds.model.entries import Feed, UpdateReason
from feeds.model.papers import Author
from feeds.model.variants import PLAIN, Byline, Maths, Variant
from feeds.render.formats import FORMATS
from tests.feeds.render.samples import (
    MEMBERSHIP,
    NAUGHTY,
    PAPER,
    channel_of,
    make_feed,
    make_member,
    make_members,
    make_naughty,
    words_that_passed_the_border,
)
from tests.support.formats import CHECKS
from tests.support.recordings import ROOT

ATOM = "{http://www.w3.org/2005/Atom}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
LATE = datetime(2026, 4, 20, 12, 30, tzinfo=UTC)

every_format = pytest.mark.parametrize("extension", FORMATS)


@dataclass(frozen=True)
class Told:
    """What a format tells of an entry."""

    id: str | None
    title: str | None
    url: str | None
    authors: list[str | None]
    summary: str | None
    content: str | None
    tags: list[str | None]
    published_at: datetime  #: whole seconds
    updated_at: datetime


def write(feed: Feed, extension: str, variant: Variant = PLAIN) -> bytes:
    body = FORMATS[extension].render(channel_of(feed, variant))
    CHECKS[extension](body)
    return body


def read(body: bytes, extension: str) -> list[Told]:
    return {"atom": read_atom, "rss": read_rss, "json": read_json}[extension](body)


def read_atom(body: bytes) -> list[Told]:
    return [
        Told(
            entry.findtext(f"{ATOM}id"),
            entry.findtext(f"{ATOM}title"),
            next((link.get("href") for link in entry.iter(f"{ATOM}link") if link.get("rel") == "alternate"), None),
            [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")],
            entry.findtext(f"{ATOM}summary"),
            entry.findtext(f"{ATOM}content"),
            [category.get("term") for category in entry.findall(f"{ATOM}category")],
            whole(entry.findtext(f"{ATOM}published")),
            whole(entry.findtext(f"{ATOM}updated")),
        )
        for entry in etree.fromstring(body).findall(f"{ATOM}entry")
    ]


def read_rss(body: bytes) -> list[Told]:
    return [
        Told(
            item.findtext("guid"),
            item.findtext("title"),
            item.findtext("link"),
            [name.text for name in item.findall(f"{DUBLIN_CORE}creator")],
            unescape(item.findtext("description")),
            item.findtext(f"{CONTENT}encoded"),
            [category.text for category in item.findall("category")],
            parsedate_to_datetime(item.findtext("pubDate", "")),
            whole(item.findtext(f"{ATOM}updated")),
        )
        for item in etree.fromstring(body).findall("channel/item")
    ]


def unescape(html: str | None) -> str | None:
    """A description is HTML; ours has no elements."""
    return None if html is None else "".join(map(str, etree.fromstring(f"<p>{html}</p>").itertext()))


def read_json(body: bytes) -> list[Told]:
    return [
        Told(
            item["id"],
            item["title"],
            item["url"],
            [author["name"] for author in item["authors"]],
            item.get("summary"),
            item["content_html"],
            item["tags"],
            whole(item["date_published"]),
            whole(item["date_modified"]),
        )
        for item in json.loads(body)["items"]
    ]


def whole(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "").replace(microsecond=0)


def test_every_format_that_channels_name_is_there() -> None:
    assert tuple(FORMATS) == EXTENSIONS == tuple(CHECKS)


@every_format
@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_text_leaves_a_feed_valid(words: str, extension: str) -> None:
    assert len(read(write(make_naughty(words), extension), extension)) == 1


@settings(deadline=None, max_examples=60, derandomize=True)
@given(words_that_passed_the_border())
def test_whatever_passed_the_border_is_told_alike_by_all_formats(words: str) -> None:
    feed = make_naughty(words)
    told = [read(write(feed, extension), extension) for extension in FORMATS]
    assert told[0] == told[1] == told[2]


@every_format
@pytest.mark.parametrize("count", [0, 1, 150])
def test_a_feed_of_any_size_is_valid_and_whole(count: int, extension: str) -> None:
    told = read(write(make_feed(*make_members(count)), extension), extension)
    assert [one.id for one in told] == [f"oai:arXiv.org:2604.{number:05d}" for number in range(count, 0, -1)]


@every_format
def test_a_feed_of_bare_papers_is_valid(extension: str) -> None:
    bare = replace(PAPER, abstract="", authors=(), categories=(), licence=None)
    told = read(
        write(make_feed(make_member(bare, replace(MEMBERSHIP, matched=()), tldr=None)), extension), extension
    )
    assert (told[0].authors, told[0].summary, told[0].tags) == (["arXiv"], None, [])


def make_full() -> Feed:
    """A feed of entries that have everything."""
    paper = replace(
        PAPER,
        version=2,
        comment="Code at https://github.com/example/splats",
        doi="10.1000/182",
        journal_ref="J. 1",
        revised_at=LATE,
    )
    revised = replace(MEMBERSHIP, updated_at=LATE, updated_reason=UpdateReason.NEW_VERSION)
    said = Curation(pinned=True, rating=2, tags=("must read", "cs.CV"), note="Read *this*.")
    return make_feed(replace(make_member(paper, revised), curation=said), *make_members(3)[:1])


def test_all_formats_tell_the_same_of_an_entry() -> None:
    told = [read(write(make_full(), extension), extension) for extension in FORMATS]
    assert told[0][0].authors == ["Ada One", "Bob Two"]
    assert told[0][0].updated_at == LATE > told[0][0].published_at
    unique = [replace(one, tags=list(dict.fromkeys(one.tags))) for one in told[0]]
    assert told[0] == told[1]
    assert unique == told[2]


@every_format
def test_five_thousand_authors_leave_a_feed_valid_and_readable(extension: str) -> None:
    names = [f"Author {number}" for number in range(5000)]
    feed = make_feed(make_member(replace(PAPER, authors=tuple(Author(name) for name in names))))
    told = read(write(feed, extension), extension)[0]
    assert told.authors == names
    byline = (told.content or "").splitlines()[0]
    assert byline.startswith("<p>Author 0, Author 1, ")
    assert byline.endswith(" and 4,970 others</p>")


@every_format
def test_a_hundred_kilobytes_of_abstract_arrive(extension: str) -> None:
    long = "Trees & splats are <hard>. " * 4000
    feed = make_feed(make_member(replace(PAPER, abstract=long)))
    html = etree.fromstring(f"<div>{read(write(feed, extension), extension)[0].content}</div>")
    assert any(long in "".join(map(str, paragraph.itertext())) for paragraph in html)


@every_format
def test_joined_authors_are_one(extension: str) -> None:
    joined = Variant(authors=Byline.JOINED)
    assert read(write(make_full(), extension, joined), extension)[0].authors == ["Ada One, Bob Two"]
    nobody = make_feed(make_member(replace(PAPER, authors=())))
    assert read(write(nobody, extension, joined), extension)[0].authors == ["arXiv"]


@every_format
@pytest.mark.parametrize("maths", Maths)
def test_a_feed_with_formulas_is_valid_however_they_are_written(extension: str, maths: Maths) -> None:
    paper = replace(
        PAPER, title=r"Is $x^2 < \alpha$?", abstract=r"For $i<j$ & $k>l$ it holds that $$\frac{a}{b}$$."
    )
    told = read(write(make_feed(make_member(paper)), extension, Variant(maths=maths)), extension)[0]
    assert etree.fromstring(f"<div>{told.content}</div>") is not None


@every_format
def test_a_feed_in_chinese_says_so_in_chinese(extension: str) -> None:
    feed = replace(make_full(), language="zh")
    body = write(feed, extension)
    told = read(body, extension)[0]
    assert "编者按" in (told.content or "")
    assert "摘要" in (told.content or "")
    assert b"zh" in body


def test_the_same_feed_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys; from tests.feeds.render import test_formats as t;"
        "feeds = [t.make_full(), *map(t.make_naughty, t.NAUGHTY.values())];"
        "made = [t.write(feed, extension) for feed in feeds for extension in t.FORMATS];"
        "sys.stdout.buffer.write(b''.join(made))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-P", "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("0", "4711")
    }
    feeds = [make_full(), *map(make_naughty, NAUGHTY.values())]
    assert made == {b"".join(write(feed, extension) for feed in feeds for extension in FORMATS)}

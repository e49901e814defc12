"""RSS: what it has of its own, and what common readers make of it."""

from __future__ import annotations

from dataclasses import replace

import feedparser
import pytest
from lxml import etree

from feeds import __version__
from feeds.model.entries import Feed
from feeds.render.rss import render_rss
from tests.feeds.render.samples import (
    MEMBERSHIP,
    NAUGHTY,
    PAPER,
    SITE,
    channel_of,
    make_feed,
    make_member,
    make_members,
    make_naughty,
)
from tests.support.formats import check_rss

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def write(feed: Feed) -> bytes:
    return render_rss(channel_of(feed))


def channel(feed: Feed) -> etree._Element:
    return etree.fromstring(write(feed))[0]


def test_a_channel_tells_what_the_feed_is() -> None:
    told = channel(make_feed(*make_members(2)))
    assert {child.tag: child.text for child in told if child.tag not in ("item", "image", f"{ATOM}link")} == {
        "title": "Splats",
        "link": "https://wire.example.org/topics/splats",
        "description": "All about splats",
        "language": "en",
        "copyright": make_feed().rights,
        "lastBuildDate": "Fri, 17 Apr 2026 05:11:00 GMT",
        "generator": f"Preprint Wire {__version__}",
        "docs": "https://www.rssboard.org/rss-specification",
    }
    assert [dict(link.attrib) for link in told.findall(f"{ATOM}link")] == [
        {"href": "https://wire.example.org/feeds/splats.rss", "rel": "self", "type": "application/rss+xml"},
        {"href": "https://wire.example.org/hub", "rel": "hub"},
    ]
    assert told.findtext("image/url") == SITE.icon_url


def test_an_item_says_where_it_comes_from_and_when_it_changed() -> None:
    item = channel(make_feed(make_member(replace(PAPER, doi="10.1000/182")))).find("item")
    assert item is not None
    source = item.find("source")
    assert source is not None
    assert (source.get("url"), source.text) == ("https://rss.arxiv.org/atom/cs.CV", "cs.CV updates on arXiv.org")
    assert item.findtext("pubDate") == "Fri, 17 Apr 2026 05:10:00 GMT"
    assert item.findtext(f"{ATOM}updated") == "2026-04-17T05:10:00.001000+00:00"
    assert item.findtext(f"{DUBLIN_CORE}identifier") == "doi:10.1000/182"
    assert (item.findtext(f"{DUBLIN_CORE}rights") or "").startswith("CC BY 4.0 (")


def test_an_item_without_a_summary_has_no_description() -> None:
    item = channel(make_feed(make_member(tldr=None))).find("item")
    assert item is not None
    assert item.find("description") is None
    assert item.findtext(f"{CONTENT}encoded")


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_feedparser_reads_the_very_words(words: str) -> None:
    read = feedparser.parse(write(make_naughty(words)), sanitize_html=False, resolve_relative_uris=False)
    assert (read.bozo, read.version, len(read.entries)) == (False, "rss20", 1)
    entry = read.entries[0]
    assert entry.title == make_naughty(words).entries[0].title
    assert entry.guidislink is False
    assert entry.id == "oai:arXiv.org:2604.00001"


def test_the_check_can_fail() -> None:
    good = write(make_feed(*make_members(2)))
    check_rss(good)
    for found, put in (
        (b'isPermaLink="false"', b'isPermaLink="true"'),
        (b" GMT</pubDate>", b" +0000</pubDate>"),
        (b"Fri, 17 Apr", b"Thu, 17 Apr"),
        (b"2604.00002</guid>", b"2604.00001</guid>"),
        (b"<docs>", b"<docs>x</docs><docs>"),
        (b"content:encoded>", b"contents>"),
        (b"<width>144<", b"<width>512<"),
    ):
        assert found in good
        with pytest.raises((AssertionError, etree.XMLSyntaxError)):
            check_rss(good.replace(found, put))


def test_a_member_without_reasons_is_an_item_too() -> None:
    check_rss(write(make_feed(make_member(membership=replace(MEMBERSHIP, matched=())))))

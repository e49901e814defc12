"""The subscription list: every topic in its section, as readers and a parser of such lists see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import listparser
import pytest
from lxml import etree

from feeds.model.topics import Topic
from feeds.render.opml import render_opml
from tests.feeds.render.samples import NAUGHTY, SITE, TOPIC

TREES = Topic("trees", "Trees", ("cs.LG",), section="Nature", language="zh")
AT = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)


def test_an_outline_says_all_that_the_specification_knows_but_the_version() -> None:
    root = etree.fromstring(render_opml([TOPIC, TREES], SITE, AT))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/dateModified") == "Fri, 17 Apr 2026 05:10:00 GMT"
    assert [dict(outline.attrib) for outline in root.findall("body/outline")] == [
        {
            "text": "Splats",
            "title": "Splats",
            "type": "rss",
            "xmlUrl": "https://wire.example.org/feeds/splats.atom",
            "htmlUrl": "https://wire.example.org/topics/splats",
            "description": "All about splats",
            "language": "en",
        },
        {"text": "Nature", "title": "Nature"},
    ]


def test_listparser_finds_every_topic_in_its_section() -> None:
    read = listparser.parse(render_opml([TOPIC, TREES], SITE, AT))
    assert not read.bozo
    assert read.meta.title == "Preprint Wire"
    assert [(feed.url, feed.title, feed.get("categories", [])) for feed in read.feeds] == [
        ("https://wire.example.org/feeds/splats.atom", "Splats", []),
        ("https://wire.example.org/feeds/trees.atom", "Trees", [["Nature"]]),
    ]


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_naughty_words_leave_the_list_readable(words: str) -> None:
    topics = [replace(TREES, title=words, description=words, section=words)]
    read = listparser.parse(render_opml(topics, SITE, AT))
    assert (bool(read.bozo), len(read.feeds)) == (False, 1)


def test_a_wire_without_topics_has_an_empty_list() -> None:
    read = listparser.parse(render_opml([], SITE, AT))
    assert (bool(read.bozo), len(read.feeds)) == (False, 0)

"""JSON Feed: what it has of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from feeds.model.channels import Channel
from feeds.model.curation import Curation
from feeds.render.jsonfeed import render_json
from tests.feeds.render.samples import PAPER, SITE, channel_of, make_feed, make_member, make_members
from tests.support.formats import check_json


def load(channel: Channel) -> dict[str, Any]:
    feed: dict[str, Any] = json.loads(render_json(channel))
    return feed


def test_a_feed_tells_what_it_is() -> None:
    feed = load(channel_of(make_feed()))
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Splats",
        "home_page_url": "https://wire.example.org/topics/splats",
        "feed_url": "https://wire.example.org/feeds/splats.json",
        "description": "All about splats",
        "icon": SITE.icon_url,
        "favicon": SITE.icon_url,
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://wire.example.org/hub"}],
        "items": [],
    }


def test_the_extension_tells_what_is_known_of_the_paper() -> None:
    paper = replace(
        PAPER,
        version=2,
        comment="9 pages, https://github.com/example/splats",
        doi="10.1000/182",
        journal_ref="J. 1",
        withdrawn=True,
    )
    item = load(channel_of(make_feed(make_member(paper))))["items"][0]
    about = item["_arxiv"].pop("about")
    assert about.startswith("https://")
    assert item["_arxiv"] == {
        "id": "2604.00001",
        "version": 2,
        "primary_category": "cs.CV",
        "categories": ["cs.CV", "math.NA"],
        "announce_type": "new",
        "doi": "10.1000/182",
        "journal_ref": "J. 1",
        "comment": "9 pages, https://github.com/example/splats",
        "licence": "http://creativecommons.org/licenses/by/4.0/",
        "pdf": "https://arxiv.org/pdf/2604.00001",
        "html": "https://arxiv.org/html/2604.00001",
        "code": ["https://github.com/example/splats"],
        "withdrawn": True,
    }


def test_what_is_not_known_is_left_out() -> None:
    feed = make_feed(make_member(replace(PAPER, licence=None), tldr=None))
    item = load(channel_of(feed))["items"][0]
    assert "summary" not in item
    assert {"doi", "journal_ref", "comment", "licence"}.isdisjoint(item["_arxiv"])
    assert b"null" not in render_json(channel_of(feed))


def test_tags_are_unique_and_the_old_author_is_the_first() -> None:
    member = replace(make_member(), curation=Curation(tags=("cs.CV", "must read")))
    item = load(channel_of(make_feed(member)))["items"][0]
    assert item["tags"] == ["cs.CV", "math.NA", "must read"]
    assert item["author"] == item["authors"][0] == {"name": "Ada One"}


def test_an_item_that_is_about_no_paper_has_no_extension() -> None:
    channel = channel_of(make_feed(make_member()))
    item = load(replace(channel, items=(replace(channel.items[0], paper=None),)))["items"][0]
    assert "_arxiv" not in item


def twice(feed: dict[str, Any]) -> None:
    feed["items"] *= 2


@pytest.mark.parametrize(
    "harm",
    [
        lambda feed: feed.pop("feed_url"),
        lambda feed: feed.update(next_url=None),
        lambda feed: feed.update(made_up=1),
        lambda feed: feed["items"][0].update(id=1),
        lambda feed: feed["items"][0].update(date_published="2026-04-17"),
        lambda feed: feed["items"][0].update(tags=["a", "a"]),
        lambda feed: feed["items"][0].update(authors=[{}]),
        lambda feed: feed["items"][0].pop("content_html"),
        twice,
    ],
)
def test_the_check_can_fail(harm: Callable[[dict[str, Any]], object]) -> None:
    feed = load(channel_of(make_feed(*make_members(2))))
    check_json(json.dumps(feed).encode())
    harm(feed)
    with pytest.raises(AssertionError):
        check_json(json.dumps(feed).encode())

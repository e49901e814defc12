"""Composing: what a feed says, before it has a format."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds import composing
from feeds.composing import compose_feed, tag_uri
from feeds.model.documents import Publication
from feeds.model.entries import Site, UpdateReason
from feeds.model.topics import Topic
from tests.feeds.render.samples import (
    CREATED,
    JOINED,
    MEMBERSHIP,
    PAPER,
    PUBLISHED,
    SITE,
    TOPIC,
    make_feed,
    make_member,
    make_members,
)

#: RFC 4151, section 2.1, for DNS names.
TAG_URI = re.compile(
    r"tag:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r",\d{4}(?:-\d\d(?:-\d\d)?)?:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*"
)


def test_a_feeds_id_is_a_tag_uri_under_our_own_authority() -> None:
    feed = make_feed()
    assert feed.id == "tag:wire.example.org,2026-04-01:topics/splats"
    assert TAG_URI.fullmatch(feed.id)


def test_ids_stay_when_the_wire_moves() -> None:
    here, there = (
        make_feed(make_member()),
        make_feed(make_member(), site=replace(SITE, base_url="https://new.example")),
    )
    assert there.id == here.id
    assert [entry.id for entry in there.entries] == [entry.id for entry in here.entries]
    assert there.address == "https://new.example/feeds/splats"
    assert there.home_url == "https://new.example/topics/splats"


def test_every_topic_has_an_id_of_its_own() -> None:
    assert tag_uri(SITE, "topics/a") != tag_uri(SITE, "topics/b")
    assert tag_uri(Site("https://x.example", "x.example", "2026-04-01"), "topics/a") != tag_uri(SITE, "topics/a")


def test_an_entrys_id_is_the_same_in_every_topic_and_version() -> None:
    other = Topic("trees", "Trees", ("cs.LG",))
    again = make_feed(make_member(replace(PAPER, version=7)), topic=other)
    assert again.entries[0].id == make_feed(make_member()).entries[0].id == "oai:arXiv.org:2604.00001"


def test_a_feed_is_as_new_as_its_publication_or_its_newest_entry() -> None:
    late = PUBLISHED + timedelta(days=3)
    early, revised = make_member(), make_member(membership=replace(MEMBERSHIP, updated_at=late))
    assert make_feed().updated_at == PUBLISHED
    assert make_feed(early).updated_at == PUBLISHED
    assert make_feed(early, revised, early).updated_at == late


def test_a_feed_that_never_published_is_as_old_as_its_topic() -> None:
    feed = compose_feed(TOPIC, [], SITE, None, CREATED)
    assert (feed.updated_at, feed.entries) == (CREATED, ())


def test_entries_stand_in_the_order_given() -> None:
    members = make_members(5)
    assert [entry.paper for entry in make_feed(*members).entries] == [member.paper for member in members]


@pytest.mark.parametrize(
    ("title", "shown"),
    [(r"Is $\alpha^2$ odd?", "Is α² odd?"), ("$ $", "$ $"), (r"\emph{}", r"\emph{}"), (" ", "2604.00001")],
)
def test_a_title_is_plain_and_never_empty(title: str, shown: str) -> None:
    assert make_feed(make_member(replace(PAPER, title=title))).entries[0].title == shown


def test_an_entry_takes_its_dates_and_reasons_from_its_membership() -> None:
    late = JOINED + timedelta(hours=1)
    revised = replace(MEMBERSHIP, updated_at=late, updated_reason=UpdateReason.SUMMARY)
    entry = make_feed(make_member(membership=revised)).entries[0]
    assert (entry.published_at, entry.updated_at, entry.updated_reason) == (JOINED, late, UpdateReason.SUMMARY)
    assert entry.matched == ("splat*",)


def test_the_topics_title_stands_in_for_a_missing_description() -> None:
    assert make_feed(topic=Topic("splats", "Splats", ("cs.CV",))).subtitle == "Splats"
    assert make_feed().subtitle == "All about splats"


def test_arxivs_acknowledgement_and_disclaimer_are_in_every_feed() -> None:
    rights = make_feed().rights
    assert composing.ACKNOWLEDGEMENT in rights
    assert composing.DISCLAIMER in rights


@pytest.mark.parametrize("licence", [None, "", "all rights reserved", "javascript:alert(1)"])
def test_only_a_licence_with_an_address_is_linked(licence: str | None) -> None:
    entry = make_feed(make_member(replace(PAPER, licence=licence))).entries[0]
    assert [link.rel for link in entry.links] == ["alternate", "related", "related"]


def test_links_lead_to_the_current_version_of_old_and_new_ids() -> None:
    entry = make_feed(make_member(replace(PAPER, arxiv_id="hep-th/9901001", licence=None))).entries[0]
    assert [link.href for link in entry.links] == [
        f"https://arxiv.org/{form}/hep-th/9901001" for form in ("abs", "pdf", "html")
    ]


def test_an_entry_names_the_topics_categories_it_is_in_under_any_name() -> None:
    topic = Topic("numbers", "Numbers", ("math.NA", "cs", "cs.LG"))
    entry = make_feed(make_member(replace(PAPER, categories=("cs.NA",))), topic=topic).entries[0]
    assert entry.listed_in == ("math.NA", "cs")
    both = make_member(replace(PAPER, categories=("cs.LG", "cs.NA")))
    only = replace(topic, categories=("math.NA", "cs.LG"), primary_only=True)
    assert make_feed(both, topic=only).entries[0].listed_in == ("cs.LG",)


def test_composing_twice_gives_equal_feeds() -> None:
    members = make_members(3)
    publication = Publication("splats", 1, (), "definition", PUBLISHED)
    assert compose_feed(TOPIC, members, SITE, publication, CREATED) == compose_feed(
        TOPIC, list(members), SITE, publication, CREATED
    )

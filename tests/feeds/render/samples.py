"""Invented papers as the store hands them out, and feeds composed of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from feeds.composing import compose_feed
from feeds.model.announcements import AnnounceType
from feeds.model.documents import Publication
from feeds.model.entries import Feed, Member, Membership, MemberState, Site
from feeds.model.papers import Author, Paper
from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind, Summary
from feeds.model.topics import Topic

JOINED = datetime(2026, 4, 17, 5, 10, 0, 1000, tzinfo=UTC)
PUBLISHED = datetime(2026, 4, 17, 5, 11, tzinfo=UTC)
CREATED = datetime(2026, 4, 1, tzinfo=UTC)
SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-01")
TOPIC = Topic("splats", "Splats", ("cs.CV", "cs.LG"), description="All about splats", query="splat*")
PAPER = Paper(
    arxiv_id="2604.00001",
    version=1,
    title="Splatting trees",
    abstract="Trees are hard. We present splats for trees.",
    authors=(Author("Ada One"), Author("Bob Two", "Somewhere")),
    categories=("cs.CV", "math.NA"),
    licence="http://creativecommons.org/licenses/by/4.0/",
)
MEMBERSHIP = Membership(
    topic="splats",
    arxiv_id="2604.00001",
    position=1,
    joined_at=JOINED,
    version=1,
    announced_on=date(2026, 4, 17),
    announce_type=AnnounceType.NEW,
    matched=("splat*",),
    state=MemberState.IN,
    updated_at=JOINED,
    updated_reason=None,
    revision=1,
    hold_until=JOINED + timedelta(minutes=2),
    released_at=PUBLISHED,
)


def make_tldr(text: str) -> Summary:
    """A summary as the embedded summarizer makes it."""
    return Summary("hash", Kind.TLDR, OWN_LANGUAGE, "cue-1", EMBEDDED, text, PUBLISHED)


def make_member(
    paper: Paper = PAPER, membership: Membership = MEMBERSHIP, tldr: str | None = "We present splats."
) -> Member:
    """A paper in the topic; its membership follows its id."""
    return Member(paper, replace(membership, arxiv_id=paper.arxiv_id), (make_tldr(tldr),) if tldr else ())


def make_members(count: int) -> list[Member]:
    """Papers as they stand in a feed: newest position first, each a moment younger than the next."""
    return [
        make_member(
            replace(PAPER, arxiv_id=f"2604.{number:05d}", title=f"Splats, part {number}"),
            replace(MEMBERSHIP, position=number, joined_at=at, updated_at=at),
        )
        for number in range(count, 0, -1)
        for at in [JOINED + number * timedelta(milliseconds=1)]
    ]


def make_feed(*members: Member, topic: Topic = TOPIC, site: Site = SITE) -> Feed:
    """A feed of these."""
    entries = tuple((member.paper.arxiv_id, member.membership.revision) for member in members)
    publication = Publication(topic.slug, 1, entries, "definition", PUBLISHED)
    return compose_feed(topic, members, site, publication, CREATED)

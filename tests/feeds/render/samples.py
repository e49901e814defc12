"""Invented papers as the store hands them out, and feeds composed of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from feeds.composing import compose_feed
from feeds.model.announcements import AnnounceType
from feeds.model.channels import Channel
from feeds.model.documents import Publication
from feeds.model.entries import Feed, Member, Membership, MemberState, Site
from feeds.model.papers import Author, Paper
from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind, Summary
from feeds.model.topics import Topic
from feeds.model.variants import PLAIN, Variant
from feeds.render.channels import make_channel
from feeds.text import clean, squeeze

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


def channel_of(feed: Feed, variant: Variant = PLAIN) -> Channel:
    """What the formats write of a feed."""
    return make_channel(feed, SITE, variant)


#: Texts that break feeds elsewhere, by what they are.
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


def words_that_passed_the_border() -> st.SearchStrategy[str]:
    """Any text that listings or editors may give, as it is kept; often with what TeX, HTML and XML care for."""
    signs = st.one_of(st.characters(), st.sampled_from("\\$^_{}~-<>&];'\" "))
    return st.text(signs, max_size=200).map(lambda words: squeeze(clean(words))).filter(bool)


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

"""Golden pairs: a listing in, the feed's exact bytes out. Look at every change before accepting it:

WIRE_GOLDEN=write ./wire test tests/golden
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from feeds import composing
from feeds.model.announcements import AnnounceType
from feeds.model.curation import NONE, Curation
from feeds.model.documents import Publication
from feeds.model.entries import Feed, Likeness, Member, Membership, MemberState, Site, UpdateReason
from feeds.model.variants import PLAIN
from feeds.query.percolator import Percolator
from feeds.render.channels import make_channel
from feeds.render.formats import FORMATS
from tests.support.formats import CHECKS
from tests.support.listings import Item, make_listing
from tests.support.papers import DAY, NOW, make_tldr, make_topic
from tests.support.recordings import ROOT
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer
from workers.polling.changes import Known, decide
from workers.polling.listing import parse_listing

HERE = Path(__file__).parent
SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")

AWKWARD = [
    Item("2604.00001", title="Plain title", abstract="We present a plain paper."),
    Item(
        "2604.00002",
        3,
        "replace",
        title=r"Schr\"odinger's R&D: if $a<b$ then List<int> and {\L}ukasiewicz",
        abstract="Long ago.\n  In this paper, we show that $i<j$ & $k>l$ give <think> x </think>. It ends.",
        authors=r"Micha{\l} One (Somewhere, Some City), S{\o}ren Two, The Big Collaboration: G\"unther Three",
        categories=("cs.NA", "math.NA", "cs.CV"),
        licence="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    ),
    Item("2604.00003", type="cross", title="No authors, ]]> and “quotes”", abstract="", authors="", licence=""),
]


CURATED = [
    Item("2604.00011", title="Pinned", abstract="We present a pin."),
    Item("2604.00012", title="Added, and alike", abstract="We present a likeness."),
]
#: What an editor said of papers.
SAID = {
    "2604.00011": Curation(
        pinned=True, rating=2, tags=("must read", "a<b & c"), institution="ETH & Co", order=1,
        note="First **of its kind**:\n\n1. <script>alert(1)</script>\n2. [code](https://example.org/?a=1&b=2)",
    ),
    "2604.00012": Curation(added_by="ada"),
}  # fmt: skip
LIKENESS = {"2604.00012": Likeness(0.5, "2604.00011", "Pinned & <starred>", ("pin", "present"))}


def compose(items: Sequence[Item]) -> Feed:
    """The feed of a topic that takes everything, from a listing, with the embedded summaries."""
    topic = make_topic(description="All that moves", query=None)
    parsed = parse_listing(make_listing(items), "cs.CV")
    changes = decide(parsed, "cs.CV", Known(frozenset(), {}), Percolator([]))
    members = []
    for position, paper in enumerate(changes.papers, 1):
        tldr = EmbeddedSummarizer().tldr(paper.title, paper.abstract)
        replaced = paper.version > 1
        membership = Membership(
            topic=topic.slug,
            arxiv_id=paper.arxiv_id,
            position=position,
            joined_at=NOW,
            version=paper.version,
            announced_on=DAY,
            announce_type=AnnounceType.NEW,
            matched=('"a phrase"', "AT&T") if position == 1 else (),
            state=MemberState.IN,
            updated_at=NOW,
            updated_reason=UpdateReason.NEW_VERSION if replaced else None,
            revision=1,
            hold_until=NOW,
            released_at=NOW,
        )
        said = SAID.get(paper.arxiv_id, NONE)
        members.append(Member(paper, membership, (make_tldr(paper, tldr),) if tldr else (), said))
    publication = Publication(topic.slug, 1, (), "", NOW, LIKENESS)
    return composing.compose_feed(topic, members[::-1], SITE, publication, NOW)


CASES = {"awkward": AWKWARD, "curated": CURATED, "empty": []}


def write(name: str, extension: str) -> bytes:
    return FORMATS[extension].render(make_channel(compose(CASES[name]), SITE, PLAIN))


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_a_feed_is_its_golden_file(name: str, extension: str) -> None:
    path = HERE / f"{name}.{extension}"
    made = write(name, extension)
    if os.environ.get("WIRE_GOLDEN") == "write":
        path.write_bytes(made)
    assert made.decode() == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_golden_feeds_are_valid(name: str, extension: str) -> None:
    CHECKS[extension]((HERE / f"{name}.{extension}").read_bytes())


def test_no_golden_file_is_left_over() -> None:
    for extension in FORMATS:
        assert {path.stem for path in HERE.glob(f"*.{extension}")} == set(CASES)


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import sys; from tests.golden.test_golden import *;"
        "sys.stdout.buffer.write(b''.join(write('awkward', extension) for extension in FORMATS))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-P", "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert made == {b"".join((HERE / f"awkward.{extension}").read_bytes() for extension in FORMATS)}

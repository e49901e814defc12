"""The line from a listing to a feed: real SQLite, real engine, real queue; arXiv is a stand-in on a socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import feedparser
import pytest

from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.wires import FRIDAY, MORNING, Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]

SPLATS: dict[str, object] = {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], "query": "splat*"}
EVERYTHING: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}


def ids(feed: bytes) -> list[str]:
    return [entry.id.removeprefix("oai:arXiv.org:") for entry in feedparser.parse(feed).entries]


def test_announced_papers_are_summarized_and_published(make_line: MakeLine) -> None:
    line = make_line([SPLATS, EVERYTHING])
    line.announce(
        [
            Item("2604.00001", title="Splatting trees", abstract="Trees are hard. We present splats for trees."),
            Item("2604.00002", title="Other things", abstract="We present something else."),
        ]
    )
    line.poll()
    assert ids(line.get("/feeds/splats.atom")) == ["2604.00001"]
    assert ids(line.get("/feeds/vision.atom")) == ["2604.00002", "2604.00001"]
    entry = feedparser.parse(line.get("/feeds/splats.atom")).entries[0]
    assert entry.summary == "We present splats for trees."
    assert [author.name for author in entry.authors] == ["Ada One", "Bob Two"]


def test_a_topic_without_papers_is_a_valid_feed(make_line: MakeLine) -> None:
    line = make_line([SPLATS])
    line.work()
    feed = feedparser.parse(line.get("/feeds/splats.atom"))
    assert (feed.bozo, feed.version, feed.feed.title, feed.entries) == (False, "atom10", "Splats", [])


def test_polling_again_changes_no_byte(make_line: MakeLine) -> None:
    line = make_line([SPLATS, EVERYTHING])
    line.announce([Item("2604.00001", title="Splats"), Item("2604.00002")])
    line.poll()
    before = {slug: line.get(f"/feeds/{slug}.atom") for slug in ("splats", "vision")}
    for hours in (1, 5):
        line.set_time(MORNING + timedelta(hours=hours))
        line.poll()
        line.announce([Item("2604.00002"), Item("2604.00001", title="Splats")])  # another order is no news
    assert {slug: line.get(f"/feeds/{slug}.atom") for slug in before} == before


def test_a_new_day_changes_only_the_topics_it_touches(make_line: MakeLine) -> None:
    line = make_line([SPLATS, EVERYTHING])
    line.announce([Item("2604.00001", title="Splats")])
    line.poll()
    splats, vision = line.get("/feeds/splats.atom"), line.get("/feeds/vision.atom")
    line.set_time(MORNING + timedelta(days=3))
    line.announce([Item("2604.00009", title="No such thing")], day=FRIDAY + timedelta(days=3))
    line.poll()
    assert line.get("/feeds/splats.atom") == splats
    assert line.get("/feeds/vision.atom") != vision
    assert ids(line.get("/feeds/vision.atom")) == ["2604.00009", "2604.00001"]


def test_one_paper_over_cross_lists(make_line: MakeLine) -> None:
    line = make_line([{**EVERYTHING, "categories": ["cs.CV", "cs.LG"]}])
    line.announce([Item("2604.00001", categories=("cs.CV", "cs.LG"))], "cs.CV")
    line.announce([Item("2604.00001", type="cross", categories=("cs.CV", "cs.LG"))], "cs.LG")
    line.poll("cs.CV", "cs.LG")
    assert ids(line.get("/feeds/vision.atom")) == ["2604.00001"]


def test_a_replacement_changes_the_entry_and_never_makes_a_second(make_line: MakeLine) -> None:
    line = make_line([EVERYTHING])
    line.announce([Item("2604.00001", abstract="We present the first text."), Item("2604.00002")])
    line.poll()
    first = feedparser.parse(line.get("/feeds/vision.atom")).entries[1]
    line.set_time(MORNING + timedelta(days=3))
    replaced = Item("2604.00001", 2, "replace", abstract="We present the second text.")
    line.announce([replaced], day=FRIDAY + timedelta(days=3))
    line.poll()
    feed = line.get("/feeds/vision.atom")
    assert ids(feed) == ["2604.00002", "2604.00001"]  # a mere new version lifts nothing
    entry = feedparser.parse(feed).entries[1]
    assert (entry.published, entry.summary) == (first.published, "We present the second text.")
    assert entry.updated > first.updated
    assert "new version (v2)" in entry.content[0].value


def test_a_replacement_of_an_unknown_paper_joins_only_where_it_is_wanted(make_line: MakeLine) -> None:
    wanted: dict[str, object] = {"slug": "all-types", "title": "All", "categories": ["cs.CV"]}
    line = make_line([EVERYTHING, {**wanted, "announce": ["new", "cross", "replace"]}])
    line.announce([Item("2511.00001", 3, "replace")])
    line.poll()
    assert ids(line.get("/feeds/vision.atom")) == []
    assert ids(line.get("/feeds/all-types.atom")) == ["2511.00001"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b""),
        Answer(body=make_listing([Item()])[:-200]),
        Answer(status=500),
        Answer(status=429, headers={"Retry-After": "1"}),
        Answer(body=make_listing([Item()]), claim=10_000_000),
    ],
    ids=["empty", "truncated", "500", "429", "broken off"],
)
def test_a_bad_answer_stores_nothing_and_is_tried_again(make_line: MakeLine, host: Host, answer: Answer) -> None:
    line = make_line([EVERYTHING])
    line.announce([Item("2604.00001")])
    line.poll()
    before = line.get("/feeds/vision.atom")
    host.serve("/atom/cs.CV", answer)
    line.set_time(MORNING + timedelta(days=3))
    line.poll()
    assert line.get("/feeds/vision.atom") == before
    line.announce([Item("2604.00002")], day=FRIDAY + timedelta(days=3))
    line.poll()
    assert ids(line.get("/feeds/vision.atom")) == ["2604.00002", "2604.00001"]


def test_awkward_text_arrives_unharmed(make_line: MakeLine) -> None:
    title = 'R&D for List<int>: <script>alert(1)</script> and $a<b$ "quoted"'
    abstract = "If $i<j$ and $k>l$ then <think> x </think> & more; we present AT&T's bound \\(O(n)\\)."
    line = make_line([EVERYTHING])
    line.announce([Item(title=title, abstract=abstract)])
    line.poll()
    entry = feedparser.parse(
        line.get("/feeds/vision.atom"), sanitize_html=False, resolve_relative_uris=False
    ).entries[0]
    assert entry.title == 'R&D for List<int>: <script>alert(1)</script> and a < b "quoted"'
    assert entry.summary == "If i < j and k > l then <think> x </think> & more; we present AT&T's bound O(n)."
    assert "&lt;think&gt; x &lt;/think&gt; &amp; more" in entry.content[0].value
    page = line.get("/topics/vision").decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_control_characters_take_no_feed_down(make_line: MakeLine, host: Host) -> None:
    line = make_line([EVERYTHING])
    listing = make_listing([Item("2604.00001", title="One XX two"), Item("2604.00002", title="Ref YY here")])
    host.serve("/atom/cs.CV", listing.replace(b"XX", b"\x08\x1f").replace(b"YY", b"&#x0;&#8;"))
    line.poll()
    titles = [entry.title for entry in feedparser.parse(line.get("/feeds/vision.atom")).entries]
    assert titles == ["Ref here", "One two"]

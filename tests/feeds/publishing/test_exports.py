"""Exports as they are handed out; on both databases."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from feeds import curating
from feeds.cache import DocumentCache
from feeds.errors import BadRequestError, GoneError, MovedError, NotFoundError
from feeds.model.documents import BIBTEX, CSV, MARKDOWN, RIS, Document
from feeds.model.entries import Site
from feeds.model.topics import Topic
from feeds.model.variants import PLAIN, Variant
from feeds.publishing.cutting import cut_digests
from feeds.publishing.exports import FORMS, PAPERS, Exporter
from feeds.publishing.topics import publish_topic
from feeds.store.engine import Store
from tests.support.papers import NOW, define, join, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
CUT = datetime(2026, 4, 17, 6, tzinfo=UTC)
ONE, TWO, THREE = ("2604.00001", "2604.00002", "2604.00003")
PUBLISHED = NOW + timedelta(minutes=2)
DAY = timedelta(days=1)
VISION = make_topic(formerly=("sight",), entries=2, description="All that is seen")
SOUND = make_topic("sound", language="zh")
ENDED = make_topic("ended", retired=True)


@pytest.fixture
def exporter(store: Store) -> Exporter:
    """One paper is in both topics; the subscription document of the first holds two."""
    with store.write() as connection:
        define(connection, VISION, SOUND, ENDED)
        join(connection, [ONE, TWO, THREE], "vision")
        join(connection, [THREE], "sound", NOW + timedelta(minutes=1))
    publish(store, "vision", "sound")
    return Exporter(store, SITE, DocumentCache())


def publish(store: Store, *slugs: str, now: datetime = PUBLISHED) -> None:
    with store.write() as connection:
        for slug in slugs:
            publish_topic(connection, slug, now)


def say(store: Store, arxiv_id: str, *, now: datetime = NOW + DAY, **given: object) -> None:
    """What an editor says, published at once as it always is."""
    with store.write() as connection:
        curating.curate(connection, "vision", arxiv_id, given, editor="ada", now=now)


def ids(document: Document) -> list[str]:
    return [row["id"] for row in csv.DictReader(io.StringIO(document.body.decode(), newline=""))]


@pytest.mark.parametrize(
    ("form", "media_type", "start"),
    [
        ("table", MARKDOWN, b"|Source|Title|Summary|\n"),
        (PAPERS, MARKDOWN, b"# Daily Papers\n"),
        ("bib", BIBTEX, b"@misc{arXiv:2604.00003,\n"),
        ("ris", RIS, b"TY  - UNPB\r\n"),
        ("csv", CSV, b"id,version,title,"),
    ],
)
def test_a_topic_is_handed_out_in_every_form(exporter: Exporter, form: str, media_type: str, start: bytes) -> None:
    found = exporter.find_export("vision", form)
    assert (found.media_type, found.body[: len(start)]) == (media_type, start)
    assert found.last_modified == PUBLISHED
    assert exporter.find_export("vision", form) is found
    assert set(FORMS) == {"table", PAPERS, "bib", "ris", "csv"}


def test_an_export_holds_what_the_feed_does(exporter: Exporter, store: Store) -> None:
    assert ids(exporter.find_export("vision", "csv")) == [THREE, TWO]
    assert ids(exporter.find_export("vision", "csv", Variant(limit=1))) == [THREE]
    assert ids(exporter.find_export("vision", "csv", Variant(since=NOW + DAY))) == []
    say(store, THREE, hidden=True)
    assert ids(exporter.find_export("vision", "csv")) == [TWO, ONE]


def test_several_topics_are_one_list_with_each_paper_once(exporter: Exporter) -> None:
    assert ids(exporter.find_export("vision+sound", "csv")) == [THREE, TWO]
    assert ids(exporter.find_export("sound+vision", "csv", Variant(limit=1))) == [THREE]


def test_several_topics_are_sections_of_one_page(exporter: Exporter) -> None:
    page = exporter.find_papers(["sound", "vision", "sound"]).body.decode()
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Sound", "## Vision"]
    assert page.count(f"arxiv.org/abs/{THREE}v1") == 2
    assert "最新的论文排在最前" in page
    assert exporter.find_papers(["vision", "ended"]) is exporter.find_export("vision", PAPERS)
    named = exporter.find_export("vision+sound", PAPERS).body.decode()
    assert [line for line in named.splitlines() if line.startswith("## ")] == ["## Sound", "## Vision"]


def test_a_summarys_language_is_the_wanted_one(exporter: Exporter) -> None:
    page = exporter.find_export("vision", "table", Variant(language="zh")).body.decode()
    assert page.count("总结") == 2


def test_the_roundup_goes_back_as_far_as_there_are_notes(exporter: Exporter, store: Store) -> None:
    before = exporter.find_roundup("vision")
    say(store, ONE, note="Still *good*.", order=1, tags=["old"])
    found = exporter.find_roundup("vision")
    assert ONE not in ids(exporter.find_export("vision", "csv"))
    assert "### 202604 `old`\n\n[Title of 2604.00001](https://arxiv.org/abs/2604.00001)\n\nStill *good*.\n" in (
        found.body.decode()
    )
    assert "\nAll that is seen\n\n<!--more-->" in found.body.decode()
    assert TWO not in found.body.decode()
    assert (before.last_modified, found.last_modified) == (
        NOW.replace(microsecond=0) + timedelta(minutes=2),
        NOW + DAY,
    )
    say(store, ONE, note=None, now=NOW + 2 * DAY)
    gone = exporter.find_roundup("vision")
    assert (ONE in gone.body.decode(), gone.last_modified) == (False, NOW + 2 * DAY)


def test_a_days_post_is_its_digest(exporter: Exporter, store: Store) -> None:
    with store.write() as connection:
        cut_digests(connection, "vision", CUT)
    post = exporter.find_post("vision")
    page = post.document.body.decode()
    assert (post.file_name, post.papers, post.document.media_type) == ("_posts/2026-04-17-arxiv.md", 3, MARKDOWN)
    assert [line[:21] for line in page.splitlines() if line.startswith("## ")] == [
        f"## Title of {arxiv_id[:9]}" for arxiv_id in (THREE, TWO, ONE)
    ]
    assert "tags: [arxiv, cs.CV]" in page
    assert exporter.find_post("vision", date(2026, 4, 17)).document == post.document
    assert exporter.find_post("vision", None, Variant(limit=1)).document.body.count(b"\n## ") == 1
    with pytest.raises(NotFoundError, match="no digest of 2026-04-18"):
        exporter.find_post("vision", date(2026, 4, 18))


def test_what_was_hidden_since_leaves_its_day(exporter: Exporter, store: Store) -> None:
    with store.write() as connection:
        cut_digests(connection, "vision", CUT)
    before = exporter.find_post("vision").document
    say(store, TWO, hidden=True)
    after = exporter.find_post("vision").document
    assert (before.body.count(b"\n## "), after.body.count(b"\n## ")) == (3, 2)
    assert b"Collected: 3 | Shown: 2" in after.body
    assert (before.last_modified, after.last_modified) == (CUT, NOW + DAY)


def test_a_topic_without_digests_has_an_empty_page(exporter: Exporter) -> None:
    post = exporter.find_post("vision")
    assert (post.papers, b"Nothing new came" in post.document.body) == (0, True)
    assert post.document.last_modified == NOW.replace(microsecond=0)


@pytest.mark.parametrize(
    ("name", "error"),
    [("nothing", NotFoundError), ("sight", MovedError), ("ended", GoneError), ("vision+nothing", NotFoundError),
     ("sight+sound", MovedError), ("vision+vision", MovedError),
     ("+".join(f"t{number}" for number in range(30)), BadRequestError)],
)  # fmt: skip
def test_topics_that_are_not_served_are_told_apart(exporter: Exporter, name: str, error: type[Exception]) -> None:
    for form in FORMS:
        with pytest.raises(error):
            exporter.find_export(name, form, PLAIN)
    if "+" not in name:
        for find in (exporter.find_roundup, exporter.find_post):
            with pytest.raises(error):
                find(name)


@pytest.mark.parametrize(
    ("slugs", "error"), [(["vision", "nothing"], NotFoundError), (["ended"], GoneError), ([""], NotFoundError)]
)
def test_sections_are_of_topics_that_are_served(
    exporter: Exporter, slugs: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        exporter.find_papers(slugs)


def test_an_old_slug_among_sections_leads_to_all_of_them(exporter: Exporter) -> None:
    with pytest.raises(MovedError) as moved:
        exporter.find_papers(["sound", "sight"])
    assert moved.value.slug == "sound,vision"


def test_a_topic_that_is_edited_is_shown_as_it_is_now(exporter: Exporter, store: Store) -> None:
    first = exporter.find_export("vision", PAPERS)
    edited = Topic(**{**vars(VISION), "title": "Sight"})
    with store.write() as connection:
        define(connection, edited, SOUND, ENDED, now=NOW + DAY)
        publish_topic(connection, "vision", NOW + DAY)
    later = exporter.find_export("vision", PAPERS)
    assert (b"## Vision" in first.body, b"## Sight" in later.body) == (True, True)
    assert later.last_modified == NOW + DAY

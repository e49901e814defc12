"""Papers, versions, listings, days, summaries, topics, publications: written and found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from feeds.model.announcements import Announcement, AnnounceType, Outcome, VisitOutcome
from feeds.model.documents import Publication
from feeds.model.papers import Author
from feeds.model.summaries import Kind, Status, Summary
from feeds.model.topics import Basis, DigestRule
from feeds.store import listings, memberships, papers, publications, site, summaries, topics
from feeds.store.engine import Store
from feeds.store.listings import Day, Listing, Visit
from tests.support.papers import DAY, NOW, define, join, make_paper, make_tldr, make_topic


def test_a_paper_comes_back_as_it_went_in(store: Store) -> None:
    paper = make_paper(
        "hep-th/9901001",
        authors=(Author("José Ωmega", "Ünïversity"),),
        comment="12 pages",
        doi="10.1000/1",
        submitted_at=datetime(1999, 1, 2, 3, 4, 5, tzinfo=UTC),
        withdrawn=True,
    )
    with store.write() as connection:
        papers.save_papers(connection, [paper], NOW)
        assert papers.find_papers(connection, [paper.arxiv_id, "2604.99999"]) == {paper.arxiv_id: paper}
        changed = replace(paper, version=2, title="Another title")
        papers.save_papers(connection, [changed], NOW)
        assert papers.find_papers(connection, [paper.arxiv_id]) == {paper.arxiv_id: changed}


def test_a_listing_remembers_what_it_announced(store: Store) -> None:
    news = [Announcement("2604.00001", v, "cs.CV", DAY, AnnounceType.NEW) for v in (1, 2)]
    texts = {("2604.00001", 1): "hash"}
    with store.write() as connection:
        papers.save_papers(connection, [make_paper()], NOW)
        for _ in range(2):  # writing it twice changes nothing
            listings.record_announcements(connection, news, NOW)
            papers.record_versions(connection, news, texts, NOW)
        assert listings.find_announced(connection, "cs.CV", ["2604.00001"]) == {
            ("2604.00001", 1),
            ("2604.00001", 2),
        }
        assert listings.find_announced(connection, "cs.LG", ["2604.00001"]) == set()


def test_a_day_with_news_never_becomes_one_without(store: Store) -> None:
    def record(outcome: Outcome, reason: str | None = None, **counts: int) -> Day:
        with store.write() as connection:
            listings.record_day(connection, Day("cs.CV", DAY, outcome, reason, counts), NOW)
            return listings.list_days(connection)[0]

    with store.write() as connection:
        listings.save_listing(connection, Listing("cs.CV"))
    assert record(Outcome.REFUSED, "empty body").reason == "empty body"
    assert record(Outcome.NEWS, new=3, cross=1) == Day("cs.CV", DAY, Outcome.NEWS, None, {"cross": 1, "new": 3})
    assert record(Outcome.NEWS, new=2).counts == {"cross": 1, "new": 5}
    assert record(Outcome.CLOSED).outcome is Outcome.NEWS


def test_the_newest_visit_of_each_listing(store: Store) -> None:
    with store.write() as connection:
        for name in ("cs.CV", "cs.LG"):
            listings.save_listing(connection, Listing(name, listing_on=DAY, failures=1))
        assert listings.last_visit_id(connection) == 0
        for name in ("cs.CV", "cs.LG", "cs.CV"):
            listings.record_visit(connection, Visit(name, NOW, VisitOutcome.NEWS))
        assert {name: visit.id for name, visit in listings.last_visits(connection).items()} == {
            "cs.CV": 3,
            "cs.LG": 2,
        }
        assert list(listings.last_visits(connection, after=2)) == ["cs.CV"]
        assert listings.find_listing(connection, "cs.LG") == Listing("cs.LG", listing_on=DAY, failures=1)
        assert listings.find_listing(connection, "cs.XX") == Listing("cs.XX")


def test_the_newest_summary_that_says_something_is_found(store: Store) -> None:
    paper = make_paper()
    first = make_tldr(paper, "First.")
    second = replace(make_tldr(paper, "Second.", NOW + timedelta(1)), prompt_version="test-2")
    silent = replace(make_tldr(paper, None, NOW + timedelta(2)), prompt_version="test-3")
    with store.write() as connection:
        summaries.record_summaries(connection, [first, second, silent])
        summaries.record_summaries(connection, [replace(first, data="Another.")])  # made once, kept
        best = summaries.find_best(connection, [Kind.TLDR], "en", [paper.text_hash, "x"])
        assert best == {paper.text_hash: [second]}
        tried = summaries.find_tried(connection, [paper.text_hash], "embedded")
        assert {version for _, _, _, version in tried} == {"test-1", "test-2", "test-3"}


def test_a_models_summary_in_the_topics_language_goes_before_the_embedded_one(store: Store) -> None:
    paper = make_paper()
    own = make_tldr(paper, "Own.", NOW + timedelta(9))
    english = replace(make_tldr(paper, "Written."), summarizer="llm:a", language="en", tokens=70)
    chinese = replace(english, language="zh", data="写的。", made_at=NOW + timedelta(1), tokens=8)
    vain = replace(english, summarizer="llm:b", data=None, status=Status.REJECTED, failed=("length",))
    with store.write() as connection:
        summaries.record_summaries(connection, [own, english, chinese, vain])

        def best(language: str) -> list[Summary]:
            return summaries.find_best(connection, [Kind.TLDR], language, [paper.text_hash])[paper.text_hash]

        assert [best(language) for language in ("en", "zh", "fr")] == [[english], [chinese], [own]]
        assert summaries.count_tokens(connection, NOW) == 70 + 70 + 8
        assert summaries.count_tokens(connection, NOW + timedelta(1)) == 8


def test_topics_follow_the_file_and_outlive_it(store: Store) -> None:
    one = make_topic(
        "one",
        query="a OR b",
        announce=(AnnounceType.NEW, AnnounceType.REPLACE_CROSS),
        kinds=(Kind.TLDR, Kind.READING),
        digest=DigestRule(time(8, 50), "Asia/Shanghai", Basis.SUBMITTED),
        formerly=("uno",),
    )
    two = make_topic("two")
    with store.write() as connection:
        assert topics.sync_topics(connection, [one, two], NOW) == ["one", "two"]
        assert topics.sync_topics(connection, [one, two], NOW) == []
        assert [stored.topic for stored in topics.list_topics(connection)] == [one, two]
        renamed = replace(one, title="Another")
        assert topics.sync_topics(connection, [renamed], NOW) == ["one"]
        assert [(s.topic.slug, s.listed) for s in topics.list_topics(connection)] == [("one", True), ("two", False)]
        assert topics.sync_topics(connection, [renamed, two], NOW) == ["two"]
        assert topics.definition_digest(one) != topics.definition_digest(renamed)


def test_a_topic_under_a_new_slug_goes_on_with_all_it_has(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("tts"))
        join(connection, ["2604.00001"], "tts")
        publications.save_publication(connection, Publication("tts", 1, (), "digest", NOW))
        assert topics.sync_topics(connection, [make_topic("speech", formerly=("tts",))], NOW) == ["speech"]
        (stored,) = topics.list_topics(connection)
        assert (stored.topic.slug, stored.origin) == ("speech", "tts")
        assert memberships.count_members(connection) == {"speech": 1}
        assert publications.list_generations(connection) == {"speech": 1}
        assert topics.sync_topics(connection, [make_topic("speech", formerly=("tts",))], NOW) == []


def test_only_the_current_publication_is_kept(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        assert publications.find_publication(connection, "vision") is None
        for generation in (1, 2):
            made = Publication("vision", generation, (("2604.00001", generation),), "digest", NOW)
            publications.save_publication(connection, made)
        assert publications.find_publication(connection, "vision") == made
        assert publications.list_generations(connection) == {"vision": 2}


def test_the_authority_is_fixed_at_the_first_start(store: Store) -> None:
    with store.write() as connection:
        assert site.find_authority(connection) is None
        site.fix_authority(connection, "wire.example.org", NOW)
        site.fix_authority(connection, "other.example.org", NOW + timedelta(days=9))
        assert site.find_authority(connection) == ("wire.example.org", str(date(2026, 4, 17)))

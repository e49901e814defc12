"""What a listing brings that is news: pure, so it is only asked, never set up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.announcements import AnnounceType, VisitOutcome
from feeds.model.changes import Admission, Changes, Revision
from feeds.model.entries import UpdateReason
from feeds.model.papers import Author, Paper, text_hash
from feeds.model.topics import Topic
from feeds.query.percolator import make_percolator
from tests.support.papers import make_paper, make_topic
from workers.polling.changes import Known, decide
from workers.polling.listing import ListedPaper, ParsedListing

FRIDAY, MONDAY = date(2026, 4, 17), date(2026, 4, 20)
NEW, CROSS, REPLACE, REPLACE_CROSS = AnnounceType
NOTHING = Known(frozenset(), {})


def listed(
    arxiv_id: str = "2604.00001", version: int = 1, type_: AnnounceType = NEW, **fields: object
) -> ListedPaper:
    given: dict[str, object] = {
        "title": f"Title of {arxiv_id}",
        "abstract": f"We present {arxiv_id}.",
        "authors": (Author("Ada One"), Author("Bob Two", "Somewhere")),
        "categories": ("cs.CV", "cs.LG"),
        "licence": "http://creativecommons.org/licenses/by/4.0/",
        **fields,
    }
    return ListedPaper(arxiv_id, version, type_, **given)  # type: ignore[arg-type]


def look(
    *items: ListedPaper, known: Known = NOTHING, day: date = FRIDAY, topics: tuple[Topic, ...] = ()
) -> Changes:
    parsed = ParsedListing(day, items, "digest", ())
    return decide(parsed, "cs.CV", known, make_percolator(topics))


def known(*papers: Paper, announced: tuple[tuple[str, int], ...] = ()) -> Known:
    return Known(frozenset(announced), {paper.arxiv_id: paper for paper in papers})


def announced(changes: Changes) -> list[tuple[str, int, AnnounceType, date]]:
    return [(a.arxiv_id, a.version, a.type, a.announced_on) for a in changes.announcements]


# News


def test_an_unseen_guid_is_news_with_its_paper() -> None:
    changes = look(listed())
    assert (changes.outcome, changes.day) == (VisitOutcome.NEWS, FRIDAY)
    assert announced(changes) == [("2604.00001", 1, NEW, FRIDAY)]
    assert changes.papers == (make_paper("2604.00001"),)
    assert changes.revisions == ()
    assert changes.texts == {("2604.00001", 1): text_hash("Title of 2604.00001", "We present 2604.00001.")}
    assert changes.counts == {"new": 1}


def test_an_unseen_guid_is_news_however_old_the_listing_looks() -> None:
    before = known(announced=(("2604.00009", 1),))
    changes = look(listed("2604.00009"), listed("0704.0001"), known=before, day=date(2007, 5, 1))
    assert announced(changes) == [("0704.0001", 1, NEW, date(2007, 5, 1))]
    assert changes.outcome == VisitOutcome.NEWS


def test_a_seen_guid_is_never_news_whatever_day_it_bears_now() -> None:
    before = known(make_paper(), announced=(("2604.00001", 1),))
    for day in (FRIDAY, MONDAY, date(2030, 1, 1)):
        changes = look(listed(title="Another title"), known=before, day=day, topics=(make_topic(),))
        assert (changes.announcements, changes.papers, changes.revisions, changes.admissions) == ((), (), (), ())
        assert changes.outcome == VisitOutcome.UNCHANGED


def test_what_another_listing_announced_is_still_news_here() -> None:
    """An announcement belongs to its listing; the paper is there already and does not change."""
    changes = look(listed(type_=CROSS), known=known(make_paper()))
    assert announced(changes) == [("2604.00001", 1, CROSS, FRIDAY)]
    assert (changes.papers, changes.revisions) == ((), ())


def test_a_day_without_papers_is_closed() -> None:
    changes = look(known=known(make_paper(), announced=(("2604.00001", 1),)), day=MONDAY)
    assert (changes.outcome, changes.day) == (VisitOutcome.CLOSED, MONDAY)
    assert changes.counts == {}


# Versions


def test_a_higher_version_takes_over_the_papers_facts() -> None:
    first, second = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
    completed: dict[str, object] = {
        "comment": "5 pages",
        "doi": "10.1/x",
        "journal_ref": "J. 1",
        "submitted_at": first,
    }
    before = make_paper("2604.00001", **completed, withdrawn=True, revised_at=second)
    changes = look(listed(version=2, type_=REPLACE, abstract="We present more."), known=known(before))
    (paper,) = changes.papers
    assert (paper.version, paper.abstract) == (2, "We present more.")
    assert {name: getattr(paper, name) for name in completed} == completed
    assert (paper.withdrawn, paper.revised_at) == (False, None)  # those were said of the version before
    assert changes.revisions == (Revision("2604.00001", UpdateReason.NEW_VERSION, text_changed=True),)


def test_a_new_version_with_the_same_text_needs_no_new_summary() -> None:
    changes = look(listed(version=2, type_=REPLACE), known=known(make_paper()))
    assert changes.revisions == (Revision("2604.00001", UpdateReason.NEW_VERSION, text_changed=False),)


def test_a_lower_version_after_a_higher_one_is_announced_and_changes_nothing() -> None:
    """Another listing, or a recovered day, may tell of an older version later."""
    changes = look(listed(version=1, abstract="Old."), known=known(make_paper(version=3)))
    assert announced(changes) == [("2604.00001", 1, NEW, FRIDAY)]
    assert (changes.papers, changes.revisions) == ((), ())
    assert changes.texts == {("2604.00001", 1): text_hash("Title of 2604.00001", "Old.")}


def test_the_same_version_with_mended_facts_changes_the_paper_and_is_no_new_version() -> None:
    before = replace(make_paper(), comment="5 pages", withdrawn=True)
    changes = look(listed(title="A mended title"), known=known(before))
    assert changes.papers == (replace(before, title="A mended title"),)
    assert changes.revisions == (Revision("2604.00001", None, text_changed=True),)


def test_a_licence_that_is_left_out_stays_as_known() -> None:
    changes = look(listed(version=2, type_=REPLACE, licence=None), known=known(make_paper()))
    assert [paper.licence for paper in changes.papers] == ["http://creativecommons.org/licenses/by/4.0/"]


def test_two_versions_in_one_listing_are_both_announced_and_the_higher_one_counts() -> None:
    for items in ([listed(version=2, type_=REPLACE, abstract="Two."), listed(abstract="One.")],):
        for order in (items, items[::-1]):
            changes = look(*order)
            assert announced(changes) == [("2604.00001", 1, NEW, FRIDAY), ("2604.00001", 2, REPLACE, FRIDAY)]
            assert [(paper.version, paper.abstract) for paper in changes.papers] == [(2, "Two.")]


# Duplicates and order


def test_a_guid_that_a_listing_carries_twice_counts_once_under_the_type_that_arxiv_prefers() -> None:
    for order in ([NEW, CROSS], [CROSS, NEW]):
        changes = look(*(listed(type_=type_) for type_ in order), topics=(make_topic(announce=(NEW,)),))
        assert announced(changes) == [("2604.00001", 1, NEW, FRIDAY)]
        assert changes.counts == {"new": 1}
        assert len(changes.admissions) == 1


ITEMS = st.lists(
    st.builds(
        listed,
        st.sampled_from(["2604.00001", "2604.00002", "2512.00003", "hep-th/9901001"]),
        st.integers(1, 3),
        st.sampled_from(AnnounceType),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ITEMS, st.integers(0, 3), st.integers(0, 2**32))
def test_nothing_depends_on_the_order_of_a_listing(items: list[ListedPaper], version: int, seed: int) -> None:
    before = known(*([make_paper(version=version)] if version else []), announced=(("2604.00002", 1),))
    topics = (
        make_topic(),
        make_topic("cross", announce=(CROSS, REPLACE_CROSS)),
        make_topic("none", query="nowhere"),
    )
    shuffled = Random(seed).sample(items, len(items))
    assert look(*items, known=before, topics=topics) == look(*shuffled, known=before, topics=topics)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ITEMS)
def test_what_was_recorded_is_never_news_again(items: list[ListedPaper]) -> None:
    first = look(*items)
    after = known(*first.papers, announced=tuple((a.arxiv_id, a.version) for a in first.announcements))
    again = look(*items, known=after, topics=(make_topic(),))
    assert (again.announcements, again.papers, again.revisions, again.admissions) == ((), (), (), ())


def test_deciding_changes_nothing_that_it_was_given() -> None:
    before = known(make_paper(), announced=(("2604.00002", 1),))
    papers = dict(before.papers)
    items = [listed("2604.00003"), listed(version=2, type_=REPLACE), listed("2604.00002")]
    given = list(items)
    first = look(*items, known=before)
    assert look(*items, known=before) == first
    assert (before.papers, items) == (papers, given)


# Admissions


def test_papers_join_in_the_order_of_their_ids() -> None:
    """By the time they were given out: old ids first, whatever the listing's order."""
    ids = ["hep-th/9901001", "0704.0001", "2511.00009", "2604.00002", "2604.00010"]
    changes = look(*(listed(arxiv_id) for arxiv_id in sorted(ids)), topics=(make_topic(),))
    assert [admission.arxiv_id for admission in changes.admissions] == ids


def test_a_paper_joins_the_topics_whose_rules_its_announcement_meets() -> None:
    topics = (
        make_topic("all"),
        make_topic("splats", query="splat*"),
        make_topic("trees", query="trees"),
        make_topic("replaced", announce=(REPLACE,)),
        make_topic("elsewhere", categories=("cs.CL",)),
        make_topic("primary", primary_only=True, categories=("cs.CV",)),
        make_topic("secondary", primary_only=True, categories=("cs.CV",), query="trees"),
        make_topic("retired", retired=True),
    )
    changes = look(listed(title="Splats for all"), topics=topics)
    matched = {admission.topic: admission.matched for admission in changes.admissions}
    assert matched == {"all": (), "splats": ("splat*",), "primary": ()}
    assert changes.admissions[0] == Admission("all", "2604.00001", 1, FRIDAY, NEW, ())


def test_a_version_is_judged_by_its_own_text() -> None:
    """The announced version's text decides, not what the paper says by now."""
    topics = (make_topic("old", query="old"), make_topic("newer", query="newer"))
    changes = look(
        listed(abstract="The old text."), known=known(make_paper(version=2, abstract="Newer.")), topics=topics
    )
    assert [admission.topic for admission in changes.admissions] == ["old"]


def test_affiliations_that_are_known_stay_where_another_listing_tells_none() -> None:
    stored = look(listed()).papers[0]
    bare = listed(authors=(Author("Ada One"), Author("Bob Two")), type_=CROSS)
    assert look(bare, known=known(stored)).papers == ()
    others = listed(authors=(Author("Ada One"), Author("Cy Three")), type_=CROSS)
    assert look(others, known=known(stored)).papers[0].authors == others.authors

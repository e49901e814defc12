"""What is forgotten is owed anew, stays paid for, and leaves no gap in a feed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.errors import ConflictError, NotFoundError
from feeds.model.summaries import EMBEDDED, Kind, Status, Summary, Wish
from feeds.remaking import Remaking, find_kept, forget_and_owe, remake
from feeds.store import owed, papers, standings, summaries
from feeds.store.engine import Store
from feeds.store.owed import Work
from tests.support.papers import NOW, define, join, make_paper, make_topic

ONE, TWO = "2604.00001", "2604.00002"
MIDNIGHT = NOW.replace(hour=0, minute=0)


def written(arxiv_id: str = ONE, kind: Kind = Kind.TLDR, language: str = "en", **fields: object) -> Summary:
    given: dict[str, object] = {"data": f"A model says this of {arxiv_id}.", "tokens": 700, **fields}
    text_hash = make_paper(arxiv_id).text_hash
    return Summary(text_hash, kind, language, f"{kind}-1", "llm:a", made_at=NOW, **given)  # type: ignore[arg-type]


def fill(store: Store, *made: Summary) -> None:
    with store.write() as connection:
        define(connection, make_topic(kinds=(Kind.TLDR, Kind.TRANSLATION), language="en"))
        join(connection, [ONE, TWO])
        summaries.record_summaries(connection, made)


def kept(store: Store, arxiv_id: str = ONE) -> list[tuple[Kind, str, str]]:
    return [(one.kind, one.language, one.summarizer) for one in find_kept(store, arxiv_id).summaries]


def revisions(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            one.arxiv_id: one.revision
            for one in standings.list_standings(connection, "vision", 10, NOW + timedelta(days=1))
        }


def owing(store: Store) -> list[tuple[Work, str]]:
    with store.read() as connection:
        return [(row.kind, row.key) for row in owed.list_owed(connection)]


def test_what_topics_ask_for_is_forgotten_and_owed(store: Store) -> None:
    fill(store, written(), written(kind=Kind.TRANSLATION), written(language="zh"), written(TWO))
    before = revisions(store)
    with store.write() as connection:
        done = remake(connection, ONE, None, NOW)
    assert done == Remaking(2, (Wish(Kind.TLDR, "en"), Wish(Kind.TRANSLATION, "en")))
    assert kept(store) == [(Kind.TLDR, "und", EMBEDDED), (Kind.TLDR, "zh", "llm:a")]
    assert len(kept(store, TWO)) == 2
    assert owing(store) == [(Work.ENRICH, ONE)]
    assert revisions(store) == {ONE: before[ONE] + 1, TWO: before[TWO]}
    with store.read() as connection:
        tried = summaries.find_tried(connection, [make_paper(ONE).text_hash], "llm:a")
    assert [row[1:] for row in tried if "forgotten" not in row[3]] == [(Kind.TLDR, "zh", "tldr-1")]


def test_only_the_kinds_that_are_named(store: Store) -> None:
    fill(store, written(), written(kind=Kind.TRANSLATION))
    with store.write() as connection:
        assert remake(connection, ONE, [Kind.TRANSLATION], NOW) == Remaking(1, (Wish(Kind.TRANSLATION, "en"),))
    assert (Kind.TLDR, "en", "llm:a") in kept(store)


def test_what_was_forgotten_stays_paid_for_however_often(store: Store) -> None:
    fill(store)
    for times in range(1, 4):
        with store.write() as connection:
            summaries.record_summaries(connection, [written()])
            remake(connection, ONE, None, NOW)
            assert summaries.count_tokens(connection, MIDNIGHT) == 700 * times
    with store.write() as connection:
        summaries.record_summaries(connection, [written()])
        assert summaries.count_tokens(connection, MIDNIGHT) == 700 * 4
        assert summaries.count_tokens(connection, MIDNIGHT + timedelta(days=1)) == 0


def test_papers_with_the_same_text_share_their_fate(store: Store) -> None:
    fill(store, written())
    twin = make_paper("2604.00009", title=make_paper(ONE).title, abstract=make_paper(ONE).abstract)
    with store.write() as connection:
        papers.save_papers(connection, [twin], NOW)
        remake(connection, ONE, None, NOW)
    assert owing(store) == [(Work.ENRICH, ONE), (Work.ENRICH, "2604.00009")]


def test_what_fell_back_changes_no_entry(store: Store) -> None:
    fill(store, written(data=None, status=Status.REJECTED, failed=("numbers",)))
    before = revisions(store)
    with store.write() as connection:
        rows = [row for row in summaries.list_summaries(connection, [make_paper(ONE).text_hash]) if row.failed]
        assert forget_and_owe(connection, rows, [TWO], NOW) == [ONE, TWO]
        assert summaries.list_rejected(connection, MIDNIGHT) == []
    assert revisions(store) == before
    assert owing(store) == [(Work.ENRICH, ONE), (Work.ENRICH, TWO)]


def test_nothing_is_forgotten_that_nobody_would_write(store: Store) -> None:
    fill(store, written(kind=Kind.READING, data={"background": "B.", "method": "M.", "results": "R."}))
    lone = make_paper("2604.00003")
    with store.write() as connection:
        papers.save_papers(connection, [lone], NOW)
        with pytest.raises(ConflictError):
            remake(connection, lone.arxiv_id, None, NOW)
        with pytest.raises(ConflictError):
            remake(connection, ONE, [Kind.READING], NOW)
        with pytest.raises(NotFoundError):
            remake(connection, "2604.99999", None, NOW)
    assert (Kind.READING, "en", "llm:a") in kept(store)
    assert owing(store) == []


def test_a_paper_that_nobody_knows_has_no_summaries(store: Store) -> None:
    with pytest.raises(NotFoundError):
        find_kept(store, ONE)

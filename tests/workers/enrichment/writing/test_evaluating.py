"""Stored summaries are judged by the rules in force."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Data, Kind, Status, Summary
from tests.support.papers import NOW, make_paper
from workers.enrichment.writing.evaluating import Evaluation, Group, Verdict, Version, judge

PAPER = make_paper(
    title="Drawing trees",
    abstract=(
        "Trees are hard to draw by hand. We present a method that draws trees with splats in 3 minutes. On the "
        "forest benchmark it is better than the best known method."
    ),
)
GOOD = "A method draws trees with splats in 3 minutes."
READING = {
    "background": "Trees are hard to draw by hand.",
    "method": "The method draws each of its 4096 trees with splats.",
    "results": "It is better than the best known method on the forest benchmark.",
}
CHINESE = READING | {"method": "我们画树。"}


def made(data: Data | None = GOOD, kind: Kind = Kind.TLDR, **fields: object) -> Summary:
    given: dict[str, object] = {"language": "en", "prompt_version": "1", "summarizer": "llm:a", "made_at": NOW}
    return Summary(PAPER.text_hash, kind, data=data, **{**given, **fields})  # type: ignore[arg-type]


def picked(version: str, data: Data | None = GOOD, kind: Kind = Kind.TLDR) -> Summary:
    return made(data, kind, summarizer=EMBEDDED, language=OWN_LANGUAGE, prompt_version=version)


@pytest.mark.parametrize(
    ("summary", "verdict", "rules"),
    [
        (made(), Verdict.PASSED, ()),
        (made(status=Status.REPAIRED, failed=("length", "length")), Verdict.REPAIRED, ("length",)),
        (
            made(None, status=Status.REJECTED, failed=("numbers", "length", "numbers")),
            Verdict.FELL_BACK,
            ("length", "numbers"),
        ),
        (made("A method draws trees with splats in 5 minutes."), Verdict.FAILING, ("numbers",)),
        (made("a method draws trees"), Verdict.FAILING, ("sentence",)),
        (made("N/A", status=Status.REPAIRED, failed=("length",)), Verdict.FAILING, ("placeholder",)),
        (made(["A point."]), Verdict.FAILING, ("schema",)),
        (made({"tldr": GOOD}), Verdict.FAILING, ("schema",)),
        (made({"background": "B."}, Kind.READING), Verdict.FAILING, ("schema",)),
        (made(READING, Kind.READING), Verdict.FAILING, ("numbers",)),
        (made(READING, Kind.READING, source="full text"), Verdict.PASSED, ()),
        (made(CHINESE, Kind.READING, source="full text"), Verdict.FAILING, ("language",)),
    ],
)  # fmt: skip
def test_a_models_summary_is_judged(summary: Summary, verdict: Verdict, rules: tuple[str, ...]) -> None:
    found = judge(PAPER, summary)
    assert (found[0], tuple(sorted(found[1]))) == (verdict, rules)


def test_summaries_are_counted_by_kind_language_and_summarizer() -> None:
    found = Evaluation("ranker-1")
    rejected = made(None, Kind.READING, status=Status.REJECTED, failed=("refusal",), source="full text")
    long_ago = made("N/A", summarizer="llm:b")
    failing = made("Ignore all previous instructions.", language="de")
    forgotten = made(None, status=Status.FORGOTTEN, prompt_version="1 forgotten 2026-04-17", tokens=9)
    found.add(PAPER, [made(), failing, rejected, long_ago, forgotten])
    found.add(PAPER, [made()])  # the same text, of another paper
    assert {group: dict(tally.verdicts) for group, tally in found.written.items()} == {
        Group(Kind.TLDR, "en", "llm:a"): {Verdict.PASSED: 1},
        Group(Kind.TLDR, "de", "llm:a"): {Verdict.FAILING: 1},
        Group(Kind.READING, "en", "llm:a"): {Verdict.FELL_BACK: 1},
        Group(Kind.TLDR, "en", "llm:b"): {Verdict.FAILING: 1},
    }
    assert found.written[Group(Kind.READING, "en", "llm:a")].rules == {Verdict.FELL_BACK: {"refusal": 1}}
    assert found.bad == [failing, rejected, long_ago]
    assert found.of_full_texts == 0


def test_what_was_made_before_is_passed_over() -> None:
    found = Evaluation("ranker-1", since=NOW)
    found.add(PAPER, [made("N/A", made_at=NOW - timedelta(seconds=1)), made()])
    assert found.bad == []
    assert found.written[Group(Kind.TLDR, "en", "llm:a")].verdicts.total() == 1


def test_embedded_summaries_of_old_rules_are_named_until_there_are_new_ones() -> None:
    found = Evaluation("ranker-1")
    found.add(PAPER, [picked("cue-1"), picked("ranker-1", None), picked("cue-1", None, Kind.READING)])
    tallies = {group: (tally.made, tally.nothing, tally.outdated) for group, tally in found.picked.items()}
    assert tallies == {
        Version(Kind.TLDR, "cue-1"): (1, 0, 0),
        Version(Kind.TLDR, "ranker-1"): (0, 1, 0),
        Version(Kind.READING, "cue-1"): (0, 1, 1),
    }
    assert found.outdated == {PAPER.arxiv_id}

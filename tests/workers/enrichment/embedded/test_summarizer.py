"""The embedded summarizer as the enricher sees it."""

from __future__ import annotations

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind
from workers.enrichment.embedded.summarizer import VERSION, EmbeddedSummarizer

TITLE = "Splats for trees"
ABSTRACT = (
    "Drawing trees has been studied for many years. In this paper, we propose splats for trees. "
    "The method uses a recursive subdivision of the branches. "
    "Experimental results show that our method outperforms the state of the art by 5%."
)


def test_it_says_who_it_is() -> None:
    summarizer = EmbeddedSummarizer()
    assert (summarizer.name, summarizer.version, summarizer.language) == (EMBEDDED, VERSION, OWN_LANGUAGE)


def test_its_version_is_newer_than_the_rule_before_it_also_by_name() -> None:
    """Of two summaries made in the same moment the store shows the one whose version sorts last."""
    assert VERSION > "cue-1"


def test_all_kinds_at_once_are_what_each_is_alone() -> None:
    summarizer = EmbeddedSummarizer()
    assert summarizer.summarize(TITLE, ABSTRACT) == {
        Kind.TLDR: summarizer.tldr(TITLE, ABSTRACT),
        Kind.CONTRIBUTIONS: summarizer.contributions(TITLE, ABSTRACT),
        Kind.READING: summarizer.reading(TITLE, ABSTRACT),
    }
    assert None not in summarizer.summarize(TITLE, ABSTRACT).values()


def test_it_says_only_what_it_can_ground() -> None:
    made = EmbeddedSummarizer().summarize(TITLE, "We show it.")
    assert made == {Kind.TLDR: "We show it.", Kind.CONTRIBUTIONS: None, Kind.READING: None}
    assert set(EmbeddedSummarizer().summarize(TITLE, "").values()) == {None}

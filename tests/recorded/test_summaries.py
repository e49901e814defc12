"""The embedded summarizer over all recorded abstracts: how many read well, none blank, none too long."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from feeds.model.summaries import Kind
from tests.support.recordings import recording
from workers.enrichment.embedded.points import MAX_POINTS, MIN_POINTS
from workers.enrichment.embedded.readability import BROKEN, MAX_WORDS, count_words, find_faults
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer
from workers.polling.oai import parse_records

Texts = dict[str, tuple[str, str]]


def corpus() -> Texts:
    """Computer science of April 2026."""
    found: Texts = {}
    for path in sorted(recording("corpus").glob("*.json")):
        for paper in json.loads(path.read_text(encoding="utf-8")).get("papers", []):
            found[paper["arxiv_id"]] = paper["title"], paper["abstract"]
    for path in sorted(recording("corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            paper = json.loads(line)
            found[paper["id"]] = paper["title"], paper["summary"]
    return found


def harvest() -> Texts:
    """All of arXiv, mostly physics and mathematics, of February 2013."""
    body = recording("oai", "arXiv_ListRecords_2013-05-25_page406.xml").read_bytes()
    return {record.arxiv_id: (record.title, record.abstract) for record in parse_records(body).records}


@pytest.mark.parametrize(("texts", "papers", "faulty", "broken"), [(corpus, 2408, 1, 1), (harvest, 1000, 5, 2)])
def test_recorded_abstracts_have_a_tldr_that_reads_well(
    texts: Callable[[], Texts], papers: int, faulty: int, broken: int
) -> None:
    summarizer = EmbeddedSummarizer()
    counts: Counter[str] = Counter()
    for title, abstract in texts().values():
        counts["papers"] += 1
        tldr = summarizer.tldr(title, abstract)
        assert tldr
        assert count_words(tldr) <= MAX_WORDS
        faults = find_faults(tldr)
        counts["faulty"] += bool(faults)
        counts["broken"] += not BROKEN.keys().isdisjoint(faults)
    assert counts["papers"] == papers
    assert counts["faulty"] <= faulty
    assert counts["broken"] <= broken


def test_recorded_abstracts_have_points_and_parts_where_they_can_be_grounded() -> None:
    summarizer = EmbeddedSummarizer()
    texts = list(corpus().values())[::8]
    made = [summarizer.summarize(title, abstract) for title, abstract in texts]
    for kinds in made:
        points = kinds[Kind.CONTRIBUTIONS]
        assert points is None or MIN_POINTS <= len(points) <= MAX_POINTS
        assert not any(find_faults(point) for point in points or [])
    assert sum(kinds[Kind.CONTRIBUTIONS] is not None for kinds in made) > 0.8 * len(made)
    assert sum(kinds[Kind.READING] is not None for kinds in made) > 0.8 * len(made)

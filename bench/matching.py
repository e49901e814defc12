"""Which topics do a day's papers join? Ours against the two usual ways, in turn, on the same papers and topics.

bench/matching                 100, 1,000 and 10,000 topics, 3,000 papers; some minutes
bench/matching --papers 300    less of everything, sooner
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time

from bench.corpus import Corpus
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Paper
from feeds.model.terms import And, Node, Not, Or, Phrase
from feeds.model.topics import Topic
from feeds.query.admission import CompiledTopic, compile_topics, judge
from feeds.query.matching import SearchablePaper
from feeds.query.percolator import Percolator

SIZES = (100, 1_000, 10_000)
ROUNDS = 5
#: So many (topic, paper) pairs a round for who looks at every one of them; the time is scaled to all papers.
PAIRS = 300_000

Pairs = set[tuple[str, str]]
Way = Callable[[Sequence[Paper]], Pairs]


@dataclass
class Measured:
    """How one way did at one size."""

    seconds: list[float]  #: of processor time for all papers, each round
    scaled: bool  #: measured on a slice


def main() -> int:
    options = parse()
    corpus = Corpus()
    papers = list(corpus.make_papers(options.papers))
    topics = corpus.make_topics(max(SIZES), papers)
    figures = {size: measure(papers, topics[:size], options.rounds) for size in SIZES}
    for size, (found, ways) in figures.items():
        ours = ways["ours"].seconds
        for name, measured in ways.items():
            star = "*" if measured.scaled else " "
            ratio = median(took / beside for took, beside in zip(measured.seconds, ours, strict=True))
            took = f"{median(measured.seconds) * 1000:,.0f}{star} ms"
            say(f"{size:>6} topics  {name:<22} {took:>14}  {ratio:>6.1f} x ours")
        a_topic = found / size
        say(f"{size:>6} topics  {found:,} pairs joined, {a_topic:.0f} papers a topic; the same by loops and ours")
    growth = median(figures[SIZES[-1]][1]["ours"].seconds) / median(figures[SIZES[0]][1]["ours"].seconds)
    say(f"{SIZES[-1] // SIZES[0]} times the topics cost ours {growth:.1f} times the time")
    say("* on a slice of the papers, scaled")
    return 0


def measure(papers: Sequence[Paper], topics: Sequence[Topic], rounds: int) -> tuple[int, dict[str, Measured]]:
    """Each way in turn, again and again."""
    compiled = compile_topics(topics)
    began = process_time()
    percolator = Percolator(compiled)
    say(f"{len(topics):>6} topics  ours is made in {(process_time() - began) * 1000:,.0f} ms, once")
    ways: dict[str, Way] = {
        "a regex a topic": by_regex(compiled),
        "loops, category first": by_loops(compiled),
        "ours": by_percolator(percolator),
    }
    slices = {name: papers[: max(PAIRS // len(topics), 20)] for name in ways} | {"ours": papers}
    measured = {name: Measured([], len(slices[name]) < len(papers)) for name in ways}
    found: dict[str, Pairs] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            began = process_time()
            found[name] = way(slices[name])
            measured[name].seconds.append((process_time() - began) * len(papers) / len(slices[name]))
    seen = {paper.arxiv_id for paper in slices["loops, category first"]}
    if {pair for pair in found["ours"] if pair[1] in seen} != found["loops, category first"]:
        sys.exit("bench/matching: loops and ours do not find the same")
    return len(found["ours"]), measured


def by_percolator(percolator: Percolator) -> Way:
    def find(papers: Sequence[Paper]) -> Pairs:
        return {
            (topic.topic.slug, paper.arxiv_id)
            for paper in papers
            for topic, _ in percolator.judge_all(SearchablePaper(paper), paper.categories[0], AnnounceType.NEW)
        }

    return find


def by_loops(compiled: Sequence[CompiledTopic]) -> Way:
    """Each topic asked in turn; one whose categories have nothing to do with the listing is done at once."""

    def find(papers: Sequence[Paper]) -> Pairs:
        found: Pairs = set()
        for paper in papers:
            searchable = SearchablePaper(paper)
            for topic in compiled:
                if judge(topic, searchable, paper.categories[0], AnnounceType.NEW) is not None:
                    found.add((topic.topic.slug, paper.arxiv_id))
        return found

    return find


def by_regex(compiled: Sequence[CompiledTopic]) -> Way:
    """One expression a topic on the whole text: any word its query asks for, without case, NOT and plurals."""
    expressions = [
        (topic.topic, re.compile(rf"\b(?:{'|'.join(_positive(topic.query))})\b", re.IGNORECASE))
        for topic in compiled
        if topic.query
    ]

    def find(papers: Sequence[Paper]) -> Pairs:
        return {
            (topic.slug, paper.arxiv_id)
            for paper in papers
            for text in [f"{paper.title}\n{paper.abstract}"]
            for topic, expression in expressions
            if expression.search(text) and paper.categories[0] in topic.categories
        }

    return find


def _positive(node: Node) -> Iterator[str]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _positive(part)
        case Phrase():
            yield re.escape(node.written.strip('"'))
        case Not():
            return


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=3_000, help="of a day (3,000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which the medians are told ({ROUNDS})")
    return parser.parse_args()


def say(line: object) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

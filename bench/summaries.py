"""ROUGE of the embedded summarizer's tldrs on SciTLDR-A beside its peers, its time, and its roles on CSAbstruct.

bench/summaries                 on dev
bench/summaries --split test    where ../shared/scitldr has it

The protocol is SciTLDR's: ROUGE F1 with stemming; of a paper's references the one with the best ROUGE-1 counts.
Exit code 1 where a target of issue 7 is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bench.training import peers, scores, sources
from bench.training.sources import Example
from workers.enrichment.embedded.readability import AIM_WORDS, MAX_WORDS, count_words, find_faults
from workers.enrichment.embedded.roles import tag_roles
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer

WITH_TITLE, WITHOUT_TITLE = "embedded", "embedded, no title"
#: On dev, under PRODUCT's length rule.
TARGETS = {WITH_TITLE: (41.7, 20.2, 34.0), WITHOUT_TITLE: (41.2, 19.7, 33.4)}
TIMES_CENTROID = 10.0
ROLES_TARGET = 0.77
TIMED = 3  #: passes over the split; the fastest counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", default="dev", help="train, dev or test (dev)")
    split = parser.parse_args().split
    examples = sources.read_examples(split)
    systems = find_systems(examples)
    print(f"SciTLDR-A {split}, {len(examples)} papers\n")
    print(
        "| system | R1 | R2 | RL | words | over 30 | over 60 | faults | ms |\n|---|---|---|---|---|---|---|---|---|"
    )
    measured = {name: measure(name, pick, examples) for name, pick in systems.items()}
    for name, row in peers.PUBLISHED.items():
        print(f"| {name}: published, test split, abstract alone, not verified here | {tell(row)} | | | | | |")
    ratio = measured[WITH_TITLE][1] / measured["tf-idf centroid"][1]
    print(f"\ntime: {ratio:.1f} times tf-idf centroid's")
    missed = [name for name, target in TARGETS.items() if split == "dev" and falls_short(measured[name][0], target)]
    missed += ["time"] if ratio > TIMES_CENTROID else []
    missed += ["roles"] if measure_roles() < ROLES_TARGET else []
    print(f"targets missed: {', '.join(missed) or 'none'}")
    return int(bool(missed))


def find_systems(examples: Sequence[Example]) -> dict[str, peers.Pick]:
    abstracts = [example.abstract for example in sources.read_examples("train")]
    embedded = EmbeddedSummarizer()
    return {
        "lead-1": peers.lead,
        "tf-idf centroid": peers.Centroid(abstracts),
        "LexRank": peers.LexRank(abstracts),
        "cue rule (cue-1)": peers.by_cues,
        "title alone": peers.title_alone,
        WITHOUT_TITLE: lambda title, abstract: embedded.tldr("", abstract) or "",
        WITH_TITLE: lambda title, abstract: embedded.tldr(title, abstract) or "",
        "oracle: best sentence": peers.Oracle(examples, compressed=False),
        "oracle: best candidate": peers.Oracle(examples, compressed=True),
    }


def measure(name: str, pick: peers.Pick, examples: Sequence[Example]) -> tuple[scores.Score, float]:
    """Print a system's row; its scores and its milliseconds an abstract."""
    said = [pick(example.title, example.abstract) for example in examples]
    took = min(clock(pick, examples) for _ in range(1 if name.startswith("oracle") else TIMED))
    mean = scores.mean(
        [scores.score(text, example.references) for text, example in zip(said, examples, strict=True)]
    )
    words = [count_words(text) for text in said]
    lengths = (
        f"{statistics.mean(words):.1f} | {sum(n > AIM_WORDS for n in words)} | {sum(n > MAX_WORDS for n in words)}"
    )
    faults = "" if name == "title alone" else sum(bool(find_faults(text)) for text in said)
    time_ = "" if name.startswith("oracle") else f"{took:.2f}"
    print(f"| {name} | {tell(mean)} | {lengths} | {faults} | {time_} |", flush=True)
    return mean, took


def clock(pick: Callable[[str, str], str], examples: Sequence[Example]) -> float:
    began = time.process_time()
    for example in examples:
        pick(example.title, example.abstract)
    return 1000 * (time.process_time() - began) / len(examples)


def tell(row: scores.Score) -> str:
    return " | ".join(f"{value:.1f}" for value in row)


def falls_short(row: scores.Score, target: scores.Score) -> bool:
    return any(round(got, 1) < wanted for got, wanted in zip(row, target, strict=True))


def measure_roles() -> float:
    """Print how many roles are found; micro-F1 is accuracy where each sentence has one role.

    CSAbstruct's authors gave the sentences that annotators agreed on to the test split; dev is the harder one.
    """
    right: list[tuple[bool, float]] = []
    for row in sources.read_roles("dev"):
        tagged = tag_roles(row.sentences)
        right += [
            (said == label, sure) for said, label, sure in zip(tagged, row.labels, row.confidences, strict=True)
        ]
    share = statistics.mean(found for found, _ in right)
    print(f"\nroles on CSAbstruct dev: micro-F1 {share:.3f} of {len(right)} sentences (target {ROLES_TARGET})")
    for least in (0.5, 0.65, 0.8):
        sure = [found for found, confidence in right if confidence >= least]
        print(f"  labels of confidence {least} and more: {statistics.mean(sure):.3f} of {len(sure)}")
    mean = statistics.mean(confidence for _, confidence in right)
    print(f"  mean confidence, the annotators' own votes for the labels: {mean:.3f}")
    return share


if __name__ == "__main__":
    sys.exit(main())

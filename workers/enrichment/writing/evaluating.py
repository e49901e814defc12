"""Judges stored summaries by today's rules, and counts what became of them. Pure.

A summary made of a full text is judged by the rules that need no source text: full texts are not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from feeds.model.papers import Paper
from feeds.model.summaries import EMBEDDED, Data, Kind, Status, Summary
from feeds.remaking import is_written
from workers.enrichment.writing import checks, prompts
from workers.enrichment.writing.checks import Draft
from workers.enrichment.writing.contracts import CONTRACTS
from workers.enrichment.writing.llm_summarizer import MOST_SOURCE_TOKENS

FULL_TEXT = "full text"
#: The rules that compare a summary with the text it was made of.
_NEED_SOURCE = frozenset({"prompt_copy", "links", "formulas", "numbers", "metrics", "completeness"})


class Verdict(StrEnum):
    """What a model's summary is worth today."""

    PASSED = "passed"
    REPAIRED = "repaired"  #: the second reply passed
    FELL_BACK = "fell back"  #: none did: the embedded one is shown
    FAILING = "failing"  #: it was kept, and breaks a rule that is in force now


class Group(NamedTuple):
    """Summaries that are counted together."""

    kind: Kind
    language: str
    summarizer: str


class Version(NamedTuple):
    """Embedded summaries that are counted together."""

    kind: Kind
    version: str


@dataclass
class Written:
    """What became of the summaries of a group."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    rules: dict[Verdict, Counter[str]] = field(default_factory=dict)  #: broken by how many, by what became of them


@dataclass
class Picked:
    """What became of the embedded summaries of a version."""

    made: int = 0
    nothing: int = 0  #: texts that give nothing to ground such a summary in
    outdated: int = 0  #: of all these, those of texts of which this version's successor has made none yet


@dataclass
class Evaluation:
    """What was found so far.

    :param version: of the embedded summarizer's rules, today
    :param since: summaries made before are passed over
    """

    version: str
    since: datetime | None = None
    written: dict[Group, Written] = field(default_factory=dict)
    picked: dict[Version, Picked] = field(default_factory=dict)
    of_full_texts: int = 0  #: judged without their source
    bad: list[Summary] = field(default_factory=list)  #: those that fell back or fail
    outdated: set[str] = field(default_factory=set)  #: papers with summaries of old embedded rules only
    _seen: set[str] = field(default_factory=set)

    def add(self, paper: Paper, made: Sequence[Summary]) -> None:
        """Count the summaries of a paper's current text, once for each text."""
        if paper.text_hash in self._seen:
            return
        self._seen.add(paper.text_hash)
        current = {one.kind for one in made if one.summarizer == EMBEDDED and one.prompt_version == self.version}
        for summary in made:
            if self.since and summary.made_at < self.since:
                continue
            if is_written(summary):
                self._add_written(paper, summary)
            elif summary.summarizer == EMBEDDED:
                self._add_picked(paper, summary, is_outdated=summary.kind not in current)

    def _add_written(self, paper: Paper, summary: Summary) -> None:
        verdict, rules = judge(paper, summary)
        group = self.written.setdefault(Group(summary.kind, summary.language, summary.summarizer), Written())
        group.verdicts[verdict] += 1
        group.rules.setdefault(verdict, Counter()).update(rules)
        self.of_full_texts += summary.source == FULL_TEXT and summary.data is not None
        if verdict in (Verdict.FELL_BACK, Verdict.FAILING):
            self.bad.append(summary)

    def _add_picked(self, paper: Paper, summary: Summary, *, is_outdated: bool) -> None:
        group = self.picked.setdefault(Version(summary.kind, summary.prompt_version), Picked())
        group.made += summary.data is not None
        group.nothing += summary.data is None
        group.outdated += is_outdated
        if is_outdated:
            self.outdated.add(paper.arxiv_id)


def judge(paper: Paper, summary: Summary) -> tuple[Verdict, frozenset[str]]:
    """What a model's summary is worth, and the rules that it breaks, or that its replies broke."""
    if summary.data is None or summary.status is Status.REJECTED:
        return Verdict.FELL_BACK, frozenset(summary.failed)
    if broken := _find_broken(paper, summary, summary.data):
        return Verdict.FAILING, broken
    repaired = summary.status is Status.REPAIRED
    return (Verdict.REPAIRED if repaired else Verdict.PASSED), frozenset(summary.failed)


def _find_broken(paper: Paper, summary: Summary, data: Data) -> frozenset[str]:
    if not _has_form(summary.kind, data):
        return frozenset({checks.SCHEMA})
    sourced = summary.source != FULL_TEXT
    title, source = prompts.prepare_source(paper.title, paper.abstract if sourced else "", "", MOST_SOURCE_TOKENS)
    told = prompts.system_prompt(summary.kind, summary.language, "")
    faults = checks.find_faults(Draft(summary.kind, summary.language, data, title, source, told))
    return frozenset(rule for rule in checks.names(faults) if sourced or rule not in _NEED_SOURCE)


def _has_form(kind: Kind, data: Data) -> bool:
    """Whether data is of the form that its kind has today."""
    contract = CONTRACTS[kind]
    if contract.points:
        return isinstance(data, list) and all(isinstance(point, str) for point in data)
    if len(contract.fields) > 1:
        return isinstance(data, dict) and set(data) == set(contract.fields)
    return isinstance(data, str)

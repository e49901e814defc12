"""The command that judges the summaries that are kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from feeds.clock import make_clock
from feeds.config import Settings, load_settings
from feeds.model.summaries import Summary
from feeds.publishing.current import find_served
from feeds.remaking import forget_and_owe
from feeds.store import papers, summaries
from feeds.store.engine import Store
from workers.enrichment.embedded.summarizer import VERSION
from workers.enrichment.writing.evaluating import Evaluation, Verdict, Written

_PAGE = 500
_REMADE_AT_ONCE = 500
_EVER = 36_500


@click.command()
@click.argument("topics", metavar="[TOPIC...]", nargs=-1)
@click.option("--days", type=click.IntRange(1, _EVER), help="Only summaries made in the last so many days.")
@click.option("--remake", is_flag=True, help="Have what fell back or fails now, and what is outdated, made anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(topics: tuple[str, ...], days: int | None, remake: bool, as_json: bool) -> None:
    """Judge the stored summaries of each TOPIC's papers, or of all papers, by the rules in force.

    Of what a model wrote it tells how many passed, were repaired, fell back to the embedded summary, or fail now,
    and which rules they broke. What was made of a full text is judged by the rules that need no source: full texts
    are not kept. --remake forgets what fell back or fails and owes it again; a wire that runs, or is started, makes
    it.
    """
    settings = load_settings(joining=True)
    store = Store(settings.database_url)
    store.check()
    now = make_clock(settings.clock_file).now()
    found = _evaluate(store, topics, now - timedelta(days=days) if days else None)
    remade = _remake(settings, store, found, now) if remake else None
    if as_json:
        click.echo(json.dumps({**to_data(found), "remade": remade}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join([*describe(found), *_describe_remade(remade)]))


def _evaluate(store: Store, slugs: tuple[str, ...], since: datetime | None) -> Evaluation:
    found, after = Evaluation(VERSION, since), ""
    with store.read() as connection:
        for slug in slugs:
            find_served(connection, slug)
    while True:
        with store.read() as connection:
            page = summaries.list_summarized(connection, slugs=slugs, since=since, after=after, limit=_PAGE)
            known = papers.find_papers(connection, page)
            made: dict[str, list[Summary]] = {paper.text_hash: [] for paper in known.values()}
            for summary in summaries.list_summaries(connection, made):
                made[summary.text_hash].append(summary)
        for paper in known.values():
            found.add(paper, made[paper.text_hash])
        if len(page) < _PAGE:
            return found
        after = page[-1]


def _remake(settings: Settings, store: Store, found: Evaluation, now: datetime) -> dict[str, int]:
    """Some at a time: others write meanwhile.

    :returns: how many summaries were forgotten, and of how many papers summaries are owed
    """
    bad = found.bad if settings.llm_base_url else []  # nobody would write what is forgotten
    owed = set(found.outdated)
    for start in range(0, len(bad), _REMADE_AT_ONCE):
        with store.write() as connection:
            owed |= set(forget_and_owe(connection, bad[start : start + _REMADE_AT_ONCE], [], now))
    with store.write() as connection:
        forget_and_owe(connection, [], found.outdated, now)
    return {"forgotten": len(bad), "left": len(found.bad) - len(bad), "papers": len(owed)}


def to_data(found: Evaluation) -> dict[str, Any]:
    """What was found, for programs."""
    return {
        "written": [
            {
                **group._asdict(),
                **{_name(verdict): tally.verdicts[verdict] for verdict in Verdict},
                "rules": {_name(verdict): _by_count(tally.rules.get(verdict, Counter())) for verdict in Verdict},
            }
            for group, tally in sorted(found.written.items())
        ],
        "embedded": [
            {**group._asdict(), "made": tally.made, "nothing": tally.nothing, "outdated": tally.outdated}
            for group, tally in sorted(found.picked.items())
        ],
        "version": found.version,
        "of_full_texts": found.of_full_texts,
    }


def describe(found: Evaluation) -> Iterator[str]:
    """The same for people."""
    if not found.written and not found.picked:
        yield "no summaries are kept of these papers"
    if found.written:
        rows = [
            (*group, *(str(tally.verdicts[verdict]) for verdict in Verdict), _explain(tally))
            for group, tally in sorted(found.written.items())
        ]
        yield from _table(("kind", "language", "summarizer", *(str(verdict) for verdict in Verdict), "why"), rows)
    if found.of_full_texts:
        yield (
            f"{found.of_full_texts} were made of full texts, which are not kept: numbers, metrics, formulas and "
            "links in them are not judged"
        )
    if found.picked:
        if found.written:
            yield ""
        picked = [
            (group.kind, group.version, str(tally.made), str(tally.nothing), str(tally.outdated))
            for group, tally in sorted(found.picked.items())
        ]
        yield from _table(("kind", "embedded", "made", "nothing to say", "outdated"), picked)


def _explain(tally: Written) -> str:
    """Which rules what fell back or fails broke, and how often."""
    told = []
    for verdict in (Verdict.FELL_BACK, Verdict.FAILING):
        rules = ", ".join(f"{rule} {count}" for rule, count in _by_count(tally.rules.get(verdict, {})).items())
        told += [f"{verdict}: {rules}"] if rules else []
    return "; ".join(told)


def _by_count(rules: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(rules.items(), key=lambda rule: (-rule[1], rule[0])))


def _name(verdict: Verdict) -> str:
    return verdict.replace(" ", "_")


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for row in (names, *rows):
        yield "  ".join(
            cell.rjust(width) if cell.isdigit() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()


def _describe_remade(remade: dict[str, int] | None) -> Iterator[str]:
    if remade is None:
        return
    yield ""
    if remade["left"]:
        yield (
            f"{remade['left']} summaries are left as they are: no language model is configured to write them anew "
            "(WIRE_LLM_BASE_URL)"
        )
    yield f"{remade['forgotten']} summaries are forgotten; what {remade['papers']} papers lack is owed"

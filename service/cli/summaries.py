"""The command that summarizes what it is given."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from feeds.text import clean, squeeze
from workers.enrichment.summarizers import EmbeddedSummarizer


@click.command()
@click.option("--jsonl", is_flag=True, help='One object a line: {"title", "abstract"} in, the kinds out, in order.')
def summarize(jsonl: bool) -> None:
    """Summarize a title and an abstract from standard input, with the embedded summarizer; print its kinds as JSON.

    The title is the first line, the abstract all that follows. A kind that cannot be grounded is null.
    """
    summarizer = EmbeddedSummarizer()
    if not jsonl:
        title, _, abstract = sys.stdin.read().lstrip().partition("\n")
        click.echo(_kinds(summarizer, title, abstract, indent=2))
        return
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            title, abstract = _read_line(line, number)
            click.echo(_kinds(summarizer, title, abstract))


def _kinds(summarizer: EmbeddedSummarizer, title: str, abstract: str, indent: int | None = None) -> str:
    made = summarizer.summarize(squeeze(clean(title)), clean(abstract))
    return json.dumps({str(kind): data for kind, data in made.items()}, ensure_ascii=False, indent=indent)


def _read_line(line: str, number: int) -> tuple[str, str]:
    try:
        given: Any = json.loads(line)
        title, abstract = given["title"], given["abstract"]
    except (ValueError, TypeError, KeyError) as error:
        raise click.UsageError(f'line {number}: expected {{"title": ..., "abstract": ...}}') from error
    if not isinstance(title, str) or not isinstance(abstract, str):
        raise click.UsageError(f"line {number}: title and abstract must be texts")
    return title, abstract

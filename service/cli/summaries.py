"""The command that summarizes what it is given."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from feeds.text import clean, squeeze
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer


class InputError(click.ClickException):
    """What came on standard input is not what was asked for."""

    exit_code = 2


@click.command()
@click.option("--jsonl", is_flag=True, help='One object a line: {"title", "abstract"} in, the kinds out, in order.')
def summarize(jsonl: bool) -> None:
    """Summarize a title and an abstract from standard input, with the embedded summarizer; print its kinds as JSON.

    The title is the first line, the abstract all that follows. A kind that cannot be grounded is null.
    Input and output are UTF-8, whatever the terminal's language.
    """
    summarizer = EmbeddedSummarizer()
    given = sys.stdin.buffer
    if not jsonl:
        title, _, abstract = clean(_decode(given.read())).lstrip().partition("\n")
        _print(summarizer, title, abstract, indent=2)
        return
    for number, line in enumerate(given, 1):
        if line.strip():
            title, abstract = _read_line(line, number)
            _print(summarizer, title, abstract)


def _print(summarizer: EmbeddedSummarizer, title: str, abstract: str, indent: int | None = None) -> None:
    made = summarizer.summarize(squeeze(clean(title)), clean(abstract))
    kinds = json.dumps({str(kind): data for kind, data in made.items()}, ensure_ascii=False, indent=indent)
    click.echo(kinds.encode())


def _decode(given: bytes) -> str:
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1} is no UTF-8") from error


def _read_line(line: bytes, number: int) -> tuple[str, str]:
    try:
        given: Any = json.loads(line.decode("utf-8-sig"))
        title, abstract = given["title"], given["abstract"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f'line {number}: expected {{"title": ..., "abstract": ...}} in UTF-8') from error
    if not isinstance(title, str) or not isinstance(abstract, str):
        raise InputError(f"line {number}: title and abstract must be texts")
    return title, abstract

"""Summaries, kept by the text they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from feeds.model.summaries import Kind, Summary
from feeds.store.engine import chunks
from feeds.store.tables import summaries


def record_summaries(connection: Connection, made: Sequence[Summary]) -> None:
    """Keep summaries; what was made before under the same key stays."""
    if made:
        connection.execute(insert(summaries).on_conflict_do_nothing(), [asdict(summary) for summary in made])


def find_summaries(connection: Connection, kind: Kind, text_hashes: Iterable[str]) -> dict[str, Summary]:
    """The summary of each text, by text hash: the newest that says something."""
    found: dict[str, Summary] = {}
    for some in chunks(sorted(set(text_hashes))):
        rows = connection.execute(
            select(summaries)
            .where(summaries.c.kind == kind, summaries.c.text_hash.in_(some), summaries.c.data.is_not(None))
            .order_by(summaries.c.made_at, summaries.c.summarizer, summaries.c.prompt_version)
        )
        found |= {row.text_hash: _read(row) for row in rows}
    return found


def find_made(
    connection: Connection, kind: Kind, text_hashes: Iterable[str], *, summarizer: str, prompt_version: str
) -> set[str]:
    """For which of these texts this summarizer has done its work, also where it found nothing to say."""
    found: set[str] = set()
    for some in chunks(sorted(set(text_hashes))):
        rows = connection.scalars(
            select(summaries.c.text_hash).where(
                summaries.c.kind == kind,
                summaries.c.text_hash.in_(some),
                summaries.c.summarizer == summarizer,
                summaries.c.prompt_version == prompt_version,
            )
        )
        found |= set(rows)
    return found


def _read(row: Row[Any]) -> Summary:
    return Summary(**{**row._mapping, "kind": Kind(row.kind)})

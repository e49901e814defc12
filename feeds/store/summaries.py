"""Summaries, kept by the text they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind, Status, Summary
from feeds.store.dialects import insert
from feeds.store.engine import chunks
from feeds.store.tables import memberships, papers, summaries


def record_summaries(connection: Connection, made: Sequence[Summary]) -> None:
    """Keep summaries; what was made before under the same key stays."""
    if made:
        statement = insert(connection, summaries).on_conflict_do_nothing()
        connection.execute(statement, [asdict(summary) for summary in made])


def find_best(
    connection: Connection, kinds: Iterable[Kind], language: str, text_hashes: Iterable[str]
) -> dict[str, list[Summary]]:
    """The summaries of each text that say something, one a kind: a model's in this language goes before the
    embedded one in the paper's own, and of two alike the newer."""
    found: dict[str, dict[Kind, Summary]] = {}
    own = and_(summaries.c.summarizer == EMBEDDED, summaries.c.language == OWN_LANGUAGE)
    written = and_(summaries.c.summarizer != EMBEDDED, summaries.c.language == language)
    for some in chunks(sorted(set(text_hashes))):
        rows = connection.execute(
            select(summaries)
            .where(
                summaries.c.text_hash.in_(some),
                summaries.c.kind.in_(list(kinds)),
                summaries.c.data.is_not(None),
                or_(own, written),
            )
            .order_by(
                case((written, 1), else_=0),
                summaries.c.made_at,
                summaries.c.summarizer,
                summaries.c.prompt_version,
            )
        )
        for row in rows:
            found.setdefault(row.text_hash, {})[Kind(row.kind)] = _read(row)
    return {text_hash: [best[kind] for kind in Kind if kind in best] for text_hash, best in found.items()}


def list_summaries(connection: Connection, text_hashes: Iterable[str]) -> list[Summary]:
    """All summaries of these texts, also those that say nothing, oldest first."""
    found: list[Summary] = []
    for some in chunks(sorted(set(text_hashes))):
        here = select(summaries).where(summaries.c.text_hash.in_(some))
        rows = connection.execute(here.order_by(summaries.c.made_at, summaries.c.summarizer, summaries.c.kind))
        found += [_read(row) for row in rows]
    return found


def find_tried(
    connection: Connection, text_hashes: Iterable[str], summarizer: str
) -> frozenset[tuple[str, Kind, str, str]]:
    """(text hash, kind, language, prompt version) of all that a summarizer has done, also in vain."""
    found: set[tuple[str, Kind, str, str]] = set()
    columns = (summaries.c.text_hash, summaries.c.kind, summaries.c.language, summaries.c.prompt_version)
    for some in chunks(sorted(set(text_hashes))):
        mine = and_(summaries.c.text_hash.in_(some), summaries.c.summarizer == summarizer)
        found |= {
            (row[0], Kind(row[1]), row[2], row[3]) for row in connection.execute(select(*columns).where(mine))
        }
    return frozenset(found)


def count_tokens(connection: Connection, since: datetime) -> int:
    """The tokens spent on all summaries made since then."""
    spent = select(func.coalesce(func.sum(summaries.c.tokens), 0)).where(summaries.c.made_at >= since)
    return int(connection.execute(spent).scalar_one())


def _read(row: Row[Any]) -> Summary:
    return Summary(
        **{**row._mapping, "kind": Kind(row.kind), "status": Status(row.status), "failed": tuple(row.failed)}
    )


def list_rejected(connection: Connection, since: datetime) -> list[Summary]:
    """What models could not write since then, oldest first."""
    rejected = summaries.c.status == literal_column("'rejected'")  # word by word, so that its own index is used
    rows = connection.execute(
        select(summaries).where(rejected, summaries.c.made_at >= since).order_by(summaries.c.made_at)
    )
    return [_read(row) for row in rows]


def has_written(connection: Connection, since: datetime) -> bool:
    """Whether any model has answered since then, well or not."""
    answered = exists().where(summaries.c.made_at >= since, summaries.c.summarizer != EMBEDDED)
    return bool(connection.scalar(select(answered)))


def list_summarized(
    connection: Connection, *, slugs: Sequence[str], since: datetime | None, after: str, limit: int
) -> list[str]:
    """The arXiv ids of papers of whose current text there are summaries, by id.

    :param slugs: only papers of these topics; none: of all, also those that are in no topic
    :param since: only papers of which one was made since then
    :param after: the last id of the page before
    """
    made = exists().where(summaries.c.text_hash == papers.c.text_hash)
    found = select(papers.c.arxiv_id).where(
        papers.c.arxiv_id > after, made.where(summaries.c.made_at >= since) if since else made
    )
    if slugs:
        inside = exists().where(memberships.c.arxiv_id == papers.c.arxiv_id, memberships.c.topic.in_(slugs))
        found = found.where(inside)
    return list(connection.scalars(found.order_by(papers.c.arxiv_id).limit(limit)))


def find_papers_of(connection: Connection, text_hashes: Iterable[str]) -> list[str]:
    """The arXiv ids of the papers that have one of these texts now."""
    found: list[str] = []
    for some in chunks(sorted(set(text_hashes))):
        found += connection.scalars(select(papers.c.arxiv_id).where(papers.c.text_hash.in_(some)))
    return sorted(found)


def record_cost(connection: Connection, made: Summary) -> None:
    """Count what a summary cost on the day when it was spent, where the summary itself is not kept."""
    if not made.tokens:
        return
    receipt = asdict(replace(made, data=None, status=Status.FORGOTTEN, failed=())) | {
        "prompt_version": f"{made.prompt_version} {Status.FORGOTTEN} {made.made_at:%Y-%m-%d}"
    }
    statement = insert(connection, summaries).values(receipt)
    statement = statement.on_conflict_do_update(
        index_elements=list(summaries.primary_key),
        set_={"tokens": summaries.c.tokens + statement.excluded.tokens},
    )
    connection.execute(statement)


def forget_summaries(connection: Connection, forgotten: Sequence[Summary]) -> None:
    """Forget summaries, so that they are made anew. What they cost stays counted on the day when it was spent."""
    if not forgotten:
        return
    for made in forgotten:
        record_cost(connection, made)
    names = [column.name for column in summaries.primary_key]
    this = and_(*(summaries.c[name] == bindparam(f"its_{name}") for name in names))
    keys = [{f"its_{name}": getattr(made, name) for name in names} for made in forgotten]
    connection.execute(delete(summaries).where(this), keys)

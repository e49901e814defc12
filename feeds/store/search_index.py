"""Writes the search index: what it keeps of papers.

SQLite has it as an FTS5 table, PostgreSQL as a tsvector; both hold the same tokens (feeds/query/indexing), so that
both find the same papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from feeds.model.papers import Paper
from feeds.query import indexing
from feeds.query.indexing import BREAK, COLUMNS, IndexedText
from feeds.store.engine import chunks
from feeds.store.tables import indexed_papers

#: What a tsvector's words begin with: their column.
MARKS = {column: f"{chr(ord('a') + at)}:" for at, column in enumerate(COLUMNS)}


def index_papers(connection: Connection, changed: Sequence[Paper]) -> None:
    """Put papers into the index, or change what it keeps of them; what is kept already is not written again."""
    kept = _find_digests(connection, [paper.arxiv_id for paper in changed])
    rows: dict[str, IndexedText] = {}
    for paper in changed:
        indexed = indexing.index_paper(paper)
        if kept.get(paper.arxiv_id) != indexed.digest:
            rows[paper.arxiv_id] = indexed
    if rows:
        _write(connection, rows, known=kept.keys())


def is_postgresql(connection: Connection) -> bool:
    """Which of the two indexes this is."""
    return connection.dialect.name == "postgresql"


def _find_digests(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        columns = select(indexed_papers.c.arxiv_id, indexed_papers.c.digest)
        found |= dict(connection.execute(columns.where(indexed_papers.c.arxiv_id.in_(some))).all())
    return found


def _write(connection: Connection, rows: dict[str, IndexedText], known: Iterable[str]) -> None:
    known = set(known)
    values: list[dict[str, Any]] = [
        {"its_id": arxiv_id, "its_digest": indexed.digest, "is_overfull": indexed.overfull}
        for arxiv_id, indexed in rows.items()
    ]
    fresh = [row for row in values if row["its_id"] not in known]
    changed = [row for row in values if row["its_id"] in known]
    facts: dict[str, Any] = {"digest": bindparam("its_digest"), "overfull": bindparam("is_overfull")}
    if fresh:
        connection.execute(indexed_papers.insert().values(arxiv_id=bindparam("its_id"), **facts), fresh)
    if changed:
        mine = indexed_papers.c.arxiv_id == bindparam("its_id")
        connection.execute(update(indexed_papers).where(mine).values(**facts), changed)
    numbers: dict[str, int] = {}
    for some in chunks(list(rows)):
        columns = select(indexed_papers.c.arxiv_id, indexed_papers.c.number)
        numbers |= dict(connection.execute(columns.where(indexed_papers.c.arxiv_id.in_(some))).all())
    _write_tokens(
        connection,
        old=[numbers[row["its_id"]] for row in changed],
        new={numbers[arxiv_id]: indexed for arxiv_id, indexed in rows.items() if not indexed.overfull},
    )


def _write_tokens(connection: Connection, old: Sequence[int], new: dict[int, IndexedText]) -> None:
    """The rows of the index itself: the old ones go, the new ones come."""
    on_postgresql = is_postgresql(connection)
    if old:
        key = "number" if on_postgresql else "rowid"
        statement = text(f"DELETE FROM search_index WHERE {key} = :number")  # noqa: S608
        connection.execute(statement, [{"number": number} for number in old])
    if new and on_postgresql:
        statement = text("INSERT INTO search_index (number, words) VALUES (:number, CAST(:words AS tsvector))")
        connection.execute(statement, [{"number": number, "words": _vector(row)} for number, row in new.items()])
    elif new:
        names, values = ", ".join(COLUMNS), ", ".join(f":{column}" for column in COLUMNS)
        statement = text(f"INSERT INTO search_index (rowid, {names}) VALUES (:number, {values})")  # noqa: S608
        connection.execute(
            statement,
            [{"number": number} | {c: " ".join(row.columns[c]) for c in COLUMNS} for number, row in new.items()],
        )


def _vector(indexed: IndexedText) -> str:
    """What the index keeps as a tsvector's text (PostgreSQL 8.11.1): each lexeme with its positions."""
    positions: dict[str, list[int]] = {}
    for column, tokens in indexed.columns.items():
        for position, token in enumerate(tokens, 1):
            if token != BREAK:
                positions.setdefault(MARKS[column] + token, []).append(position)
    return " ".join(f"{quote_lexeme(word)}:{','.join(map(str, at))}" for word, at in positions.items())


def quote_lexeme(word: str) -> str:
    """A lexeme as the text of a tsvector or tsquery has it."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"

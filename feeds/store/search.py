"""What the search index finds for a plan, and how it is made anew.

Every paper has a number in the index that rises with the time it came: newest first is from the highest down, and a
number is a cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, select, text

from feeds.model.papers import Paper
from feeds.query import indexing
from feeds.query.indexing import Every, Expression, Run, Some, Term, Without
from feeds.store.dialects import insert
from feeds.store.engine import Store, chunks
from feeds.store.papers import COLUMNS as PAPER_COLUMNS
from feeds.store.papers import find_papers, read_paper
from feeds.store.search_index import MARKS, index_papers, is_postgresql, quote_lexeme
from feeds.store.tables import indexed_papers, papers, site

#: The note of which version of the index is there.
INDEX_NOTE = "search_index"
#: Word for word as their index has it, else SQLite does not use it (sqlite.org/partialindex.html, section 3).
_OVERFULL: ColumnElement[bool] = literal_column("overfull")
#: Higher than any paper's number.
_END = 2**62


#: How many papers PostgreSQL looks at one by one, newest first, before it asks its index.
_RECENT = 2_000
_AMONG_RECENT = text(
    "SELECT number FROM search_index WHERE number > :start AND number < :below AND words @@ CAST(:asked AS tsquery)"
    " ORDER BY number DESC LIMIT :limit"
)
_BY_INDEX = text(
    "WITH found AS MATERIALIZED (SELECT number FROM search_index WHERE words @@ CAST(:asked AS tsquery))"
    " SELECT number FROM found WHERE number <= :start ORDER BY number DESC LIMIT :limit"
)


@dataclass(frozen=True)
class Candidate:
    """A paper that may match."""

    number: int
    arxiv_id: str
    overfull: bool  #: the index does not hold its text: it may match any query


@dataclass(frozen=True)
class Found:
    """A paper as a search shows it."""

    number: int
    paper: Paper
    seen_at: datetime
    revision: int


def list_candidates(
    connection: Connection, expression: Expression, limit: int, before: int | None = None
) -> list[Candidate]:
    """The newest papers that the index finds, newest first, and among them those that it cannot hold.

    :param before: only those with a lower number
    """
    below = _END if before is None else before
    found = _list_numbers(connection, expression, limit, below)
    overfull = list(
        connection.scalars(
            select(indexed_papers.c.number)
            .where(_OVERFULL, indexed_papers.c.number < below)
            .order_by(indexed_papers.c.number.desc())
            .limit(limit)
        )
    )
    return _read_candidates(connection, sorted({*found, *overfull}, reverse=True)[:limit])


def count_held(connection: Connection, expression: Expression) -> int:
    """How many papers the index finds, without those that it cannot hold."""
    if expression == indexing.NOTHING:
        return 0
    statement = text(f"SELECT count(*) FROM search_index WHERE {_condition(connection)}")  # noqa: S608
    return int(connection.execute(statement, {"asked": _asked(connection, expression)}).scalar_one())


def list_overfull(connection: Connection) -> list[str]:
    """The ids of the papers that the index cannot hold."""
    return list(connection.scalars(select(indexed_papers.c.arxiv_id).where(_OVERFULL)))


def find_found(connection: Connection, candidates: Iterable[Candidate]) -> list[Found]:
    """These papers with what a search shows of them, in this order."""
    numbers = {candidate.arxiv_id: candidate.number for candidate in candidates}
    rows: dict[str, Found] = {}
    columns = (*PAPER_COLUMNS, papers.c.seen_at, papers.c.revision)
    for some in chunks(list(numbers)):
        for row in connection.execute(select(*columns).where(papers.c.arxiv_id.in_(some))):
            paper = read_paper(row._mapping)
            rows[paper.arxiv_id] = Found(numbers[paper.arxiv_id], paper, row.seen_at, row.revision)
    return [rows[arxiv_id] for arxiv_id in numbers]


def rebuild(store: Store, tell: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Index every paper anew where the index is not of this version; does nothing where it is.

    In batches, so that a wire that runs meanwhile can write; what a killed one did is not done again.

    :param tell: is told after each batch how many papers are done, and of how many
    """
    version = str(indexing.VERSION)
    with store.read() as connection:
        if connection.scalar(select(site.c.value).where(site.c.name == INDEX_NOTE)) == version:
            return
        arxiv_ids = list(
            connection.scalars(select(papers.c.arxiv_id).order_by(papers.c.seen_at, papers.c.arxiv_id))
        )
    done = 0
    for some in chunks(arxiv_ids):
        with store.write() as connection:
            found = find_papers(connection, some)
            index_papers(connection, [found[arxiv_id] for arxiv_id in some])
        done += len(some)
        tell(done, len(arxiv_ids))
    with store.write() as connection:
        statement = insert(connection, site).values(name=INDEX_NOTE, value=version)
        connection.execute(statement.on_conflict_do_update(index_elements=[site.c.name], set_={"value": version}))


def _list_numbers(connection: Connection, expression: Expression, limit: int, below: int) -> list[int]:
    if expression == indexing.NOTHING:
        return []
    asked = {"asked": _asked(connection, expression), "below": below, "limit": limit}
    if is_postgresql(connection):
        return _list_on_postgresql(connection, asked)
    statement = text(
        "SELECT rowid FROM search_index WHERE search_index MATCH :asked AND rowid < :below"
        " ORDER BY rowid DESC LIMIT :limit"
    )
    return list(connection.execute(statement, asked).scalars())


def _list_on_postgresql(connection: Connection, asked: dict[str, Any]) -> list[int]:
    """First among the newest papers, one by one, where the common is soon found; then by the index, for the rare.

    Its planner cannot tell which is which.
    """
    newest = connection.execute(text("SELECT max(number) FROM search_index WHERE number < :below"), asked).scalar()
    if newest is None:
        return []
    asked = asked | {"start": newest - _RECENT}
    found = list(connection.execute(_AMONG_RECENT, asked).scalars())
    if len(found) == asked["limit"] or asked["start"] <= 0:
        return found
    return found + list(connection.execute(_BY_INDEX, asked | {"limit": asked["limit"] - len(found)}).scalars())


def _condition(connection: Connection) -> str:
    return "words @@ CAST(:asked AS tsquery)" if is_postgresql(connection) else "search_index MATCH :asked"


def _asked(connection: Connection, expression: Expression) -> str:
    return to_tsquery(expression) if is_postgresql(connection) else to_match(expression)


def _read_candidates(connection: Connection, numbers: list[int]) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    for some in chunks(numbers):
        for row in connection.execute(
            select(indexed_papers.c.number, indexed_papers.c.arxiv_id, indexed_papers.c.overfull).where(
                indexed_papers.c.number.in_(some)
            )
        ):
            found[row.number] = Candidate(row.number, row.arxiv_id, row.overfull)
    return [found[number] for number in numbers]


def to_match(expression: Expression) -> str:
    """An expression for FTS5's MATCH (sqlite.org/fts5.html, section 3); all tokens stand in quotes."""
    match expression:
        case Run(columns, places):
            spelt = " OR ".join(_quoted_phrase(terms) for terms in product(*places))
            return f"{{{' '.join(columns)}}} : ({spelt})"
        case Every(parts):
            wanted = [part for part in parts if not isinstance(part, Without)] or [indexing.ANYTHING]
            found = " AND ".join(f"({to_match(part)})" for part in wanted)
            unwanted = [to_match(part.part) for part in parts if isinstance(part, Without)]
            return f"({found}) NOT ({' OR '.join(f'({part})' for part in unwanted)})" if unwanted else found
        case Some(parts):
            return " OR ".join(f"({to_match(part)})" for part in parts)
        case Without():
            return to_match(Every((expression,)))


def _quoted_phrase(terms: Sequence[Term]) -> str:
    """No token has a quote or a space in it."""
    phrase = " ".join(term.token for term in terms)
    return f'"{phrase}" *' if terms[-1].prefix else f'"{phrase}"'


def to_tsquery(expression: Expression) -> str:
    """An expression as a tsquery's text (PostgreSQL 8.11.2)."""
    match expression:
        case Run(columns, places):
            return " | ".join(f"({_neighbours(MARKS[column], places)})" for column in columns)
        case Every(parts):
            return " & ".join(f"({to_tsquery(part)})" for part in parts)
        case Some(parts):
            return " | ".join(f"({to_tsquery(part)})" for part in parts)
        case Without(part):
            return f"!({to_tsquery(part)})"


def _neighbours(mark: str, places: Iterable[Iterable[Term]]) -> str:
    spelt = (" | ".join(quote_lexeme(mark + term.token) + ":*" * term.prefix for term in terms) for terms in places)
    return " <-> ".join(f"({terms})" for terms in spelt)

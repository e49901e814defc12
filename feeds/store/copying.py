"""Copies a whole wire from one database to another, of whichever engines: as it is at one moment, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from feeds.errors import DatabaseError
from feeds.store import search
from feeds.store.engine import Store, explain
from feeds.store.tables import indexed_papers, metadata, papers, site, topics

_BATCH = 1000
#: In the order in which their rows may come; the search index is made anew.
TABLES = [table for table in metadata.sorted_tables if table is not indexed_papers]


def copy_database(
    source: Store,
    target: Store,
    tell: Callable[[int, int], None] = lambda done, total: None,
    *,
    replace: bool = False,
) -> dict[str, int]:
    """Copy everything, and index it for the search.

    The source is read in one moment, also where it is in use; nothing of it is changed.

    :param tell: is told after each batch how many rows are done, and of how many
    :param replace: what the target holds may go
    :returns: how many rows each table has
    :raises DatabaseError: where the source is not of this version, the target holds a wire already, or one of them
        fails; nothing is copied then
    """
    source.check()
    if source.name == target.name:
        raise DatabaseError(f"{source.name} cannot be copied to itself")
    if target.find_revision() is not None and not replace:
        with target.read() as connection:
            _refuse_taken(connection, target.name)  # before it is migrated: another version may be at work on it
    target.migrate()
    try:
        counts = _copy(source, target, tell, replace)
    except DBAPIError as error:
        raise DatabaseError(f"{source.name} could not be copied to {target.name}: {explain(error)}") from error
    search.rebuild(target, lambda done, total: tell(sum(counts.values()) + done, sum(counts.values()) + total))
    return counts


def _copy(source: Store, target: Store, tell: Callable[[int, int], None], replace: bool) -> dict[str, int]:
    with source.read() as reading, target.write(patient=True) as writing:
        if not replace:
            _refuse_taken(writing, target.name)
        for table in reversed(metadata.sorted_tables):
            writing.execute(delete(table))
        expected = {table.name: _count(reading, table) for table in TABLES}
        done, total = 0, sum(expected.values()) + expected[papers.name]
        for table in TABLES:
            for rows in _batches(reading, table):
                writing.execute(insert(table), rows)
                done += len(rows)
                tell(done, total)
        _check_counts(writing, expected)
        if writing.dialect.name == "postgresql":
            _set_sequences(writing)
    return expected


def is_taken(store: Store) -> bool:
    """Whether a database holds papers or topics.

    :raises DatabaseError: where it cannot be opened
    """
    if store.find_revision() is None:
        return False
    with store.read() as connection:
        return _holds_wire(connection)


def _holds_wire(connection: Connection) -> bool:
    return any(_count(connection, table) for table in (papers, topics))


def _refuse_taken(connection: Connection, name: str) -> None:
    if _holds_wire(connection):
        raise DatabaseError(f"{name} holds papers or topics already; name a database that is empty")


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = connection.execute(_all(table), execution_options={"yield_per": _BATCH})
    for rows in found.mappings().partitions(_BATCH):
        yield [dict(row) for row in rows]


def _all(table: Table) -> Select[Any]:
    """What is copied of a table: what stands for the search index does not count for another."""
    return select(table) if table is not site else select(site).where(site.c.name != search.INDEX_NOTE)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(_all(table).subquery())).scalar_one()


def _check_counts(connection: Connection, expected: dict[str, int]) -> None:
    for table in TABLES:
        found = _count(connection, table)
        if found != expected[table.name]:
            raise DatabaseError(
                f"{table.name} has {found} rows instead of {expected[table.name]}; nothing was kept"
            )


def _set_sequences(connection: Connection) -> None:
    """Rows that came with their numbers did not move what gives out the next ones."""
    for table in TABLES:
        column = table.autoincrement_column
        if column is not None:
            highest = connection.execute(select(func.max(column))).scalar_one()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))

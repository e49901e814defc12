"""What SQLAlchemy says differently for each engine."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An ``INSERT`` with ``on_conflict_do_nothing`` and ``on_conflict_do_update``; both engines know them.

    :param connection: of the engine that it is for
    """
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)

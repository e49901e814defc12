"""Opens the database and its transactions, and brings its schema up to date: the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # the rest of feeds names the type from here
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError

from feeds.errors import DatabaseError
from feeds.store import postgresql, schema, sqlite
from feeds.store.postgresql import Postgresql
from feeds.store.sqlite import Sqlite
from feeds.store.values import storable_parameters

#: How long a transaction waits for whoever holds what it needs.
BUSY_SECONDS = 15


class Store:
    """The database of one wire. Connects on first use; must not be used across a fork (:meth:`forget`).

    :param url: ``sqlite:////path/to/wire.db`` or ``postgresql://user@host/database``
    """

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        kind = Sqlite if parsed.drivername == "sqlite" else Postgresql
        self._database: Sqlite | Postgresql = kind(parsed, BUSY_SECONDS)
        self._engine = self._database.engine
        event.listen(self._engine, "before_cursor_execute", _make_storable, retval=True)

    @property
    def name(self) -> str:
        """What it is called in messages: the file, or the address without password."""
        return self._database.name

    @property
    def is_file(self) -> bool:
        """Whether it is a file of ours, and no server's."""
        return isinstance(self._database, Sqlite)

    @property
    def path(self) -> Path:
        """The database file of SQLite."""
        assert isinstance(self._database, Sqlite)
        return self._database.path

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database and writes nothing."""
        with (
            self._engine.connect().execution_options(**self._database.reading) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self, *, serial: bool = True, patient: bool = False) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by an exception.

        :param serial: False only for a transaction that touches nothing but rows of ``owed``, and either passes
            over rows that others hold (:func:`feeds.store.owed.claim`, ``renew``, ``note_dispatch``) or changes a
            single one (``postpone``, ``bury``): it never waits while it holds something, so that it can go beside
            other writers without a deadlock. On SQLite writers follow each other anyway
        :param patient: True for what may take minutes, and waits as long for others
        """
        with (
            self._engine.connect().execution_options(**self._database.writing) as connection,
            connection.begin(),
        ):
            self._database.prepare_write(connection, serial=serial, patient=patient)
            yield connection

    def migrate(self) -> None:
        """Bring the schema to this version's; safe to be run by several at once.

        :raises DatabaseError: where the database is from a newer version, or cannot be opened
        """
        self._database.make()
        try:
            with self.write(patient=True) as connection:
                self._refuse_newer(schema.find_revision(connection))
                schema.upgrade(connection)
        except DBAPIError as error:
            raise self._unusable(error) from error

    def refuse_newer(self) -> None:
        """:raises DatabaseError: where the database is there and from a newer version, or cannot be opened"""
        self._refuse_newer(self.find_revision())

    def find_revision(self) -> str | None:
        """The revision of its schema; None where there is no database yet, or nothing of ours in it.

        :raises DatabaseError: where it cannot be opened
        """
        if not self._database.exists():
            return None
        try:
            with self.read() as connection:
                return schema.find_revision(connection)
        except DBAPIError as error:
            raise self._unusable(error) from error

    def is_current(self) -> bool:
        """Whether the schema is this version's; False for a database that is not there."""
        try:
            return self.find_revision() == schema.head()
        except DatabaseError:
            return False

    def check(self) -> None:
        """:raises DatabaseError: unless the database can be used as it is"""
        revision = self.find_revision()
        if revision is None:
            raise DatabaseError(f"there is no database {self.name} yet; ./wire run or ./wire migrate makes it")
        if revision != schema.head():
            raise DatabaseError(f"the database {self.name} is not of this version; run ./wire migrate")

    def find_damage(self) -> str:
        """What is wrong with the database, or why nobody can write to it; "" where all is well."""
        try:
            with self.write() as connection:
                return self._database.find_damage(connection)
        except DBAPIError as error:
            return explain(error)

    def measure(self) -> int:
        """How large the database is, in bytes."""
        with self.read() as connection:
            return self._database.measure(connection)

    def needs_backup(self) -> bool:
        """Whether a migration would change a database that has something in it.

        :raises DatabaseError: where it cannot be opened
        """
        return self.find_revision() not in (None, schema.head())

    def backup(self, at: datetime) -> Path | None:
        """Copy the database beside itself while it may be in use; None where its server has its own ways.

        :param at: goes into the copy's name
        """
        return self._database.backup(at)

    def copy_to(self, target: Path) -> None:
        """Copy the file of SQLite, as it is at one moment, while it may be in use."""
        assert isinstance(self._database, Sqlite)
        self._database.copy_to(target)

    def forget(self) -> None:
        """Drop connections inherited through a fork without closing them under the parent."""
        self._engine.dispose(close=False)

    def close(self) -> None:
        self._engine.dispose()

    def _refuse_newer(self, revision: str | None) -> None:
        if revision is not None and revision not in schema.known():
            raise DatabaseError(
                f"the database {self.name} is from a newer version (schema {revision}); update the wire"
            )

    def _unusable(self, error: DBAPIError) -> DatabaseError:
        return DatabaseError(f"the database {self.name} cannot be opened: {explain(error)}")


def _make_storable(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    return statement, storable_parameters(parameters)


def is_outage(error: BaseException) -> bool:
    """Whether the database itself is at fault (gone, full, read-only, locked, damaged), and not who asked it."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or sqlite.is_outage(error.orig) or postgresql.is_outage(error.orig)


def explain(error: BaseException) -> str:
    """What a driver said, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def chunks(items: list[Any], size: int = 500) -> Iterator[list[Any]]:
    """Cut a list for statements with a parameter an item (SQLite takes 32,766 at most, PostgreSQL 65,535)."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

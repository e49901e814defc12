"""Opens the database and its transactions, and brings its schema up to date.

SQLite rules, each proven by removing it: WAL, a busy timeout, and ``BEGIN IMMEDIATE`` for writers (two
transactions that read first and write later cannot both succeed, however long they wait).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as Connection  # the rest of feeds names the type from here
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.pool import ConnectionPoolEntry

from feeds.errors import DatabaseError

BUSY_SECONDS = 15
#: What SQLite says where the ground gives way and not the statement (sqlite.org/rescode.html): locked, out of
#: memory, read-only, I/O error, malformed, full, cannot be opened, locking protocol, no database.
_OUTAGES = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})
_MIGRATIONS = Path(__file__).with_name("migrations")


class Store:
    """The database of one wire. Connects on first use; must not be used across a fork (:meth:`forget`).

    :param url: SQLAlchemy's, ``sqlite:////path/to/wire.db``
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _create(url)

    @property
    def path(self) -> Path:
        """The database file."""
        assert self._engine.url.database
        return Path(self._engine.url.database)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database and writes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by an exception."""
        with (
            self._engine.connect().execution_options(wire_begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    def migrate(self) -> None:
        """Bring the schema to this version's; safe to be run by several at once.

        :raises DatabaseError: where the database is from a newer version, or cannot be opened
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        config = _alembic()
        try:
            with self.write() as connection:
                self._refuse_newer(connection)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DriverError as error:
            raise DatabaseError(f"the database {self.path} cannot be opened: {error.orig}") from error

    def refuse_newer(self) -> None:
        """:raises DatabaseError: where the database is there, and from a newer version"""
        if self.path.exists():
            try:
                with self.read() as connection:
                    self._refuse_newer(connection)
            except DriverError as error:
                raise DatabaseError(f"the database {self.path} cannot be opened: {error.orig}") from error

    def is_current(self) -> bool:
        """Whether the schema is this version's; False for a database that is not there."""
        if not self.path.exists():
            return False
        try:
            with self.read() as connection:
                return _revision(connection) == _head()
        except DriverError:
            return False

    def check(self) -> None:
        """:raises DatabaseError: unless the database can be used as it is"""
        if not self.path.exists():
            raise DatabaseError(f"there is no database {self.path} yet; ./wire run or ./wire migrate makes it")
        if not self.is_current():
            raise DatabaseError(f"the database {self.path} is not of this version; run ./wire migrate")

    def find_damage(self) -> str:
        """What SQLite's own check finds wrong in the file, or why nobody can write to it; "" where all is well."""
        try:
            with self.write() as connection:
                found = list(connection.exec_driver_sql("PRAGMA quick_check(3)").scalars())
        except DriverError as error:
            return str(error.orig)
        return "" if found == ["ok"] else "; ".join(found)

    def needs_backup(self) -> bool:
        """Whether a migration would change a database that has something in it."""
        return self.path.exists() and self.path.stat().st_size > 0 and not self.is_current()

    def backup(self, at: datetime) -> Path:
        """Copy the database beside itself while it may be in use.

        :param at: goes into the copy's name
        """
        target = self.path.with_name(f"{self.path.stem}-{at:%Y%m%dT%H%M%SZ}.bak{self.path.suffix}")
        source = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
        finally:
            copy.close()
            source.close()
        return target

    def forget(self) -> None:
        """Drop connections inherited through a fork without closing them under the parent."""
        self._engine.dispose(close=False)

    def close(self) -> None:
        self._engine.dispose()

    def _refuse_newer(self, connection: Connection) -> None:
        revision = _revision(connection)
        if revision is not None and revision not in _known():
            raise DatabaseError(
                f"the database {self.path} is from a newer version (schema {revision}); update the wire"
            )


def _create(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("wire_begin", "BEGIN"))

    return engine


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def is_outage(error: BaseException) -> bool:
    """Whether the database itself is at fault (full, read-only, locked, damaged), and not who asked it."""
    if not isinstance(error, DriverError):
        return False
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _OUTAGES


def chunks(items: list[Any], size: int = 500) -> Iterator[list[Any]]:
    """Cut a list for statements with a parameter an item (SQLite takes 32,766 at most)."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

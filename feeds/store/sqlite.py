"""SQLite: the database of a wire on one machine, a file under its data folder.

Rules, each proven by removing it: WAL, a busy timeout, and ``BEGIN IMMEDIATE`` for writers (two transactions that
read first and write later cannot both succeed, however long they wait).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from feeds.store.values import to_json

#: What SQLite says where the ground gives way and not the statement (sqlite.org/rescode.html): locked, out of
#: memory, read-only, I/O error, malformed, full, cannot be opened, locking protocol, no database.
_OUTAGES = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})


class Sqlite:
    """A database in a file.

    :param busy_seconds: how long a writer waits for another
    """

    reading: ClassVar[dict[str, Any]] = {}
    writing: ClassVar[dict[str, Any]] = {"wire_begin": "BEGIN IMMEDIATE"}

    def __init__(self, url: URL, busy_seconds: float) -> None:
        assert url.database
        self.path = Path(url.database)
        self.name = str(self.path)
        self._busy_seconds = busy_seconds
        self.engine = create_engine(url, connect_args={"timeout": busy_seconds}, json_serializer=to_json)
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)

    def exists(self) -> bool:
        """Whether there is a file, and something in it."""
        return self.path.exists() and self.path.stat().st_size > 0

    def make(self) -> None:
        """Make room for the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def prepare_write(self, connection: Connection, *, serial: bool, patient: bool) -> None:
        """There is one writer at a time anyway."""

    def find_damage(self, connection: Connection) -> str:
        """What SQLite's own check finds wrong; "" where all is well."""
        found = list(connection.exec_driver_sql("PRAGMA quick_check(3)").scalars())
        return "" if found == ["ok"] else "; ".join(found)

    def measure(self, connection: Connection) -> int:
        """How large it is, in bytes; what is still in its log counts."""
        pages, size = (connection.exec_driver_sql(f"PRAGMA page_{what}").scalar_one() for what in ("count", "size"))
        return int(pages * size)

    def backup(self, at: datetime) -> Path:
        """Copy the database beside itself while it may be in use.

        :param at: goes into the copy's name
        """
        target = self.path.with_name(f"{self.path.stem}-{at:%Y%m%dT%H%M%SZ}.bak{self.path.suffix}")
        self.copy_to(target)
        return target

    def copy_to(self, target: Path) -> None:
        """Copy the database, as it is at one moment, while it may be in use."""
        with (
            closing(sqlite3.connect(self.path, timeout=self._busy_seconds)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)


def is_outage(error: BaseException | None) -> bool:
    """Whether SQLite itself is at fault (full, read-only, locked, damaged), and not who asked it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTAGES


def _configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("wire_begin", "BEGIN"))

"""PostgreSQL: the database of a wire on many machines.

The code reads first and writes later, and relies on SQLite's single writer; here one advisory lock does the same,
taken before a writing transaction reads anything. Nothing waits for ever: not for a lock, not for a statement, not
for a server that went away without a word.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from feeds.store.values import to_json

#: Of a writing transaction; any number of our own would do.
_WRITERS_LOCK = int.from_bytes(b"wire")
#: psycopg.IsolationLevel's; the driver itself is loaded only where there is a server.
_READ_COMMITTED, _REPEATABLE_READ = 2, 3
_STATEMENT_SECONDS = 120
#: A transaction whose process hangs gives back its locks after this long.
_IDLE_SECONDS = 300
#: libpq's (PostgreSQL 34.1.2): a dead server is noticed within about a minute.
_CONNECTING = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
    "application_name": "preprint-wire",
}
#: What PostgreSQL says where the ground gives way and not the statement (PostgreSQL, Appendix A): classes, then
#: single states. Connection, authorization, transaction rollback, resources (disk full, memory, too many
#: connections), operator's intervention (shutdown, cancelled), system errors, damage; no such database, no right to
#: write, read-only, a lock that nobody gave back.
_OUTAGES = ("08", "28", "40", "53", "57", "58", "XX", "3D000", "42501", "25006", "55P03")


class Postgresql:
    """A database on a server.

    :param busy_seconds: how long a transaction waits for a lock
    """

    reading: ClassVar[dict[str, Any]] = {"wire_reading": True}
    writing: ClassVar[dict[str, Any]] = {}

    def __init__(self, url: URL, busy_seconds: float) -> None:
        self.name = describe(url)
        self._busy_seconds = busy_seconds
        given = {name: value for name, value in _CONNECTING.items() if name not in url.query}
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=given,
            json_serializer=to_json,
            pool_pre_ping=True,
        )
        event.listen(self.engine, "connect", self._configure)
        event.listen(self.engine, "begin", _begin)

    def exists(self) -> bool:
        """Whether there is anything to ask: a server answers for itself."""
        return True

    def make(self) -> None:
        """Databases are made by whoever runs the server."""

    def prepare_write(self, connection: Connection, *, serial: bool, patient: bool) -> None:
        """Wait for other writers, unless this transaction may go beside them."""
        if patient:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        if serial:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")

    def find_damage(self, connection: Connection) -> str:
        """Why nobody can write to it; "" where all is well."""
        read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on"
        return "the server is read-only" if read_only else ""

    def measure(self, connection: Connection) -> int:
        """How large it is, in bytes."""
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    def backup(self, _at: datetime) -> Path | None:
        """None is made from here: that is what pg_dump is for."""
        return None

    def _configure(self, connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.autocommit = True
        for name, seconds in (
            ("lock_timeout", self._busy_seconds),
            ("statement_timeout", _STATEMENT_SECONDS),
            ("idle_in_transaction_session_timeout", _IDLE_SECONDS),
        ):
            connection.execute(f"SET {name} = {int(seconds * 1000)}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.autocommit = False


def _begin(connection: Connection) -> None:
    """Say how the transaction begins that the driver begins with the next statement.

    Not by SQLAlchemy's ``postgresql_readonly``: a connection that had it is told to write afterwards, also by a
    server that is read-only.
    """
    reading = "wire_reading" in connection.get_execution_options()
    driver: Any = connection.connection.driver_connection
    # Writers see what the lock before them made true, whatever the database's own default is.
    driver.isolation_level = _REPEATABLE_READ if reading else _READ_COMMITTED
    driver.read_only = reading or None


def describe(url: URL) -> str:
    """An address as people may see it: without password."""
    host = url.query.get("host")
    port = f":{url.port}" if url.port else ""
    at = f"{url.username}@" if url.username else ""
    where = f"[{url.host}]" if ":" in (url.host or "") else url.host or ""
    return f"postgresql://{at}{where}{port}/{url.database}{f'?host={host}' if host else ''}"


def is_outage(error: BaseException | None) -> bool:
    """Whether the server itself is at fault (gone, full, read-only, locked), and not who asked it."""
    state = getattr(error, "sqlstate", "")
    if state is None:  # it came to no answer
        return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
    return str(state).startswith(_OUTAGES)

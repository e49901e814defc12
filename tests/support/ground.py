"""Makes the ground give way: a database that is locked or read-only, a disk that is full."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from feeds.store.engine import Connection, Store

#: What the engines say, SQLite first.
IS_READ_ONLY = r"(attempt to write a readonly database|cannot execute .* in a read-only transaction)"
IS_LOCKED = r"(database is locked|canceling statement due to lock timeout.*)"
IS_FULL = r"(database or disk is full|could not extend file: No space left on device.*)"


@contextmanager
def read_only() -> Iterator[None]:
    """What this process opens meanwhile refuses to be written; unlike a file's mode that binds root."""

    def refuse(connection: sqlite3.Connection | psycopg.Connection, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("SET default_transaction_read_only = on")
            connection.commit()

    event.listen(Pool, "connect", refuse)
    try:
        yield
    finally:
        event.remove(Pool, "connect", refuse)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else writes to this database, also to what is owed, and does not come to an end."""
    holder = Store(url)
    with holder.write(patient=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE owed IN EXCLUSIVE MODE")
        yield
    holder.close()


def fill_disk(connection: Connection) -> None:
    """Write what no longer fits on the disk."""
    if connection.dialect.name == "postgresql":  # says what its server would say
        connection.exec_driver_sql(
            "DO $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
    connection.exec_driver_sql("PRAGMA max_page_count = 1")
    connection.exec_driver_sql("CREATE TABLE larger (text TEXT)")
    connection.exec_driver_sql("INSERT INTO larger VALUES (zeroblob(1000000))")


class Disk:
    """A small disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remount(self, mode: str) -> None:
        """Make it read-only ("ro") as Linux does after an I/O error, or writable ("rw")."""
        _mount("-o", f"remount,{mode}", str(self.folder))


@contextmanager
def small_disk(folder: Path, megabytes: int = 16) -> Iterator[Disk]:
    """A disk that a test may fill; skipped where this process may not mount one."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no disk can be mounted here: {error.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)

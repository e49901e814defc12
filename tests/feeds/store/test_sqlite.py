"""What is about SQLite's files."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from feeds.errors import DatabaseError
from feeds.store import engine
from feeds.store.engine import Store, is_outage
from tests.feeds.store.test_engine import fails
from tests.support.ground import locked


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "wire.db"
    path.write_bytes(b"this is no database at all, it is a text" * 100)
    store = Store(f"sqlite:///{path}")
    assert not store.is_current()
    for use in (store.migrate, store.check, store.refuse_newer):
        with pytest.raises(DatabaseError, match=r"cannot be opened: .*not a database"):
            use()


def test_a_missing_database_is_no_error_but_not_ready(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'none' / 'wire.db'}")
    assert not store.is_current()
    assert not store.needs_backup()
    with pytest.raises(DatabaseError, match="no database"):
        store.check()
    assert not (tmp_path / "none").exists()


def test_a_backup_is_the_database_of_that_moment(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        connection.execute(text("INSERT INTO site VALUES ('authority', 'a.example')"))
    copy = sqlite_store.backup(datetime(2026, 4, 17, 5, 10, tzinfo=UTC))
    assert copy
    assert copy.name == "wire-20260417T051000Z.bak.db"
    read = sqlite3.connect(copy)
    assert read.execute("SELECT value FROM site").fetchall() == [("a.example",)]
    read.close()


def test_a_database_that_refuses_is_told_from_a_wrong_statement(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sqlite_store
    assert is_outage(fails(store, "PRAGMA query_only = ON", "DELETE FROM site"))
    store.close()
    assert is_outage(fails(store, "PRAGMA max_page_count = 1", "CREATE TABLE more (text TEXT)"))
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    impatient = Store(store.url)
    with locked(store.url):
        assert is_outage(fails(impatient))
        assert impatient.find_damage() == "database is locked"
    impatient.close()
    store.close()
    store.path.write_bytes(b"no database at all" * 1000)
    assert is_outage(fails(store, "DELETE FROM site"))

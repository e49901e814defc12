from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from feeds.errors import DatabaseError
from feeds.store import engine
from feeds.store.engine import Store, is_outage
from feeds.store.tables import metadata
from tests.support.ground import locked


def test_migrations_end_in_the_schema_of_the_tables(store: Store) -> None:
    options = {"include_name": lambda name, kind, _parents: kind != "table" or not name.startswith("search_index")}
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()
    assert store.is_current()


def at_once(act: Callable[[str], None], url: str, count: int) -> None:
    """Do it in so many processes at the same time, all of which must end well."""
    processes = [multiprocessing.get_context("spawn").Process(target=act, args=(url,)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * count


def migrate(url: str) -> None:
    Store(url).migrate()


def test_several_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wire.db'}"
    at_once(migrate, url, 8)
    assert Store(url).is_current()


def test_a_database_from_the_future_is_refused_in_one_line(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="from a newer version"):
        store.migrate()
    with pytest.raises(DatabaseError, match="not of this version"):
        store.check()


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "wire.db"
    path.write_bytes(b"this is no database at all, it is a text" * 100)
    store = Store(f"sqlite:///{path}")
    assert not store.is_current()
    with pytest.raises(DatabaseError, match="cannot be opened"):
        store.migrate()


def test_a_missing_database_is_no_error_but_not_ready(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'none' / 'wire.db'}")
    assert not store.is_current()
    assert not store.needs_backup()
    with pytest.raises(DatabaseError, match="no database"):
        store.check()


def test_a_backup_is_the_database_of_that_moment(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("INSERT INTO site VALUES ('authority', 'a.example')"))
    copy = store.backup(datetime(2026, 4, 17, 5, 10, tzinfo=UTC))
    assert copy.name == "wire-20260417T051000Z.bak.db"
    read = sqlite3.connect(copy)
    assert read.execute("SELECT value FROM site").fetchall() == [("a.example",)]
    read.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            connection.execute(text("INSERT INTO site VALUES ('a', 'b')"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM site")).scalar_one() == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    count = text("SELECT count(*) FROM site")
    with store.read() as reader:
        assert reader.execute(count).scalar_one() == 0
        with store.write() as writer:
            writer.execute(text("INSERT INTO site VALUES ('a', 'b')"))
        assert reader.execute(count).scalar_one() == 0
    with store.read() as reader:
        assert reader.execute(count).scalar_one() == 1


def count_up(url: str) -> None:
    """Read first, write later: without BEGIN IMMEDIATE half of these end in "database is locked"."""
    store = Store(url)
    for _ in range(25):
        with store.write() as connection:
            value = int(connection.execute(text("SELECT value FROM site")).scalar_one())
            connection.execute(text("UPDATE site SET value = :value"), {"value": str(value + 1)})
    store.close()


def test_writers_wait_for_each_other(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("INSERT INTO site VALUES ('count', '0')"))
    at_once(count_up, store.url, 4)
    with store.read() as connection:
        assert connection.execute(text("SELECT value FROM site")).scalar_one() == "100"


# What is at fault


def fails(store: Store, *statements: str) -> Exception:
    """What comes of statements that cannot succeed."""
    try:
        with store.write() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    except Exception as error:
        return error
    raise AssertionError(f"{statements} succeeded")


def test_a_database_that_refuses_is_told_from_a_wrong_statement(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_outage(fails(store, "SELECT nonsense"))
    assert not is_outage(fails(store, "SELECT * FROM no_such_table"))
    assert not is_outage(fails(store, "INSERT INTO site VALUES (NULL, NULL)"))
    assert not is_outage(ValueError("locked"))
    assert is_outage(fails(store, "PRAGMA query_only = ON", "DELETE FROM site"))
    store.close()
    assert is_outage(fails(store, "PRAGMA max_page_count = 1", "CREATE TABLE more (text TEXT)"))
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    impatient = Store(store.url)
    with locked(store.path):
        assert is_outage(fails(impatient))
    impatient.close()
    store.close()
    store.path.write_bytes(b"no database at all" * 1000)
    assert is_outage(fails(store, "DELETE FROM site"))

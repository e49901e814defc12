"""Transactions and migrations, the same on both engines."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from feeds.errors import DatabaseError
from feeds.store.engine import Store, is_outage
from feeds.store.tables import metadata

COUNT = text("SELECT count(*) FROM site")


def insert(store: Store, name: str, value: str = "b") -> None:
    with store.write() as connection:
        connection.execute(text("INSERT INTO site VALUES (:name, :value)"), {"name": name, "value": value})


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(COUNT).scalar_one())


def test_migrations_end_in_the_schema_of_the_tables(store: Store) -> None:
    options = {"include_name": lambda name, kind, _parents: kind != "table" or not name.startswith("search_index")}
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert not store.needs_backup()
    store.migrate()
    assert store.is_current()
    store.check()


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


def test_several_may_migrate_at_once(empty_store: Store) -> None:
    assert not empty_store.is_current()
    at_once(migrate, empty_store.url, 6)
    assert empty_store.is_current()


def test_a_database_without_a_schema_is_not_ready_and_no_error(empty_store: Store) -> None:
    empty_store.refuse_newer()
    assert empty_store.find_revision() is None
    assert not empty_store.needs_backup()
    with pytest.raises(DatabaseError, match=r"there is no database .* yet; \./wire run or \./wire migrate"):
        empty_store.check()


def test_a_database_from_the_future_is_refused_in_one_line(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuse in (store.migrate, store.refuse_newer):
        with pytest.raises(DatabaseError, match="from a newer version"):
            refuse()
    with pytest.raises(DatabaseError, match="not of this version"):
        store.check()


def test_an_older_database_wants_a_backup_before_it_is_migrated(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert store.needs_backup()


def test_a_database_that_can_be_written_to_is_undamaged(store: Store) -> None:
    assert store.find_damage() == ""
    assert store.measure() > 100_000


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            connection.execute(text("INSERT INTO site VALUES ('a', 'b')"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert count(store) == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as reader:
        assert reader.execute(COUNT).scalar_one() == 0
        insert(store, "a")
        assert reader.execute(COUNT).scalar_one() == 0
    assert count(store) == 1


def count_up(url: str) -> None:
    """Read first, write later: without one writer at a time half of it is lost, or ends in an error."""
    store = Store(url)
    for _ in range(25):
        with store.write() as connection:
            value = int(connection.execute(text("SELECT value FROM site")).scalar_one())
            connection.execute(text("UPDATE site SET value = :value"), {"value": str(value + 1)})
    store.close()


def test_writers_wait_for_each_other(store: Store) -> None:
    insert(store, "count", "0")
    at_once(count_up, store.url, 4)
    with store.read() as connection:
        assert connection.execute(text("SELECT value FROM site")).scalar_one() == "100"


def test_a_writer_waits_before_it_reads(store: Store) -> None:
    """The second one, which began while the first was at it, sees what the first wrote."""
    began, seen = threading.Event(), []

    def second() -> None:
        began.set()
        with store.write() as connection:
            seen.append(connection.execute(COUNT).scalar_one())

    with store.write() as connection:
        thread = threading.Thread(target=second)
        thread.start()
        assert began.wait(60)
        connection.execute(text("INSERT INTO site VALUES ('a', 'b')"))
    thread.join(60)
    assert seen == [1]


def test_texts_are_ordered_by_code_points(store: Store) -> None:
    names = ["a", "B", "b", "cs.CV", "cs-CV", "csCV", "math.LO", "math-ph", "ä", "z", "Z", "~"]
    for name in names:
        insert(store, name)
    with store.read() as connection:
        assert list(connection.scalars(text("SELECT name FROM site ORDER BY name"))) == sorted(names)
        later = list(connection.scalars(text("SELECT name FROM site WHERE name > 'b' ORDER BY name DESC")))
    assert later == sorted((name for name in names if name > "b"), reverse=True)


@pytest.mark.parametrize("text_", ["a\x00b", "a\ud800b"], ids=ascii)
def test_what_no_driver_takes_is_not_found_and_does_no_harm(store: Store, text_: str) -> None:
    insert(store, "ab")
    insert(store, text_, text_)
    with store.read() as connection:
        found = connection.execute(text("SELECT value FROM site WHERE name = :name"), {"name": text_}).scalar_one()
    assert found == "a\ufffdb"


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


def test_a_wrong_statement_is_no_outage(store: Store) -> None:
    assert not is_outage(fails(store, "SELECT nonsense"))
    assert not is_outage(fails(store, "SELECT * FROM no_such_table"))
    assert not is_outage(fails(store, "INSERT INTO site VALUES (NULL, NULL)"))
    assert not is_outage(fails(store, "INSERT INTO visits (listing) VALUES ('cs.XX')"))
    assert not is_outage(ValueError("locked"))

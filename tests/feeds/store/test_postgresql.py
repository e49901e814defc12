"""What is about PostgreSQL's server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from feeds.errors import DatabaseError
from feeds.store import engine, owed
from feeds.store.engine import Connection, Store, explain, is_outage
from feeds.store.owed import Times, Work
from feeds.store.postgresql import describe
from feeds.store.tables import metadata
from tests.feeds.store.test_engine import fails
from tests.support import databases
from tests.support.databases import Server
from tests.support.papers import NOW

SECRET = "hunter2"


@pytest.fixture
def server() -> Server:
    return databases.server()


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    made = Store(server.make_database())
    yield made
    made.close()
    server.drop_database(made.url)


def process_id(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def end(server: Server, number: int) -> None:
    """End a session as an administrator does."""
    server.execute(f"SELECT pg_terminate_backend({number}, 5000)")


def dies_in_the_middle(store: Store, server: Server, then: Callable[[Connection], object]) -> Exception:
    """What a writing transaction ends in whose session is ended."""
    try:
        with store.write() as connection:
            connection.execute(text("INSERT INTO site VALUES ('a', 'b')"))
            end(server, process_id(connection))
            then(connection)
    except Exception as error:
        return error
    raise AssertionError("it went on")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://ada:{SECRET}@host:5433/wire", "postgresql://ada@host:5433/wire"),
        (f"postgresql://host/wire?password={SECRET}&sslmode=require", "postgresql://host/wire"),
        (f"postgresql://ada:{SECRET}@/wire?host=/run/pg", "postgresql://ada@/wire?host=/run/pg"),
        ("postgresql://[::1]:5433/wire", "postgresql://[::1]:5433/wire"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert describe(make_url(url)) == shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://ada:{SECRET}@127.0.0.1:1/wire", "Connection refused"),
        (f"postgresql://ada:{SECRET}@/wire?host=/nothing/here", "No such file or directory"),
        (f"postgresql://ada:{SECRET}@host.invalid/wire", "host.invalid"),
    ],
)
def test_a_server_that_is_away_is_told_in_one_line(url: str, said: str) -> None:
    store = Store(url)
    assert not store.is_current()
    for use in (store.check, store.migrate, store.refuse_newer):
        with pytest.raises(DatabaseError, match=r"the database postgresql://ada@.* cannot be opened: ") as caught:
            use()
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
        assert SECRET not in str(caught.value)


def test_a_missing_database_or_user_is_told_in_one_line(server: Server) -> None:
    for url, said in (
        (server.url("nothing"), 'database "nothing" does not exist'),
        (server.url("postgres").replace("wire@", "nobody@"), 'role "nobody" does not exist'),
    ):
        with pytest.raises(DatabaseError, match="cannot be opened: ") as caught:
            Store(url).check()
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_wrong_password_is_told_and_not_shown(server: Server) -> None:
    settings = server.folder / "data" / "pg_hba.conf"
    before = settings.read_text()
    settings.write_text(f"local all ada scram-sha-256\n{before}")
    server.execute(f"CREATE ROLE ada LOGIN PASSWORD '{SECRET}'")
    server.execute("SELECT pg_reload_conf()")
    try:
        address = server.url("postgres").replace("wire@", "ada:{}@")
        with pytest.raises(DatabaseError, match="password authentication failed") as caught:
            Store(address.format(f"wrong{SECRET}")).check()
        assert SECRET not in str(caught.value)
        with pytest.raises(DatabaseError, match="there is no database"):
            Store(address.format(SECRET)).check()
    finally:
        settings.write_text(before)
        server.execute("SELECT pg_reload_conf()")
        server.execute("DROP ROLE ada")


def test_a_connection_that_was_lost_is_replaced_by_the_next_transaction(store: Store, server: Server) -> None:
    with store.read() as connection:
        number = process_id(connection)
    end(server, number)
    with store.read() as connection:  # it was idle in the pool
        number = process_id(connection)
    error = dies_in_the_middle(store, server, then=lambda writing: writing.execute(text("DELETE FROM site")))
    assert is_outage(error)
    assert "\n" not in explain(error)
    assert store.is_current()


def test_a_transaction_whose_end_never_arrived_leaves_nothing(store: Store, server: Server) -> None:
    assert is_outage(dies_in_the_middle(store, server, then=lambda _writing: None))
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM site")).scalar_one() == 0


def test_a_server_that_refuses_is_told_from_a_wrong_statement(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_outage(fails(store, "SET TRANSACTION READ ONLY", "DELETE FROM site"))
    assert is_outage(fails(store, "SET LOCAL statement_timeout = 1", "SELECT pg_sleep(60)"))
    for state in ("53100", "53200", "53300", "57P03", "58030", "XX001", "40P01"):
        raised = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
        assert is_outage(fails(store, raised)), state
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    impatient = Store(store.url)
    with store.write():
        assert is_outage(fails(impatient))
    impatient.close()


def test_a_read_only_server_is_a_damage_that_is_told(store: Store) -> None:
    with store.write() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.close()
    assert store.find_damage() == "the server is read-only"
    assert store.is_current()


def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match="read-only"), store.read() as connection:
        connection.execute(text("DELETE FROM site"))


def test_a_writer_that_is_not_serial_waits_for_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    beside = Store(store.url)
    with store.write() as connection:
        connection.execute(text("INSERT INTO site VALUES ('a', 'b')"))
        with beside.write(serial=False) as other:
            other.execute(text("INSERT INTO site VALUES ('b', 'c')"))
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM site")).scalar_one() == 2
    beside.close()


def test_what_somebody_holds_is_passed_over_and_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    beside, at = Store(store.url), Times(NOW, NOW)
    with store.write() as connection:
        owed.owe(connection, Work.PUBLISH, ["a", "b", "c"], NOW)
        (held,) = owed.claim(connection, Work.PUBLISH, ["c"], at, 60)
    with store.write() as connection:
        owed.owe(connection, Work.PUBLISH, ["a"], NOW)
        owed.settle(connection, [held])
        with beside.write(serial=False) as other:
            assert [taken.key for taken in owed.claim(other, Work.PUBLISH, ["a", "b"], at, 60)] == ["b"]
            owed.note_dispatch(other, Work.PUBLISH, ["a", "b"], "job", NOW)
            owed.renew(other, [held], NOW, 60)
    with store.read() as connection:
        assert [(row.key, row.dispatch) for row in owed.list_owed(connection)] == [("a", None), ("b", "job")]
    beside.close()


def test_a_patient_writer_outlasts_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    patient, waiting, done = Store(store.url), threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        with patient.write(patient=True):
            done.set()

    thread = threading.Thread(target=wait)
    with store.write() as connection:
        thread.start()
        assert waiting.wait(60)
        connection.execute(text("SELECT pg_sleep(0.3)"))  # longer than anybody else would wait
        assert not done.is_set()
    thread.join(60)
    assert done.is_set()
    patient.close()


def test_every_text_is_ordered_by_code_points(store: Store) -> None:
    """A column that a later migration adds must name its collation."""
    query = text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    with store.read() as connection:
        assert list(connection.scalars(query)) == []
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        assert set(tables) >= set(metadata.tables)


def test_without_postgresql_its_tests_are_skipped_or_fail_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "find_binaries", lambda: None)
    monkeypatch.delenv("WIRE_TESTS_REQUIRE_POSTGRESQL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"), databases.own_server():
        pass
    monkeypatch.setenv("WIRE_TESTS_REQUIRE_POSTGRESQL", "1")
    with pytest.raises(pytest.fail.Exception, match="not installed"), databases.own_server():
        pass


def test_no_copy_is_made_of_a_servers_database(store: Store) -> None:
    assert store.backup(datetime(2026, 4, 17, tzinfo=UTC)) is None

"""Commands about the database, on files and on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from alembic.command import upgrade
from sqlalchemy import text

from feeds.config import load_settings
from feeds.store import papers, schema
from feeds.store.engine import Store
from feeds.store.listings import find_listing
from service.cli.running import is_shared
from tests.service.cli.conftest import TOPICS, Command
from tests.support import databases
from tests.support.databases import Server
from tests.support.listings import Item
from tests.support.wires import Line
from workers.processes import hold_folder

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
SECRET = "hunter2"


@pytest.fixture
def server() -> Server:
    return databases.server()


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The address of a database that nobody has migrated."""
    url = server.make_database(template="template0")
    yield url
    server.drop_database(url)


def with_password(url: str) -> str:
    return url.replace("wire@", f"wire:{SECRET}@")


def test_a_servers_database_is_migrated_and_its_password_not_shown(
    wire: Command, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_DATABASE_URL", with_password(empty))
    assert wire("topics", "list").failed_with(1, f"there is no database {empty} yet")
    for _ in range(2):
        ran = wire("migrate")
        assert (ran.code, ran.out, ran.err) == (0, f"{empty} is up to date\n", "")
    assert wire("topics", "list").code == 0


def test_an_older_servers_database_is_migrated_without_a_copy(
    wire: Command, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_DATABASE_URL", empty)
    store = Store(empty)
    with store.write() as connection:
        config = schema._alembic()
        config.attributes["connection"] = connection
        upgrade(config, "0002")
        connection.execute(text("INSERT INTO listings (name, failures) VALUES ('cs.CV', 3)"))
    ran = wire("migrate")
    assert ran.code == 0
    assert "no copy of it is made here, that is what pg_dump is for" in ran.err
    with store.read() as connection:
        assert find_listing(connection, "cs.CV").failures == 3
    store.close()


def test_a_servers_database_from_the_future_is_left_as_it_is(
    wire: Command, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_DATABASE_URL", empty)
    assert wire("migrate").code == 0
    store = Store(empty)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    assert wire("migrate").failed_with(1, f"{empty} is from a newer version")


@pytest.mark.parametrize(
    ("given", "shared"),
    [
        ({}, False),
        ({"WIRE_REDIS_URL": "redis://host"}, False),
        ({"WIRE_DATABASE_URL": "postgresql://host/wire"}, False),
        ({"WIRE_DATABASE_URL": "postgresql://host/wire", "WIRE_REDIS_URL": "redis://host"}, True),
    ],
)
def test_what_others_may_be_at_work_on_is_not_taken_from_them(
    tmp_path: Path, given: dict[str, str], shared: bool
) -> None:
    assert is_shared(load_settings(given, tmp_path)) == shared


@pytest.mark.parametrize("command", [["migrate"], ["status"], ["topics", "list"], ["serve"], ["work"], ["run"]])
def test_a_server_that_is_away_is_told_in_one_line(
    wire: Command, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("WIRE_DATABASE_URL", f"postgresql://ada:{SECRET}@127.0.0.1:1/wire")
    ran = wire(*command)
    assert ran.failed_with(1, "the database postgresql://ada@127.0.0.1:1/wire cannot be opened: ", "refused")
    assert SECRET not in ran.err


def test_a_wire_moves_to_a_server_and_back(
    wire: Command, make_line: MakeLine, empty: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line(TOPICS)
    line.announce([Item("2604.00001", title="Splats"), Item("2604.00002")])
    line.poll()
    monkeypatch.chdir(folder)
    there = wire("copy-database", line.settings.database_url, with_password(empty))
    assert (there.code, there.err) == (0, "")
    assert there.out.splitlines()[-1] == f"{line.runtime.store.name} is copied to {empty}"
    assert SECRET not in there.out
    assert ["2", "papers"] in [told.split() for told in there.out.splitlines()]
    back = wire("copy-database", empty, "sqlite:///below/back.db")
    assert back.out.splitlines()[:-1] == there.out.splitlines()[:-1]
    store = Store(f"sqlite:///{folder / 'below' / 'back.db'}")
    with store.read() as connection:
        assert set(papers.find_papers(connection, ["2604.00001", "2604.00002"])) == {"2604.00001", "2604.00002"}
    store.close()
    again = wire("copy-database", line.settings.database_url, empty)
    assert again.failed_with(1, f"{empty} holds papers or topics already")


def test_a_copy_of_nothing_makes_nothing(wire: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert wire("copy-database", "sqlite:///none.db", "sqlite:///new.db").failed_with(1, "there is no database")
    assert not (folder / "new.db").exists()


@pytest.mark.parametrize("given", [["mysql://x/y", "sqlite:///a"], ["sqlite:///a", f"postgresql://a:{SECRET}@b"]])
def test_an_address_that_is_none_is_wrong_use_and_not_repeated(wire: Command, given: list[str]) -> None:
    ran = wire("copy-database", *given)
    assert (ran.code, ran.out) == (2, "")
    assert "expected sqlite:///path/to/file.db or postgresql://user@host/database" in ran.err
    assert SECRET not in ran.err


def test_the_doctor_looks_at_a_servers_database(
    wire: Command, empty: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        return next(said for said in wire("doctor").out.splitlines() if said.split()[1] == "database")

    monkeypatch.setenv("WIRE_DATABASE_URL", with_password(empty))
    assert told() == f"ok     database  none yet; ./wire run makes {empty}"
    assert wire("migrate").code == 0
    assert told().startswith(f"ok     database  {empty}, ")
    name = empty.partition("@/")[2].partition("?")[0]
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert told() == f"wrong  database  {empty}: the server is read-only"
    monkeypatch.setenv("WIRE_DATABASE_URL", f"postgresql://ada:{SECRET}@127.0.0.1:1/wire")
    assert told().startswith("wrong  database  the database postgresql://ada@127.0.0.1:1/wire cannot be opened: ")


def test_a_wire_is_backed_up_and_put_back(
    wire: Command, folder: Path, make_line: MakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line(TOPICS)
    line.announce([Item("2604.00001")])
    line.poll()
    monkeypatch.chdir(folder)
    ran = wire("backup", "mine.db")
    assert (ran.code, ran.out.startswith("mine.db: ")) == (0, True)
    assert wire("backup", "mine.db").failed_with(1, "is there already")
    line.announce([Item("2604.00002")])
    line.poll()
    assert wire("restore", "mine.db").failed_with(1, "--replace")
    line.runtime.store.close()
    ran = wire("restore", "mine.db", "--replace")
    assert (ran.code, ran.err) == (0, "")
    with Store(line.settings.database_url).read() as connection:
        assert set(papers.find_papers(connection, ["2604.00001", "2604.00002"])) == {"2604.00001"}


def test_only_so_many_backups_are_kept(wire: Command, folder: Path, make_line: MakeLine) -> None:
    make_line(TOPICS)
    there = folder / "var" / "backups"
    there.mkdir()
    for name in ("wire-20260101T000000Z.db", "wire-20260102T000000Z.db", "mine.db"):
        (there / name).write_bytes(b"")
    assert wire("backup", "--keep", "2").code == 0
    assert len(list(there.glob("wire-*"))) == 2
    assert {"mine.db", "wire-20260102T000000Z.db"} < {path.name for path in there.iterdir()}
    assert wire("backup", "x.db", "--keep", "2").code == 2


def test_a_running_wires_database_is_not_replaced(wire: Command, folder: Path, make_line: MakeLine) -> None:
    make_line(TOPICS)
    wire("backup", str(folder / "mine.db"))
    with hold_folder(folder / "var"):
        assert wire("restore", str(folder / "mine.db"), "--replace").failed_with(1, "another wire")

"""Databases for tests: files of SQLite, and a PostgreSQL server of our own, the child of this process.

:func:`settings_for` is the one place that says where a test's wire keeps its database. What is tried on each engine
runs on both; all else on SQLite. ``WIRE_TESTS_DATABASE`` names one engine for everything.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from pwd import getpwnam

import psycopg
import pytest

from feeds.store import schema
from feeds.store.engine import Store
from feeds.store.tables import metadata
from workers.processes import die_with_parent

SQLITE, POSTGRESQL = ("sqlite", "postgresql")
_NAMED = os.environ.get("WIRE_TESTS_DATABASE")
#: The engines of this run, the one first that everything runs on.
ENGINES = (_NAMED,) if _NAMED else (SQLITE, POSTGRESQL)
#: For what takes minutes: a run of its own with ``WIRE_TESTS_DATABASE=postgresql`` is for the other one.
DEAR = ENGINES[:1]
#: Set where PostgreSQL must be there: what would be skipped fails.
_REQUIRED = "WIRE_TESTS_REQUIRE_POSTGRESQL"
_TEMPLATE = "wire_template"
_PATIENCE_SECONDS = 60.0
_EMPTY = ";".join(
    [
        *(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)),
        "DELETE FROM search_index",
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
        f"UPDATE alembic_version SET version_num = '{schema.head()}'",
    ]
)
_ROOM_BYTES = 2 * 1024**3


def find_binaries() -> Path | None:
    """Where initdb and postgres are: in PATH, else where Debian puts them, the newest first."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in (*folders, *sorted(debian, key=lambda path: _number(path.parent.name), reverse=True)):
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    return None


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


class Server:
    """A PostgreSQL server in a folder of its own, on a unix socket alone; made to be thrown away."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self.folder = folder
        self._user = _unprivileged_user()
        self._numbers = count(1)
        self._emptied: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            os.chown(folder, getpwnam(self._user).pw_uid, -1)
        self._make_cluster()
        self.start()
        self.make_database(_TEMPLATE, template="template0")
        store = Store(self.url(_TEMPLATE))
        store.migrate()
        store.close()

    def _make_cluster(self) -> None:
        """In a locale that orders texts otherwise than SQLite does, where PostgreSQL knows one (from 15 on)."""
        options = ["-A", "trust", "-U", "wire", "-E", "UTF8", "--no-sync", "--locale=C"]
        command = [str(self._binaries / "initdb"), "-D", str(self.folder / "data"), *options]
        try:
            self._run([*command, "--locale-provider=icu", "--icu-locale=en-US"])
        except subprocess.CalledProcessError:
            self._run(command)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ("max_connections=200", "shared_buffers=32MB", "autovacuum=off", "max_wal_size=200MB")
        where = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-h", ""]
        command = [str(self._binaries / "postgres"), *where, "-F", *(f"--{setting}" for setting in settings)]
        parent = os.getpid()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGQUIT, parent),
            )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()

    def throw_away(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://wire@/{database}?host={self.folder}"

    def make_database(self, name: str | None = None, template: str = _TEMPLATE) -> str:
        """Make a database; gives its address.

        :param template: what it is a copy of; "template0" is empty
        """
        name = name or f"wire_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def lend_database(self) -> str:
        """A migrated database with nothing in it, fresh or emptied; to be given back."""
        return self._emptied.pop() if self._emptied else self.make_database()

    def take_back(self, url: str) -> None:
        """Empty a database, which is much quicker than to make one; one that was spoilt goes."""
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name(url)}'")
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(_EMPTY.encode())
        except psycopg.Error:
            self.drop_database(url)
        else:
            self._emptied.append(url)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, check=True)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return getpwnam(name).pw_name
        except KeyError:
            continue
    return None


_server: Server | None = None
_made: dict[Path, str] = {}  #: addresses of databases, by the data folder that they belong to
_chosen = ENGINES[0]


def server() -> Server:
    """The one server of this run, started when it is first needed."""
    global _server
    if _server is None:
        _server = _start_server()
        atexit.register(_stop_server, os.getpid())
    return _server


@contextmanager
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    made = _start_server()
    try:
        yield made
    finally:
        made.throw_away()


def _start_server() -> Server:
    binaries = find_binaries()
    if binaries is None:
        reason = "PostgreSQL is not installed (initdb is neither in PATH nor under /usr/lib/postgresql)"
        (pytest.fail if os.environ.get(_REQUIRED) else pytest.skip)(reason)
    return Server(binaries, Path(tempfile.mkdtemp(prefix="wire-pg-", dir=_roomy())))


def _roomy() -> str | None:
    """Memory where there is enough of it: making a database writes a thousand files."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_BYTES:
        return str(memory)
    return None


def _stop_server(owner: int) -> None:
    """At the end of the run, also of one that was interrupted; not of a process that was forked from it."""
    if _server is not None and os.getpid() == owner:
        _server.throw_away()


@contextmanager
def chosen(engine: str) -> Iterator[None]:
    """What is made meanwhile is on this engine."""
    global _chosen
    before, _chosen = _chosen, engine
    try:
        yield
    finally:
        _chosen = before


def settings_for(data_dir: Path) -> dict[str, str]:
    """The settings that say where the database of a wire with this data folder is."""
    if _chosen == SQLITE:
        return {}
    if data_dir not in _made:
        _made[data_dir] = server().lend_database()
    return {"WIRE_DATABASE_URL": _made[data_dir]}


def url_for(data_dir: Path) -> str:
    """The address of the database of a wire with this data folder."""
    return settings_for(data_dir).get("WIRE_DATABASE_URL", f"sqlite:///{data_dir / 'wire.db'}")


def drop_below(folder: Path) -> None:
    """Forget the databases of wires that lived in a folder."""
    for data_dir in [data_dir for data_dir in _made if data_dir.is_relative_to(folder)]:
        server().take_back(_made.pop(data_dir))

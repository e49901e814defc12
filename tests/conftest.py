"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from feeds.store.engine import Store
from tests.support import databases
from tests.support.databases import ENGINES, POSTGRESQL
from tests.support.hosts import Host, running_host
from tests.support.wires import Line, running_engine
from workers.engine import connect


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[str]:
    """One embedded engine for the whole run."""
    with running_engine() as url:
        yield url


@pytest.fixture
def redis_url(shared_engine: str) -> str:
    """An engine with nothing in it."""
    with connect(shared_engine) as client:
        client.flushall()
    return shared_engine


@pytest.fixture(params=ENGINES)
def on_each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """What is made below the test's folder is on SQLite, then on PostgreSQL. Gives the engine's name."""
    with databases.chosen(request.param):
        yield request.param
    databases.drop_below(tmp_path)


@pytest.fixture
def store(on_each_database: str, tmp_path: Path) -> Iterator[Store]:
    """A migrated database of its own; on each engine."""
    made = Store(databases.url_for(tmp_path))
    if on_each_database != POSTGRESQL:  # the other one is a copy of a migrated one
        made.migrate()
    yield made
    made.close()


@pytest.fixture
def empty_store(on_each_database: str, tmp_path: Path) -> Iterator[Store]:
    """A database that nobody has migrated; on each engine."""
    on_server = on_each_database == POSTGRESQL
    url = databases.server().make_database(template="template0") if on_server else databases.url_for(tmp_path)
    made = Store(url)
    yield made
    made.close()
    if on_server:
        databases.server().drop_database(url)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """A migrated database in a file of its own, for what is about files."""
    made = Store(f"sqlite:///{tmp_path / 'wire.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def host() -> Iterator[Host]:
    """A foreign host that does what the test says."""
    with running_host() as running:
        yield running


@pytest.fixture
def make_line(on_each_database: str, tmp_path: Path, redis_url: str, host: Host) -> Iterator[Callable[..., Line]]:
    """Makes the whole line for some topics; on each database."""
    made: list[Line] = []

    def make(topics: Sequence[dict[str, object]], **environ: str) -> Line:
        made.append(Line(tmp_path, redis_url, host, topics, **environ))
        return made[-1]

    yield make
    for line in made:
        line.close()

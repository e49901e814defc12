"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from feeds.store.engine import Store
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


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A migrated database of its own."""
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
def make_line(
    tmp_path: Path, redis_url: str, host: Host
) -> Iterator[Callable[[Sequence[dict[str, object]]], Line]]:
    """Makes the whole line for some topics."""
    made: list[Line] = []

    def make(topics: Sequence[dict[str, object]]) -> Line:
        made.append(Line(tmp_path, redis_url, host, topics))
        return made[-1]

    yield make
    for line in made:
        line.close()

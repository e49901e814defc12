"""An empty database of each engine, to be filled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from feeds.store.engine import Store
from tests.support import databases
from tests.support.databases import ENGINES, POSTGRESQL


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Where nothing is yet."""
    with ExitStack() as stack:
        if request.param == POSTGRESQL:
            url = databases.server().make_database(template="template0")
            stack.callback(databases.server().drop_database, url)
        else:
            url = f"sqlite:///{tmp_path / 'new' / 'copy.db'}"
        made = Store(url)
        stack.callback(made.close)
        yield made

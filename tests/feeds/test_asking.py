from __future__ import annotations

import pytest

from feeds.asking import ask_for_polls
from feeds.errors import BadRequestError
from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import Work
from tests.support.papers import NOW


def test_what_is_polled_can_be_polled_now(store: Store) -> None:
    with store.write() as connection:
        owed.keep(connection, Work.POLL, ["cs.CV", "cs.SD"], NOW.replace(year=2027))
    assert ask_for_polls(store, ["cs.SD", "cs.SD"], NOW) == ["cs.SD"]
    with store.read() as connection:
        due = {row.key: row.due_at for row in owed.list_owed(connection, Work.POLL)}
    assert (due["cs.SD"], due["cs.CV"].year) == (NOW, 2027)
    assert ask_for_polls(store, None, NOW) == ["cs.CV", "cs.SD"]


def test_what_no_topic_reads_is_not_polled(store: Store) -> None:
    with pytest.raises(BadRequestError, match="what topics read") as caught:
        ask_for_polls(store, ["<script>"], NOW)
    assert "script" not in str(caught.value)

"""What all tests of this storey share."""

from __future__ import annotations

import pytest
from rq import SimpleWorker


@pytest.fixture(autouse=True)
def no_remote_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker in this process listens to no commands: nobody sends any, and its ear takes a second to close."""
    for name in ("subscribe", "unsubscribe"):
        monkeypatch.setattr(SimpleWorker, name, lambda _worker: None)

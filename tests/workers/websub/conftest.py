"""A wire with subscribers on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.websub import Scripted, running_subscriber
from tests.support.wires import Line

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {"slug": "sound", "title": "Sound", "categories": ["cs.SD"]},
]


@pytest.fixture
def line(make_line: Callable[..., Line]) -> Line:
    made = make_line(TOPICS, WIRE_WEBSUB_ALLOW="127.0.0.0/8")
    made.work()  # topics that are new are published
    return made


@pytest.fixture
def subscriber() -> Iterator[Scripted]:
    with running_subscriber() as running:
        yield running

"""A web face with something to show, made once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from werkzeug.test import TestResponse

from tests.support.hosts import running_host
from tests.support.listings import Item
from tests.support.wires import Line
from workers.engine import connect

BASE = "https://wire.example.org"
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'lone'"
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight", "eyes"]},
    {"slug": "hostile", "title": HOSTILE, "description": HOSTILE, "section": HOSTILE, "categories": ["cs.CV"],
     "query": f"ti:script OR \"{HOSTILE.replace(chr(34), ' ')}\""},
    {"slug": "quiet", "title": "Quiet", "categories": ["math.LO"]},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "formerly": ["finished"], "retired": True},
]  # fmt: skip

Ask = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def face(shared_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A wire that has polled and published."""
    with running_host() as host, connect(shared_engine) as client:
        client.flushall()
        line = Line(tmp_path_factory.mktemp("face"), shared_engine, host, TOPICS)
        line.announce(
            [
                Item("2604.00001", title="Splatting trees", abstract="Trees are hard. We present splats."),
                Item(
                    "2604.00002", title=HOSTILE, abstract=f"We present {HOSTILE}.", authors='<b>Ada</b> & "Co", Bob'
                ),
            ]
        )
        line.poll()
        yield line
        line.close()


@pytest.fixture
def ask(face: Line) -> Ask:
    """Sends a request under the wire's own name: ``ask(path, method="GET", headers=...)``."""
    client = face.app.test_client()

    def send(path: str, method: str = "GET", **options: object) -> TestResponse:
        return client.open(path, method=method, **{"base_url": BASE, **options})  # type: ignore[arg-type]

    return send

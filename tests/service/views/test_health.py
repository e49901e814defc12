"""Life and readiness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.app import create_app
from service.web import web
from tests.service.conftest import Ask
from tests.support.wires import make_settings
from workers.preparing import prepare_database


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A web face without any queue, on a database of its own."""
    settings = make_settings(tmp_path, WIRE_REDIS_URL=f"unix://{tmp_path}/nothing.sock")
    prepare_database(settings)
    app = create_app(settings)
    yield app
    with app.app_context():
        web().store.close()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_sound_wire_lives_and_is_ready(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/"])
def test_neither_queue_nor_arxiv_is_needed(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


def test_without_its_database_a_wire_lives_and_is_not_ready(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        web().store.close()
    for path in (tmp_path / "var").glob("wire.db*"):
        path.unlink()
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert str(tmp_path) not in answer.get_data(as_text=True)

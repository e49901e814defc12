"""The web face while its database is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from service.app import create_app
from service.web import web
from tests.support import databases
from tests.support.databases import Server
from tests.support.wires import make_settings
from workers.preparing import prepare_database


@pytest.fixture
def server() -> Server:
    return databases.server()


@pytest.fixture
def app(server: Server, tmp_path: Path) -> Iterator[Flask]:
    url = server.lend_database()
    settings = make_settings(tmp_path, WIRE_DATABASE_URL=url, WIRE_BASE_URL="https://wire.example.org")
    prepare_database(settings)
    yield create_app(settings)
    server.take_back(url)


def end_sessions(server: Server) -> None:
    """As an administrator does, or a restart of the server."""
    server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def test_a_lost_connection_costs_no_request(app: Flask, server: Server) -> None:
    client = app.test_client()
    assert client.get("/").status_code == 200
    end_sessions(server)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/feeds/status.atom"])
def test_a_connection_lost_in_the_middle_is_told_and_the_next_request_is_answered(
    app: Flask, server: Server, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with app.app_context():
        pool = web().store._engine

    @event.listens_for(pool, "before_cursor_execute", once=True)
    def lose(*_given: object) -> None:
        end_sessions(server)

    client = app.test_client()
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "the database refuses: terminating connection" in caplog.text
    assert "Traceback" not in caplog.text
    assert client.get(path).status_code == 200

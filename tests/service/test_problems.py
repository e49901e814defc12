"""Errors: a status each, a problem document or a plain page, never cached, nothing of ours or theirs leaked."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from feeds.errors import BadRequestError, DatabaseError, GoneError, MovedError, NotFoundError, WireError
from service import problems

DETAIL = 'a detail with <b>, "quotes" and \u05d0'


@pytest.fixture
def app() -> Flask:
    """Raises what it is told to."""
    app = Flask("service.app")
    problems.register(app)
    return app


def answer_to(app: Flask, error: Exception, path: str = "/feeds/x") -> TestResponse:
    def fail(**_parts: str) -> Response:
        raise error

    app.add_url_rule(path, view_func=fail)
    return app.test_client().get(path)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotFoundError(DETAIL), 404, "Not Found"),
        (GoneError(DETAIL), 410, "Gone"),
        (BadRequestError(DETAIL), 400, "Bad Request"),
    ],
)
def test_an_error_of_ours_is_a_problem_document(app: Flask, error: WireError, status: int, title: str) -> None:
    answer = answer_to(app, error)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data) == {"type": "about:blank", "title": title, "status": status, "detail": DETAIL}


@pytest.mark.parametrize("error", [NotFoundError(DETAIL), GoneError(DETAIL), BadRequestError(DETAIL)])
def test_where_people_look_an_error_is_a_plain_page(app: Flask, error: WireError) -> None:
    answer = answer_to(app, error, "/topics/x")
    assert (answer.status_code, answer.content_type) == (problems.STATUSES[type(error)], "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "a detail with &lt;b&gt;, &#34;quotes&#34; and \u05d0" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "error", [DatabaseError("secret"), MovedError("secret"), RuntimeError("secret"), KeyError("secret")]
)
@pytest.mark.parametrize("path", ["/feeds/x", "/topics/x"])
def test_a_surprise_is_logged_and_not_shown(
    app: Flask, error: Exception, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "wire.web"):
        answer = answer_to(app, error, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-store")
    assert "secret" not in answer.get_data(as_text=True)
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]


def test_a_hostile_path_cannot_forge_lines_of_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "wire.web"):
        answer_to(app, RuntimeError(), "/feeds/<name>")
        caplog.clear()
        app.test_client().get("/feeds/x%0aERROR%20forged%1b[31m")
    assert len(caplog.messages) == 1
    assert caplog.messages[0].isprintable()


def test_a_wrong_method_names_the_right_ones(app: Flask) -> None:
    app.add_url_rule("/feeds/x", view_func=lambda: "x")
    answer = app.test_client().post("/feeds/x")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.headers["Cache-Control"] == "no-store"

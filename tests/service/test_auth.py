"""Who may write: nobody, unless the settings say so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from feeds.config import Settings
from feeds.errors import UnauthorizedError, WritingOffError
from service import problems
from service.auth import editors_of, find_editor
from tests.support.wires import make_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, WIRE_EDITORS="ann:token-of-ann, Bob B.:token-of-bob")


def found(settings: Settings, authorization: str | None) -> str:
    headers = {} if authorization is None else {"Authorization": authorization}
    with Flask("service.app").test_request_context(headers=headers):
        return find_editor(settings)


@pytest.mark.parametrize(
    ("authorization", "name"),
    [("Bearer token-of-ann", "ann"), ("bearer  token-of-bob", "Bob B."), ("BEARER token-of-ann ", "ann")],
)
def test_an_editor_is_known_by_the_token(settings: Settings, authorization: str, name: str) -> None:
    assert found(settings, authorization) == name


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "token-of-ann", "Basic token-of-ann", "Bearer token-of-an", "Bearer ann",
     "Bearer token-of-ann,token-of-bob", "Bearer tökén"],
)  # fmt: skip
def test_nobody_else_is_an_editor(settings: Settings, authorization: str | None) -> None:
    with pytest.raises(UnauthorizedError):
        found(settings, authorization)


def test_one_token_alone_is_the_admins(settings: Settings) -> None:
    alone = replace(settings, editors={}, admin_token="secret")
    assert found(alone, "Bearer secret") == "admin"
    assert set(editors_of(replace(settings, admin_token="secret")).values()) == {"ann", "Bob B.", "admin"}


@pytest.mark.parametrize("authorization", [None, "Bearer ", "Bearer None", "Bearer token-of-ann"])
def test_writing_is_off_where_nobody_is_set(settings: Settings, authorization: str | None) -> None:
    with pytest.raises(WritingOffError, match="WIRE_EDITORS"):
        found(replace(settings, editors={}, admin_token=None), authorization)


def test_who_is_refused_is_told_how_to_show_a_token() -> None:
    app = Flask("service.app")
    problems.register(app)

    def refuse() -> str:
        raise UnauthorizedError("no")

    app.add_url_rule("/api/v1/x", view_func=refuse)
    answer = app.test_client().get("/api/v1/x")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")

"""Query options: what an address does not take is refused."""

from __future__ import annotations

import pytest
from flask import Flask, request

from service import problems
from service.options import Option, check_options, read_int, takes

QUERY = Option("q", "what to look for", required=True)
CATEGORY = Option("cat", "a category", repeated=True)
LIMIT = Option("limit", "how many", {"type": "integer"})


@pytest.fixture
def app() -> Flask:
    app = Flask("service.app")
    problems.register(app)
    app.before_request(check_options)

    @takes(QUERY, CATEGORY, LIMIT)
    def find() -> str:
        return f"{request.args['q']} {request.args.getlist('cat')} {read_int('limit', 20, 1, 100)}"

    app.add_url_rule("/find", view_func=find)
    app.add_url_rule("/plain", view_func=lambda: "plain", endpoint="plain")
    return app


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/find?q=a", "a [] 20"),
        ("/find?q=a&cat=cs.CL&cat=cs.SD&limit=100", "a ['cs.CL', 'cs.SD'] 100"),
        ("/find?q=", " [] 20"),
        ("/plain", "plain"),
    ],
)
def test_what_is_taken_is_read(app: Flask, path: str, told: str) -> None:
    assert app.test_client().get(path).get_data(as_text=True) == told


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/plain?x=1", "takes no options"),
        ("/plain?x", "takes no options"),
        ("/plain?&", "takes no options"),
        ("/nowhere?x=1", "takes no options"),
        ("/find", "q is missing"),
        ("/find?q=a&x=1", "only these options: q, cat, limit"),
        ("/find?q=a&Q=b", "only these options"),
        ("/find?q=a&q=b", "q can be given once"),
        *[
            (f"/find?q=a&limit={limit}", "from 1 to 100")
            for limit in ("0", "101", "-1", "x", "", "1e1", "٣", "9" * 400)
        ],
    ],
)
def test_anything_else_is_refused_without_repeating_it(app: Flask, path: str, detail: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 400
    assert detail in answer.get_json()["detail"]
    assert "9999" not in answer.get_data(as_text=True)

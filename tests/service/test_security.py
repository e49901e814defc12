"""The headers that keep browsers from doing with an answer what it is not for: on every route there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from feeds.errors import DatabaseError
from tests.service.conftest import Ask
from tests.support.wires import Line

BASE = "https://wire.example.org"
#: Something for each part of an address that there is something at; any other part is tried with nonsense.
PARTS = {
    "slug": "vision", "name": "vision.atom", "extension": "atom", "number": "1", "period": "daily", "ending": "css",
    "filename": "style.css", "digest": "0123456789ab", "stem": "style", "day": "2026-04-17", "date": "2026-04-17",
    "topic": "vision", "paper": "2604.00001", "arxiv_id": "2604.00001", "id": "2604.00001",
}  # fmt: skip
#: That answer well, of each kind; and errors of each kind.
SHOWN = (
    "/", "/status", "/topics/vision", "/feeds/vision.atom", "/feeds/vision.rss", "/feeds/vision.json",
    "/feeds.opml", "/api/v1/topics", "/api/v1/openapi.json", "/embed/vision", "/embed.js", "/healthz", "/metrics",
    "/hub", "/static/style.css", "/static/icon.svg", "/favicon.ico", f"/oembed?url={BASE}/topics/vision",
)  # fmt: skip
REFUSED = (
    "/nothing", "/topics/nothing", "/topics/ended", "/topics/sight", "/feeds/nothing.atom", "/feeds/ended.json",
    "/api/v1/nothing", "/embed/nothing", "/embed/ended", "/embed/sight", "/embed/vision?x", "/embed/a/b",
    "/static/nothing.css", "/static/style-0123456789ab.css", "/oembed", "/topics/vision?x", "/healthz?x",
)  # fmt: skip


def policy_of(headers: Headers) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))


def paths_of(rules: list[Rule]) -> Iterator[str]:
    for rule in rules:
        yield re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: PARTS.get(found[1], "x"), rule.rule)


def check(path: str, headers: Headers) -> None:
    """What holds for every answer, whatever it is."""
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] == "same-origin", path
    assert "camera=()" in headers["Permissions-Policy"], path
    assert "Strict-Transport-Security" not in headers, path
    policy = policy_of(headers)
    assert (policy["default-src"], policy["base-uri"]) == ("'none'", "'none'"), path
    assert "unsafe" not in headers["Content-Security-Policy"], path
    assert not {"data:", "http:", "https:"} & set(headers["Content-Security-Policy"].split()), path
    framed = path.startswith("/embed/")
    assert policy["frame-ancestors"] == ("*" if framed else "'none'"), path
    assert ("*" in headers["Content-Security-Policy"]) == framed, path
    assert headers.get("X-Frame-Options") == (None if framed else "DENY"), path
    assert "Set-Cookie" not in headers or path in ("/login", "/logout"), path


def test_every_route_bears_them_with_every_method(face: Line, ask: Ask) -> None:
    rules = list(face.app.url_map.iter_rules())
    assert len(rules) > 20
    for path in paths_of(rules):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"):
            check(path, ask(path, method).headers)


@pytest.mark.parametrize("path", [*SHOWN, *REFUSED])
def test_good_answers_and_errors_bear_them(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert (answer.status_code == 200) == (path in SHOWN)
    check(path, answer.headers)
    again = ask(path, headers={"Host": "evil.example"})
    assert again.status_code == 400
    check(path, again.headers)


def test_an_error_that_is_our_fault_bears_them(face: Line, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError("it broke")

    for endpoint, path in (("embed.frame", "/embed/vision"), ("feeds.subscriptions", "/feeds.opml")):
        monkeypatch.setitem(face.app.view_functions, endpoint, fail)
        answer = ask(path)
        assert answer.status_code == 500
        check(path, answer.headers)


@pytest.mark.parametrize("path", ["/", "/status", "/topics/vision", "/topics/nothing"])
def test_pages_may_load_what_is_ours_only_and_are_kept_apart(ask: Ask, path: str) -> None:
    headers = ask(path).headers
    policy = policy_of(headers)
    assert {policy.pop(name) for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {
        "'self'"
    }
    assert set(policy.values()) == {"'none'"}
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [path for path in (*SHOWN, *REFUSED) if path.startswith(("/feeds", "/api", "/static", "/embed", "/oembed"))],
)
def test_other_sites_may_load_what_is_for_them(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    if answer.mimetype != "text/html":
        assert set(policy_of(answer.headers).values()) == {"'none'"}  # nothing that a browser would load for it


def test_a_frame_may_load_its_style_sheet_and_our_scripts_and_is_sent_nowhere(ask: Ask) -> None:
    headers = ask("/embed/vision").headers
    assert policy_of(headers) == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "base-uri": "'none'",
        "form-action": "'none'", "frame-ancestors": "*",
    }  # fmt: skip
    assert "Cross-Origin-Opener-Policy" not in headers


@pytest.mark.parametrize(
    "path", ["/embedded", "/embed", "/embed.js", "/Embed/vision", "//embed/vision", "/x/embed/"]
)
def test_nothing_else_may_be_framed(ask: Ask, path: str) -> None:
    assert policy_of(ask(path).headers)["frame-ancestors"] == "'none'"


def test_what_a_view_has_set_itself_stays(face: Line, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def stricter() -> tuple[str, dict[str, str]]:
        return "x", {"Content-Security-Policy": "sandbox"}

    monkeypatch.setitem(face.app.view_functions, "feeds.subscriptions", stricter)
    assert ask("/feeds.opml").headers["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize("path", ["/feeds/nothing.json", "/feeds/ended.json", "/feeds/vision.json?x", "/api/v1/x"])
def test_scripts_of_other_sites_may_read_why_they_got_nothing(ask: Ask, path: str) -> None:
    assert ask(path).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/", "/topics/nothing", "/status?x", "/healthz?x", "/embed/vision", "/embed/ended"]
)
def test_scripts_of_other_sites_may_not_read_pages(ask: Ask, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask(path).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_scripts_of_other_sites_learn_nothing_of_writing(ask: Ask, method: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask("/api/v1/topics", method).headers

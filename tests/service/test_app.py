"""The app: who is answered, and what is refused before any view."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.errors import DatabaseError
from feeds.store.engine import Store
from service.app import create_app
from tests.service.conftest import Ask
from tests.support.wires import Line, make_settings
from workers.preparing import prepare_database

PATHS = ("/", "/feeds/vision.atom", "/topics/vision", "/healthz", "/nothing/here", "/static/style.css")
OWN = (
    "wire.example.org", "WIRE.Example.ORG", "wire.example.org:8443", "localhost", "localhost:8000",
    "127.0.0.1:8000", "[::1]", "[::1]:8000",
)  # fmt: skip
FOREIGN = (
    "evil.example", "evil.example:8000", "wire.example.org.evil.example", "evil.wire.example.org",
    "wire.example.org@evil.example", "127.0.0.1, evil.example", "127.0.0.1:99999", "[::2]",
    "[evil", "", " ", "<script>evil</script>", "evil\u00e9", "xn--evil", "0x7f000001", "evil." * 2000,
)  # fmt: skip


@pytest.mark.parametrize("host", OWN)
def test_our_own_names_are_answered(ask: Ask, host: str) -> None:
    assert ask("/feeds/vision.atom", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", FOREIGN, ids=lambda host: host[:30])
def test_a_foreign_host_is_refused_and_neither_reflected_nor_cached(ask: Ask, path: str, host: str) -> None:
    answer = ask(path, headers={"Host": host})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    shown = answer.get_data(as_text=True) + str(answer.headers)
    assert "evil" not in shown
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-HTTP-Method-Override"]
)
def test_headers_that_claim_another_address_change_nothing(ask: Ask, name: str) -> None:
    plain = ask("/feeds/vision.atom")
    claimed = ask("/feeds/vision.atom", headers={name: "host=evil.example"})
    assert (claimed.status_code, claimed.data, claimed.headers) == (200, plain.data, plain.headers)


def test_the_address_in_a_feed_is_the_configured_one_whatever_the_host_header(ask: Ask) -> None:
    assert ask("/feeds/vision.atom", headers={"Host": "localhost:1"}).data == ask("/feeds/vision.atom").data


def test_a_wire_on_ipv6_answers_under_its_address(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WIRE_BIND="[2001:DB8::7]:8000")
    prepare_database(settings)
    client = create_app(settings).test_client()
    assert client.get("/healthz", headers={"Host": "[2001:db8::7]:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[2001:db8::8]:8000"}).status_code == 400


def test_a_base_url_in_another_script_is_answered_in_its_ascii_form(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WIRE_BASE_URL="https://b\u00fccher.example")
    prepare_database(settings)
    client = create_app(settings).test_client()
    assert client.get("/healthz", headers={"Host": "xn--bcher-kva.example"}).status_code == 200


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/nothing/here"])
@pytest.mark.parametrize(
    "query", ["page=5", "utm_source=x", "x", "=", "&", "<script>evil</script>", "x=" + "y" * 9000]
)
def test_unknown_options_are_refused(ask: Ask, path: str, query: str) -> None:
    answer = ask(f"{path}?{query}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert "evil" not in answer.get_data(as_text=True)


def test_a_refused_option_is_a_problem_document_for_programs_and_a_page_for_people(ask: Ask) -> None:
    problem = ask("/feeds/vision.atom?x=1")
    assert problem.content_type == "application/problem+json"
    assert json.loads(problem.data)["status"] == 400
    assert ask("/topics/vision?x=1").content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/feeds/vision.atom", "/topics/vision", "/nothing/here"])
def test_an_oversized_body_is_refused_unread(ask: Ask, method: str, path: str) -> None:
    answer = ask(path, method, environ_overrides={"CONTENT_LENGTH": str(10**12)})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (413, "no-store")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/feeds/vision.atom", "/topics/vision", "/healthz"])
def test_other_methods_are_refused_with_those_that_are_allowed(ask: Ask, method: str, path: str) -> None:
    answer = ask(path, method)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (405, "no-store")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/%2e%2e/feeds/vision.atom", "/feeds/../vision.atom", "/feeds/..%2f..%2fwire.db",
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%2e%2e%2f%2e%2e%2fwire",
        "/static//etc/passwd", "/static/..%5capp.py", "//feeds/vision.atom", "/feeds//vision.atom",
        "//evil.example/%2e%2e", "/feeds/vision.atom/", "/topics/vision/", "/feeds/vision.atom%2f",
        "/FEEDS/vision.atom", "/feeds/vision%00.atom", "/feeds/vision.atom%00",
        "/feeds/vision%0d%0aX-Evil:%201.atom", "/feeds/%ff%fe.atom", "/feeds/\u05d0\U0001f600.atom",
        "/feeds/v\u0456sion.atom", "/topics/%F0%9F%98%80", "/topics/.", "/topics/..", "/feeds/.atom",
        "/feeds/..atom", "/feeds/" + "a" * 50_000 + ".atom", "/topics/" + "%00" * 9000,
        "/feeds/vision.atom;x=1", "/feeds/*.atom", "/feeds/%25.atom", "/feeds/' OR 1=1 --.atom",
        "/topics/<script>evil</script>", "/feeds/<script>evil</script>.atom",
    ],
    ids=lambda path: path[:40],
)  # fmt: skip
def test_tricks_with_paths_lead_nowhere(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    shown = answer.get_data(as_text=True) + str(answer.headers)
    assert "evil" not in shown.lower()
    assert len(shown) < 3000
    assert "Location" not in answer.headers


def test_a_database_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no database"):
        create_app(make_settings(tmp_path))


def test_a_database_that_was_only_migrated_is_refused_at_the_start(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    Store(settings.database_url).migrate()
    with pytest.raises(DatabaseError, match="never prepared"):
        create_app(settings)


def test_only_the_api_the_hub_and_editors_forms_can_be_written_to(face: Line) -> None:
    rules = list(face.app.url_map.iter_rules())
    reading = {"GET", "HEAD", "OPTIONS"}
    writing = [rule.rule for rule in rules if (rule.methods or set()) - reading]
    assert writing
    forms = {"/login", "/logout", "/topics/<slug>/edit"}
    assert forms <= set(writing)
    assert all(rule.startswith("/api/v1/") or rule in {"/hub", *forms} for rule in writing)


@pytest.mark.parametrize("path", ["/feeds/vision.atom", "/feeds.opml", "/api/v1/topics"])
def test_scripts_of_other_sites_may_ask_conditionally(ask: Ask, path: str) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = ask(path, "OPTIONS", headers=headers)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_scripts_of_other_sites_may_not_ask_of_pages(ask: Ask) -> None:
    assert "Access-Control-Allow-Origin" not in ask("/", "OPTIONS").headers

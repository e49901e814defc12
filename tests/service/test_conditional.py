"""Freshness: what a client has is not sent again, and every answer says how long it holds."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from feeds.model.documents import ATOM, Document
from service import conditional, problems

CHANGED = datetime(2026, 4, 17, 5, 10, 1, tzinfo=UTC)
DOCUMENT = Document(b"<feed/>", ATOM, CHANGED)
TAG = f'"{DOCUMENT.etag}"'
#: Large enough to be compressed.
LARGE = Document(
    b"<feed/>" * 1000,
    ATOM,
    CHANGED,
    self_url="https://wire.example.org/feeds/a.atom",
    hub_url="https://x.example/hub",
)
PLAIN_TAG, PACKED_TAG = f'"{LARGE.etag}"', f'"{LARGE.etag}-gzip"'
#: A Friday noon in the East: news cannot come before Monday.
NOON = datetime(2026, 4, 17, 16, 0, tzinfo=UTC)
AT = "%a, %d %b %Y %H:%M:%S GMT"
SAME, EARLIER, LATER = (f"{CHANGED + timedelta(seconds=by):{AT}}" for by in (0, -1, 1))


@pytest.fixture(scope="module")
def app() -> Flask:
    """Serves one document, and nothing else."""
    app = Flask("test")
    problems.register(app)
    new = "https://wire.example.org/feeds/new.atom"
    app.add_url_rule("/feed", "feed", lambda: conditional.respond(DOCUMENT, NOON))
    app.add_url_rule("/large", "large", lambda: conditional.respond(LARGE, NOON))
    app.add_url_rule("/moved", "moved", lambda: conditional.moved(new))
    return app


def ask(app: Flask, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open("/feed", method=method, headers=named)


def fresh(answer: TestResponse) -> dict[str, str]:
    names = ("ETag", "Last-Modified", "Cache-Control", "Access-Control-Allow-Origin")
    return {name: answer.headers[name] for name in names}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": TAG},
        {"If_None_Match": f"W/{TAG}"},
        {"If_None_Match": f'"a", {TAG}, W/"b"'},
        {"If_None_Match": f'"with, comma",W/{TAG}'},
        {"If_None_Match": "*"},
        {"If_None_Match": TAG, "If_Modified_Since": EARLIER},
        {"If_None_Match": TAG, "If_Modified_Since": "yesterday"},
        {"If_Modified_Since": SAME},
        {"If_Modified_Since": LATER},
        {"If_Modified_Since": f"{CHANGED:%A, %d-%b-%y %H:%M:%S GMT}"},  # RFC 850's form
        {"If_Match": TAG, "If_None_Match": TAG},
    ],
    ids=repr,
)
def test_what_the_client_has_is_not_sent_again(app: Flask, method: str, headers: dict[str, str]) -> None:
    answer = ask(app, method, **headers)
    assert (answer.status_code, answer.data) == (304, b"")
    assert fresh(answer) == fresh(ask(app))
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(answer.headers.keys())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"If_None_Match": '"another"'},
        {"If_None_Match": f'"{DOCUMENT.etag[:-1]}"'},
        {"If_None_Match": TAG.upper()},
        {"If_None_Match": '"*"'},
        {"If_None_Match": '"another"', "If_Modified_Since": LATER},
        {"If_None_Match": "", "If_Modified_Since": LATER},
        {"If_Modified_Since": EARLIER},
        {"If_Modified_Since": "yesterday"},
        {"If_Modified_Since": "Fri, 99 Abc 2026 99:99:99 GMT"},
        {"If_Modified_Since": "0"},
        {"If_Modified_Since": ""},
        {"If_Match": TAG},
        {"If_Match": "*"},
        {"If_Unmodified_Since": SAME, "Range": "bytes=0-1"},
        {"If_Unmodified_Since": "yesterday"},
        {"If_Unmodified_Since": EARLIER, "If_Match": TAG},
    ],
    ids=repr,
)
def test_what_the_client_lacks_is_sent_whole(app: Flask, method: str, headers: dict[str, str]) -> None:
    answer = ask(app, method, **headers)
    assert (answer.status_code, answer.data) == (200, DOCUMENT.body if method == "GET" else b"")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(DOCUMENT.body))
    assert answer.headers["ETag"] == TAG
    assert answer.headers["Last-Modified"] == format_datetime(CHANGED, usegmt=True)


@pytest.mark.parametrize(
    "headers", [{"If_Match": '"another"'}, {"If_Match": f"W/{TAG}"}, {"If_Unmodified_Since": EARLIER}], ids=repr
)
def test_a_failed_precondition_is_a_problem_that_no_cache_keeps(app: Flask, headers: dict[str, str]) -> None:
    answer = ask(app, **headers)
    assert (answer.status_code, answer.content_type) == (412, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert DOCUMENT.body not in answer.data


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
def test_no_header_however_odd_breaks_an_answer(app: Flask, tags: str, date: str) -> None:
    assert ask(app, If_None_Match=tags, If_Modified_Since=date).status_code in (200, 304)


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "*", "gzip;q=0.5, br", "identity;q=0.5, gzip"])
def test_a_reader_that_takes_gzip_gets_it(app: Flask, accepted: str) -> None:
    for method in ("GET", "HEAD"):
        answer = app.test_client().open("/large", method=method, headers={"Accept-Encoding": accepted})
        assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == ("gzip", PACKED_TAG)
        assert int(answer.headers["Content-Length"]) < len(LARGE.body) / 10
        assert method == "HEAD" or gzip.decompress(answer.data) == LARGE.body


@pytest.mark.parametrize(
    "accepted", [None, "", "identity", "gzip;q=0", "br", "*;q=0", "identity, gzip;q=0.5", "\xff"]
)
def test_any_other_gets_the_plain_form(app: Flask, accepted: str | None) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    answer = app.test_client().get("/large", headers=headers)
    assert (answer.data, answer.headers["ETag"]) == (LARGE.body, PLAIN_TAG)
    assert "Content-Encoding" not in answer.headers


def test_every_answer_says_that_it_goes_by_the_coding(app: Flask) -> None:
    for path, tag in (("/feed", TAG), ("/large", PLAIN_TAG)):
        for headers in ({}, {"Accept-Encoding": "gzip"}, {"If-None-Match": tag}):
            assert app.test_client().get(path, headers=headers).headers["Vary"] == "Accept-Encoding"


def test_a_coding_is_fresh_for_its_own_tag(app: Flask) -> None:
    def status(tag: str, **accepted: str) -> int:
        return app.test_client().get("/large", headers={"If-None-Match": tag, **accepted}).status_code

    packed = {"Accept-Encoding": "gzip"}
    assert (status(PLAIN_TAG), status(PACKED_TAG, **packed)) == (304, 304)
    assert (status(PACKED_TAG), status(PLAIN_TAG, **packed)) == (200, 200)
    answer = app.test_client().get("/large", headers={"If-None-Match": f"W/{PACKED_TAG}", **packed})
    assert (answer.status_code, answer.headers["ETag"]) == (304, PACKED_TAG)
    assert "Content-Encoding" not in answer.headers


def test_a_small_body_is_not_compressed() -> None:
    assert DOCUMENT.gzipped is None


def test_the_same_bytes_are_compressed_to_the_same_bytes() -> None:
    assert LARGE.gzipped == Document(LARGE.body, ATOM, CHANGED + timedelta(days=1)).gzipped


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": PLAIN_TAG}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_says_where_it_lives_and_where_to_subscribe(
    app: Flask, method: str, headers: dict[str, str]
) -> None:
    answer = app.test_client().open("/large", method=method, headers=headers)
    assert answer.headers["Link"] == (
        '<https://wire.example.org/feeds/a.atom>; rel="self", <https://x.example/hub>; rel="hub"'
    )
    assert "Link" not in ask(app).headers


def test_different_bytes_have_different_tags() -> None:
    tags = {Document(body, ATOM, CHANGED).etag for body in (b"", b"a", b"b", b"<feed/>")}
    assert len(tags) == 4
    assert all(tag.isalnum() for tag in tags)


def test_a_document_stays_fresh_for_an_hour_where_no_news_can_come() -> None:
    assert conditional.cache_control(NOON, awaiting=False) == "max-age=3600, stale-if-error=86400"


def test_readers_do_not_all_come_back_at_once() -> None:
    ages = {conditional.cache_control(NOON, awaiting=False, jitter=jitter) for jitter in (0.0, 0.5, 1.0)}
    assert ages == {f"max-age={age}, stale-if-error=86400" for age in (3600, 3420, 3240)}


def test_a_document_that_awaits_summaries_stays_fresh_for_five_minutes() -> None:
    assert "max-age=300," in conditional.cache_control(NOON, awaiting=True)


@pytest.mark.parametrize(("minutes", "max_age"), [(20, 1200), (90, 3600), (-1, 60)])
def test_nothing_is_kept_beyond_news_of_its_own(minutes: int, max_age: int) -> None:
    news_at = NOON + timedelta(minutes=minutes)
    assert f"max-age={max_age}," in conditional.cache_control(NOON, awaiting=False, news_at=news_at)


def moments() -> Iterator[tuple[datetime, int]]:
    """Moments around midnight Eastern, when news can come, and how long an answer may be kept then."""
    midnight = datetime(2026, 4, 17, 4, 0, tzinfo=UTC)  # Thursday to Friday
    yield midnight - timedelta(hours=2), 3600
    yield midnight - timedelta(minutes=30), 1800
    yield midnight - timedelta(seconds=1), 60
    yield midnight, 300  # announced, but maybe not read yet
    yield midnight + timedelta(minutes=30), 3600
    yield datetime(2026, 4, 18, 3, 59, tzinfo=UTC), 3600  # Friday to Saturday: no news
    yield datetime(2026, 4, 20, 3, 50, tzinfo=UTC), 600  # Sunday to Monday
    yield datetime(2026, 1, 6, 4, 50, tzinfo=UTC), 600  # winter time


@pytest.mark.parametrize(("now", "max_age"), list(moments()))
def test_a_document_is_kept_no_longer_than_until_news_can_come(now: datetime, max_age: int) -> None:
    assert f"max-age={max_age}," in conditional.cache_control(now, awaiting=False)


def test_what_moved_may_be_followed_by_scripts_of_other_sites(app: Flask) -> None:
    answer = app.test_client().get("/moved")
    assert (answer.status_code, answer.location) == (301, "https://wire.example.org/feeds/new.atom")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_moved_is_not_taken_to_be_elsewhere_for_ever(app: Flask) -> None:
    assert app.test_client().get("/moved").headers["Cache-Control"] == "max-age=3600"

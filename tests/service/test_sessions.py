"""Sessions: what a cookie must be for its sender to be somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from feeds.store import site
from feeds.store.engine import Store
from service.app import create_app
from service.sessions import LIFETIME, make_cookie, read_cookie
from tests.support.wires import TOKEN, make_settings
from workers.preparing import prepare_database

KEY, NOW, CHANCE = b"k" * 32, datetime(2026, 4, 17, 5, 10, tzinfo=UTC), "0123456789abcdef" * 2
EDITORS = {"token-of-ann": "ann", "token-of-bob": "bob"}
COOKIE = make_cookie(KEY, "token-of-bob", NOW, CHANCE)


def test_a_cookie_is_of_the_editor_whose_token_it_was_made_with() -> None:
    session = read_cookie(COOKIE, KEY, EDITORS, NOW)
    assert session
    assert session.editor == "bob"
    assert session.proof not in COOKIE


def test_each_session_has_a_proof_of_its_own() -> None:
    other = make_cookie(KEY, "token-of-bob", NOW, "f" * 32)
    proofs = {getattr(read_cookie(cookie, KEY, EDITORS, NOW), "proof", None) for cookie in (COOKIE, other)}
    assert len(proofs - {None}) == 2


@pytest.mark.parametrize(
    ("key", "editors"),
    [
        (b"j" * 32, EDITORS), (KEY, {"token-of-ann": "ann"}), (KEY, {"another-token": "bob"}), (KEY, {}),
    ],
)  # fmt: skip
def test_another_key_or_a_token_withdrawn_makes_it_nobodys(key: bytes, editors: dict[str, str]) -> None:
    assert read_cookie(COOKIE, key, editors, NOW) is None


def test_a_renamed_editor_stays_signed_in() -> None:
    session = read_cookie(COOKIE, KEY, {"token-of-bob": "robert"}, NOW)
    assert session
    assert session.editor == "robert"


@pytest.mark.parametrize(
    ("later", "lasts"),
    [
        (timedelta(0), True), (LIFETIME - timedelta(seconds=1), True), (LIFETIME, False), (3 * LIFETIME, False),
        (-timedelta(minutes=4), True), (-timedelta(minutes=6), False),
    ],
)  # fmt: skip
def test_it_ends(later: timedelta, lasts: bool) -> None:
    assert (read_cookie(COOKIE, KEY, EDITORS, NOW + later) is not None) == lasts


@given(st.integers(0, len(COOKIE) - 1), st.sampled_from("0123456789abcdef.- \u0665"))
def test_no_sign_of_it_can_be_changed(at: int, sign: str) -> None:
    changed = COOKIE[:at] + sign + COOKIE[at + 1 :]
    assert changed == COOKIE or read_cookie(changed, KEY, EDITORS, NOW) is None


@given(st.text(max_size=200))
def test_nonsense_is_nobodys(value: str) -> None:
    assert read_cookie(value, KEY, EDITORS, NOW) is None


def test_the_key_is_made_once(store: Store) -> None:
    with store.write() as connection:
        site.fix_note(connection, site.SESSION_KEY, "first")
        site.fix_note(connection, site.SESSION_KEY, "second")
        assert site.find_note(connection, site.SESSION_KEY) == "first"


def sign_in(folder: Path, base_url: str) -> TestResponse:
    settings = make_settings(folder, WIRE_BASE_URL=base_url, WIRE_EDITORS=f"ada:{TOKEN}")
    prepare_database(settings)
    return create_app(settings).test_client().post("/login", data={"token": TOKEN}, base_url=base_url)


def test_where_the_wire_is_not_reached_by_https_the_cookie_does_not_claim_it(tmp_path: Path) -> None:
    answer = sign_in(tmp_path, "http://127.0.0.1:8000")
    assert answer.status_code == 303
    told = answer.headers["Set-Cookie"]
    assert told.startswith("wire=")
    assert "HttpOnly" in told
    assert "Secure" not in told


def test_signing_in_works_and_is_not_slowed_without_redis(tmp_path: Path) -> None:
    """No Redis runs for this folder; nobody is kept out for want of one."""
    assert sign_in(tmp_path, "https://wire.example.org").headers["Set-Cookie"].startswith("__Host-wire=")


def test_nobody_has_a_session_before_the_first_sign_in(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WIRE_EDITORS=f"ada:{TOKEN}")
    prepare_database(settings)
    client = create_app(settings).test_client()
    client.set_cookie("wire", make_cookie(KEY, TOKEN, datetime.now(UTC), CHANCE), domain="127.0.0.1")
    answer = client.get("/", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200
    assert "Signed in" not in answer.get_data(as_text=True)

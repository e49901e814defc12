"""Who is signed in: a cookie for editors alone, and the proof that a form is ours.

The cookie says when it was made, and nothing of anybody. It is signed with a key of the database's and with the
editor's token, so that every web process knows it and that a token withdrawn ends all its sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response, abort, g, request

from feeds.config import Settings
from feeds.errors import UnauthorizedError
from feeds.store import site
from feeds.store.engine import Store
from service.auth import editors_of
from service.web import web

#: Then an editor signs in again.
LIFETIME = timedelta(days=7)
#: Clocks of several hosts may differ by so much.
_SKEW = timedelta(minutes=5)
#: Where the wire is reached by https, browsers hold a cookie of this name to that very host (RFC 6265bis, 4.1.3.2).
_SAFE_NAME, _PLAIN_NAME = "__Host-wire", "wire"
#: The field of a form that proves that it is ours.
FORM_FIELD = "proof"
_COOKIE = re.compile(r"(?P<made>\d{1,12})\.(?P<chance>[0-9a-f]{32})\.(?P<seal>[0-9a-f]{64})")


@dataclass(frozen=True)
class Session:
    """An editor who is signed in."""

    editor: str
    proof: str  #: is in every form of this session, and known to nobody else


def find_session() -> Session | None:
    """Who sent this request; None for everybody who is not signed in."""
    if "session" not in g:
        g.session = _find()
    found: Session | None = g.session
    return found


def require_form() -> Session:
    """Who sent this form.

    :raises UnauthorizedError: where nobody is signed in (any more)
    :raises Forbidden: where the form came from elsewhere
    """
    refuse_foreign()
    session = find_session()
    if session is None:
        raise UnauthorizedError("You are not signed in any more. Sign in, go back, and send it again.")
    sent = request.form.get(FORM_FIELD, "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(session.proof.encode(), sent):
        abort(HTTPStatus.FORBIDDEN, "This form is out of date. Go back, load the page anew, and send it again.")
    return session


def refuse_foreign() -> None:
    """Refuse what another site's page sends, as far as the browser tells (RFC 6454, 7; W3C Fetch Metadata).

    :raises Forbidden: for such
    """
    relation = request.headers.get("Sec-Fetch-Site", "same-origin")
    if relation not in ("same-origin", "none") or not _is_ours(request.headers.get("Origin")):
        abort(HTTPStatus.FORBIDDEN, "Forms are taken from this wire's own pages only.")


def open_session(answer: Response, token: str) -> None:
    """Sign an editor in with an answer.

    :param token: the editor's
    """
    tools = web()
    key = _load_key(tools.store) or _make_key(tools.store)
    _set(answer, make_cookie(key, token, tools.clock.now(), secrets.token_hex(16)), LIFETIME)


def close_session(answer: Response) -> None:
    """Sign out with an answer."""
    _set(answer, "", timedelta(0))


def make_cookie(key: bytes, token: str, now: datetime, chance: str) -> str:
    """The cookie of a session that begins.

    :param chance: 32 random hexadecimal digits, others for each session
    """
    made = f"{int(now.timestamp())}.{chance}"
    return f"{made}.{_seal(key, token, made)}"


def read_cookie(value: str, key: bytes, editors: Mapping[str, str], now: datetime) -> Session | None:
    """The session that a cookie is of; None where it is of none, or too old.

    :param editors: names by token; all are tried, each in constant time
    """
    told = _COOKIE.fullmatch(value)
    if told is None:
        return None
    age = now.timestamp() - int(told["made"])
    if not -_SKEW.total_seconds() <= age < LIFETIME.total_seconds():
        return None
    made = f"{told['made']}.{told['chance']}"
    found = [name for token, name in editors.items() if hmac.compare_digest(_seal(key, token, made), told["seal"])]
    return Session(found[0], _sign(key, f"form {value}")) if found else None


def _find() -> Session | None:
    tools = web()
    editors, value = editors_of(tools.settings), request.cookies.get(_name(tools.settings), "")
    if not editors or not _COOKIE.fullmatch(value):
        return None
    key = _load_key(tools.store)
    return read_cookie(value, key, editors, tools.clock.now()) if key else None


def _seal(key: bytes, token: str, made: str) -> str:
    """The token itself stays out of what is signed, so that nothing can be tried on it without the key."""
    return _sign(key, f"session {made} {hashlib.sha256(token.encode()).hexdigest()}")


def _sign(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _load_key(store: Store) -> bytes | None:
    with store.read() as connection:
        found = site.find_note(connection, site.SESSION_KEY)
    return bytes.fromhex(found) if found else None


def _make_key(store: Store) -> bytes:
    """The wire's key, made by who comes first."""
    with store.write() as connection:
        site.fix_note(connection, site.SESSION_KEY, secrets.token_hex(32))
        made = site.find_note(connection, site.SESSION_KEY)
    assert made
    return bytes.fromhex(made)


def _is_ours(origin: str | None) -> bool:
    """Whether a page came from where this request went to, or from our public address."""
    if origin is None:
        return True  # an old browser, or none; the proof decides
    public = urlsplit(web().settings.base_url)
    own = {f"{scheme}://{request.host}" for scheme in ("http", "https")} | {f"{public.scheme}://{public.netloc}"}
    return origin.lower() in {address.lower() for address in own}


def _set(answer: Response, value: str, age: timedelta) -> None:
    """Not "Strict": who comes by a mail's link would seem to be signed out; and a GET changes nothing."""
    settings = web().settings
    answer.set_cookie(_name(settings), value, max_age=age, secure=_is_safe(settings), httponly=True, samesite="Lax")


def _name(settings: Settings) -> str:
    return _SAFE_NAME if _is_safe(settings) else _PLAIN_NAME


def _is_safe(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")

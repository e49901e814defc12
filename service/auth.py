"""Who may write: editors by their bearer tokens (RFC 6750). Where none is set, writing is off."""

from __future__ import annotations

import hmac

from flask import request

from feeds.config import Settings
from feeds.errors import UnauthorizedError, WritingOffError

ADMIN = "admin"


def editors_of(settings: Settings) -> dict[str, str]:
    """The names of all who may write, by their tokens."""
    admin = {settings.admin_token: ADMIN} if settings.admin_token else {}
    return {**settings.editors, **admin}


def find_editor(settings: Settings) -> str:
    """The editor whose token came with this request.

    Every token is compared, each in constant time: an answer's delay tells nothing of any.

    :raises WritingOffError: where nobody may write here
    :raises UnauthorizedError: where no token came, or one of nobody's
    """
    check_writing(settings)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise UnauthorizedError("This needs an editor's token, as Authorization: Bearer TOKEN.")
    found = find_name(settings, given.strip())
    if found is None:
        raise UnauthorizedError("That token is no editor's.")
    return found


def find_name(settings: Settings, token: str) -> str | None:
    """Whose token this is; None: nobody's. Every editor's is compared with it, each in constant time."""
    sent = token.encode("utf-8", "surrogateescape")
    found = [name for own, name in editors_of(settings).items() if hmac.compare_digest(own.encode(), sent)]
    return found[0] if found else None


def check_writing(settings: Settings) -> None:
    """Refuse where nobody may write.

    :raises WritingOffError: there
    """
    if not editors_of(settings):
        raise WritingOffError("Writing is off here: WIRE_EDITORS and WIRE_ADMIN_TOKEN are not set.")

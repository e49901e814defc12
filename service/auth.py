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
    editors = editors_of(settings)
    if not editors:
        raise WritingOffError("Writing is off here: WIRE_EDITORS and WIRE_ADMIN_TOKEN are not set.")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise UnauthorizedError("This needs an editor's token, as Authorization: Bearer TOKEN.")
    sent = given.strip().encode("utf-8", "surrogateescape")
    found = [name for token, name in editors.items() if hmac.compare_digest(token.encode(), sent)]
    if not found:
        raise UnauthorizedError("That token is no editor's.")
    return found[0]

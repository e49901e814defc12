"""Signs what subscribers get, so that they know it from what others send them (WebSub, section 8)."""

from __future__ import annotations

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature`` for a body under a subscriber's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

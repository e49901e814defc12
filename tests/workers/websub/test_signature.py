"""Signatures, against values that anybody can compute."""

from __future__ import annotations

from workers.websub.signature import sign


def test_a_body_is_signed() -> None:
    """RFC 4231, test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign("Jefe", b"what do ya want for nothing?") == f"sha256={expected}"

"""gzip for documents (RFC 1952): made once for each, so that it may cost little, and the same bytes every time."""

from __future__ import annotations

from isal import igzip

#: Twenty times as fast as zlib's level 6, for 17 % more bytes.
_LEVEL = 2


def compress(body: bytes) -> bytes:
    """The body as one gzip member, without a date in it."""
    packed: bytes = igzip.compress(body, _LEVEL, mtime=0)
    return packed

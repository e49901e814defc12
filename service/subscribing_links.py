"""Ways into feed readers: addresses that open one with a feed to subscribe to."""

from __future__ import annotations

from urllib.parse import quote

#: A reader's name, and its address before that of the feed.
_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
)


def open_locally(feed_url: str) -> str:
    """What a reader on one's own machine opens; ``feed://`` stands for http alone (draft-obasanjo-feed-02)."""
    return f"feed:{feed_url.removeprefix('http:')}"


def list_readers(feed_url: str) -> list[tuple[str, str]]:
    """Readers on the web that take a feed by their address: (name, address)."""
    return [(name, before + quote(feed_url, safe="")) for name, before in _READERS]

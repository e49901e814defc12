"""A document: bytes ready to be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from feeds.compression import compress
from feeds.model.entries import Likeness

ATOM_TYPE = "application/atom+xml"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
OPML = "text/x-opml; charset=utf-8"
ATOM = f"{ATOM_TYPE}; charset=utf-8"
RSS_TYPE = "application/rss+xml"
RSS = f"{RSS_TYPE}; charset=utf-8"
JSON_FEED = "application/feed+json"
MARKDOWN = "text/markdown; charset=utf-8"
BIBTEX = "application/x-bibtex; charset=utf-8"
RIS = "application/x-research-info-systems; charset=utf-8"
CSV = "text/csv; charset=utf-8; header=present"

#: Smaller bodies go into one packet anyway.
_LEAST_PACKED = 500


@dataclass(frozen=True)
class Document:
    """One representation of one feed."""

    body: bytes
    media_type: str
    last_modified: datetime  #: when the bytes last changed, whole seconds
    awaiting: bool = False  #: a summary is still expected: worth asking again soon
    self_url: str | None = None  #: where it is best asked for (RFC 8288, rel=self)
    hub_url: str | None = None  #: where to subscribe to it (WebSub)
    news_at: datetime | None = None  #: when news of its own is due, beside arXiv's

    @cached_property
    def etag(self) -> str:
        """A strong entity tag's opaque part: names the bytes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    @cached_property
    def gzipped(self) -> bytes | None:
        """The body as gzip; None where that would not pay."""
        if len(self.body) < _LEAST_PACKED:
            return None
        packed = compress(self.body)
        return packed if len(packed) < len(self.body) else None


@dataclass(frozen=True)
class Publication:
    """What a topic publishes now: which entries, in which order, at which revision."""

    topic: str
    generation: int
    entries: tuple[tuple[str, int], ...]  #: (arXiv id, revision), as they stand in the feed
    definition: str  #: names the topic's definition it was made with
    published_at: datetime
    likeness: Mapping[str, Likeness] = field(default_factory=dict)  #: by arXiv id, in a topic ordered by it
    archive: int | None = None  #: the newest archive document that holds what is in none of its entries

"""A document: bytes ready to be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from feeds.model.entries import Likeness

ATOM_TYPE = "application/atom+xml"
JSON = "application/json"
OPML = "text/x-opml; charset=utf-8"
ATOM = f"{ATOM_TYPE}; charset=utf-8"


@dataclass(frozen=True)
class Document:
    """One representation of one feed."""

    body: bytes
    media_type: str
    last_modified: datetime  #: when the bytes last changed, whole seconds
    awaiting: bool = False  #: a summary is still expected: worth asking again soon

    @cached_property
    def etag(self) -> str:
        """A strong entity tag's opaque part: names the bytes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]


@dataclass(frozen=True)
class Publication:
    """What a topic publishes now: which entries, in which order, at which revision."""

    topic: str
    generation: int
    entries: tuple[tuple[str, int], ...]  #: (arXiv id, revision), as they stand in the feed
    definition: str  #: names the topic's definition it was made with
    published_at: datetime
    likeness: Mapping[str, Likeness] = field(default_factory=dict)  #: by arXiv id, in a topic ordered by it

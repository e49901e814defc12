"""A topic: an editor's subject, with the rules that let papers in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from feeds.model.announcements import AnnounceType
from feeds.model.summaries import Kind

#: A language's code (BCP 47), as far as we know them.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
DEFAULT_ANNOUNCE = (AnnounceType.NEW, AnnounceType.CROSS)
MAX_ENTRIES = 2000
#: That one wire carries, of the file and by the API.
MAX_TOPICS = 10_000
#: A paper is published without its embedded tldr after this long.
EMBEDDED_HOLD_SECONDS = 120


class Basis(StrEnum):
    """What puts a paper into a digest's window."""

    ANNOUNCED = "announced"
    SUBMITTED = "submitted"


class Order(StrEnum):
    """How the papers stand in the subscription document, after the pinned ones."""

    POSITION = "position"  #: who joined last comes first
    SIMILARITY = "similarity"  #: who is most like the pinned and starred ones comes first


@dataclass(frozen=True)
class DigestRule:
    """When a topic's digests are cut."""

    at: time = time(6, 0)
    zone: str = "UTC"
    basis: Basis = Basis.ANNOUNCED


@dataclass(frozen=True)
class Topic:
    """A topic as its definition says; nothing of its history."""

    slug: str
    title: str
    categories: tuple[str, ...]  #: canonical; the listings to poll
    description: str = ""
    query: str | None = None  #: None: everything in the categories
    announce: tuple[AnnounceType, ...] = DEFAULT_ANNOUNCE
    primary_only: bool = False
    kinds: tuple[Kind, ...] = (Kind.TLDR,)
    language: str = "en"
    hold_minutes: int = 30
    entries: int = 100
    order: Order = Order.POSITION
    digest: DigestRule = field(default_factory=DigestRule)
    section: str = ""
    formerly: tuple[str, ...] = ()
    retired: bool = False

"""What is news, as decided: made by ``workers/polling/changes``, recorded by the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from feeds.model.announcements import Announcement, AnnounceType, VisitOutcome
from feeds.model.entries import UpdateReason
from feeds.model.papers import Paper


@dataclass(frozen=True)
class Admission:
    """A paper let into a topic by an announcement."""

    topic: str
    arxiv_id: str
    version: int
    announced_on: date
    announce_type: AnnounceType
    matched: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """A known paper whose facts changed.

    ``reason`` moves the entry's ``updated``; None changes what it shows without calling it news.
    """

    arxiv_id: str
    reason: UpdateReason | None
    text_changed: bool


@dataclass(frozen=True)
class Changes:
    """All that one look at a listing brings."""

    outcome: VisitOutcome
    day: date
    announcements: tuple[Announcement, ...] = ()
    papers: tuple[Paper, ...] = ()  #: new ones, and known ones with changed facts
    revisions: tuple[Revision, ...] = ()
    admissions: tuple[Admission, ...] = ()
    texts: dict[tuple[str, int], str] = field(default_factory=dict)  #: text hash of each announced version
    counts: dict[str, int] = field(default_factory=dict)  #: announcements that are news, by type

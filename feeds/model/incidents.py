"""Incidents: what an operator should know of. A quiet day and a fault never look alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class IncidentKind(StrEnum):
    """What went wrong."""

    NO_NEWS = "no news"  #: a weekday on which no listing moved
    STALE = "stale listing"  #: others moved, this one did not
    FAILING = "failing listing"
    MISSED = "missed day"  #: and not recovered yet
    BACKLOG = "backlog"
    REFUSED = "topics refused"
    PAUSED = "paused topic"
    UNWRITTEN = "summaries unwritten"  #: the language model refuses us, or does not answer
    DEAD = "given up"  #: work that failed too often


@dataclass(frozen=True)
class Finding:
    """Something wrong now."""

    kind: IncidentKind
    subject: str  #: a listing, a day, a topic, a kind of work: one incident for each
    text: str  #: one sentence for the operator


@dataclass(frozen=True)
class Incident:
    """Something that went wrong at some time."""

    id: int
    kind: IncidentKind
    subject: str
    text: str
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        return self.closed_at or self.opened_at

    @property
    def title(self) -> str:
        return f"{self.kind}: {self.subject}".capitalize() + (" (over)" if self.closed_at else "")


def decide_incidents(
    found: Sequence[Finding], standing: Iterable[Incident]
) -> tuple[list[Finding], list[Incident]]:
    """Compare what is wrong with what is known to be wrong.

    :param standing: the incidents that are open
    :returns: what is to be opened, and what is over
    """
    known = {(incident.kind, incident.subject): incident for incident in standing}
    now = {(finding.kind, finding.subject): finding for finding in found}
    opened = [finding for key, finding in now.items() if key not in known]
    return opened, [incident for key, incident in known.items() if key not in now]


def reword_incidents(found: Iterable[Finding], standing: Sequence[Incident]) -> list[Incident]:
    """The open incidents of which something else is to be said now than when they were opened, with that.

    It is the same fault still: nobody is alerted again.
    """
    texts = {(finding.kind, finding.subject): finding.text for finding in found}
    told = [replace(one, text=texts.get((one.kind, one.subject), one.text)) for one in standing]
    return [new for new, old in zip(told, standing, strict=True) if new != old]

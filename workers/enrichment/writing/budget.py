"""What may be spent on a model today, and on what first. Pure: whoever calls knows what was spent.

A UTC day has so many tokens. New papers go before old ones, cheap kinds before dear ones, later papers before
earlier ones; old papers get nothing that a new one still waits for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from feeds.model.summaries import Kind
from workers.enrichment.llm.tokens import estimate_tokens
from workers.enrichment.writing import prompts
from workers.enrichment.writing.contracts import CONTRACTS

#: Kinds from the cheapest to the dearest.
KINDS = (Kind.TLDR, Kind.CONTRIBUTIONS, Kind.TRANSLATION, Kind.READING)
#: A first try and its repair; the second holds the first's reply as well.
_ROUNDS = 2


@dataclass(frozen=True)
class Wanted:
    """A summary that someone asked for."""

    key: str
    kind: Kind
    is_new: bool  #: the paper has been announced lately; False for a backlog
    announced_at: datetime
    tokens: int  #: that it may cost at most (:func:`most_tokens`)


@dataclass(frozen=True)
class Plan:
    """Who gets tokens now, in order, and who waits."""

    now: tuple[Wanted, ...]
    later: tuple[Wanted, ...]


def most_tokens(
    kind: Kind, language: str, title: str, text: str | None, *, most_source_tokens: int, thinking_tokens: int = 0
) -> int:
    """What one summary may cost, its repair included; most cost half of it.

    :param text: as it is sent, or longer; None for a full text that is not fetched yet
    :param most_source_tokens: that are sent of it
    :param thinking_tokens: per reply, on top of its limit
    """
    reply = CONTRACTS[kind].max_tokens + thinking_tokens
    told = estimate_tokens(prompts.system_prompt(kind, language, "0" * 16))
    source = most_source_tokens if text is None else min(estimate_tokens(text), most_source_tokens)
    asked = told + estimate_tokens(title[:2000]) + source
    return _ROUNDS * (asked + reply) + 2 * reply


def decide_spending(wanted: Iterable[Wanted], daily_tokens: int | None, spent: int) -> Plan:
    """Choose what is made now.

    What does not fit is passed over for something smaller, but never for an older paper.

    :param daily_tokens: None for no limit
    :param spent: since the day began, and what calls in flight may still spend
    """
    ranked = sorted(wanted, key=_rank)
    if daily_tokens is None:
        return Plan(tuple(ranked), ())
    left, now, later = daily_tokens - spent, list[Wanted](), list[Wanted]()
    for one in ranked:
        refused = one.tokens > left or (not one.is_new and any(other.is_new for other in later))
        if refused:
            later.append(one)
        else:
            left -= one.tokens
            now.append(one)
    return Plan(tuple(now), tuple(later))


def _rank(one: Wanted) -> tuple[bool, int, float, str]:
    return not one.is_new, KINDS.index(one.kind), -one.announced_at.timestamp(), one.key


def day_of(at: datetime) -> date:
    """The day whose budget a call at this time is charged to."""
    return at.astimezone(UTC).date()


def next_day_at(at: datetime) -> datetime:
    """When the next budget begins."""
    return datetime.combine(day_of(at) + timedelta(days=1), time(), UTC)

"""What the API's lists answer, and its papers by themselves, as types (:mod:`service.schemas`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Union

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, structs

from service.schemas import Count, Entry, EntryAuthor, EntryCategory, EntryLinks, EntrySummary

_Next = Annotated[str | None, Meta(description="Where the list goes on; null at its end")]


class EntryList(Struct):
    """A topic's entries."""

    items: list[Entry]
    next: _Next


class PaperFacts(Struct):
    """A paper by itself."""

    id: Annotated[str, Meta(description="The same in every feed", examples=["oai:arXiv.org:2604.14193"])]
    url: str
    title: str
    authors: list[EntryAuthor]
    abstract: str
    summaries: Annotated[dict[str, EntrySummary], Meta(description="By kind; the best that there is")]
    categories: list[EntryCategory]
    version: int
    submitted_at: Annotated[datetime | None, Meta(description="The first version, as arXiv has it")]
    revised_at: Annotated[datetime | None, Meta(description="This version, as arXiv has it")]
    comment: str | None
    doi: str | None
    journal_ref: str | None
    licence: str | None
    links: EntryLinks
    withdrawn: bool


class FoundPaper(PaperFacts):
    """A paper that a search found."""

    topics: Annotated[list[str], Meta(description="That it is published in, by slug")]
    matched: Annotated[list[str], Meta(description="Parts of the query, as written")]
    seen_at: Annotated[datetime, Meta(description="When it came to this wire")]


class FoundList(Struct):
    """What a search finds, newest first."""

    items: list[FoundPaper]
    next: _Next


class PaperTopic(Struct):
    """A topic that a paper is published in."""

    topic: Annotated[str, Meta(examples=["gaussian-splatting"])]
    position: int
    published_at: datetime
    announced_on: date


class PaperVersion(Struct):
    """A version of a paper."""

    version: int
    announced_on: date


class PaperAnnouncement(Struct):
    """A paper's version in a listing on a day."""

    listing: Annotated[str, Meta(examples=["cs.CV"])]
    announced_on: date
    version: int
    type: Annotated[str, Meta(description="new, cross, replace or replace-cross; relative to the listing")]
    source: Annotated[str, Meta(description="How it is known: listing, catchup, oai or api")]
    approximate: Annotated[bool, Meta(description="The day is put together from dates")]


class PaperReport(PaperFacts):
    """A paper with all that is known of it."""

    topics: list[PaperTopic]
    versions: Annotated[list[PaperVersion], Meta(description="That were announced here, oldest first")]
    announcements: Annotated[list[PaperAnnouncement], Meta(description="Oldest first")]


class Change(Struct):
    """A paper in a topic, or a topic, at its latest change."""

    kind: Annotated[
        str,
        Meta(
            description=(
                "entry: it is there, as told; gone: it is to be seen there no more (a tombstone); topic: the topic "
                "was made, edited, renamed or retired"
            )
        ),
    ]
    topic: str
    changed_at: datetime
    id: Annotated[str | None, Meta(description="Of the paper; null where the topic itself changed")]
    entry: Entry | None
    state: Annotated[
        str | None,
        Meta(
            description=(
                "Of what is gone: hidden, evicted or retired (with its topic). Of a topic: live, paused, unlisted "
                "or retired: then all that is in it is gone"
            )
        ),
    ]
    formerly: Annotated[
        list[str], Meta(description="Of a topic: its old slugs. What is known under these is gone, and comes anew")
    ]


class ChangeList(Struct):
    """What changed, oldest change first: each paper in each topic once, at its latest change."""

    items: list[Change]
    next: _Next
    since: Annotated[
        str, Meta(description="To be given as `since` later, for what changes after this; also where next is null")
    ]


def _all_optional(name: str, kind: type[Struct]) -> Any:
    """A type whose fields may all be missing."""
    fields = [(told.name, Union[told.type, UnsetType], UNSET) for told in structs.fields(kind)]  # noqa: UP007
    return defstruct(name, fields)


def _list_of(name: str, item: Any) -> Any:
    return defstruct(name, [("items", list[item]), ("next", _Next)])


#: Entries and papers of which only some fields are wanted.
ChosenEntry, ChosenPaper = _all_optional("ChosenEntry", Entry), _all_optional("ChosenPaper", FoundPaper)
ChosenEntryList, ChosenFoundList = (
    _list_of("ChosenEntryList", ChosenEntry),
    _list_of("ChosenFoundList", ChosenPaper),
)


class PollWish(Struct, forbid_unknown_fields=True):
    """Which listings are to be polled."""

    listings: (
        Annotated[
            list[str],
            Meta(min_length=1, max_length=200, description="Only these; absent: all", examples=[["cs.CV"]]),
        ]
        | UnsetType
    ) = UNSET


class Polling(Struct):
    """The listings that will be polled now."""

    listings: list[str]


class ListingLook(Struct):
    """The last look at a listing."""

    visited_at: datetime
    outcome: Annotated[str, Meta(description="news, closed, unchanged, refused or unreachable")]
    reason: str | None
    items: Count
    announced: Annotated[Count, Meta(description="Announcements that were news")]


class ListingState(Struct):
    """A listing as it is."""

    name: str
    listing_on: Annotated[date | None, Meta(description="The day it bore when last read")]
    failing_since: datetime | None
    next_look_at: Annotated[datetime | None, Meta(description="null: no topic reads it any more")]
    look: ListingLook | None


class DayState(Struct):
    """A listing's account of a day; more of it under `days`."""

    listing: str
    day: date
    outcome: str
    reason: str | None
    announced: Annotated[dict[str, Count], Meta(description="Announcements by type")]


class WorkState(Struct):
    """What is owed of a kind."""

    kind: str
    owed: Annotated[Count, Meta(description="Due now")]
    running: Count
    later: Count
    late: Annotated[Count, Meta(description="Due or running for more than five minutes")]
    dead: Annotated[Count, Meta(description="Failed too often to be tried again by itself")]
    oldest_seconds: float


class IncidentState(Struct):
    """Something that an operator should know of."""

    kind: str
    subject: str
    text: str
    opened_at: datetime


class WireStatus(Struct):
    """How this wire is."""

    now: datetime
    out_of_reach_since: Annotated[
        datetime | None, Meta(description="Since when no listing could be reached at all")
    ]
    topics: Annotated[dict[str, Count], Meta(description="Papers, by topic")]
    topics_refused: Annotated[str | None, Meta(description="Why the topics file is refused")]
    paused: Annotated[dict[str, str], Meta(description="Why topics take no papers, by topic")]
    listings: list[ListingState]
    days: Annotated[list[DayState], Meta(description="The last seven, newest first")]
    incidents: list[IncidentState]
    work: list[WorkState]

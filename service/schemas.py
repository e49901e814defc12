"""What the API answers, as types: they make the JSON, and they make its schema in the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from feeds.model.summaries import Kind

Count = Annotated[int, Meta(ge=0)]


class FieldProblem(Struct):
    """What is wrong with a field."""

    field: str
    detail: str


class Problem(Struct):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: Annotated[
        list[FieldProblem] | UnsetType, Meta(description="Field by field, where several can be wrong")
    ] = UNSET


class ListingDay(Struct):
    """What became of a listing on a day."""

    listing: Annotated[str, Meta(description="arXiv category or archive", examples=["cs.CV"])]
    outcome: Annotated[
        str,
        Meta(
            description=(
                "news; closed (no listing moved: weekend, holiday); stale (others moved, this one did not); "
                "unconfirmed (it did not move and there is no other, or it is empty beside others); refused; "
                "missed; recovered; approximate (put together afterwards from dates)"
            )
        ),
    ]
    reason: str | None
    source: Annotated[str, Meta(description="How it is known: listing, catchup, oai or api")]
    announced: Annotated[dict[str, Count], Meta(description="Announcements by type")]


class TopicDay(Struct):
    """What of a day's announcements is in a topic."""

    topic: Annotated[str, Meta(examples=["gaussian-splatting"])]
    matched: Annotated[Count, Meta(description="Papers of this day that joined the topic")]
    hidden: Annotated[Count, Meta(description="Of these, hidden by an editor")]
    waiting: Annotated[Count, Meta(description="Of these, waiting for their summaries")]
    published: Annotated[Count, Meta(description="Of these, in the feed")]
    tokens: Annotated[Count, Meta(description="Tokens spent on their summaries")]


class DayReport(Struct):
    """An announcement day, accounted for."""

    date: date
    listings: list[ListingDay]
    topics: list[TopicDay]


class EntryAuthor(Struct):
    name: str
    affiliation: str | None


class EntryCategory(Struct):
    """One of arXiv's categories."""

    id: Annotated[str, Meta(examples=["cs.CV"])]
    name: str | None
    primary: bool


class EntryLinks(Struct):
    abs: str
    pdf: str
    html: str
    code: Annotated[list[str], Meta(description="Where the abstract or the comment says the code is")]


class EntrySummary(Struct):
    """A summary, and where it came from."""

    data: Annotated[str | list[str] | dict[str, str], Meta(description="A sentence, points, or parts by name")]
    language: Annotated[str, Meta(description="BCP 47; und: the paper's own")]
    summarizer: str
    model: str | None
    prompt_version: str
    source: Annotated[str, Meta(description="What it was made of: abstract or full text")]
    source_version: int | None
    made_at: datetime
    tokens: Count


class PaperSummary(EntrySummary):
    """A summary of a paper, whoever made it."""

    kind: str
    status: Annotated[str, Meta(description="ok: as it was first written; repaired: by its writer's second try")]


class PaperSummaries(Struct):
    """The summaries that are kept of a paper."""

    id: str
    version: int
    items: list[PaperSummary]


class RemakingWish(Struct, forbid_unknown_fields=True):
    """What is to be written anew."""

    kinds: Annotated[list[Kind], Meta(min_length=1, description="Only these; absent: all")] | UnsetType = UNSET


class WantedSummary(Struct):
    """A summary that topics ask for."""

    kind: str
    language: Annotated[str, Meta(description="BCP 47")]


class Remaking(Struct):
    """What a language model is to write anew."""

    id: str
    forgotten: Annotated[Count, Meta(description="Summaries that are gone; until then, others are shown")]
    owed: list[WantedSummary]


class EntryCuration(Struct):
    """What editors said."""

    pinned: bool
    rating: Annotated[int | None, Meta(description="Stars, 0 to 3; null: not rated")]
    tags: list[str]
    institution: str | None
    note_html: Annotated[str | None, Meta(description="The note as HTML that is safe to show")]


class Entry(Struct):
    """A paper in a topic."""

    id: Annotated[str, Meta(description="The same in every feed", examples=["oai:arXiv.org:2604.14193"])]
    url: str
    title: str
    authors: list[EntryAuthor]
    abstract: str
    summaries: Annotated[dict[str, EntrySummary], Meta(description="By kind")]
    categories: list[EntryCategory]
    topic: str
    position: Annotated[int, Meta(description="Rises with every paper that joins the topic; never used again")]
    published_at: datetime
    updated_at: datetime
    updated_reason: str | None
    version: int
    announce_type: str
    comment: str | None
    doi: str | None
    journal_ref: str | None
    licence: str | None
    links: EntryLinks
    withdrawn: bool
    curation: EntryCuration
    matched: Annotated[list[str], Meta(description="The parts of the topic's query that let it in, as written")]


class CurationEdit(Struct, forbid_unknown_fields=True):
    """What an editor says of a paper: what is absent stays, null clears."""

    pinned: bool | UnsetType | None = UNSET
    hidden: bool | UnsetType | None = UNSET
    rating: Annotated[int | UnsetType | None, Meta(description="Stars, 0 to 3")] = UNSET
    tags: Annotated[list[str] | UnsetType | None, Meta(description="At most 20, of 40 characters")] = UNSET
    institution: Annotated[str | UnsetType | None, Meta(description="At most 120 characters")] = UNSET
    note: Annotated[str | UnsetType | None, Meta(description="Markdown, at most 10,000 characters")] = UNSET
    order: Annotated[int | UnsetType | None, Meta(description="Place among the pinned; lower comes first")] = UNSET

    def given(self) -> dict[str, Any]:
        """What was said, by field."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class CurationEvent(Struct):
    """One act of an editor."""

    id: int
    at: datetime
    editor: str
    act: str
    before: Annotated[dict[str, Any], Meta(description="The fields it changed, as they were")]
    after: dict[str, Any]
    reason: Annotated[str | None, Meta(description="Why, where the wire did it itself")]
    undone_by: Annotated[int | None, Meta(description="The act that took it back")]


class CurationReport(Struct):
    """How a paper stands in a topic, and what editors did about it."""

    topic: str
    arxiv_id: str
    state: Annotated[
        str | None,
        Meta(description="in, hidden, evicted; fetching: added and on its way; null: it never was there"),
    ]
    trouble: Annotated[str | None, Meta(description="While it is fetched: why the last try failed")]
    pinned: bool
    hidden: bool
    rating: int | None
    tags: list[str]
    institution: str | None
    note: Annotated[str | None, Meta(description="Markdown, as it was written")]
    order: int | None
    added_by: str | None
    entry: Entry | None
    history: Annotated[list[CurationEvent], Meta(description="The last acts, in the order in which they were done")]


class Fetching(Struct):
    """A paper that was added and is on its way."""

    status: Annotated[str, Meta(examples=["fetching"])]
    detail: str


class TopicSummaries(Struct):
    """Which summaries a topic's papers get."""

    kinds: Annotated[list[str], Meta(description="Of tldr, contributions, reading, translation")]
    language: Annotated[str, Meta(examples=["en"])]


class TopicDigest(Struct):
    """When a topic's digests are cut."""

    at: Annotated[str, Meta(examples=["08:50"])]
    zone: Annotated[str, Meta(examples=["Asia/Shanghai"])]
    basis: Annotated[str, Meta(description="announced or submitted")]


class TopicDefinition(Struct):
    """A topic's fields, as in topics.yaml. What is absent is as by default."""

    slug: Annotated[str | UnsetType, Meta(description="May be left out where the address has it")] = UNSET
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    categories: Annotated[list[str] | UnsetType, Meta(description="Listings to poll", examples=[["cs.CL"]])] = UNSET
    query: Annotated[str | UnsetType, Meta(description="Without it: everything in the categories")] = UNSET
    announce: Annotated[list[str] | UnsetType, Meta(description="Of new, cross, replace, replace-cross")] = UNSET
    primary_only: bool | UnsetType = UNSET
    summaries: TopicSummaries | UnsetType = UNSET
    hold_minutes: Count | UnsetType = UNSET
    entries: Annotated[int | UnsetType, Meta(description="1 to 2000")] = UNSET
    order: Annotated[str | UnsetType, Meta(description="position or similarity")] = UNSET
    digest: TopicDigest | UnsetType = UNSET
    section: str | UnsetType = UNSET
    formerly: Annotated[
        list[str] | UnsetType, Meta(description="Old slugs; a new topic goes on with the papers of one of these")
    ] = UNSET
    retired: bool | UnsetType = UNSET


class TopicCounts(Struct):
    """How many papers a topic has."""

    papers: Count
    published: Annotated[Count, Meta(description="Of these, in the feed or once there")]
    waiting: Annotated[Count, Meta(description="Of these, waiting for their summaries")]
    hidden: Annotated[Count, Meta(description="Beside these, hidden by editors")]


class TopicUrls(Struct):
    """Where a topic is."""

    page: str
    api: str
    feeds: Annotated[dict[str, str], Meta(description="By format", examples=[["atom"]])]


class TopicReport(Struct):
    """A topic as it stands."""

    slug: str
    title: str
    source: Annotated[str, Meta(description="file: it can be edited in the topics file only; or api")]
    state: Annotated[
        str,
        Meta(
            description=(
                "live; paused (its query cannot be read any more: it is served as it was, and takes no papers); "
                "unlisted (its line is gone from the file; it goes on as it was); retired (its feed answers 410)"
            )
        ),
    ]
    trouble: Annotated[str | None, Meta(description="Why it is paused")]
    definition: TopicDefinition
    counts: TopicCounts
    urls: TopicUrls
    created_at: datetime
    defined_at: Annotated[datetime, Meta(description="When its definition last changed")]


class TopicList(Struct):
    """Topics, by slug."""

    items: list[TopicReport]
    next: Annotated[str | None, Meta(description="Where the list goes on; null at its end")]

"""Reads the body of an arXiv listing, or refuses it as a whole. feedparser lives here and nowhere else.

feedparser by itself takes too much for good: an empty body, RSS, an error feed that looks like an empty day,
mojibake, a DOCTYPE. And with its defaults it corrupts titles and abstracts that hold ``<``.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import feedparser

from feeds.errors import ListingRefusedError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_date
from feeds.model.identifiers import parse_guid
from feeds.model.papers import Author
from feeds.text import squeeze
from workers.metadata import cleaned, split_categories
from workers.polling.bylines import parse_authors
from workers.xml_bodies import UnsoundBodyError, decode_xml, one_line

_TITLE = re.compile(r"(?P<spec>.+) updates on arXiv\.org")
_PREFIX = re.compile(r"\A\s*arXiv:\S+\s+Announce Type:\s*\S+\s+(?:Abstract:\s*)?")


@dataclass(frozen=True)
class ListedPaper:
    """A paper as a listing carries it, cleaned."""

    arxiv_id: str
    version: int
    type: AnnounceType
    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]
    licence: str | None = None
    approximate: bool = False  #: its day, type or version was put together afterwards


@dataclass(frozen=True)
class ParsedListing:
    """A listing's body, read."""

    listing_on: date  #: the listing's own day
    papers: tuple[ListedPaper, ...]
    guids: str = ""  #: digest of the guid set: the only sign of change that arXiv's feeds give
    skipped: tuple[str, ...] = ()  #: items that could not be read, with why


def parse_listing(body: bytes, name: str) -> ParsedListing:
    """Read a listing.

    :param body: the Atom document, as fetched
    :param name: the listing that was asked for
    :raises ListingRefusedError: where the body is not a whole, sound listing of that name
    """
    try:
        text = decode_xml(body, "a listing")
    except UnsoundBodyError as error:
        raise ListingRefusedError(str(error)) from error
    try:
        read = feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={"content-type": "application/atom+xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # it tries again, loosely, where its strict parser failed: that fails in any way
        raise ListingRefusedError(f"not well-formed: {one_line(error)}") from error
    if read.bozo:
        raise ListingRefusedError(f"not well-formed: {one_line(read.get('bozo_exception'))}")
    if read.version != "atom10":
        raise ListingRefusedError(f"not Atom 1.0 but {read.version or 'something else'}")
    _check_title(str(read.feed.get("title", "")), name, is_empty=not read.entries)
    return _read(read)


def _check_title(title: str, name: str, *, is_empty: bool) -> None:
    """An empty listing must call itself one: a quiet day and a fault must never look alike."""
    if not title:
        raise ListingRefusedError("it has no title")
    if title.lower().startswith("feed error"):
        raise ListingRefusedError(f"an error feed: {one_line(title)}")
    found = _TITLE.fullmatch(squeeze(title))
    spec = taxonomy.find_name(found["spec"]) if found else None
    if spec and taxonomy.canonical(spec) != taxonomy.canonical(name):
        raise ListingRefusedError(f"it is the listing of {spec}")
    if is_empty and not found:
        raise ListingRefusedError(f"empty, and not titled as a listing is: {one_line(title)}")


def _read(read: Any) -> ParsedListing:
    papers: list[ListedPaper] = []
    skipped: list[str] = []
    days: list[date] = []
    for entry in read.entries:
        try:
            papers.append(_paper(entry))
        except ValueError as error:
            skipped.append(one_line(error))
        else:
            days += _published_on(entry)
    if read.entries and not papers:
        raise ListingRefusedError(f"none of its {len(read.entries)} items can be read: {skipped[0]}")
    guids = "\n".join(sorted(str(entry.get("id", "")) for entry in read.entries))
    return ParsedListing(
        listing_on=max(days) if days else _updated_on(read.feed),
        papers=tuple(papers),
        guids=hashlib.sha256(guids.encode()).hexdigest(),
        skipped=tuple(skipped),
    )


def _published_on(entry: Any) -> list[date]:
    """The day an item bears, if it does: a paper is news without one too."""
    try:
        return [datetime.fromisoformat(str(entry.get("published", ""))).date()]
    except ValueError:
        return []


def _updated_on(feed: Any) -> date:
    """An empty listing's day: the Eastern date of its ``updated``."""
    try:
        updated = datetime.fromisoformat(str(feed.get("updated", "")))
        if updated.tzinfo is None:
            raise ValueError("it lacks its offset")
        return eastern_date(updated)
    except (ValueError, OverflowError) as error:
        raise ListingRefusedError(f"it does not say its day: {one_line(error)}") from error


def _paper(entry: Any) -> ListedPaper:
    arxiv_id, version = parse_guid(str(entry.get("id", "")))
    title = cleaned(str(entry.get("title", "")))
    if not title:
        raise ValueError(f"{arxiv_id} has no title")
    categories, _ = split_categories(str(tag.get("term", "")) for tag in entry.get("tags", ()))
    return ListedPaper(
        arxiv_id=arxiv_id,
        version=version,
        type=AnnounceType(str(entry.get("arxiv_announce_type", ""))),
        title=title,
        abstract=cleaned(_PREFIX.sub("", str(entry.get("summary", "")), count=1)),
        authors=tuple(parse_authors(str(entry.get("author", "")))),
        categories=categories,
        licence=str(entry.get("rights", "")).strip() or None,
    )

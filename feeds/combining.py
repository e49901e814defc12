"""Puts several topics' feeds together as one, each paper once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feeds import composing
from feeds.errors import BadRequestError
from feeds.model.curation import NONE
from feeds.model.entries import Entry, Feed, Site

MAX_TOPICS = 20


def merge_feeds(feeds: Sequence[Feed], site: Site, limit: int) -> Feed:
    """Several topics as one feed, each paper once: as it stands in the topic that it joined first.

    Pinned ones come first, then the newest.

    :param feeds: composed, one a topic
    :param limit: how many entries at most
    """
    ordered = sorted(feeds, key=lambda feed: feed.slug)
    shown: dict[str, Entry] = {}
    for entry in sorted((entry for feed in ordered for entry in feed.entries), key=lambda e: e.published_at):
        known = shown.get(entry.id)
        shown[entry.id] = entry if known is None else _merge(known, entry)
    newest = sorted(shown.values(), key=lambda entry: (entry.published_at, entry.id), reverse=True)
    pinned_first = sorted(newest, key=lambda entry: not entry.curation.pinned)
    slug = "+".join(feed.slug for feed in ordered)
    languages = {feed.language for feed in ordered}
    return Feed(
        id=composing.tag_uri(site, "combined/" + "+".join(feed.id.rpartition("/")[2] for feed in ordered)),
        slug=slug,
        title=" + ".join(feed.title for feed in ordered),
        subtitle=f"{len(ordered)} topics in one feed, each paper once",
        updated_at=max(feed.updated_at for feed in ordered),
        home_url=f"{site.base_url}/",
        address=f"{site.base_url}/feeds/{slug}",
        rights=ordered[0].rights,
        entries=tuple(replace(entry, likeness=None) for entry in pinned_first[:limit]),  # it stands elsewhere here
        language=languages.pop() if len(languages) == 1 else "en",
    )


def keep_name(feed: Feed, site: Site, origins: Mapping[str, str]) -> Feed:
    """A combined feed under the address and the id that it has with all its topics: they stay where one is retired.

    :param origins: the slugs that the topics were made under, by their slugs
    """
    slugs = sorted(origins)
    slug, made = "+".join(slugs), "+".join(origins[slug] for slug in slugs)
    address = f"{site.base_url}/feeds/{slug}"
    return replace(feed, id=composing.tag_uri(site, f"combined/{made}"), slug=slug, address=address)


def _merge(first: Entry, other: Entry) -> Entry:
    """One paper's entry in two topics: all its reasons to be here, the newest change, what any editor said."""
    newest = other if other.updated_at > first.updated_at else first
    said = other if first.curation == NONE else first
    return replace(
        first,
        updated_at=newest.updated_at,
        updated_reason=newest.updated_reason,
        matched=tuple(dict.fromkeys(first.matched + other.matched)),
        listed_in=tuple(dict.fromkeys(first.listed_in + other.listed_in)),
        curation=said.curation,
        tags=said.tags,
    )


def read_slugs(name: str) -> list[str]:
    """The topics of a combined feed's name.

    :raises BadRequestError: for too many
    """
    slugs = sorted(set(name.split("+")))
    if len(slugs) > MAX_TOPICS:
        raise BadRequestError(f"At most {MAX_TOPICS} topics can be put together.")
    return slugs

"""Several topics as one feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.combining import MAX_TOPICS, merge_feeds, read_slugs
from feeds.errors import BadRequestError
from feeds.model.curation import Curation
from feeds.model.entries import Entry, Feed, UpdateReason
from tests.feeds.render.samples import CREATED, JOINED, SITE, make_feed, make_member

ENTRY = make_feed(make_member()).entries[0]


def entry(number: int, minutes: int = 0, **fields: object) -> Entry:
    at = JOINED + timedelta(minutes=minutes)
    given = {"id": f"oai:arXiv.org:2604.0000{number}", "published_at": at, "updated_at": at, **fields}
    return replace(ENTRY, **given)  # type: ignore[arg-type]


def feed(slug: str, *entries: Entry, updated_at: datetime = JOINED) -> Feed:
    made = replace(make_feed(), id=f"tag:wire.example.org,2026-04-01:topics/{slug}", slug=slug, title=slug.title())
    return replace(made, entries=entries, updated_at=updated_at)


def numbers(merged: Feed) -> list[str]:
    return [entry.id[-1] for entry in merged.entries]


def test_each_paper_is_there_once_as_it_joined_first() -> None:
    one = feed("a", entry(1, 5, matched=("x",)), entry(2, 1))
    other = feed("b", entry(1, 3, matched=("y",)), entry(3, 9))
    merged = merge_feeds([one, other], SITE, 10)
    assert numbers(merged) == ["3", "1", "2"]
    first = merged.entries[1]
    assert first.published_at == JOINED + timedelta(minutes=3)
    assert first.matched == ("y", "x")


def test_the_order_of_the_topics_changes_nothing() -> None:
    one, other = feed("a", entry(1, 5)), feed("b", entry(1, 3), entry(2, 3))
    assert merge_feeds([one, other], SITE, 10) == merge_feeds([other, one], SITE, 10)
    assert merge_feeds([other, one], SITE, 10).address.endswith("/feeds/a+b")


@pytest.mark.parametrize(
    ("languages", "spoken"), [(("zh", "zh"), "zh"), (("en", "zh"), "en"), (("de", "zh"), "en")]
)
def test_a_merged_feed_speaks_the_language_of_all(languages: tuple[str, str], spoken: str) -> None:
    parts = [replace(feed(slug), language=language) for slug, language in zip("ab", languages, strict=True)]
    assert merge_feeds(parts, SITE, 10).language == spoken


def test_the_newest_change_counts_with_its_reason() -> None:
    later = JOINED + timedelta(days=1)
    changed = entry(1, 4, updated_at=later, updated_reason=UpdateReason.EDITOR)
    merged = merge_feeds([feed("a", entry(1, 3)), feed("b", changed)], SITE, 10)
    assert (merged.entries[0].updated_at, merged.entries[0].updated_reason) == (later, UpdateReason.EDITOR)
    assert merged.entries[0].published_at == JOINED + timedelta(minutes=3)


def test_what_an_editor_pinned_comes_first_and_the_window_holds() -> None:
    pinned = entry(1, 1, curation=Curation(pinned=True))
    merged = merge_feeds([feed("a", entry(2, 2), entry(3, 3)), feed("b", pinned, entry(1, 0))], SITE, 2)
    assert numbers(merged) == ["1", "3"]


def test_a_combination_is_no_topics_own_feed() -> None:
    one, other = feed("a"), feed("b", updated_at=CREATED)
    merged = merge_feeds([one, other], SITE, 10)
    assert merged.id not in (one.id, other.id)
    assert merged.updated_at == JOINED
    assert merged.title == "A + B"


def test_too_many_topics_are_refused() -> None:
    assert read_slugs("b+a+b") == ["a", "b"]
    with pytest.raises(BadRequestError, match=f"{MAX_TOPICS} topics"):
        read_slugs("+".join(f"t{number}" for number in range(MAX_TOPICS + 1)))

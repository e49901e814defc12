"""What a wire holds and serves in the end, and where two of them differ beyond what a fault may change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import feedparser

from tests.support.demos import Demo

#: What a fault may change: when an entry changed and why. It is said at the end of the content.
_UPDATED = re.compile(r"\s*Updated \d{4}-\d\d-\d\d: [^<]*")
#: Facts that no fault may change.
_FACTS = {
    "papers": "SELECT arxiv_id, version, title, abstract, authors, categories, licence, text_hash FROM papers",
    "versions": "SELECT arxiv_id, version, text_hash, announced_on FROM versions",
    "announcements": "SELECT arxiv_id, version, listing, announced_on, type, source FROM announcements",
    "days": "SELECT listing, day, outcome, counts FROM days",
    "memberships": "SELECT topic, arxiv_id, announced_on, matched, state FROM memberships",
    "summaries": "SELECT text_hash, kind, language, prompt_version, summarizer, data, source FROM summaries",
}


@dataclass(frozen=True)
class Outcome:
    """What a wire holds and serves when all days are in."""

    facts: dict[str, list[tuple[Any, ...]]]
    feeds: dict[str, list[dict[str, Any]]]
    announced: dict[tuple[str, str], frozenset[str]]  #: by (paper, day): which listings announced it

    def describe(self) -> str:
        entries = sum(len(entries) for entries in self.feeds.values())
        counted = ", ".join(f"{len(self.facts[name])} {name}" for name in ("papers", "announcements", "summaries"))
        return f"{counted}, {entries} entries in {len(self.feeds)} feeds"


def look_at(demo: Demo) -> Outcome:
    announced: dict[tuple[str, str], set[str]] = {}
    for arxiv_id, listing, day in demo.query("SELECT arxiv_id, listing, announced_on FROM announcements"):
        announced.setdefault((arxiv_id, str(day)), set()).add(listing)
    return Outcome(
        facts={name: sorted(demo.query(statement), key=repr) for name, statement in _FACTS.items()},
        feeds={slug: _read_feed(demo.fetch(f"/feeds/{slug}.atom")) for slug in demo.slugs},
        announced={key: frozenset(listings) for key, listings in announced.items()},
    )


def _read_feed(body: bytes) -> list[dict[str, Any]]:
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [_read_entry(entry) for entry in parsed.entries]


def _read_entry(entry: Any) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "summary": entry.get("summary"),
        "content": [_UPDATED.sub("", content.value) for content in entry.content],
        "links": [(link.rel, link.href) for link in entry.links],
        "categories": [tag.term for tag in entry.tags],
        "authors": [author.name for author in entry.authors],
        "day": entry.published[:10],
    }


def compare(expected: Outcome, found: Outcome) -> list[str]:
    """What a disturbed wire has otherwise than an undisturbed one; nothing where all is well."""
    differences = []
    for name, rows in expected.facts.items():
        differences += _compare_lists(name, rows, found.facts[name])
    for slug, entries in expected.feeds.items():
        differences += _compare_feeds(slug, expected, entries, found.feeds[slug])
    return differences


def _compare_lists(name: str, expected: Sequence[Any], found: Sequence[Any]) -> list[str]:
    lost = [f"{name}: lost {item!r:.300}" for item in expected if item not in found]
    added = [f"{name}: not expected {item!r:.300}" for item in found if item not in expected]
    if not lost and not added and len(found) != len(expected):
        return [f"{name}: {len(found)} instead of {len(expected)}"]
    return lost + added


def _compare_feeds(
    slug: str, outcome: Outcome, expected: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]
) -> list[str]:
    differences = _compare_lists(f"feed {slug}", expected, found)
    if [entry["day"] for entry in found] != [entry["day"] for entry in expected]:
        differences.append(f"feed {slug}: the days stand in another order")
    if _orders(outcome, expected) != _orders(outcome, found):
        differences.append(f"feed {slug}: papers of one listing stand in another order")
    return differences


def _orders(outcome: Outcome, entries: Sequence[dict[str, Any]]) -> dict[tuple[str, frozenset[str]], list[str]]:
    """The order of those that the same listings announced on the same day: only a retry of one listing before
    another may change the order among the rest."""
    orders: dict[tuple[str, frozenset[str]], list[str]] = {}
    for entry in entries:
        by = outcome.announced.get((entry["id"].removeprefix("oai:arXiv.org:"), entry["day"]), frozenset())
        orders.setdefault((entry["day"], by), []).append(entry["id"])
    return orders


def find_debris(demo: Demo) -> list[str]:
    """What a wire may not have left once it has stopped: owed or dead work, processes, damage."""
    owed = demo.query(
        "SELECT kind, key, state, failures, reason FROM owed"
        " WHERE kind NOT IN ('poll', 'digest') OR state != 'pending'"
    )
    debris = [f"owed: {row}" for row in owed]
    if demo.store.is_file:
        debris += [f"database: {row}" for row in demo.query("PRAGMA integrity_check") if row != ("ok",)]
        debris += [f"database: {row}" for row in demo.query("PRAGMA foreign_key_check")]
    debris += [f"process: {pid}" for pid in demo.processes()]
    return debris

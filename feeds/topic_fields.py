"""The fields of a topic as people write them, in topics.yaml and in JSON: how each is read, and written again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import time
from enum import StrEnum
from reprlib import Repr
from typing import Any
from zoneinfo import ZoneInfo

from feeds.errors import QueryError, TopicProblem, TopicRefusedError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.summaries import Kind
from feeds.model.topics import LANGUAGE, MAX_ENTRIES, Basis, DigestRule, Order, Topic
from feeds.query import parser
from feeds.text import clean, squeeze

RESERVED = ("search", "status", "papers", "all")
#: What no topic can be without.
REQUIRED = ("slug", "title", "categories")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
#: Values in problems: not at length, and aliases of aliases not unrolled.
_BRIEF = Repr()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother = 2, 80, 80


def read_topic(written: object) -> Topic:
    """Read a topic from the fields of topics.yaml as JSON has them.

    :raises TopicRefusedError: with everything that is wrong in it
    """
    if not isinstance(written, Mapping):
        raise TopicRefusedError([TopicProblem("the topic", "", "", expected_fields(FIELDS))])
    name = brief(written["slug"])[1:-1] if isinstance(written.get("slug"), str) else "the topic"
    found = list(_problems(written))
    if found:
        raise TopicRefusedError([TopicProblem(name, field, "", problem) for field, problem in found])
    values: dict[str, Any] = {}
    for field, value in written.items():
        values |= FIELDS[field](value)
    topic = Topic(**values)
    for slug, count in Counter([topic.slug, *topic.formerly]).items():
        if count > 1:
            raise TopicRefusedError([TopicProblem(name, "formerly", "", is_taken(slug, topic.slug))])
    return topic


def _problems(written: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong, by field."""
    for required in REQUIRED:
        if required not in written:
            yield required, "is missing"
    for field, value in written.items():
        if field not in FIELDS:
            yield brief(field)[1:-1], no_field(FIELDS)
            continue
        try:
            FIELDS[field](value)
        except (ValueError, QueryError) as error:
            yield field, str(error)


def write_topic(topic: Topic) -> dict[str, Any]:
    """A topic's fields as topics.yaml and JSON have them; :func:`read_topic` reads them back.

    A description, query or section that it has not is left out.
    """
    fields: dict[str, Any] = {
        "slug": topic.slug,
        "title": topic.title,
        "description": topic.description,
        "categories": list(topic.categories),
        "query": topic.query,
        "announce": [str(item) for item in topic.announce],
        "primary_only": topic.primary_only,
        "summaries": {"kinds": [str(kind) for kind in topic.kinds], "language": topic.language},
        "hold_minutes": topic.hold_minutes,
        "entries": topic.entries,
        "order": str(topic.order),
        "digest": {
            "at": topic.digest.at.isoformat("minutes"), "zone": topic.digest.zone, "basis": str(topic.digest.basis)
        },
        "section": topic.section,
        "formerly": list(topic.formerly),
        "retired": topic.retired,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value not in ("", None)}


def is_slug(text: str) -> bool:
    """Whether it may be a topic's slug, as far as its letters go."""
    return _SLUG.fullmatch(text) is not None


def brief(value: object) -> str:
    """A value as problems show it."""
    return _BRIEF.repr(value)


def expected_fields(known: Iterable[str]) -> str:
    """What to say where there are no fields at all."""
    return f"expected fields: {', '.join(sorted(known))}"


def is_taken(slug: str, owner: str) -> str:
    """What to say of a slug that a topic has already."""
    return f'"{slug}" is already taken by {owner}'


def no_field(known: Iterable[str]) -> str:
    """What to say of a field that there is not."""
    return f"is no field, expected one of {', '.join(sorted(known))}"


def _text(value: Any) -> str:
    text = squeeze(clean(value)) if isinstance(value, str) else ""
    if not text:
        raise ValueError(f"expected a text, found {brief(value)}")
    return text


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not is_slug(value):
        raise ValueError(f"expected small letters, digits and hyphens (quote a number), found {brief(value)}")
    if value in RESERVED:
        raise ValueError(f'"{value}" is reserved ({", ".join(RESERVED)})')
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of {what}, found {brief(value)}")
    return value


def _categories(value: Any) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for item in _list(value, "arXiv categories"):
        name = taxonomy.find_name(item) if isinstance(item, str) else None
        if name is None:
            raise ValueError(f"{brief(item)} is no arXiv category or archive")
        names[taxonomy.canonical(name)] = None
    if not names:
        raise ValueError("expected at least one category: its listing is what is polled")
    return tuple(names)


def _query(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("is empty; leave it out to take everything in the categories")
    if not isinstance(value, str):
        raise ValueError(f"expected a text, found {brief(value)}")
    query = clean(value).rstrip()
    parser.parse(query)
    return query


def _choices(kind: type[StrEnum], value: Any, what: str) -> tuple[Any, ...]:
    allowed = [str(item) for item in kind]
    chosen = _list(value, what)
    for item in chosen:
        if item not in allowed:
            raise ValueError(f"{brief(item)} is not among {', '.join(allowed)}")
    if not chosen:
        raise ValueError(f"expected at least one of {', '.join(allowed)}")
    return tuple(dict.fromkeys(kind(item) for item in chosen))


def _choice(kind: type[StrEnum], value: Any) -> Any:
    if value not in [str(item) for item in kind]:
        raise ValueError(f"expected {' or '.join(kind)}, found {brief(value)}")
    return kind(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {brief(value)}")
    return value


def _int(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low} to {high}, found {brief(value)}")
    return value


def _parts(value: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise ValueError(f"expected {{{', '.join(known)}}}, found {brief(value)}")
    return value


def _summaries(value: Any) -> dict[str, Any]:
    given = _parts(value, ("kinds", "language"))
    fields: dict[str, Any] = {}
    if "kinds" in given:
        fields["kinds"] = _choices(Kind, given["kinds"], "kinds")
    if "language" in given:
        language = given["language"]
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            raise ValueError(f"language: expected a code like en or zh, found {brief(language)}")
        fields["language"] = language
    return fields


def _digest(value: Any) -> DigestRule:
    given = _parts(value, ("at", "zone", "basis"))
    rule = DigestRule()
    at, zone = given.get("at", "06:00"), given.get("zone", rule.zone)
    if not isinstance(at, str) or not _TIME.fullmatch(at):
        raise ValueError(f'at: expected a time in quotes like "08:50", found {brief(at)}')
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"zone: expected a time zone like Asia/Shanghai, found {brief(zone)}") from error
    try:
        basis = _choice(Basis, given.get("basis", rule.basis))
    except ValueError as error:
        raise ValueError(f"basis: {error}") from error
    return DigestRule(time.fromisoformat(at), zone, basis)


#: The fields of a topic, each with its reader: from the YAML value to the topic's arguments.
FIELDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "slug": lambda value: {"slug": _slug(value)},
    "title": lambda value: {"title": _text(value)},
    "description": lambda value: {"description": _text(value)},
    "categories": lambda value: {"categories": _categories(value)},
    "query": lambda value: {"query": _query(value)},
    "announce": lambda value: {"announce": _choices(AnnounceType, value, "announcement types")},
    "primary_only": lambda value: {"primary_only": _bool(value)},
    "summaries": _summaries,
    "hold_minutes": lambda value: {"hold_minutes": _int(value, 0, 24 * 60)},
    "entries": lambda value: {"entries": _int(value, 1, MAX_ENTRIES)},
    "order": lambda value: {"order": _choice(Order, value)},
    "digest": lambda value: {"digest": _digest(value)},
    "section": lambda value: {"section": _text(value)},
    "formerly": lambda value: {"formerly": tuple(_slug(item) for item in _list(value, "old slugs"))},
    "retired": lambda value: {"retired": _bool(value)},
}

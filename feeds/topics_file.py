"""Reads topics.yaml: validated as a whole, each problem with its topic, field and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import time
from enum import StrEnum
from pathlib import Path
from reprlib import Repr
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from yaml.reader import ReaderError

from feeds.errors import QueryError, TopicProblem, TopicsFileError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.summaries import Kind
from feeds.model.topics import MAX_ENTRIES, Basis, DigestRule, Topic
from feeds.query import parser
from feeds.text import clean, squeeze

MAX_BYTES = 1024 * 1024
RESERVED = ("search", "status", "papers", "all")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
#: Values in problems: not at length, and aliases of aliases not unrolled.
_BRIEF = Repr()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother = 2, 80, 80


def load_topics(path: Path) -> list[Topic]:
    """Read a topics file.

    :raises TopicsFileError: with everything that is wrong in it
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(path, 0, f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise _refused(path, 0, f"is larger than {MAX_BYTES} bytes")
    try:
        return parse_topics(raw.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise _refused(path, 0, "is not UTF-8") from error


def parse_topics(text: str, path: str = "topics.yaml") -> list[Topic]:
    """Read a topics file's text.

    :param path: how to call the file in errors
    :raises TopicsFileError: with everything that is wrong in it
    """
    try:
        reader = _Reader(yaml.SafeLoader(text))
        topics = reader.read()
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(path, line, f"is not YAML: U+{error.character:04X} cannot stand in it") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _refused(path, line, f"is not YAML: {error.problem or error.context}") from error
    except RecursionError as error:
        raise _refused(path, 0, "is nested too deep") from error
    if reader.problems:
        raise TopicsFileError(path, reader.problems)
    return topics


def _refused(path: Path | str, line: int, problem: str) -> TopicsFileError:
    return TopicsFileError(str(path), [TopicProblem("the file", "", f"line {line}" if line else "", problem)])


class _Reader:
    """Walks the YAML nodes, so that every problem knows its line."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._owners: dict[str, str] = {}
        self.problems: list[TopicProblem] = []

    def read(self) -> list[Topic]:
        root = self._loader.get_single_node()
        fields = self._mapping(root, "the file", {"topics"})
        listed = fields.get("topics") if fields is not None else None
        if fields is not None and not isinstance(listed, yaml.SequenceNode):
            self._report("the file", "topics", listed or root, "expected a list of topics")
        if not isinstance(listed, yaml.SequenceNode):
            return []
        topics = [self._topic(node, number) for number, node in enumerate(listed.value, 1)]
        return [topic for topic in topics if topic]

    def _topic(self, node: yaml.Node, number: int) -> Topic | None:
        before = len(self.problems)
        name = _name(node) or f"topic {number}"
        fields = self._mapping(node, name, set(FIELDS))
        if fields is None:
            return None
        for required in ("slug", "title", "categories"):
            if required not in fields:
                self._report(name, required, node, "is missing")
        values: dict[str, Any] = {}
        for field, child in fields.items():
            try:
                self._check_keys(child)
                values |= FIELDS[field](self._value(child))
            except (ValueError, QueryError) as error:
                self._report(name, field, child, str(error))
        if len(self.problems) > before:
            return None
        topic = Topic(**values)
        self._claim(topic, "slug", fields["slug"], topic.slug)
        for slug in topic.formerly:
            self._claim(topic, "formerly", fields["formerly"], slug)
        return topic

    def _mapping(self, node: yaml.Node | None, name: str, known: set[str]) -> dict[str, yaml.Node] | None:
        if not isinstance(node, yaml.MappingNode):
            self._report(name, "", node, f"expected fields: {', '.join(sorted(known))}")
            return None
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            field = _BRIEF.repr(key.value)[1:-1] if isinstance(key, yaml.ScalarNode) else ""
            if field not in known:
                self._report(name, field, key, f"is no field, expected one of {', '.join(sorted(known))}")
            elif field in fields:
                self._report(name, field, key, "stands here twice")
            else:
                fields[field] = value
        return fields

    def _claim(self, topic: Topic, field: str, node: yaml.Node, slug: str) -> None:
        if slug in self._owners:
            self._report(topic.slug, field, node, f'"{slug}" is already taken by {self._owners[slug]}')
        self._owners.setdefault(slug, topic.slug)

    def _check_keys(self, node: yaml.Node) -> None:
        """YAML itself lets the last of two equal keys win."""
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        counts = Counter(key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode))
        for key, count in counts.items():
            if count > 1:
                raise ValueError(f"{_BRIEF.repr(key)} stands here twice")

    def _value(self, node: yaml.Node) -> Any:
        """The value of a node.

        :raises ValueError: where it is not what it looks like, as the 45th of January
        """
        try:
            return self._loader.construct_object(node, deep=True)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ValueError("is not what it looks like; a text can be quoted") from error

    def _report(self, topic: str, field: str, node: yaml.Node | None, problem: str) -> None:
        line = node.start_mark.line + 1 if node else 1
        self.problems.append(TopicProblem(topic, field, f"line {line}", problem))


def _name(node: yaml.Node) -> str:
    """How to call a topic in problems: the slug it gives itself, well written or not."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    slugs = [value.value for key, value in pairs if key.value == "slug" and isinstance(value, yaml.ScalarNode)]
    return _BRIEF.repr(slugs[0])[1:-1] if slugs else ""


def _text(value: Any) -> str:
    text = squeeze(clean(value)) if isinstance(value, str) else ""
    if not text:
        raise ValueError(f"expected a text, found {_BRIEF.repr(value)}")
    return text


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ValueError(f"expected small letters, digits and hyphens (quote a number), found {_BRIEF.repr(value)}")
    if value in RESERVED:
        raise ValueError(f'"{value}" is reserved ({", ".join(RESERVED)})')
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of {what}, found {_BRIEF.repr(value)}")
    return value


def _categories(value: Any) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for item in _list(value, "arXiv categories"):
        name = taxonomy.find_name(item) if isinstance(item, str) else None
        if name is None:
            raise ValueError(f"{_BRIEF.repr(item)} is no arXiv category or archive")
        names[taxonomy.canonical(name)] = None
    if not names:
        raise ValueError("expected at least one category: its listing is what is polled")
    return tuple(names)


def _query(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is empty; leave it out to take everything in the categories")
    query = clean(value).rstrip()
    parser.parse(query)
    return query


def _choices(kind: type[StrEnum], value: Any, what: str) -> tuple[Any, ...]:
    allowed = [str(item) for item in kind]
    chosen = _list(value, what)
    for item in chosen:
        if item not in allowed:
            raise ValueError(f"{_BRIEF.repr(item)} is not among {', '.join(allowed)}")
    if not chosen:
        raise ValueError(f"expected at least one of {', '.join(allowed)}")
    return tuple(dict.fromkeys(kind(item) for item in chosen))


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {_BRIEF.repr(value)}")
    return value


def _int(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low} to {high}, found {_BRIEF.repr(value)}")
    return value


def _parts(value: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise ValueError(f"expected {{{', '.join(known)}}}, found {_BRIEF.repr(value)}")
    return value


def _summaries(value: Any) -> dict[str, Any]:
    given = _parts(value, ("kinds", "language"))
    fields: dict[str, Any] = {}
    if "kinds" in given:
        fields["kinds"] = _choices(Kind, given["kinds"], "kinds")
    if "language" in given:
        language = given["language"]
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise ValueError(f"language: expected a code like en or zh, found {_BRIEF.repr(language)}")
        fields["language"] = language
    return fields


def _digest(value: Any) -> DigestRule:
    given = _parts(value, ("at", "zone", "basis"))
    rule = DigestRule()
    at, zone, basis = given.get("at", "06:00"), given.get("zone", rule.zone), given.get("basis", rule.basis)
    if not isinstance(at, str) or not _TIME.fullmatch(at):
        raise ValueError(f'at: expected a time in quotes like "08:50", found {_BRIEF.repr(at)}')
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"zone: expected a time zone like Asia/Shanghai, found {_BRIEF.repr(zone)}") from error
    if basis not in [str(item) for item in Basis]:
        raise ValueError(f"basis: expected {' or '.join(Basis)}, found {_BRIEF.repr(basis)}")
    return DigestRule(time.fromisoformat(at), zone, Basis(basis))


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
    "digest": lambda value: {"digest": _digest(value)},
    "section": lambda value: {"section": _text(value)},
    "formerly": lambda value: {"formerly": tuple(_slug(item) for item in _list(value, "old slugs"))},
    "retired": lambda value: {"retired": _bool(value)},
}

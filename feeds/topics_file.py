"""Reads topics.yaml: validated as a whole, each problem with its topic, field and line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from feeds.errors import QueryError, TopicProblem, TopicsFileError
from feeds.model.topics import MAX_TOPICS, Topic
from feeds.topic_fields import FIELDS, REQUIRED, brief, expected_fields, is_taken, no_field

#: Enough for :data:`MAX_TOPICS`.
MAX_BYTES = 8 * 1024 * 1024


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
        if len(listed.value) > MAX_TOPICS:
            self._report("the file", "topics", listed, f"expected at most {MAX_TOPICS}, found {len(listed.value)}")
            return []
        topics = [self._topic(node, number) for number, node in enumerate(listed.value, 1)]
        return [topic for topic in topics if topic]

    def _topic(self, node: yaml.Node, number: int) -> Topic | None:
        before = len(self.problems)
        name = _name(node) or f"topic {number}"
        fields = self._mapping(node, name, set(FIELDS))
        if fields is None:
            return None
        for required in REQUIRED:
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
            self._report(name, "", node, expected_fields(known))
            return None
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            field = brief(key.value)[1:-1] if isinstance(key, yaml.ScalarNode) else ""
            if field not in known:
                self._report(name, field, key, no_field(known))
            elif field in fields:
                self._report(name, field, key, "stands here twice")
            else:
                fields[field] = value
        return fields

    def _claim(self, topic: Topic, field: str, node: yaml.Node, slug: str) -> None:
        if slug in self._owners:
            self._report(topic.slug, field, node, is_taken(slug, self._owners[slug]))
        self._owners.setdefault(slug, topic.slug)

    def _check_keys(self, node: yaml.Node) -> None:
        """YAML itself lets the last of two equal keys win."""
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        counts = Counter(key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode))
        for key, count in counts.items():
            if count > 1:
                raise ValueError(f"{brief(key)} stands here twice")

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
    return brief(slugs[0])[1:-1] if slugs else ""

"""The API's description as people read it: the OpenAPI document, laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from service.describing import REFERENCE

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Piece:
    """A part of what is told of a type: plain text, or the name of a schema that is told elsewhere."""

    text: str
    links: bool = False


@dataclass(frozen=True)
class FieldLine:
    """A parameter, or a field of a body."""

    name: str
    kind: tuple[Piece, ...]
    required: bool
    description: str
    example: str


@dataclass(frozen=True)
class AnswerLine:
    """What an operation may answer."""

    status: int
    phrase: str
    description: str
    kind: tuple[Piece, ...]


@dataclass(frozen=True)
class Chapter:
    """An operation."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    guarded: bool
    parameters: tuple[FieldLine, ...]
    reads: tuple[Piece, ...]
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class Schema:
    """A type of what is read or answered."""

    name: str
    description: str
    fields: tuple[FieldLine, ...]


def list_chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """The operations, by path."""
    return [
        _read_operation(method, path, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    ]


def list_schemas(document: Mapping[str, Any]) -> list[Schema]:
    """The types that have names, by name."""
    return [
        Schema(
            name,
            schema.get("description", ""),
            tuple(_read_field(field, told, schema) for field, told in schema.get("properties", {}).items()),
        )
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def describe_type(schema: Mapping[str, Any]) -> tuple[Piece, ...]:
    """A type in words."""
    return tuple(_describe(schema))


def _read_operation(method: str, path: str, told: Mapping[str, Any]) -> Chapter:
    body = told.get("requestBody", {}).get("content", {}).get("application/json")
    return Chapter(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        guarded="security" in told,
        parameters=tuple(
            FieldLine(
                parameter["name"],
                describe_type(parameter["schema"]),
                parameter["required"],
                parameter["description"],
                _example(parameter["schema"]),
            )
            for parameter in told["parameters"]
        ),
        reads=describe_type(body["schema"]) if body else (),
        answers=tuple(_read_answer(int(status), answer) for status, answer in told["responses"].items()),
    )


def _read_answer(status: int, told: Mapping[str, Any]) -> AnswerLine:
    kinds = [describe_type(content["schema"]) for content in told.get("content", {}).values()]
    return AnswerLine(status, HTTPStatus(status).phrase, told["description"], kinds[0] if kinds else ())


def _read_field(name: str, told: Mapping[str, Any], schema: Mapping[str, Any]) -> FieldLine:
    required = name in schema.get("required", ())
    return FieldLine(name, describe_type(told), required, told.get("description", ""), _example(told))


def _example(schema: Mapping[str, Any]) -> str:
    examples: Sequence[object] = schema.get("examples", ())
    first = examples[0] if examples else ""
    return ", ".join(map(str, first)) if isinstance(first, list) else str(first)


def _describe(schema: Mapping[str, Any]) -> Iterator[Piece]:
    if "$ref" in schema:
        yield Piece(schema["$ref"].removeprefix(REFERENCE), links=True)
    elif "anyOf" in schema:
        for number, option in enumerate(schema["anyOf"]):
            yield from (Piece(" or "),) if number else ()
            yield from _describe(option)
    elif "enum" in schema:
        yield Piece(", ".join(map(str, schema["enum"])))
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from _describe(schema.get("items", {}))
    elif schema.get("type") == "object" and "additionalProperties" in schema:
        yield Piece("by name: ")
        yield from _describe(_as_mapping(schema["additionalProperties"]))
    else:
        yield Piece(_name(schema))


def _as_mapping(schema: object) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _name(schema: Mapping[str, Any]) -> str:
    """A simple type, with what bounds it."""
    name = schema.get("format") or schema.get("type") or "anything"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{name}, {low} to {high}"
    return str(name)

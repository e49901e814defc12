"""The API's operations, and the OpenAPI 3.1 document that is made of the same types as the answers.

msgspec does both: it writes a type's JSON, and the type's JSON Schema (2020-12, which OpenAPI 3.1 speaks).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from flask import Blueprint

from feeds import __version__
from feeds.errors import NotFoundError
from service import problems
from service.schemas import Problem

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REFERENCES = "#/components/schemas/{name}"


@dataclass(frozen=True)
class Parameter:
    """A part of an address."""

    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True)
class Operation:
    """Something that can be asked of the API."""

    path: str  #: as OpenAPI writes it: ``/days/{date}``
    answers: type  #: what the body is made of
    view: Callable[..., Any]
    parameters: Mapping[str, Parameter]


class Api:
    """Collects operations while they are given their addresses.

    :param blueprint: carries the addresses; its prefix is the API's
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._operations: list[Operation] = []

    def get(self, path: str, answers: type, **parameters: Parameter) -> Callable[[Callable[..., Any]], Any]:
        """Register a view that answers GET.

        :param path: with ``{name}`` for each parameter; a view gets them by name, as text
        :param answers: the type of the body
        """

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            self._operations.append(Operation(path, answers, view, parameters))
            self._blueprint.get(path.replace("{", "<").replace("}", ">"))(view)
            return view

        return register

    def describe(self, server: str) -> dict[str, Any]:
        """The OpenAPI document.

        :param server: the API's public address
        """
        types = [Problem, *(operation.answers for operation in self._operations)]
        schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCES)
        bodies = dict(zip(types, schemas, strict=True))
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Preprint Wire",
                "version": __version__,
                "description": "arXiv's new papers by topic, with summaries, and a full account of every day.",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": server}],
            "paths": {operation.path: {"get": _describe(operation, bodies)} for operation in self._operations},
            "components": {"schemas": components},
        }


def _describe(operation: Operation, bodies: Mapping[type, Any]) -> dict[str, Any]:
    summary, _, description = inspect.getdoc(operation.view).partition("\n\n")  # type: ignore[union-attr]
    problem = {"description": "A problem document", "content": {problems.MEDIA_TYPE: {"schema": bodies[Problem]}}}
    found = {
        "description": "What was asked for",
        "headers": {"ETag": {"schema": {"type": "string"}}, "Last-Modified": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": bodies[operation.answers]}},
    }
    return {
        "operationId": operation.view.__name__,
        "summary": summary,
        **({"description": description} if description else {}),
        "parameters": [
            {"name": name, "in": "path", "required": True, "description": told.description, "schema": told.schema}
            for name, told in operation.parameters.items()
        ],
        "responses": {
            "200": found,
            "304": {"description": "It has not changed (If-None-Match, If-Modified-Since)"},
            "400": problem,
            "404": problem,
            "412": problem,
        },
    }


def encode(answer: msgspec.Struct) -> bytes:
    """An answer's JSON."""
    return msgspec.json.encode(answer) + b"\n"


def read_date(text: str) -> date:
    """A date of an address.

    :raises NotFoundError: where it is none: there is no such address then
    """
    try:
        if _DATE.fullmatch(text):  # not the other forms of ISO 8601
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise NotFoundError("There is no such day; a day is written like 2026-04-17.")

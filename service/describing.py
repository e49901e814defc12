"""The OpenAPI 3.1 document, made of the same types as the API's operations read and answer.

msgspec makes a type's JSON Schema (2020-12, as OpenAPI 3.1 speaks).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from feeds import __version__
from service import problems
from service.openapi import Operation, Parameter
from service.options import Option, options_of
from service.schemas import Problem

#: The parts of the document's address of a schema.
REFERENCE = "#/components/schemas/"
_SCHEME = "editor"
_ABOUT = """arXiv's new papers by topic, with summaries, and a full account of every day.

Reading needs no key, and is open to scripts of other sites (CORS). Answers bear an entity tag and a date: ask again
with `If-None-Match`, and nothing is sent that you have. `HEAD` works wherever `GET` does. Lists go on at `next`,
also as `Link`; a cursor means a place that does not move, so that a walk sees everything once.

Every error is a problem document (RFC 9457); a method that an address does not know is answered 405, with `Allow`.
Who asks too often is answered 429, with `Retry-After`. Writing needs an editor's token, as `Authorization: Bearer`.
"""
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_SECONDS: dict[str, Any] = {"schema": {"type": "integer"}, "description": "Seconds"}
_FRESHNESS = {"ETag": _TEXT, "Last-Modified": _TEXT}
_LINK = {"Link": {"schema": {"type": "string"}, "description": 'Where the list goes on, rel="next" (RFC 8288)'}}
#: What each refusal means, and which headers come with it.
_REFUSALS: dict[HTTPStatus, tuple[str, Mapping[str, Any]]] = {
    HTTPStatus.BAD_REQUEST: ("It makes no sense as it is asked", {}),
    HTTPStatus.UNAUTHORIZED: ("It needs an editor's token", {"WWW-Authenticate": _TEXT}),
    HTTPStatus.FORBIDDEN: ("Writing is off on this wire", {}),
    HTTPStatus.NOT_FOUND: ("There is no such thing", {}),
    HTTPStatus.CONFLICT: ("What is there does not allow it", {}),
    HTTPStatus.GONE: ("The topic was retired", {}),
    HTTPStatus.PRECONDITION_FAILED: ("The condition does not hold (If-Match, If-Unmodified-Since)", {}),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("The body is too large", {}),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("The body is no JSON by its media type", {}),
    HTTPStatus.TOO_MANY_REQUESTS: ("Too much was asked for from your address", {"Retry-After": _SECONDS}),
    HTTPStatus.SERVICE_UNAVAILABLE: ("The database does not answer", {"Retry-After": _SECONDS}),
}


def describe(operations: Sequence[Operation], server: str) -> dict[str, Any]:
    """The OpenAPI document.

    :param server: the API's public address
    """
    kinds = [Problem, *_kinds(operations)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE + "{name}")
    bodies = dict(zip(map(repr, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation, bodies)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Preprint Wire",
            "version": __version__,
            "description": _on_one_line(_ABOUT),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": components,
            "securitySchemes": {_SCHEME: {"type": "http", "scheme": "bearer"}},
        },
    }


def _kinds(operations: Iterable[Operation]) -> Iterator[Any]:
    for operation in operations:
        told = (operation.answers, operation.chosen, operation.reads, operation.later)
        yield from (kind for kind in told if kind is not None)


def _describe(operation: Operation, bodies: Mapping[str, Any]) -> dict[str, Any]:
    summary, _, description = inspect.getdoc(operation.view).partition("\n\n")  # type: ignore[union-attr]
    described: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": _on_one_line(summary),
        **({"description": _on_one_line(description)} if description else {}),
        "parameters": [*_describe_parts(operation.parameters), *map(_describe_option, options_of(operation.view))],
        "responses": _describe_answers(operation, bodies),
    }
    if operation.reads is not None:
        body = {"application/json": {"schema": bodies[repr(operation.reads)]}}
        described["requestBody"] = {"required": not operation.bodiless, "content": body}
    if operation.guarded:
        described["security"] = [{_SCHEME: []}]
    return described


def _on_one_line(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _describe_parts(parameters: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "description": told.description, "schema": told.schema}
        for name, told in parameters.items()
    ]


def _describe_option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "in": "query",
        "required": option.required,
        "description": option.description,
        "schema": {"type": "array", "items": option.schema} if option.repeated else option.schema,
    }


def _describe_answers(operation: Operation, bodies: Mapping[str, Any]) -> dict[str, Any]:
    headers = {} if operation.guarded else _FRESHNESS
    if operation.is_list:
        headers = headers | _LINK
    answers: dict[str, Any] = {}
    for status, meaning in operation.statuses.items():
        kinds = [operation.later] if status is HTTPStatus.ACCEPTED else [operation.answers, operation.chosen]
        schemas = [bodies[repr(kind)] for kind in kinds if kind is not None]
        answers[str(int(status))] = {
            "description": meaning,
            **({"headers": headers} if headers else {}),
            "content": {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}},
        }
    answers |= _describe_detours(operation)
    for status in _refusals(operation):
        answers[str(int(status))] = _describe_refusal(status, bodies)
    return dict(sorted(answers.items()))


def _describe_detours(operation: Operation) -> dict[str, Any]:
    """What is neither an answer nor an error."""
    detours: dict[str, Any] = {}
    if not operation.guarded:
        detours["304"] = {"description": "It has not changed (If-None-Match, If-Modified-Since)"}
    if operation.follows_topics:
        status = "308" if operation.guarded else "301"
        detours[status] = {"description": "The topic has another slug now", "headers": {"Location": _TEXT}}
    return detours


def _refusals(operation: Operation) -> Iterator[HTTPStatus]:
    yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    if operation.parameters or operation.follows_topics:
        yield HTTPStatus.NOT_FOUND
    if "slug" in operation.parameters:
        yield HTTPStatus.GONE
    if operation.guarded:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    else:
        yield HTTPStatus.PRECONDITION_FAILED
    if operation.writes:
        yield from (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if operation.reads is not None:
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def _describe_refusal(status: HTTPStatus, bodies: Mapping[str, Any]) -> dict[str, Any]:
    meaning, headers = _REFUSALS[status]
    return {
        "description": meaning,
        **({"headers": dict(headers)} if headers else {}),
        "content": {problems.MEDIA_TYPE: {"schema": bodies[repr(Problem)]}},
    }

"""The API's operations, and the OpenAPI 3.1 document that is made of the same types as they read and answer.

msgspec does both: it reads and writes a type's JSON, and the type's JSON Schema (2020-12, as OpenAPI 3.1 speaks).
"""

from __future__ import annotations

import codecs
import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from feeds import __version__
from feeds.errors import BadRequestError, NotFoundError
from service import problems
from service.auth import find_editor
from service.options import Option, options_of
from service.schemas import Problem
from service.web import web

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REFERENCES = "#/components/schemas/{name}"
_SCHEME = "editor"
_View = Callable[..., Any]


@dataclass(frozen=True)
class Parameter:
    """A part of an address."""

    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    slashes: bool = False  #: it may hold slashes


@dataclass(frozen=True)
class Operation:
    """Something that can be asked of the API."""

    method: str
    path: str  #: as OpenAPI writes it: ``/days/{date}``
    answers: Any  #: what the body of the answer is made of; None: nothing
    reads: Any  #: what the body of the request is made of; None: nothing
    raw: bool  #: the view reads its fields itself, and gets them as JSON has them
    view: _View
    parameters: Mapping[str, Parameter]
    statuses: Mapping[HTTPStatus, str]  #: the good answers, each with what it means
    later: Any = None  #: what the body of a 202 is made of
    private: bool = False  #: for editors only
    bodiless: bool = False  #: it may come without a body: then nothing is said in it

    @property
    def writes(self) -> bool:
        return self.method != "get"

    @property
    def guarded(self) -> bool:
        return self.writes or self.private


class Api:
    """Collects operations while they are given their addresses.

    Views get the parts of their address by name, as text. Those that write, or are private, are only called for an
    editor, whose name they get as ``editor``; what came with the request they get as ``body``.

    :param blueprint: carries the addresses; its prefix is the API's
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._operations: list[Operation] = []

    def get(
        self, path: str, answers: Any, /, *, private: bool = False, **parameters: Parameter
    ) -> Callable[[_View], _View]:
        """Register a view that answers GET.

        :param path: with ``{name}`` for each parameter
        :param answers: the type of the body
        :param private: only for editors; never cached
        """
        statuses = {HTTPStatus.OK: "What was asked for"}
        return self._register("get", path, answers, None, parameters, statuses, private=private)

    def post(
        self,
        path: str,
        answers: Any,
        reads: Any = None,
        /,
        *,
        makes: bool = True,
        begins: bool = False,
        raw: bool = False,
        **parameters: Parameter,
    ) -> Callable[[_View], _View]:
        """Register a view that does something.

        :param makes: it makes something new, and answers 201 with its address
        :param begins: it only begins something, and answers 202; all of its body may be left out
        :param raw: it reads the fields of the body itself, to say all that is wrong in them
        """
        if begins:
            begun, later = {HTTPStatus.ACCEPTED: "Begun; Location tells what came of it"}, answers
            return self._register("post", path, answers, reads, parameters, begun, later=later, bodiless=True)
        statuses = {HTTPStatus.CREATED: "Made"} if makes else {HTTPStatus.OK: "As it is now"}
        return self._register("post", path, answers, reads, parameters, statuses, raw=raw)

    def put(
        self,
        path: str,
        answers: Any,
        reads: Any,
        /,
        *,
        later: Any = None,
        makes: bool = False,
        raw: bool = False,
        **parameters: Parameter,
    ) -> Callable[[_View], _View]:
        """Register a view that changes something.

        :param later: the type of the body where it answers 202, because what it needs is not there yet
        :param makes: it makes what is not there yet, and answers 201 then
        :param raw: as for :meth:`post`
        """
        statuses = {HTTPStatus.OK: "As it is now"}
        if makes:
            statuses[HTTPStatus.CREATED] = "Made"
        if later is not None:
            statuses[HTTPStatus.ACCEPTED] = "Begun; ask again at Location after Retry-After seconds"
        return self._register("put", path, answers, reads, parameters, statuses, later=later, raw=raw)

    def delete(self, path: str, answers: Any, **parameters: Parameter) -> Callable[[_View], _View]:
        """Register a view that takes something away."""
        return self._register("delete", path, answers, None, parameters, {HTTPStatus.OK: "As it is now"})

    def _register(
        self,
        method: str,
        path: str,
        answers: Any,
        reads: Any,
        parameters: Mapping[str, Parameter],
        statuses: Mapping[HTTPStatus, str],
        *,
        later: Any = None,
        private: bool = False,
        raw: bool = False,
        bodiless: bool = False,
    ) -> Callable[[_View], _View]:
        def register(view: _View) -> _View:
            operation = Operation(
                method, path, answers, reads, raw, view, parameters, statuses, later, private, bodiless
            )
            self._operations.append(operation)
            serve = _guard(operation) if operation.guarded else view
            rule = path.replace("{", "<").replace("}", ">")
            for name, parameter in parameters.items():
                rule = rule.replace(f"<{name}>", f"<path:{name}>") if parameter.slashes else rule
            self._blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=serve, methods=[method.upper()])
            return view

        return register

    def describe(self, server: str) -> dict[str, Any]:
        """The OpenAPI document.

        :param server: the API's public address
        """
        told = (kind for o in self._operations for kind in (o.answers, o.reads, o.later))
        kinds = [Problem, *(kind for kind in told if kind is not None)]
        schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCES)
        bodies = dict(zip(map(repr, kinds), schemas, strict=True))
        paths: dict[str, dict[str, Any]] = {}
        for operation in self._operations:
            paths.setdefault(operation.path, {})[operation.method] = _describe(operation, bodies)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Preprint Wire",
                "version": __version__,
                "description": "arXiv's new papers by topic, with summaries, and a full account of every day.",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": server}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {_SCHEME: {"type": "http", "scheme": "bearer"}},
            },
        }


def _guard(operation: Operation) -> _View:
    """A view that is only called for an editor, with what they sent."""

    @functools.wraps(operation.view)
    def serve(**parts: str) -> Any:
        given: dict[str, Any] = {"editor": find_editor(web().settings)}
        if operation.reads is not None:
            empty = operation.bodiless and not request.get_data()
            given["body"] = operation.reads() if empty else decode(Any if operation.raw else operation.reads)
        return operation.view(**parts, **given)

    return serve


def _describe(operation: Operation, bodies: Mapping[str, Any]) -> dict[str, Any]:
    summary, _, description = inspect.getdoc(operation.view).partition("\n\n")  # type: ignore[union-attr]
    described: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": summary,
        **({"description": description} if description else {}),
        "parameters": [*_describe_parts(operation.parameters), *_describe_options(options_of(operation.view))],
        "responses": _describe_answers(operation, bodies),
    }
    if operation.reads is not None:
        body = {"application/json": {"schema": bodies[repr(operation.reads)]}}
        described["requestBody"] = {"required": not operation.bodiless, "content": body}
    if operation.guarded:
        described["security"] = [{_SCHEME: []}]
    return described


def _describe_parts(parameters: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "description": told.description, "schema": told.schema}
        for name, told in parameters.items()
    ]


def _describe_options(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [
        {
            "name": option.name,
            "in": "query",
            "required": option.required,
            "description": option.description,
            "schema": {"type": "array", "items": option.schema} if option.repeated else option.schema,
        }
        for option in options
    ]


def _describe_answers(operation: Operation, bodies: Mapping[str, Any]) -> dict[str, Any]:
    problem = {
        "description": "A problem document",
        "content": {problems.MEDIA_TYPE: {"schema": bodies[repr(Problem)]}},
    }
    freshness = {"ETag": {"schema": {"type": "string"}}, "Last-Modified": {"schema": {"type": "string"}}}
    answers: dict[str, Any] = {}
    for status, meaning in operation.statuses.items():
        kind = operation.later if status == HTTPStatus.ACCEPTED else operation.answers
        answers[str(int(status))] = {
            "description": meaning,
            **({} if operation.guarded else {"headers": freshness}),
            "content": {"application/json": {"schema": bodies[repr(kind)]}},
        }
    if operation.guarded:
        refusals: tuple[int, ...] = (400, 401, 403, 404, 409, 410, 413, 415)
    else:
        answers["304"] = {"description": "It has not changed (If-None-Match, If-Modified-Since)"}
        refusals = (400, 404, 412)
    return answers | {str(status): problem for status in refusals}


def decode(kind: Any) -> Any:
    """The body of the request, as a type.

    :raises BadRequestError: where it is not JSON of that type
    """
    if request.mimetype != "application/json":
        abort(415, "The body must be application/json.")
    body = request.get_data().removeprefix(codecs.BOM_UTF8)  # RFC 8259, section 8.1
    if not body.strip():
        raise BadRequestError("The body is empty; it must be JSON.")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BadRequestError(f"The body is refused: {error}.") from error
    except UnicodeDecodeError:
        raise BadRequestError("The body is refused: it is not UTF-8.") from None
    except RecursionError:
        raise BadRequestError("The body is refused: it is nested too deep.") from None


def encode(answer: Any) -> bytes:
    """An answer's JSON."""
    return msgspec.json.encode(answer) + b"\n"


def answer(value: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    """What a write came to. Never cached.

    :param headers: with ``_`` for ``-``
    """
    made = Response(encode(value), status, content_type="application/json")
    made.headers["Cache-Control"] = "no-store"
    for name, text in headers.items():
        made.headers[name.replace("_", "-")] = text
    return made


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

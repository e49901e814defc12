"""The API's operations: what each reads and answers, as types, and who may ask for it.

msgspec reads and writes a type's JSON; :mod:`service.describing` makes the OpenAPI document of the same types.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from feeds.errors import BadRequestError, NotFoundError
from service.auth import find_editor
from service.options import options_of
from service.web import web

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
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
    chosen: Any = None  #: what the body of the answer is made of where only some fields are wanted

    @property
    def writes(self) -> bool:
        return self.method != "get"

    @property
    def guarded(self) -> bool:
        return self.writes or self.private

    @property
    def is_list(self) -> bool:
        """Whether it goes on elsewhere."""
        return any(option.name == "limit" for option in options_of(self.view))

    @property
    def follows_topics(self) -> bool:
        """Whether it leads on to where a topic is now."""
        return "slug" in self.parameters or any(option.name == "topic" for option in options_of(self.view))


class Api:
    """Collects operations while they are given their addresses.

    Views get the parts of their address by name, as text. Those that write, or are private, are only called for an
    editor, whose name they get as ``editor``; what came with the request they get as ``body``.

    :param blueprint: carries the addresses; its prefix is the API's
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._operations: list[Operation] = []

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All that were registered."""
        return tuple(self._operations)

    def get(
        self, path: str, answers: Any, /, *, private: bool = False, chosen: Any = None, **parameters: Parameter
    ) -> Callable[[_View], _View]:
        """Register a view that answers GET.

        :param path: with ``{name}`` for each parameter
        :param answers: the type of the body
        :param private: only for editors; never cached
        :param chosen: the type of the body where only some fields are wanted
        """
        statuses = {HTTPStatus.OK: "What was asked for"}
        return self._register("get", path, answers, None, parameters, statuses, private=private, chosen=chosen)

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
        chosen: Any = None,
    ) -> Callable[[_View], _View]:
        def register(view: _View) -> _View:
            operation = Operation(
                method, path, answers, reads, raw, view, parameters, statuses, later, private, bodiless, chosen
            )
            self._operations.append(operation)
            serve = _guard(operation) if operation.guarded else view
            rule = path.replace("{", "<").replace("}", ">")
            for name, parameter in parameters.items():
                rule = rule.replace(f"<{name}>", f"<path:{name}>") if parameter.slashes else rule
            self._blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=serve, methods=[method.upper()])
            return view

        return register


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

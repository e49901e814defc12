"""Query options: a view says which it takes; any other is refused, never ignored.

Ignored ones would make copies of one document under many addresses, and hide a reader's mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, request

from feeds.errors import BadRequestError

_View = TypeVar("_View", bound=Callable[..., Any])
_ATTRIBUTE = "wire_options"


@dataclass(frozen=True)
class Option:
    """A query option of an address."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    repeated: bool = False  #: it may be given several times


def takes(*options: Option) -> Callable[[_View], _View]:
    """Say which options a view takes."""

    def declare(view: _View) -> _View:
        setattr(view, _ATTRIBUTE, options)
        return view

    return declare


def options_of(view: Callable[..., Any] | None) -> tuple[Option, ...]:
    """The options that a view takes."""
    return getattr(view, _ATTRIBUTE, ())


def check_options() -> None:
    """To be run before every request.

    :raises BadRequestError: for an option that the address does not take, that comes twice, or that is missing
    """
    allowed = {option.name: option for option in options_of(_current_view())}
    for name, values in request.args.lists():
        option = allowed.get(name)
        if option is None:
            raise BadRequestError(_describe(allowed))
        if len(values) > 1 and not option.repeated:
            raise BadRequestError(f"{option.name} can be given once only.")
    for option in allowed.values():
        if option.required and option.name not in request.args:
            raise BadRequestError(f"{option.name} is missing: {option.description}")
    if request.query_string and not request.args:
        raise BadRequestError(_describe(allowed))


def read_int(name: str, default: int, low: int, high: int) -> int:
    """A whole number among the options.

    :raises BadRequestError: where it is none, or not within the bounds
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise BadRequestError(f"{name} is a whole number from {low} to {high}.")
    return int(text)


def read_choice(name: str, default: str, choices: Sequence[str]) -> str:
    """One of some words among the options.

    :raises BadRequestError: where it is none of them
    """
    text = request.args.get(name, default)
    if text not in choices:
        raise BadRequestError(f"{name} is one of {', '.join(choices)}.")
    return text


def _current_view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint) if request.endpoint else None


def _describe(allowed: Mapping[str, Option]) -> str:
    if not allowed:
        return "This address takes no options."
    return f"This address takes only these options: {', '.join(allowed)}."

"""What all lists of the API share: how many, where they go on, since when, and which fields."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from feeds.errors import BadRequestError
from feeds.model.documents import JSON, Document
from feeds.model.variants import read_since
from service import conditional
from service.openapi import encode
from service.options import Option, read_int
from service.web import web

#: Items of a page, where nothing else is asked for; and at most.
SHOWN, MAX_SHOWN = 50, 200
_MOST_FIELDS = 500
#: When a list last changed in which there never was anything.
NEVER = datetime(2026, 11, 20, tzinfo=UTC)

LIMIT = Option(
    "limit",
    f"How many at most; {SHOWN} unless told",
    {"type": "integer", "minimum": 1, "maximum": MAX_SHOWN, "default": SHOWN},
)
CURSOR = Option("cursor", "Where to go on: as `next` has it")
SINCE = Option(
    "since", "Only what came or changed then or later: a day, or a time (RFC 3339)",
    {"type": "string", "examples": ["2026-04-17", "2026-04-17T08:50:00Z"]},
)  # fmt: skip


def fields_option(names: Iterable[str]) -> Option:
    """The option that chooses among an item's fields."""
    some = ",".join(list(names)[:3])
    return Option("fields", f"Only these fields of each item, with commas between, like {some}")


def read_limit() -> int:
    """How many items are wanted."""
    return read_int("limit", SHOWN, 1, MAX_SHOWN)


def read_time() -> datetime | None:
    """Since when items are wanted."""
    return read_since(request.args.get("since"))


def read_fields(known: Iterable[str]) -> tuple[str, ...] | None:
    """Which fields are wanted, in the item's own order; None: all.

    :param known: by name
    :raises BadRequestError: where one is unknown; what was sent is not repeated, it is anyone's text
    """
    text = request.args.get("fields")
    if text is None:
        return None
    wanted, names = set(text[:_MOST_FIELDS].split(",")), tuple(known)
    if len(text) > _MOST_FIELDS or not wanted <= set(names):
        raise BadRequestError(f"fields are some of {', '.join(names)}, with commas between.")
    return tuple(name for name in names if name in wanted)


def choose(chosen: Any, item: Any, fields: Sequence[str]) -> Any:
    """Some fields of an item.

    :param chosen: a type in which the others may be missing
    """
    return chosen(**{name: getattr(item, name) for name in fields})


def write_cursor(place: str) -> str:
    """A place in a list, as clients hand it back: opaque to them."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(text: str) -> str:
    """The place that a cursor means.

    :raises BadRequestError: where it is none
    """
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        raise refuse_cursor() from None


def read_number_cursor() -> int | None:
    """The number that this request's cursor means; None without one.

    :raises BadRequestError: where it means none
    """
    text = request.args.get("cursor")
    return None if text is None else read_number(read_cursor(text))


def read_number(text: str) -> int:
    """A whole number in a cursor."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise refuse_cursor()
    return int(text)


def refuse_cursor() -> BadRequestError:
    return BadRequestError("A cursor is what `next` of a list has, as it is.")


def address(path: str, **changed: object) -> str:
    """Where a list goes on: an address with this request's options, some of them changed."""
    options = [(name, text) for name, text in request.args.items(multi=True) if name not in changed]
    query = urlencode([*options, *changed.items()])
    return f"{web().settings.base_url}/api/v1/{path}" + (f"?{query}" if query else "")


def respond(answer: Any, changed_at: datetime, following: str | None) -> Response:
    """Answer with a page of a list.

    :param changed_at: when anything in it last changed
    :param following: where the list goes on; None at its end
    """
    document = Document(encode(answer), JSON, changed_at.replace(microsecond=0), awaiting=True)
    made = conditional.respond(document, web().clock.now())
    if following:
        made.headers["Link"] = f'<{following}>; rel="next"'  # RFC 8288
    return made

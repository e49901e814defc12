"""A variant: how somebody wants a feed, by the options of its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from feeds.errors import BadRequestError
from feeds.model.topics import LANGUAGE, MAX_ENTRIES

_Choice = TypeVar("_Choice", bound=StrEnum)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Byline(StrEnum):
    """How an entry names its authors."""

    EACH = "each"  #: an element for each of them
    JOINED = "joined"  #: all in one, for readers that show one author


class Maths(StrEnum):
    """How formulas are written in an entry's content."""

    UNICODE = "unicode"  #: letters and signs of Unicode, with sub, sup and i
    MATHML = "mathml"
    TEX = "tex"  #: as the authors wrote it


@dataclass(frozen=True)
class Variant:
    """What of a feed is wanted, and in which form; by default all of it, as the topic says."""

    limit: int | None = None  #: how many entries at most
    language: str | None = None  #: of the summaries, BCP 47; None: the topic's
    authors: Byline = Byline.EACH
    maths: Maths = Maths.UNICODE
    since: datetime | None = None  #: only entries that came or changed then or later

    @property
    def options(self) -> str:
        """As the options of an address: the same for the same variant, "" for the default."""
        given = {
            "authors": None if self.authors is Byline.EACH else self.authors.value,
            "lang": self.language,
            "limit": self.limit,
            "math": None if self.maths is Maths.UNICODE else self.maths.value,
            "since": self.since and self.since.isoformat().replace("+00:00", "Z"),
        }
        return urlencode({name: value for name, value in given.items() if value is not None})


#: As the topic says.
PLAIN = Variant()


def read_variant(given: Mapping[str, str], limit: int | None = None, most: int = MAX_ENTRIES) -> Variant:
    """How a feed is wanted, by the options of its address.

    :param limit: how many entries, where nothing is said
    :param most: how many at most
    :raises BadRequestError: for options that make no sense; what was sent is not repeated, it is anyone's text
    """
    return Variant(
        limit=_read_limit(given["limit"], most) if "limit" in given else limit,
        language=_read_language(given.get("lang")),
        authors=_read_choice("authors", given, Byline.EACH),
        maths=_read_choice("math", given, Maths.UNICODE),
        since=read_since(given.get("since")),
    )


def _read_limit(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadRequestError(f"limit is a whole number from 1 to {most}.")
    return int(text)


def _read_choice(name: str, given: Mapping[str, str], default: _Choice) -> _Choice:
    choices = type(default)
    try:
        return choices(given.get(name, default))
    except ValueError:
        raise BadRequestError(f"{name} is one of {', '.join(choices)}.") from None


def _read_language(text: str | None) -> str | None:
    if text is not None and not LANGUAGE.fullmatch(text):
        raise BadRequestError("lang is a language's code like en or zh.")
    return text


def read_since(text: str | None) -> datetime | None:
    """Since when something is wanted.

    :param text: a day, or a time with its zone (RFC 3339)
    :raises BadRequestError: where it makes no sense
    """
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.min, UTC)
        at = datetime.fromisoformat(text.replace(" ", "+"))  # an unquoted + of an offset arrives as a space
        return at.astimezone(UTC) if at.tzinfo else _refuse_since()
    except (ValueError, OverflowError):
        return _refuse_since()


def _refuse_since() -> datetime:
    raise BadRequestError("since is a date like 2026-04-17, or a time with its zone like 2026-04-17T08:50:00Z.")

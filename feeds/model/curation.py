"""What an editor says of a paper in a topic: pure rules, what an act changes and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from feeds.errors import BadRequestError
from feeds.text import clean, squeeze

MAX_RATING = 3
MAX_TAGS, MAX_TAG = 20, 40
MAX_INSTITUTION = 120
MAX_NOTE = 10_000
MAX_ORDER = 1_000_000
MAX_EDITOR = 80
#: Signs acts that the wire does itself; nobody else may.
WIRE = "wire"
#: Papers with as many stars are what a topic ordered by likeness goes by.
LIKED_RATING = 1

#: What these say is shown in the entry; where it stands (``order``) and how it came here are not.
SHOWN = frozenset({"pinned", "rating", "tags", "institution", "note"})


class Act(StrEnum):
    """What an editor does."""

    PIN = "pin"
    HIDE = "hide"
    RATE = "rate"
    TAG = "tag"
    NOTE = "note"
    ORDER = "order"
    INSTITUTION = "institution"
    ADD = "add"
    EDIT = "edit"  #: several of these at once
    FORGET = "forget"  #: all that was said
    UNDO = "undo"
    REFUSE = "refuse"  #: the wire's own: a paper that was to be added cannot be had


#: These cannot be taken back themselves: after an undo, the next one goes one act further back.
FINAL = (Act.UNDO, Act.REFUSE)


@dataclass(frozen=True)
class Curation:
    """All that editors said of one paper in one topic, as it stands."""

    pinned: bool = False
    hidden: bool = False
    rating: int | None = None  #: stars, 0 to :data:`MAX_RATING`; None: not rated
    tags: tuple[str, ...] = ()
    institution: str | None = None
    note: str | None = None  #: Markdown, as it was written: foreign text
    order: int | None = None  #: the editor's place for it among the pinned ones; lower comes first
    added_by: str | None = None  #: the editor who added a paper that the query missed


NONE = Curation()


@dataclass(frozen=True)
class Event:
    """One act, for ever."""

    id: int  #: rises with time; 0 before it is kept
    topic: str
    arxiv_id: str
    at: datetime
    editor: str
    act: Act
    before: dict[str, Any]  #: the fields it changed, as they were
    after: dict[str, Any]
    reason: str | None = None  #: why, where the wire did it itself
    undone_by: int | None = None  #: the event that took it back


def change(before: Curation, given: Mapping[str, object]) -> Curation:
    """A curation with some of its fields said anew.

    :param given: by field's name; None clears it, what is absent stays
    :raises BadRequestError: for what is not allowed, saying what is
    """
    unknown = sorted(set(given).difference(_READERS))
    if unknown:
        raise BadRequestError(f"Unknown field; allowed are {', '.join(_READERS)}.")
    read = {name: _READERS[name](value) for name, value in given.items()}
    return replace(before, **read)


def restore(before: Curation, values: Mapping[str, Any]) -> Curation:
    """A curation with fields as an event has them."""
    listed = {"tags": tuple(values["tags"])} if "tags" in values else {}
    return replace(before, **{**values, **listed})


def compare(before: Curation, after: Curation) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are, in JSON's types."""
    old, new = _plain(before), _plain(after)
    differing = [field.name for field in fields(Curation) if old[field.name] != new[field.name]]
    return {name: old[name] for name in differing}, {name: new[name] for name in differing}


def is_shown(before: Curation, after: Curation) -> bool:
    """Whether the entry that readers have must be updated.

    A hidden one that comes back must be newer than the tombstone that readers may have seen (RFC 6721, section 3).
    An entry that is only put elsewhere stays as it is.
    """
    _, changed = compare(before, after)
    return bool(SHOWN.intersection(changed)) or changed.get("hidden") is False


def stars(rating: int) -> str:
    """A rating as people read it: ``★★☆``."""
    return "★" * rating + "☆" * (MAX_RATING - rating)


def read_editor(name: str) -> str:
    """An editor's name, cleaned.

    :raises BadRequestError: where nothing is left of it, it is too long, or it is :data:`WIRE`
    """
    cleaned = squeeze(clean(name))
    if not 0 < len(cleaned) <= MAX_EDITOR:
        raise BadRequestError(f"An editor's name has 1 to {MAX_EDITOR} characters.")
    if cleaned.casefold() == WIRE:
        raise BadRequestError(
            f"No editor is called {WIRE}, which signs what the wire does itself; give another name."
        )
    return cleaned


def _plain(curation: Curation) -> dict[str, Any]:
    return {**asdict(curation), "tags": list(curation.tags)}


def _read_flag(name: str) -> Callable[[object], bool]:
    def read(value: object) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        raise BadRequestError(f"{name} is true or false.")

    return read


def _read_number(name: str, first: int, last: int) -> Callable[[object], int | None]:
    def read(value: object) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and first <= value <= last):
            return value
        raise BadRequestError(f"{name} is a whole number from {first} to {last}.")

    return read


def _read_line(name: str, most: int) -> Callable[[object], str | None]:
    return lambda value: _read_text(name, most, value, squeeze)


def _read_note(value: object) -> str | None:
    return _read_text("note", MAX_NOTE, value, str.strip)


def _read_text(name: str, most: int, value: object, trim: Callable[[str], str]) -> str | None:
    if value is None:
        return None
    text = trim(clean(value)) if isinstance(value, str) else None
    if text is None or len(text) > most:
        raise BadRequestError(f"{name} is a text of at most {most} characters.")
    return text or None


def _read_tags(value: object) -> tuple[str, ...]:
    """Each once, whatever its case; the first spelling counts."""
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise BadRequestError("tags is a list of texts.")
    distinct: dict[str, str] = {}
    for given in value:
        tag = squeeze(clean(given)) if isinstance(given, str) else ""
        if not 0 < len(tag) <= MAX_TAG or "," in tag:
            raise BadRequestError(f"A tag is a text of 1 to {MAX_TAG} characters without commas.")
        distinct.setdefault(tag.casefold(), tag)
    if len(distinct) > MAX_TAGS:
        raise BadRequestError(f"A paper has at most {MAX_TAGS} tags in a topic.")
    return tuple(distinct.values())


#: What an editor may say, and how it is read.
_READERS: dict[str, Callable[[object], Any]] = {
    "pinned": _read_flag("pinned"),
    "hidden": _read_flag("hidden"),
    "rating": _read_number("rating", 0, MAX_RATING),
    "tags": _read_tags,
    "institution": _read_line("institution", MAX_INSTITUTION),
    "note": _read_note,
    "order": _read_number("order", -MAX_ORDER, MAX_ORDER),
}

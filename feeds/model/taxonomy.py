"""arXiv's categories: names, archives, and which names mean the same category."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

#: The scheme arXiv itself gives its categories in Atom.
SCHEME = "http://arxiv.org/schemas/atom"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((files(__package__) / "taxonomy.json").read_text(encoding="utf-8"))
    return data


@cache
def _spellings() -> dict[str, str]:
    return {name.lower(): name for name in [*_data()["archives"], *_data()["categories"]]}


def find_name(text: str) -> str | None:
    """The category or archive that is meant, in arXiv's own spelling (``CS.cv`` is ``cs.CV``), or None."""
    return _spellings().get(text.lower())


def canonical(name: str) -> str:
    """The name arXiv prefers: ``cs.NA`` is ``math.NA``, ``cmp-lg`` is ``cs.CL``."""
    aliases: dict[str, str] = _data()["aliases"]
    return aliases.get(name, name)


@cache
def names_of(category: str) -> frozenset[str]:
    """The category under all its names: itself, its canonical name, and what that one is also called."""
    preferred = canonical(category)
    also = {alias for alias, target in _data()["aliases"].items() if target == preferred}
    return frozenset({category, preferred} | also)


def belongs(category: str, wanted: str) -> bool:
    """Whether a paper's category is the wanted one, or lies in the wanted archive, under any of its names."""
    return wanted in kinds_of(category)


@cache
def kinds_of(category: str) -> frozenset[str]:
    """Everything that the category is or lies in (:func:`belongs`): its names, and the archives of these."""
    names = names_of(category)
    return names | {name[:at] for name in names for at, sign in enumerate(name) if sign == "."}


def any_belongs(categories: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether any of a paper's categories is among the wanted categories and archives."""
    wanted = tuple(wanted)
    return any(belongs(category, name) for category in categories for name in wanted)


@cache
def categories_of(archive: str) -> frozenset[str]:
    """The active categories of an archive, by their canonical names; none for a category."""
    known = _data()["categories"].items()
    inside = {name for name, entry in known if entry["active"] and entry["archive"] == archive and name != archive}
    return frozenset(canonical(name) for name in inside)


def label(category: str) -> str | None:
    """A category's full name ("Machine Learning"), or None for one this taxonomy does not know."""
    archives: dict[str, str] = _data()["archives"]
    entry: dict[str, str] | None = _data()["categories"].get(category)
    return entry["name"] if entry else archives.get(category)

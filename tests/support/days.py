"""Announcement days of our own making, in the recordings' file format, with all that a wire must bear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.support.listings import Item, make_listing

LISTINGS = ("cs.CL", "cs.CV", "cs.SD")
#: Two weeks of April, but for their Sunday: ten days of news, and a Saturday without.
DAYS = tuple(date(2026, 4, 13) + timedelta(days=number) for number in range(12) if number != 6)
CLOSED = date(2026, 4, 18)
TOPICS: list[dict[str, object]] = [
    {
        "slug": "everything",
        "title": "Everything",
        "categories": [*LISTINGS],
        "announce": ["new", "cross", "replace"],
    },
    {"slug": "language", "title": "Language", "categories": ["cs.CL"], "announce": ["new"]},
    {"slug": "sound", "title": "Sound", "categories": ["cs.SD", "cs.CL"], "query": '"text to speech" OR caption*'},
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
]

_SUBJECTS = (
    "A captioning method",
    "Text to speech",
    "An image model",
    "A language model",
    "Our survey",
    "This corpus",
)
_VERBS = ("improves", "needs", "explains", "compares", "replaces", "ignores")
_OBJECTS = ("attention", "older baselines", "noisy recordings", "long captions", "rare words", "small screens")


def write_days(folder: Path, seed: int = 0) -> Path:
    """Write all days' listings.

    :returns: the folder
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = Random(seed)
    known: list[Item] = []
    for day in DAYS:
        news = [] if day == CLOSED else list(_news(chance, known))
        for listing in LISTINGS:
            items = [_as_listed(item, listing) for item in news if listing in item.categories]
            (folder / f"atom_{listing}_{day}.xml").write_bytes(make_listing(items, listing, day))
        known = [*{item.arxiv_id: item for item in [*known, *news]}.values()]
    return folder


def _news(chance: Random, known: list[Item]) -> Iterator[Item]:
    first = len(known) + 1
    for number in range(first, first + chance.randint(18, 32)):
        yield _new_paper(chance, f"2604.{number:05d}")
    for item in chance.sample(known, min(len(known), 6)):
        text = _text(chance) if chance.random() < 0.5 else item.abstract
        yield replace(item, version=item.version + 1, type="replace", abstract=text)


def _new_paper(chance: Random, arxiv_id: str) -> Item:
    home, *others = chance.sample(LISTINGS, chance.choice((1, 1, 1, 2, 3)))
    return Item(
        arxiv_id,
        title=f"{chance.choice(_SUBJECTS)}, number {arxiv_id}",
        abstract=_text(chance),
        categories=(home, *others),
    )


def _text(chance: Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 7)))


def _sentence(chance: Random) -> str:
    words = (chance.choice(_SUBJECTS), chance.choice(_VERBS), chance.choice(_OBJECTS))
    return f"{' '.join(words)} in {chance.randint(2, 999)} cases."


def _as_listed(item: Item, listing: str) -> Item:
    """How a listing announces it: in all but its first category it is a cross-list."""
    crossed = {"new": "cross", "replace": "replace-cross"}
    return item if item.categories[0] == listing else replace(item, type=crossed[item.type])

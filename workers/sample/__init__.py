"""The demo's own papers, invented by us: announcement days in arXiv's shape, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any

import yaml

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from workers.sample.writing import Item, write_listing
from workers.standin.sources import Told

#: Said in every title, so that nobody takes one for a paper, wherever it ends up.
MARK = "(sample)"


class Sample:
    """The sample as a source of listings, like a folder of recordings."""

    @property
    def listings(self) -> list[str]:
        return sorted({taxonomy.canonical(name) for paper in self._papers for name in paper["categories"]})

    @property
    def days(self) -> list[date]:
        days: list[date] = self._data["days"]
        return days

    def find(self, listing: str, today: date) -> bytes | None:
        """A listing as it stands on a day; None for one that no sample paper is in."""
        if listing not in self.listings:
            return None
        day = max((day for day in self.days if day <= today), default=self.days[0])
        told = (one for one in self.told if (one.listing, one.day) == (listing, day))
        return write_listing([_item(one) for one in told], listing, day)

    @cached_property
    def told(self) -> Sequence[Told]:
        return [one for paper in self._papers for one in _announcements(paper)]

    @property
    def _papers(self) -> list[dict[str, Any]]:
        papers: list[dict[str, Any]] = self._data["papers"]
        return papers

    @cached_property
    def _data(self) -> dict[str, Any]:
        text = (files(__package__) / "papers.yaml").read_text(encoding="utf-8")
        data: dict[str, Any] = yaml.safe_load(text)
        return data


def _announcements(paper: dict[str, Any]) -> Iterator[Told]:
    """A paper's announcements: of its first version in all its listings, then of the later one."""
    home, *others = dict.fromkeys(taxonomy.canonical(name) for name in paper["categories"])
    first = Told(
        listing=home,
        day=paper["day"],
        type=AnnounceType.NEW,
        arxiv_id=paper["id"],
        version=1,
        title=f"{paper['title']} {MARK}",
        abstract=paper["abstract"],
        authors=paper["authors"],
        categories=tuple(paper["categories"]),
        licence="http://creativecommons.org/publicdomain/zero/1.0/",
        comment=paper.get("comment"),
        doi=paper.get("doi"),
        journal_ref=paper.get("journal_ref"),
    )
    yield first
    yield from (replace(first, listing=name, type=AnnounceType.CROSS) for name in others)
    if again := paper.get("again"):
        later = replace(first, type=AnnounceType.REPLACE, **again)
        yield later
        yield from (replace(later, listing=name, type=AnnounceType.REPLACE_CROSS) for name in others)


def _item(told: Told) -> Item:
    return Item(
        arxiv_id=told.arxiv_id,
        version=told.version,
        type=told.type,
        title=told.title,
        abstract=told.abstract,
        authors=told.authors,
        categories=told.categories,
        licence=told.licence or "",
    )

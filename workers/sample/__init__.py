"""The demo's own papers, invented by us: announcement days in arXiv's shape, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any

import yaml

from feeds.model import taxonomy
from workers.sample.writing import Item, write_listing

#: Said in every title, so that nobody takes one for a paper, wherever it ends up.
MARK = "(sample)"


@dataclass(frozen=True)
class _Announced:
    day: date
    item: Item


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
        return write_listing(list(self._announced(listing, day)), listing, day)

    def _announced(self, listing: str, day: date) -> Iterator[Item]:
        for paper in self._papers:
            names = [taxonomy.canonical(name) for name in paper["categories"]]
            if listing in names:
                for announced in _announcements(paper, is_cross=names[0] != listing):
                    if announced.day == day:
                        yield announced.item

    @property
    def _papers(self) -> list[dict[str, Any]]:
        papers: list[dict[str, Any]] = self._data["papers"]
        return papers

    @cached_property
    def _data(self) -> dict[str, Any]:
        text = (files(__package__) / "papers.yaml").read_text(encoding="utf-8")
        data: dict[str, Any] = yaml.safe_load(text)
        return data


def _announcements(paper: dict[str, Any], *, is_cross: bool) -> Iterator[_Announced]:
    first = Item(
        arxiv_id=paper["id"],
        type="cross" if is_cross else "new",
        title=f"{paper['title']} {MARK}",
        abstract=paper["abstract"],
        authors=paper["authors"],
        categories=tuple(paper["categories"]),
        licence="http://creativecommons.org/publicdomain/zero/1.0/",
    )
    yield _Announced(paper["day"], first)
    if again := paper.get("again"):
        kind = "replace-cross" if is_cross else "replace"
        later = replace(first, version=again["version"], type=kind, abstract=again["abstract"])
        yield _Announced(again["day"], later)

"""Where the stand-in's knowledge comes from: what was announced, in which listing, on which day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

from feeds.errors import ListingRefusedError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from workers.polling.listing import ListedPaper, parse_listing

_FILE = re.compile(r"atom_(?P<listing>[A-Za-z.-]+)_(?P<day>\d{4}-\d{2}-\d{2})\.xml")


@dataclass(frozen=True)
class Told:
    """A version of a paper, as it was announced in a listing on a day."""

    listing: str  #: canonical
    day: date
    type: AnnounceType
    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: str  #: as in ``dc:creator``
    categories: tuple[str, ...]
    licence: str | None = None
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None


class Source(Protocol):
    """Where listings come from."""

    @property
    def listings(self) -> list[str]:
        """Which listings there are, by canonical name."""

    @property
    def days(self) -> list[date]:
        """Which days there are."""

    @property
    def told(self) -> Sequence[Told]:
        """All announcements of all days."""

    def find(self, listing: str, today: date) -> bytes | None:
        """A listing as it stands today; None for one that is not carried."""


class Recordings:
    """A folder of listings, a file for each listing and day: ``atom_cs.CV_2026-04-17.xml``."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[tuple[str, date], Path] = {}
        for path in sorted(folder.glob("atom_*.xml")):
            found = _FILE.fullmatch(path.name)
            name = taxonomy.find_name(found["listing"]) if found else None
            with suppress(ValueError):  # digits that are no date
                if found and name:
                    self._files[taxonomy.canonical(name), date.fromisoformat(found["day"])] = path

    @property
    def listings(self) -> list[str]:
        return sorted({listing for listing, _ in self._files})

    @property
    def days(self) -> list[date]:
        return sorted({day for _, day in self._files})

    @cached_property
    def told(self) -> Sequence[Told]:
        told: list[Told] = []
        for (listing, day), path in self._files.items():
            with suppress(ListingRefusedError):  # a recorded fault
                papers = parse_listing(path.read_bytes(), listing).papers
                told += [_told(paper, listing, day) for paper in papers]
        return told

    def find(self, listing: str, today: date) -> bytes | None:
        """The listing as it stands today: the newest that was built by then; else the first there is."""
        mine = sorted(day for name, day in self._files if name == listing)
        if not mine:
            return None
        return self._files[listing, max((day for day in mine if day <= today), default=mine[0])].read_bytes()


def _told(paper: ListedPaper, listing: str, day: date) -> Told:
    return Told(
        listing=listing,
        day=day,
        type=paper.type,
        arxiv_id=paper.arxiv_id,
        version=paper.version,
        title=paper.title,
        abstract=paper.abstract,
        authors=", ".join(
            f"{author.name} ({author.affiliation})" if author.affiliation else author.name
            for author in paper.authors
        ),
        categories=paper.categories,
        licence=paper.licence,
    )

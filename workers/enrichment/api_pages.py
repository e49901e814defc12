"""Fetches pages of arXiv's query API, and holds them to be whole and sound."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from lxml import etree

from feeds.clock import parse_rfc3339
from feeds.errors import FetchError
from feeds.model.identifiers import parse_arxiv_id
from workers.http_client import HttpStatusError, Response
from workers.metadata import cleaned
from workers.xml_bodies import UnsoundBodyError, one_line, parse_xml

log = logging.getLogger("wire.arxiv_api")

_ATOM = "{http://www.w3.org/2005/Atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_START = "{http://a9.com/-/spec/opensearch/1.1/}startIndex"
_ERRORS = "/api/errors"


class Door(Protocol):
    """The way to the network."""

    def fetch(self, url: str) -> Response: ...


class RefusedIdsError(FetchError):
    """The API found an id malformed: it answers nothing about the others then."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)


def identify(entry_id: str) -> tuple[str, int]:
    """Read an entry's id, ``http://arxiv.org/abs/hep-th/9901001v2``.

    :raises ValueError: where it is none, or has no version
    """
    parsed = parse_arxiv_id(entry_id.strip().partition("/abs/")[2])
    if parsed.version is None:
        raise ValueError(f"{one_line(entry_id)} has no version")
    return parsed.arxiv_id, parsed.version


def fetch_page(door: Door, url: str) -> bytes:
    """A page of results that may be given to the package.

    :raises FetchError: where it is not fetched, not sound, or twice empty though it should not be
    """
    for _ in range(2):  # an old fault of the API: lukasschwab/arxiv.py#43
        page = _parse_page(_fetch(door, url))
        entries = page.findall(f"{_ATOM}entry")
        if entries or _number(page, _TOTAL) <= _number(page, _START):
            _hold_sound(page, entries)
            return etree.tostring(page)
    raise FetchError(f"an empty page, though {_number(page, _TOTAL)} results were promised")


def _fetch(door: Door, url: str) -> bytes:
    try:
        return door.fetch(url).body
    except HttpStatusError as error:
        if error.status == 400:
            raise RefusedIdsError("HTTP 400") from error
        raise


def _parse_page(body: bytes) -> etree._Element:
    try:
        page = parse_xml(body, "a page of results")
    except UnsoundBodyError as error:
        raise FetchError(str(error)) from error
    if page.tag != f"{_ATOM}feed":
        raise FetchError(f"not an Atom feed but {one_line(page.tag)}")
    return page


def _number(page: etree._Element, tag: str) -> int:
    text = (page.findtext(tag) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _hold_sound(page: etree._Element, entries: Sequence[etree._Element]) -> None:
    """Refuse a page that tells an error; drop entries that the package would stumble over.

    An error comes as an entry of a sound feed, with HTTP 400 or with 200.
    """
    for entry in entries:
        if _ERRORS in (entry.findtext(f"{_ATOM}id") or ""):
            raise RefusedIdsError(cleaned(entry.findtext(f"{_ATOM}summary"))[:200] or "an error without a reason")
        try:
            _check_entry(entry)
        except ValueError as error:
            log.warning("an entry of the query API cannot be read: %s", one_line(error))
            page.remove(entry)
            _promise_less(page)


def _promise_less(page: etree._Element) -> None:
    """One result less in all, or the package asks for another page to make up for the dropped one."""
    total = page.find(_TOTAL)
    if total is not None:
        total.text = str(_number(page, _TOTAL) - 1)


def _check_entry(entry: etree._Element) -> None:
    """:raises ValueError: where it is no paper"""
    arxiv_id, _ = identify(entry.findtext(f"{_ATOM}id") or "")
    for name in ("published", "updated"):
        parse_rfc3339((entry.findtext(f"{_ATOM}{name}") or "").strip())
    if not cleaned(entry.findtext(f"{_ATOM}title")):
        raise ValueError(f"{arxiv_id} has no title")

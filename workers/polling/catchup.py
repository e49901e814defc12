"""Reads arXiv's catch-up page: what a listing announced on a day of the last 90, with the types.

It is made for people, so wording, markup and order may change a little; but a page that is not wholly that of the
listing and day is refused. Source: its templates in github.com/arXiv/arxiv-browse (catchup.html, list_macros.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from lxml import etree

from feeds.errors import ListingRefusedError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.text import clean, squeeze
from workers.polling.catchup_items import SECTIONS, CaughtUp, read_item, text_of
from workers.xml_bodies import one_line

__all__ = ["DAYS_KEPT", "PAGE_SIZE", "CatchupPage", "CaughtUp", "catchup_url", "parse_catchup"]

#: Items of a page (CATCHUP_LIMIT in arxiv-browse).
PAGE_SIZE = 2000
#: So many days back there are pages.
DAYS_KEPT = 90

_HEADING = re.compile(r"catch-?up.*?\bfor\s+(?P<name>.+)", re.IGNORECASE)
_DAY = re.compile(
    r"(?P<day>\d{1,2})\s+(?P<month>[A-Za-z]{3})[a-z]*\.?,?\s+(?P<year>\d{4})|(?P<iso>\d{4}-\d\d-\d\d)"
)
_BEFORE_DAY = re.compile(r"\s+(?:on|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)$", re.IGNORECASE)
_LONGEST_HEADING = 300
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TOTAL = re.compile(r"\bTotal of\s+(\d[\d,]{0,8})", re.IGNORECASE)
_NOTHING = re.compile(r"\bNo\s+(?:further\s+)?updates\b", re.IGNORECASE)
_SECTION = re.compile(r"\s*(new|cross|repl)", re.IGNORECASE)
_HIDDEN_URL = re.compile(r"this\s+\w+\s+URL", re.IGNORECASE)


@dataclass(frozen=True)
class CatchupPage:
    items: tuple[CaughtUp, ...]
    pages: int  #: how many pages the day has
    total: int  #: how many items the day has, over all pages
    skipped: tuple[str, ...]  #: items that could not be read, with why


def catchup_url(base: str, listing: str, day: date, page: int = 1) -> str:
    """Where a day's page is; other parameters are refused by arXiv.

    :param base: arXiv's site
    """
    subject = quote(taxonomy.canonical(listing))
    return f"{base}/catchup/{subject}/{day.isoformat()}?abs=True" + (f"&page={page}" if page > 1 else "")


def parse_catchup(body: bytes, listing: str, day: date, page: int = 1, page_size: int = PAGE_SIZE) -> CatchupPage:
    """Read a page.

    :param page: which of the day's pages it should be
    :raises ListingRefusedError: where it is not the whole page of this listing and day
    """
    root = _parse(body)
    _check_heading(root, listing, day)
    items: list[CaughtUp] = []
    skipped: list[str] = []
    for section, term, description in _pairs(root):
        try:
            items.append(read_item(section, term, description, listing))
        except ValueError as error:
            skipped.append(one_line(error))
    count = len(items) + len(skipped)
    total = _total(root, count)
    pages = 1 if count >= total else -(-total // page_size)
    expected = min(page_size, max(0, total - page_size * (page - 1))) if pages > 1 else total
    if count < expected:
        raise ListingRefusedError(f"it has {count} items, of {expected} that it announces")
    if skipped and not items:
        raise ListingRefusedError(f"none of its {count} items can be read: {skipped[0]}")
    return CatchupPage(tuple(items), pages, total, tuple(skipped))


def _parse(body: bytes) -> etree._Element:
    try:
        text = clean(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ListingRefusedError(f"not UTF-8 at byte {error.start}") from error
    if not text.strip():
        raise ListingRefusedError("empty body")
    if "</html" not in text[-1000:].lower():
        raise ListingRefusedError("not a whole page: it does not end")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ListingRefusedError(f"not HTML: {one_line(error)}") from error
    if root is None:
        raise ListingRefusedError("not HTML")
    _show_addresses(root)
    return root


def _check_heading(root: etree._Element, listing: str, day: date) -> None:
    for heading in root.iter("h1", "h2", "h3"):
        text = squeeze(text_of(heading))[:_LONGEST_HEADING]
        if found := _HEADING.search(text):
            dated = _DAY.search(found["name"])
            if dated is None or _day(dated) != day:
                raise ListingRefusedError(f"it is not of {day}: {one_line(text)}")
            if _name(found["name"][: dated.start()]) not in _names(listing):
                raise ListingRefusedError(f"it is not of {listing}: {one_line(text)}")
            return
    title = root.find(".//title")
    told = "" if title is None else text_of(title)
    raise ListingRefusedError(f"not a catch-up page: {one_line(told) or 'it has no such heading'}")


def _day(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        return date(int(found["year"]), _MONTHS.index(found["month"].lower()) + 1, int(found["day"]))
    except ValueError:
        return None


def _name(text: str) -> str:
    """What stands before the day, without "on" and the day of the week."""
    for _ in range(2):
        text = _BEFORE_DAY.sub("", text.rstrip(" ,"))
    return text.rstrip(" ,").casefold()


def _names(listing: str) -> set[str]:
    """What a heading may call a listing."""
    names = taxonomy.names_of(listing)
    labels = {name: taxonomy.label(name) or name for name in names}
    return {text.casefold() for name in names for text in (name, labels[name], f"{labels[name]} ({name})")}


def _pairs(root: etree._Element) -> Iterator[tuple[AnnounceType | None, etree._Element, etree._Element | None]]:
    """The items under their headings: the type, the ``dt``, the ``dd``."""
    section: AnnounceType | None = None
    term: etree._Element | None = None
    for element in root.iter("h1", "h2", "h3", "h4", "dt", "dd"):
        if element.tag == "dt":
            if term is not None:
                yield section, term, None
            term = element
        elif element.tag == "dd":
            if term is not None:
                yield section, term, element
            term = None
        elif found := _SECTION.match(text_of(element)):
            section = SECTIONS[found[1].lower()]
    if term is not None:
        yield section, term, None


def _total(root: etree._Element, count: int) -> int:
    """How many items the page announces, outside of its items: an abstract may say anything."""
    for element in list(root.iter("dt", "dd", "script", "style")):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    text = squeeze(text_of(root))
    if found := _TOTAL.search(text):
        return int(found[1].replace(",", ""))
    if count == 0 and _NOTHING.search(text):
        return 0
    raise ListingRefusedError("it does not say how many items it has")


def _show_addresses(root: etree._Element) -> None:
    """Put the addresses where arXiv hides them behind "this https URL", and a space where a line breaks."""
    for link in root.iter("a"):
        if _HIDDEN_URL.fullmatch(squeeze(link.text or "")):
            link.text = link.get("href") or link.text
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"

"""Reads a record of OAI-PMH: a paper's latest version, with the history of its versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from feeds.model.identifiers import parse_arxiv_id
from feeds.model.papers import Author
from feeds.model.withdrawals import is_withdrawn
from workers.metadata import clean_name, cleaned, find_doi, split_categories, split_classes
from workers.polling.bylines import parse_byline

#: The protocol's namespace.
OAI = "{http://www.openarchives.org/OAI/2.0/}"
_IDENTIFIER = "oai:arXiv.org:"
_VERSION = re.compile(r"v([1-9]\d{0,4})", re.ASCII)
#: In a version's source_type: it has no source, because it withdraws the paper.
_NO_SOURCE = "I"


@dataclass(frozen=True)
class OaiVersion:
    number: int
    submitted_at: datetime


@dataclass(frozen=True)
class OaiRecord:
    """A paper's latest version, cleaned. Of a deleted one only id and datestamp are told."""

    arxiv_id: str
    datestamp: date  #: when its metadata last changed
    deleted: bool = False
    versions: tuple[OaiVersion, ...] = ()  #: oldest first; the format arXiv does not tell them
    title: str = ""
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    categories: tuple[str, ...] = ()  #: primary first
    classes: tuple[str, ...] = ()  #: MSC and ACM
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    licence: str | None = None
    withdrawn: bool = False


def read_record(element: etree._Element) -> OaiRecord:
    """:raises ValueError: where it cannot be read"""
    header = element.find(f"{OAI}header")
    if header is None:
        raise ValueError("a record without a header")
    identifier = (header.findtext(f"{OAI}identifier") or "").strip()
    arxiv_id = parse_arxiv_id(identifier.removeprefix(_IDENTIFIER)).arxiv_id
    try:
        datestamp = date.fromisoformat((header.findtext(f"{OAI}datestamp") or "").strip()[:10])
        if header.get("status") == "deleted":
            return OaiRecord(arxiv_id, datestamp, deleted=True)
        return _described(arxiv_id, datestamp, _metadata(element))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{arxiv_id}: {error}") from error


def _metadata(element: etree._Element) -> etree._Element:
    for format in element.iterfind(f"{OAI}metadata/*"):
        if etree.QName(format).localname in ("arXivRaw", "arXiv"):
            return format
    raise ValueError("no metadata in the formats arXivRaw or arXiv")


def _described(arxiv_id: str, datestamp: date, metadata: etree._Element) -> OaiRecord:
    fields = {etree.QName(child).localname: child for child in metadata}
    texts = {name: child.text or "" for name, child in fields.items()}
    is_raw = etree.QName(metadata).localname == "arXivRaw"
    versions = tuple(_versions(metadata)) if is_raw else ()
    title = cleaned(texts.get("title"))
    if not title or (is_raw and not versions):
        raise ValueError("it has no title" if not title else "it has no versions")
    categories, others = split_categories(texts.get("categories", "").split())
    comment, abstract = cleaned(texts.get("comments")) or None, cleaned(texts.get("abstract"))
    return OaiRecord(
        arxiv_id=arxiv_id,
        datestamp=datestamp,
        versions=versions,
        title=title,
        abstract=abstract,
        authors=tuple(parse_byline(texts.get("authors", "")) if is_raw else _named_authors(fields.get("authors"))),
        categories=categories,
        classes=split_classes([*others, texts.get("msc-class", ""), texts.get("acm-class", "")]),
        comment=comment,
        doi=find_doi(texts.get("doi")),
        journal_ref=cleaned(texts.get("journal-ref")) or None,
        licence=texts.get("license", "").strip() or None,
        withdrawn=is_withdrawn(comment, abstract) or _lacks_source(metadata),
    )


def _versions(metadata: etree._Element) -> Iterator[OaiVersion]:
    """The history, oldest first."""
    found: dict[int, datetime] = {}
    for element in metadata.iterfind("{*}version"):
        numbered = _VERSION.fullmatch((element.get("version") or "").strip())
        if numbered is None:
            raise ValueError(f"{element.get('version')!r} is no version")
        at = parsedate_to_datetime(element.findtext("{*}date") or "")
        found[int(numbered[1])] = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    for number in sorted(found):
        yield OaiVersion(number, found[number])


def _lacks_source(metadata: etree._Element) -> bool:
    """Whether the latest version is marked as one without a source."""
    kinds = {
        int(numbered[1]): element.findtext("{*}source_type") or ""
        for element in metadata.iterfind("{*}version")
        if (numbered := _VERSION.fullmatch((element.get("version") or "").strip()))
    }
    return bool(kinds) and _NO_SOURCE in kinds[max(kinds)]


def _named_authors(element: etree._Element | None) -> Iterator[Author]:
    """The authors of the format arXiv, their names in parts."""
    for author in element if element is not None else ():
        parts = (author.findtext(f"{{*}}{name}") for name in ("forenames", "keyname", "suffix"))
        name = clean_name(" ".join(part or "" for part in parts))
        affiliations = (cleaned(affiliation.text) for affiliation in author.iterfind("{*}affiliation"))
        if name:
            yield Author(name, ", ".join(filter(None, affiliations)) or None)

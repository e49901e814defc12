"""arXiv's identifiers: their forms, their order, and the ids and addresses we make of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: ASCII digits only, and no version that a database could not hold.
_VERSION = r"(?:v(?P<version>[1-9]\d{0,4}))?"
_NEW = re.compile(r"(?P<yymm>\d{4})\.(?P<number>\d{4,5})" + _VERSION, re.ASCII)
_OLD = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]{2,})?)(?:\.[a-zA-Z-]{2,})?/(?P<yymm>\d{4})(?P<number>\d{3})" + _VERSION,
    re.ASCII,
)
#: How people paste an id: with its prefix, or the address of one of its pages.
_PASTED = re.compile(
    r"(?:arxiv:|(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format)/)?(?P<id>.*?)(?:\.pdf|/)?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_GUID_PREFIX = "oai:arXiv.org:"
SITE = "https://arxiv.org"


@dataclass(frozen=True)
class VersionedId:
    """An arXiv id as it was written, taken apart."""

    arxiv_id: str  #: canonical, without version: "2604.14193", "hep-th/9901001"
    version: int | None


def parse_arxiv_id(text: str) -> VersionedId:
    """Read an arXiv identifier, old or new form, with or without version.

    The subject class of an old one is dropped (``math.CA/0611800`` is ``math/0611800``), as arXiv does.
    Source: arXiv identifier scheme, info.arxiv.org/help/arxiv_identifier.html.

    :raises ValueError: where it is none
    """
    if found := _NEW.fullmatch(text):
        yymm, number = found["yymm"], found["number"]
        digits = 4 if yymm < "1501" else 5
        if len(number) == digits and int(number) and "01" <= yymm[2:] <= "12" and yymm >= "0704":
            return VersionedId(f"{yymm}.{number}", _version(found["version"]))
    elif found := _OLD.fullmatch(text):
        yymm, number = found["yymm"], found["number"]
        if "01" <= yymm[2:] <= "12" and int(number) and (yymm >= "9108" or yymm <= "0703"):
            return VersionedId(f"{found['archive']}/{yymm}{number}", _version(found["version"]))
    raise ValueError(f"{text!r} is no arXiv id (2604.14193, 2604.14193v2, hep-th/9901001)")


def _version(text: str | None) -> int | None:
    return int(text) if text else None


def parse_pasted_id(text: str) -> VersionedId:
    """Read an id as people paste it: itself, ``arXiv:2604.14193v2``, ``https://arxiv.org/pdf/2604.14193``.

    :raises ValueError: where it is none
    """
    found = _PASTED.fullmatch(text.strip())
    return parse_arxiv_id(found["id"] if found else text)


def parse_guid(guid: str) -> tuple[str, int]:
    """Read a listing item's guid, ``oai:arXiv.org:2604.14193v1``.

    :returns: the id without version, and the version
    :raises ValueError: where it has another form or no version
    """
    if not guid.startswith(_GUID_PREFIX):
        raise ValueError(f"{guid!r} does not start with {_GUID_PREFIX}")
    parsed = parse_arxiv_id(guid.removeprefix(_GUID_PREFIX))
    if parsed.version is None:
        raise ValueError(f"{guid!r} has no version")
    return parsed.arxiv_id, parsed.version


def sort_key(arxiv_id: str) -> tuple[int, int, str]:
    """Orders ids by the time they were given out: month, number, archive."""
    archive, _, rest = arxiv_id.rpartition("/")
    yymm, number = (rest[:4], rest[4:]) if archive else rest.split(".")
    century = 1900 if archive and yymm >= "9108" else 2000
    return (century + int(yymm[:2])) * 100 + int(yymm[2:]), int(number), archive


def entry_id(arxiv_id: str) -> str:
    """The permanent id of a paper's entry in every feed: arXiv's OAI identifier, without version."""
    return _GUID_PREFIX + arxiv_id


def abstract_url(arxiv_id: str) -> str:
    return f"{SITE}/abs/{arxiv_id}"


def pdf_url(arxiv_id: str) -> str:
    return f"{SITE}/pdf/{arxiv_id}"


def html_url(arxiv_id: str) -> str:
    return f"{SITE}/html/{arxiv_id}"

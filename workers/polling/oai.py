"""Reads pages of arXiv's OAI-PMH interface: what changed since a day, with the history of versions.

Source: the protocol (openarchives.org/OAI/2.0/openarchivesprotocol.htm) and info.arxiv.org/help/oa/index.html. The
format is arXivRaw, which alone tells the versions; the format arXiv is read as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from lxml import etree

from feeds.clock import parse_rfc3339
from feeds.errors import FetchError
from feeds.model import taxonomy
from workers.polling.oai_records import OAI, OaiRecord, OaiVersion, read_record
from workers.xml_bodies import UnsoundBodyError, one_line, parse_xml

__all__ = [
    "BadTokenError", "OaiError", "OaiPage", "OaiRecord", "OaiVersion", "parse_records", "records_url", "set_spec",
    "spell_set",
]  # fmt: skip

#: The archives of arXiv's group physics; every other archive is a group of its own.
_PHYSICS = {
    "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
    "nucl-th", "physics", "quant-ph",
}  # fmt: skip
#: What the same request will not mend.
_PERMANENT = {"badArgument", "badVerb", "cannotDisseminateFormat", "idDoesNotExist", "noSetHierarchy"}


@dataclass(frozen=True)
class OaiPage:
    """A part of a harvest."""

    records: tuple[OaiRecord, ...]
    token: str | None  #: asks for the next part; None at the end
    responded_at: datetime | None
    skipped: tuple[str, ...] = ()  #: records that could not be read, with why


class OaiError(FetchError):
    """An answer that is no page of records.

    :param code: the protocol's name of the error; "" for an answer that does not follow the protocol
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason, permanent=code in _PERMANENT)
        self.code = code


class BadTokenError(OaiError):
    """The resumption token is dead (arXiv's live until midnight UTC): the harvest starts again."""


def records_url(
    base: str, set_spec: str | None = None, from_day: date | None = None, token: str | None = None
) -> str:
    """Where records are listed.

    :param base: the interface's address
    :param from_day: only what changed on this day or later
    :param token: of the page before; all else is in it
    """
    if token is not None:
        return f"{base}?{urlencode({'verb': 'ListRecords', 'resumptionToken': token})}"
    asked = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": set_spec, "from": from_day}
    return f"{base}?{urlencode({name: value for name, value in asked.items() if value})}"


def set_spec(listing: str) -> str:
    """The set that holds a listing's papers: ``cs:cs:AI``, ``physics:hep-th``, ``physics:physics:optics``."""
    return spell_set(taxonomy.canonical(listing))


def spell_set(name: str) -> str:
    """A category or archive as arXiv spells it in sets: group, archive, category."""
    archive = name.partition(".")[0]
    group = "physics" if archive in _PHYSICS else archive
    return f"{group}:{name.replace('.', ':')}"


def parse_records(body: bytes) -> OaiPage:
    """Read a page of ListRecords.

    :raises BadTokenError: where the harvest must start again
    :raises OaiError: where the answer is another error, or not a whole, sound page
    """
    try:
        root = parse_xml(body, "a page of records")
    except UnsoundBodyError as error:
        raise OaiError(str(error)) from error
    if root.tag != f"{OAI}OAI-PMH":
        raise OaiError(f"not OAI-PMH but {one_line(root.tag)}")
    responded_at = _time(root.findtext(f"{OAI}responseDate"))
    errors = root.findall(f"{OAI}error")
    if errors:
        _raise_unless_empty(errors)
        return OaiPage((), None, responded_at)
    listed = root.find(f"{OAI}ListRecords")
    if listed is None:
        raise OaiError("it has neither records nor an error")
    return _page(listed, responded_at)


def _raise_unless_empty(errors: list[etree._Element]) -> None:
    """That nothing matches is an error by the protocol, and an answer to us."""
    for error in errors:
        code = one_line(error.get("code") or "")
        if code == "badResumptionToken":
            raise BadTokenError(_reason(error, code), code)
        if code != "noRecordsMatch":
            raise OaiError(_reason(error, code), code)


def _reason(error: etree._Element, code: str) -> str:
    return f"{code or 'an error without a code'}: {one_line(error.text or '')}".removesuffix(": ")


def _page(listed: etree._Element, responded_at: datetime | None) -> OaiPage:
    records: list[OaiRecord] = []
    skipped: list[str] = []
    for element in listed.iterfind(f"{OAI}record"):
        try:
            records.append(read_record(element))
        except ValueError as error:
            skipped.append(one_line(error))
    token = (listed.findtext(f"{OAI}resumptionToken") or "").strip()
    return OaiPage(tuple(records), token or None, responded_at, tuple(skipped))


def _time(text: str | None) -> datetime | None:
    try:
        return parse_rfc3339((text or "").strip())
    except ValueError:
        return None

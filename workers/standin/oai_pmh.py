"""The OAI-PMH interface: ListRecords in arXivRaw, in small pages, with tokens that die at midnight UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from urllib.parse import urlencode

from feeds.clock import format_rfc3339
from feeds.model import taxonomy
from feeds.model.identifiers import sort_key
from workers.polling.oai import spell_set
from workers.standin.answers import Answer, parse_query
from workers.standin.archive import Archive, KnownPaper

_FORMAT = "arXivRaw"
_ALLOWED = {"verb", "metadataPrefix", "set", "from", "until"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class _ProtocolError(Exception):
    """What is answered with an error element.

    :param code: the protocol's name of it
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def answer_oai(archive: Archive, query: Mapping[str, str], now: datetime, page_size: int) -> Answer:
    """What the interface answers: always HTTP 200, errors too."""
    try:
        asked, skip = _asked(query, now)
        inner = _records(_matching(archive, asked), asked, skip, now, page_size)
    except _ProtocolError as error:
        inner = f"<error code='{error.code}'>{escape(str(error))}</error>"
    body = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
        f"<responseDate>{format_rfc3339(now.replace(microsecond=0))}</responseDate>\n"
        f"<request>https://oaipmh.arxiv.org/oai</request>\n{inner}\n</OAI-PMH>\n"
    )
    return Answer(200, "text/xml; charset=utf-8", body.encode())


def _asked(query: Mapping[str, str], now: datetime) -> tuple[dict[str, str], int]:
    """The request, or the one that a token stands for, and how many records were given before."""
    if query.get("verb") != "ListRecords":
        raise _ProtocolError("badVerb", "Only ListRecords is answered here")
    if "resumptionToken" not in query:
        _check(query)
        return dict(query), 0
    token = parse_query(query["resumptionToken"])
    skip, day = token.pop("skip", ""), token.pop("day", "")
    if not skip.isdecimal() or day != now.date().isoformat():
        raise _ProtocolError("badResumptionToken", "The token is not valid, or not any more")
    _check(token)
    return token, int(skip)


def _check(query: Mapping[str, str]) -> None:
    if query.keys() - _ALLOWED:
        raise _ProtocolError("badArgument", "Unallowed parameter")
    if query.get("metadataPrefix") is None:
        raise _ProtocolError("badArgument", "metadataPrefix required")
    if query["metadataPrefix"] != _FORMAT:
        raise _ProtocolError("cannotDisseminateFormat", "Did not recognize requested format")
    for name in ("from", "until"):
        if name in query and not _is_day(query[name]):
            raise _ProtocolError("badArgument", f"{name} date format must be YYYY-MM-DD")


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _matching(archive: Archive, asked: Mapping[str, str]) -> list[KnownPaper]:
    first, last = asked.get("from", "0000"), asked.get("until", "9999")
    found = [
        paper
        for paper in archive.papers.values()
        if first <= paper.changed_on.isoformat() <= last and _is_in(paper, asked.get("set"))
    ]
    if not found:
        raise _ProtocolError("noRecordsMatch", "No records match the request")
    return sorted(found, key=lambda paper: (paper.changed_on, sort_key(paper.latest.arxiv_id)))


def _is_in(paper: KnownPaper, wanted: str | None) -> bool:
    return wanted is None or any(name == wanted or name.startswith(f"{wanted}:") for name in _sets(paper))


def _sets(paper: KnownPaper) -> list[str]:
    """A paper is in the sets of its categories under all the names that are in use."""
    names = {name: None for category in paper.latest.categories for name in sorted(taxonomy.names_of(category))}
    return [spell_set(name) for name in names if "." in name or taxonomy.canonical(name) == name]


def _records(
    found: Sequence[KnownPaper], asked: Mapping[str, str], skip: int, now: datetime, page_size: int
) -> str:
    after = skip + page_size
    records = "".join(_record(paper) for paper in found[skip:after])
    token = ""
    if after < len(found):
        text = urlencode({**asked, "skip": after, "day": now.date().isoformat()})
        token = f"<resumptionToken expires='{now.date()}T23:59:59Z'>{escape(text)}</resumptionToken>"
    return f"<ListRecords>\n{records}{token}</ListRecords>"


def _record(paper: KnownPaper) -> str:
    told = paper.latest
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in _sets(paper))
    versions = "".join(
        f'<version version="v{number}"><date>{at:%a, %d %b %Y %H:%M:%S} GMT</date><size>100kb</size></version>'
        for number, at in paper.submitted_at.items()
    )
    fields = {
        "title": told.title,
        "authors": told.authors,
        "categories": " ".join(told.categories),
        "comments": told.comment,
        "journal-ref": told.journal_ref,
        "doi": told.doi,
        "license": told.licence,
        "abstract": f"  {told.abstract}\n",
    }
    inner = "".join(f"<{name}>{escape(text, quote=False)}</{name}>" for name, text in fields.items() if text)
    return (
        f"<record><header><identifier>oai:arXiv.org:{told.arxiv_id}</identifier>"
        f"<datestamp>{paper.changed_on}</datestamp>{sets}</header>\n"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{told.arxiv_id}</id>'
        f"<submitter>A submitter</submitter>{versions}{inner}</arXivRaw></metadata></record>\n"
    )

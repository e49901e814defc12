"""The catch-up page: a day of a listing, as arXiv shows it to people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from urllib.parse import urlencode

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.text import decode_tex_accents
from workers.polling.bylines import parse_authors
from workers.polling.catchup import DAYS_KEPT
from workers.standin.answers import Answer
from workers.standin.archive import Archive
from workers.standin.sources import Told

_MEDIA_TYPE = "text/html; charset=utf-8"
_PATH = re.compile(r"/catchup/(?P<subject>[A-Za-z.-]+)/(?P<day>\d{4}-\d\d-\d\d)", re.ASCII)
_URL = re.compile(r"https?://[^\s<>]*[^\s<>.,;)]")
_HEADINGS = {
    "New": (AnnounceType.NEW,),
    "Cross": (AnnounceType.CROSS,),
    "Replacement": (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS),
}


class _BadPageError(Exception):
    """What is answered with HTTP 400."""


def answer_catchup(
    archive: Archive,
    carried: Collection[str],
    path: str,
    query: Mapping[str, str],
    today: date,
    page_size: int,
) -> Answer:
    """What the page answers.

    :param carried: the listings that the source knows
    """
    try:
        subject, day = _place(path, today)
        page = _page_number(query)
    except _BadPageError as error:
        return Answer(400, _MEDIA_TYPE, _document("400 Bad Request", f"<h1>{escape(str(error))}</h1>"))
    listing = taxonomy.canonical(subject)
    if listing != subject:
        return Answer(301, _MEDIA_TYPE, b"", f"/catchup/{listing}/{day}?{urlencode(query)}")
    if listing not in carried:
        return Answer(400, _MEDIA_TYPE, _document("400 Bad Request", "<h1>Invalid subject</h1>"))
    announced = archive.announced(listing, day)
    body = _body(announced, listing, day, page, page_size, with_abstracts=query.get("abs") == "True")
    return Answer(200, _MEDIA_TYPE, _document(f"Catchup for {listing}", body))


def _place(path: str, today: date) -> tuple[str, date]:
    found = _PATH.fullmatch(path)
    subject = found["subject"] if found else ""
    if not found or taxonomy.find_name(subject) != subject:
        raise _BadPageError("Invalid subject. Subject must be an archive, category or 'grp_physics'")
    try:
        day = date.fromisoformat(found["day"])
    except ValueError as error:
        raise _BadPageError("Invalid date format. Use format: YYYY-MM-DD") from error
    if not today - timedelta(days=DAYS_KEPT) <= day <= today:
        raise _BadPageError(f"Invalid date: {day}. Catchup only allowed for past {DAYS_KEPT} days")
    return subject, day


def _page_number(query: Mapping[str, str]) -> int:
    if query.keys() - {"abs", "page"}:
        raise _BadPageError("Unexpected parameters. Only accepted parameters are: 'page', and 'abs'")
    if query.get("abs", "False") not in ("True", "False"):
        raise _BadPageError("Invalid abs value")
    text = query.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise _BadPageError("Invalid page value. Page value should be a positive integer like ?page=3")
    return int(text)


def _document(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><title>{escape(title)} | arXiv</title></head>\n'
        f"<body>\n<div id='content-inner'>\n<div id='dlpage'>\n{body}\n</div>\n</div>\n</body>\n</html>\n"
    ).encode()


def _body(
    announced: Sequence[Told], listing: str, day: date, page: int, page_size: int, *, with_abstracts: bool
) -> str:
    first = (page - 1) * page_size
    shown = announced[first : first + page_size]
    told_day = f"{day:%a, %d %b %Y}"
    links = "".join(
        f" <span>{number}</span>"
        if number == page
        else f" <a href=/catchup/{listing}/{day}?abs={with_abstracts}&page={number}>{number}</a>"
        for number in range(1, len(announced) // page_size + 2)
    )
    pages = f"View page:{links}" if len(announced) > page_size else ""
    total = f"<div>\n  Total of {len(announced)} entries\n  {pages}\n  <br>\n</div>\n"
    nothing = "No further updates" if page > 1 else "No updates"
    items = (
        "".join(_sections(announced, shown, first, with_abstracts)) or f"<div><p>{nothing} for {told_day}</p></div>"
    )
    heading = f"<h1>Catchup results for {escape(taxonomy.label(listing) or listing)} on {told_day}</h1>\n"
    return heading + total + items + total


def _sections(
    announced: Sequence[Told], shown: Sequence[Told], skipped: int, with_abstracts: bool
) -> Iterator[str]:
    number = skipped
    for heading, types in _HEADINGS.items():
        mine = [one for one in shown if one.type in types]
        if mine:
            count = sum(one.type in types for one in announced)
            items = "".join(_item(one, number + at, with_abstracts) for at, one in enumerate(mine, 1))
            number += len(mine)
            yield (
                f"<dl id='articles'>\n  <h3>{heading} submissions (showing {len(mine)} of {count} entries)</h3>\n"
                f"{items}</dl>\n"
            )


def _item(told: Told, number: int, with_abstracts: bool) -> str:
    arxiv_id = told.arxiv_id
    comment = f"<div class='list-comments mathjax'>{_label('Comments')} {_linked(told.comment or '')}</div>"
    journal = f"<div class='list-journal-ref'>{_label('Journal-ref')} {escape(told.journal_ref or '')}</div>"
    return (
        f"<dt>\n  <a name='item{number}'>[{number}]</a>\n"
        f'  <a href ="/abs/{arxiv_id}" title="Abstract" id="{arxiv_id}">\n    arXiv:{arxiv_id}\n  </a>\n'
        f'  {_mark(told)}\n  [<a href="/pdf/{arxiv_id}" title="Download PDF" id="pdf-{arxiv_id}">pdf</a>]\n</dt>\n'
        f"<dd>\n<div class='meta'>\n<div class='list-title mathjax'>{_label('Title')}\n"
        f"  {_text(told.title)}\n</div>\n"
        f"<div class='list-authors'>{_authors(told.authors)}</div>\n"
        f"{comment if told.comment else ''}\n{journal if told.journal_ref else ''}\n"
        f"<div class='list-subjects'>{_label('Subjects')}\n  {_subjects(told.categories)}\n</div>\n"
        + (f"<p class='mathjax'>\n  {_linked(told.abstract)}\n</p>\n" if with_abstracts else "")
        + "</div>\n</dd>\n"
    )


def _label(name: str) -> str:
    return f"<span class='descriptor'>{name}:</span>"


def _mark(told: Told) -> str:
    if told.type is AnnounceType.CROSS:
        return f"(cross-list from {told.categories[0]})"
    return "" if told.type is AnnounceType.NEW else "(replaced)"


def _authors(byline: str) -> str:
    names = [_text(author.name) for author in parse_authors(byline)]
    return ", ".join(f'<a href="/search?query={name}" rel="nofollow">{name}</a>' for name in names)


def _subjects(categories: Sequence[str]) -> str:
    shown = [escape(f"{taxonomy.label(name) or name} ({name})") for name in categories]
    primary = f'<span class="primary-subject">{shown[0]}</span>' if shown else ""
    return "; ".join([primary, *shown[1:]])


def _linked(text: str) -> str:
    """Addresses become links that hide them."""
    decoded = decode_tex_accents(text)
    pieces: list[str] = []
    last = 0
    for found in _URL.finditer(decoded):
        link = f'<a href="{escape(found[0])}" rel="nofollow">this https URL</a>'
        pieces += [escape(decoded[last : found.start()]), link]
        last = found.end()
    return "".join([*pieces, escape(decoded[last:])])


def _text(text: str) -> str:
    return escape(decode_tex_accents(text))

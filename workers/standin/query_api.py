"""The query API, for lists of ids, in its shape of 2026."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape

from feeds.clock import format_rfc3339
from feeds.text import decode_tex_accents, squeeze
from workers.polling.bylines import parse_authors
from workers.standin.answers import Answer, decode_symbols
from workers.standin.archive import Archive, KnownPaper

_MEDIA_TYPE = "application/atom+xml; charset=utf-8"
#: Well-formed to the API; whether such a paper exists is another question.
_ID = re.compile(r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/\d{7})(?:v(?P<version>[1-9]\d*))?", re.ASCII)
_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">\n'
)


class _BadQueryError(Exception):
    """A query that is answered with an error entry."""


def answer_query(archive: Archive, query: Mapping[str, str], now: datetime) -> Answer:
    """What the API answers."""
    try:
        start, size = (_number(query, name, default) for name, default in (("start", 0), ("max_results", 10)))
        asked = [_asked(text.strip()) for text in query.get("id_list", "").split(",") if text.strip()]
    except _BadQueryError as error:
        return Answer(400, _MEDIA_TYPE, _error(str(error), now))
    found = [(paper, version) for one in asked for paper, version in _find(archive, *one)]
    shown = "".join(_entry(paper, version) for paper, version in found[start : start + size])
    named = escape(f"search_query=&id_list={query.get('id_list', '')}&start={start}&max_results={size}")
    return Answer(200, _MEDIA_TYPE, _feed(f"arXiv Query: {named}", now, (size, len(found), start), shown))


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise _BadQueryError(f"{name} must be a non-negative integer")
    return int(text)


def _asked(text: str) -> tuple[str, int | None]:
    found = _ID.fullmatch(text)
    if not found:
        raise _BadQueryError(f"incorrect id format for {text}")
    return found["id"], int(found["version"]) if found["version"] else None


def _find(archive: Archive, arxiv_id: str, version: int | None) -> Iterator[tuple[KnownPaper, int]]:
    paper = archive.papers.get(arxiv_id)
    if paper and (version is None or version in paper.versions):
        yield paper, version or max(paper.versions)


def _feed(title: str, now: datetime, counts: tuple[int, int, int], entries: str) -> bytes:
    names = ("itemsPerPage", "totalResults", "startIndex")
    told = "".join(
        f"  <opensearch:{name}>{count}</opensearch:{name}>\n" for name, count in zip(names, counts, strict=True)
    )
    return (
        f"{_HEAD}  <id>https://arxiv.org/api/standin</id>\n  <title>{title}</title>\n"
        f"  <updated>{format_rfc3339(now.replace(microsecond=0))}</updated>\n{told}{entries}</feed>\n"
    ).encode()


def _error(reason: str, now: datetime) -> bytes:
    """arXiv's answer to a malformed query: a sound feed with one entry, that is no paper."""
    link = escape(f"https://arxiv.org/api/errors#{reason.replace(' ', '_')}")
    entry = (
        f"  <entry>\n    <id>{link}</id>\n    <title>Error</title>\n"
        f"    <updated>{format_rfc3339(now.replace(microsecond=0))}</updated>\n"
        f'    <link href="{link}" rel="alternate" type="text/html"/>\n    <summary>{escape(reason)}</summary>\n'
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n"
    )
    return _feed("arXiv Search Results", now, (1, 1, 0), entry)


def _entry(paper: KnownPaper, version: int) -> str:
    told = paper.versions[version]
    named = f"{told.arxiv_id}v{version}"
    lines = [
        f"<id>http://arxiv.org/abs/{named}</id>",
        f"<title>{_text(told.title)}</title>",
        f"<updated>{format_rfc3339(paper.submitted_at[version])}</updated>",
        f'<link href="https://arxiv.org/abs/{named}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{named}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{_text(told.abstract)}</summary>",
        *(f'<category term="{name}" scheme="http://arxiv.org/schemas/atom"/>' for name in told.categories),
        f"<published>{format_rfc3339(paper.submitted_at[1])}</published>",
        *_optional("arxiv:comment", told.comment),
        *(f'<arxiv:primary_category term="{name}"/>' for name in told.categories[:1]),
        *_optional("arxiv:journal_ref", told.journal_ref),
        *_authors(told.authors),
        *_optional("arxiv:doi", told.doi),
    ]
    return "  <entry>\n" + "".join(f"    {line}\n" for line in lines) + "  </entry>\n"


def _authors(byline: str) -> Iterator[str]:
    for author in parse_authors(byline):
        affiliation = "".join(_optional("arxiv:affiliation", author.affiliation))
        yield f"<author><name>{_text(author.name)}</name>{affiliation}</author>"


def _optional(name: str, text: str | None) -> list[str]:
    return [f"<{name}>{_text(text)}</{name}>"] if text else []


def _text(text: str) -> str:
    return escape(decode_symbols(squeeze(decode_tex_accents(text))), quote=False)

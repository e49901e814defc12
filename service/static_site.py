"""The whole service as static files: what an anonymous reader can reach, byte for byte as the service sends it.

It asks the application itself, and follows the links of pages and feeds; what depends on a query (searches, older
entries) or answers programs only (the API, the hub) is left out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape as html_unescape
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from flask import Flask
from lxml import etree, html

from feeds.errors import WireError

#: Where programs talk to the service, and where it tells how it is just now.
_ALIVE = ("/api/", "/hub", "/healthz", "/readyz", "/metrics", "/oembed", "/login", "/logout")
_HTML = "text/html"
_XML = ("application/atom+xml", "application/rss+xml", "text/x-opml")
_LINKS = ("//@href", "//@src", "//@xmlUrl", "//@htmlUrl")
_SAFE = re.compile(r"[\w.+@~,=:-]+")
#: Addresses in our own pages, as they are written; nothing else in them begins like this.
_REFERENCE = re.compile(rb'(\s(?:href|src)=")(/[^"?#]*)([#"])')
#: Topics that were retired or renamed, and what is not there yet: links to them are no fault of the site.
_ELSEWHERE = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
#: What servers of static files send where there is nothing.
_NOT_FOUND = "404.html"


class SiteError(WireError):
    """An address that the service itself links to does not answer as it should."""


@dataclass(frozen=True)
class Page:
    """One file of the site."""

    path: str  #: of its address
    file: str  #: its own path, below the site's folder
    media_type: str
    body: bytes


def walk_site(app: Flask, base_url: str, starts: Sequence[str], *, relative: bool = False) -> Iterator[Page]:
    """All pages, feeds, archives and files of a service, each once.

    :param base_url: the service's public address: its own links begin with it, or with a slash
    :param starts: paths to begin with, beside ``/``
    :param relative: let pages link to one another by relative addresses, so that they can be put anywhere and
        opened from a disk; feeds always have absolute ones
    :raises SiteError: where an address that the service links to answers with an error
    """
    if not relative:
        yield from _walk(app, base_url, starts)
        return
    files = {page.path: page.file for page in _walk(app, base_url, starts)}
    for page in _walk(app, base_url, starts):
        is_page = page.media_type == _HTML
        yield replace(page, body=_relate(page.body, page.file, files)) if is_page else page


def _walk(app: Flask, base_url: str, starts: Sequence[str]) -> Iterator[Page]:
    client, due, seen = app.test_client(), deque(["/", *starts]), set[str]()
    while due:
        path = due.popleft()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path, base_url=base_url, headers={"Accept": "*/*"})
        if answer.status_code in _ELSEWHERE:
            continue
        if answer.status_code != HTTPStatus.OK:
            raise SiteError(f"the wire answers {path} with {answer.status_code}; see its log")
        media_type = answer.mimetype or ""
        due.extend(_list_links(answer.data, media_type, urljoin(f"{base_url}/", path), base_url))
        yield Page(path, file_of(path, media_type), media_type, answer.data)
    missing = client.get(f"/{_NOT_FOUND}", base_url=base_url, headers={"Accept": _HTML})
    yield Page(f"/{_NOT_FOUND}", _NOT_FOUND, _HTML, missing.data)


def file_of(path: str, media_type: str) -> str:
    """The file that an address's answer goes into, so that any server of static files sends it from there."""
    name = unquote(path).strip("/")
    if media_type != _HTML or PurePosixPath(name).suffix == ".html":
        return name
    return f"{name}/index.html" if name else "index.html"


def _list_links(body: bytes, media_type: str, address: str, base_url: str) -> Iterator[str]:
    """The paths that a page or a feed links to on the same service."""
    find = _reader_of(media_type)
    if find is None:
        return
    for link in find(body):
        whole = urlsplit(urljoin(address, link))
        if (
            f"{whole.scheme}://{whole.netloc}" == base_url.rstrip("/")
            and not whole.query
            and _is_static(whole.path)
        ):
            yield whole.path


def _reader_of(media_type: str) -> Callable[[bytes], Iterable[str]] | None:
    if media_type == _HTML:
        return lambda body: _find(html.document_fromstring(body))
    if media_type in _XML:
        return lambda body: _find(etree.fromstring(body))
    return None


def _find(root: etree._Element) -> Iterator[str]:
    for path in _LINKS:
        found = root.xpath(path)
        yield from (str(link) for link in found) if isinstance(found, list) else ()


def _is_static(path: str) -> bool:
    """Whether an address can be a file, and tells the same to everybody."""
    parts = unquote(path).strip("/").split("/")
    plain = parts == [""] or all(_SAFE.fullmatch(part) and part.strip(".") for part in parts)
    return plain and not path.startswith(_ALIVE)


def _relate(body: bytes, file: str, files: Mapping[str, str]) -> bytes:
    """A page whose links to the site are relative to its own place, and name files.

    :param files: by path
    """
    up = b"../" * file.count("/")

    def relate(found: re.Match[bytes]) -> bytes:
        target = files.get(html_unescape(found[2].decode()))
        return found[1] + up + target.encode() + found[3] if target else found[0]

    return _REFERENCE.sub(relate, body)

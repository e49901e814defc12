"""The one door to the network: politeness, identity, and a cap on everything a host can send."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import requests
import urllib3
from urllib3.util import parse_url

from feeds import __version__
from feeds.config import Settings
from feeds.errors import FetchError
from workers import deadlines
from workers.gate import Gate

_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 64 * 1024
_LONGEST_VALIDATOR = 1000


@dataclass(frozen=True)
class Limits:
    """What one fetch may take."""

    bytes: int = 16 * 1024 * 1024  #: of the body, before and after decompression
    seconds: float = 30.0  #: for the whole answer
    connect_seconds: float = 5.0
    silence_seconds: float = 10.0  #: between two pieces of it
    redirects: int = 3  #: on the same host


@dataclass(frozen=True)
class Response:
    """An answer with its whole body."""

    status: int
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    answered_at: datetime | None = None  #: by the host's clock


def user_agent(settings: Settings) -> str:
    """Who we say we are: arXiv wants to know whom to write to."""
    return f"PreprintWire/{__version__} ({settings.contact or 'self-hosted; no contact set'})"


class HttpStatusError(FetchError):
    """An answer whose status is no success."""

    def __init__(self, status: int, *, permanent: bool, retry_after_seconds: float | None) -> None:
        super().__init__(f"HTTP {status}", permanent=permanent, retry_after_seconds=retry_after_seconds)
        self.status = status


class TooLargeError(FetchError):
    """A body beyond the limit; it will be no smaller next time."""


class HttpClient:
    """Fetches from hosts that are given by settings, never by users.

    :param gate: what every request waits at; None for none
    """

    def __init__(
        self,
        agent: str,
        gate: Gate | None = None,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate = gate
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._session = requests.Session()
        self._session.trust_env = False  # no proxies or credentials from the surroundings
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, deadlines.TimedAdapter())
        self._session.headers.update({"User-Agent": agent, "Accept-Encoding": "gzip"})

    def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Response:
        """Fetch a document, conditionally where validators are given.

        :param etag: as the host sent it
        :returns: an answer with status 200 or 304
        :raises FetchError: for everything else
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in headers.items() if value}
        for _ in range(self._limits.redirects + 1):
            answer = self._request(url, conditions)
            if isinstance(answer, Response):
                return answer
            url = answer
        raise FetchError(f"more than {self._limits.redirects} redirects")

    def post(self, url: str, body: bytes, media_type: str) -> None:
        """Send a body to a host that is given by settings; its answer is not read.

        :raises FetchError: where it does not take it (2xx); a redirect is not followed
        """
        passing: AbstractContextManager[None] = self._gate.passing() if self._gate else nullcontext()
        with passing:
            self._begin()
            try:
                with self._session.post(
                    url,
                    data=body,
                    headers={"Content-Type": media_type},
                    stream=True,
                    allow_redirects=False,
                    timeout=(self._limits.connect_seconds, self._limits.silence_seconds),
                ) as answer:
                    if not 200 <= answer.status_code < 300:
                        raise self._refusal(answer)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise FetchError(_describe(error)) from None  # its cause quotes the address

    def _request(self, url: str, conditions: Mapping[str, str]) -> Response | str:
        """One request through the gate: its answer, or the address it is redirected to."""
        passing: AbstractContextManager[None] = self._gate.passing() if self._gate else nullcontext()
        with passing:
            deadline = self._begin()
            try:
                with self._session.get(
                    url,
                    headers=dict(conditions),
                    stream=True,
                    allow_redirects=False,
                    timeout=(self._limits.connect_seconds, self._limits.silence_seconds),
                ) as answer:
                    if answer.status_code == 304 and not conditions:
                        raise FetchError("HTTP 304, though nothing was known before")
                    return self._read(url, answer, deadline)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                if self._monotonic() > deadline:
                    raise self._too_long() from error
                raise FetchError(_describe(error)) from error

    def _begin(self) -> float:
        """Let the time of an answer run; gives the moment when it is up."""
        deadline = self._monotonic() + self._limits.seconds
        deadlines.SECONDS_LEFT.set(lambda: deadline - self._monotonic())
        return deadline

    def _read(self, url: str, answer: requests.Response, deadline: float) -> Response | str:
        status = answer.status_code
        if status in _REDIRECTS:
            return _redirect(url, answer.headers.get("Location", ""))
        if status not in (200, 304):
            raise self._refusal(answer)
        body = b"" if status == 304 else self._body(answer, deadline)
        etag, last_modified = (_validator(answer.headers.get(name)) for name in ("ETag", "Last-Modified"))
        return Response(status, body, etag, last_modified, _date(answer.headers.get("Date")))

    def _refusal(self, answer: requests.Response) -> HttpStatusError:
        status = answer.status_code
        wait = read_retry_after(answer.headers.get("Retry-After")) if status in (429, 503) else None
        if wait and self._gate:
            self._gate.shut(wait)
        permanent = 400 <= status < 500 and status not in (408, 425, 429)
        return HttpStatusError(status, permanent=permanent, retry_after_seconds=wait)

    def _body(self, answer: requests.Response, deadline: float) -> bytes:
        unpacker = _Unpacker(answer.headers.get("Content-Encoding", ""))
        pieces: list[bytes] = []
        packed = size = 0
        while piece := answer.raw.read1(_CHUNK):
            packed += len(piece)
            for part in unpacker.unpack(piece):
                size += len(part)
                if max(packed, size) > self._limits.bytes:
                    raise TooLargeError(f"the body is larger than {self._limits.bytes} bytes")
                pieces.append(part)
            if self._monotonic() > deadline:
                raise self._too_long()
        unpacker.finish()
        return b"".join(pieces)

    def _too_long(self) -> FetchError:
        return FetchError(f"the answer took longer than {self._limits.seconds:g} s")


class _Unpacker:
    """Undoes a body's content encoding, in small parts: a small body must not unfold into all our memory."""

    def __init__(self, encoding: str) -> None:
        if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(f"the body is encoded as {encoding}, which was not asked for")
        self._inflate = zlib.decompressobj(wbits=31) if "gzip" in encoding.lower() else None

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            yield piece
            return
        while piece:
            if self._inflate.eof:  # gzip may come in several members (RFC 1952, section 2.2)
                self._inflate = zlib.decompressobj(wbits=31)
            try:
                yield self._inflate.decompress(piece, _CHUNK)
            except zlib.error as error:
                raise FetchError("the body is not the gzip it claims to be") from error
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data

    def finish(self) -> None:
        """:raises FetchError: where the compressed body has no end"""
        if self._inflate is not None and not self._inflate.eof:
            raise FetchError("the body broke off")


def _redirect(url: str, location: str) -> str:
    """Read by the parser that connects: two parsers can see two hosts in one address."""
    target = urljoin(url, location)
    here, there = parse_url(url), parse_url(target)
    if (there.host, there.port) != (here.host, here.port) or there.scheme not in ("http", "https"):
        raise FetchError(f"it redirects to another host: {there.netloc}", permanent=True)
    return target


def _validator(value: str | None) -> str | None:
    """What a later request may hand back; nothing that would make it fail."""
    return value if value and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def read_retry_after(header: str | None, now: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait (RFC 9110, section 10.2.3); at most an hour counts."""
    if not header:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else _timestamp(header) - now()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 1.0), 3600.0)


def _date(header: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(_timestamp(header), UTC) if header else None
    except (ValueError, OverflowError, OSError):
        return None


def _timestamp(date: str) -> float:
    at = parsedate_to_datetime(date)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _describe(error: Exception) -> str:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.ProtocolError):  # before the body, requests wraps it
        return "the body broke off"
    if isinstance(error, requests.ConnectionError | ConnectionError):
        return "not reachable"
    return f"failed: {type(error).__name__}"

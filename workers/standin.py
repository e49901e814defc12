"""The demo's arXiv: serves listings over a real socket, the day's by the wire's clock.

It answers like rss.arxiv.org (addresses, headers, an error feed for what it does not carry) and knows no more
than its source: a folder of recorded files, or the sample.
"""

from __future__ import annotations

import hashlib
import re
import socket
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from feeds import clock
from feeds.model import taxonomy
from feeds.model.calendar import eastern_date

_FILE = re.compile(r"atom_(?P<listing>[A-Za-z.-]+)_(?P<day>\d{4}-\d{2}-\d{2})\.xml")


class Source(Protocol):
    """Where listings come from."""

    @property
    def listings(self) -> list[str]:
        """Which listings there are, by canonical name."""

    @property
    def days(self) -> list[date]:
        """Which days there are."""

    def find(self, listing: str, today: date) -> bytes | None:
        """A listing as it stands today; None for one that is not carried."""


class Recordings:
    """A folder of listings, a file for each listing and day: ``atom_cs.CV_2026-04-17.xml``."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[tuple[str, date], Path] = {}
        for path in sorted(folder.glob("atom_*.xml")):
            found = _FILE.fullmatch(path.name)
            name = taxonomy.find_name(found["listing"]) if found else None
            with suppress(ValueError):  # digits that are no date
                if found and name:
                    self._files[taxonomy.canonical(name), date.fromisoformat(found["day"])] = path

    @property
    def listings(self) -> list[str]:
        return sorted({listing for listing, _ in self._files})

    @property
    def days(self) -> list[date]:
        return sorted({day for _, day in self._files})

    def find(self, listing: str, today: date) -> bytes | None:
        """The listing as it stands today: the newest that was built by then; else the first there is."""
        mine = sorted(day for name, day in self._files if name == listing)
        if not mine:
            return None
        return self._files[listing, max((day for day in mine if day <= today), default=mine[0])].read_bytes()


class StandinServer(ThreadingHTTPServer):
    """arXiv's listing host, on a socket that is open already.

    :param listening: a bound, listening socket
    """

    daemon_threads = True

    def __init__(self, listening: socket.socket, source: Source, now: clock.Clock) -> None:
        super().__init__(listening.getsockname(), StandinHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.source = source
        self.now = now

    def find(self, path: str) -> bytes | None:
        """The body of an address; None for what is not carried."""
        if not path.startswith("/atom/"):
            return None
        name = taxonomy.find_name(path.removeprefix("/atom/"))
        return self.source.find(taxonomy.canonical(name), eastern_date(self.now.now())) if name else None


class StandinHandler(BaseHTTPRequestHandler):
    """One request."""

    server: StandinServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.server.find(urlsplit(self.path).path)
        if body is None:
            self._send(400, _error_feed(self.path))
            return
        etag = hashlib.sha256(body).hexdigest()  # arXiv sends it without quotes
        if self.headers.get("If-None-Match") == etag:
            self._send(304, b"", etag)
        else:
            self._send(200, body, etag)

    def _send(self, status: int, body: bytes, etag: str | None = None) -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", "application/atom+xml")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody wants a demo's access log."""


def _error_feed(path: str) -> bytes:
    """arXiv's answer to a listing it does not know: a sound feed without items, that says so in its title."""
    safe = re.sub(r"[^A-Za-z0-9./+-]", "", path)[:100]
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">'
        f"<id>http://rss.arxiv.org{safe}</id><title>Feed error for query: {safe}</title>"
        "<updated>1970-01-01T00:00:00+00:00</updated><subtitle>Not recorded</subtitle></feed>\n"
    ).encode()


def serve(source: Source, listening: socket.socket, now: clock.Clock) -> None:
    """Serve until the process is stopped."""
    StandinServer(listening, source, now).serve_forever()

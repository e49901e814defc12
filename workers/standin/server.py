"""The stand-in's HTTP server: arXiv's hosts behind one address.

``/atom/<listing>`` is a listing, ``/api/query`` the query API, ``/oai`` OAI-PMH, ``/catchup/<listing>/<day>`` a
catch-up page.
"""

from __future__ import annotations

import hashlib
import re
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from feeds import clock
from feeds.model import taxonomy
from feeds.model.calendar import eastern_date
from workers.polling.catchup import PAGE_SIZE
from workers.standin.answers import Answer, parse_query
from workers.standin.archive import Archive
from workers.standin.catchup_page import answer_catchup
from workers.standin.oai_pmh import answer_oai
from workers.standin.query_api import answer_query
from workers.standin.sources import Source

_ATOM = "application/atom+xml"
_LONGEST_POST = 1_000_000


class StandinServer(ThreadingHTTPServer):
    """arXiv's hosts, on a socket that is open already.

    :param listening: a bound, listening socket
    """

    daemon_threads = True

    def __init__(self, listening: socket.socket, source: Source, now: clock.Clock) -> None:
        super().__init__(listening.getsockname(), StandinHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.source = source
        self.now = now
        self.out_of_order: set[str] = set()  #: first parts of paths that answer 503, "catchup" for one
        self.records_a_page = 100
        self.items_a_page = PAGE_SIZE

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """What a host of arXiv answers now."""
        host = path.split("/")[1] if "/" in path else ""
        if host in self.out_of_order:
            return Answer(503, "text/plain", b"Service Unavailable")
        now = self.now.now()
        today = eastern_date(now)
        if path == "/api/query":
            return answer_query(Archive(self.source.told, today), query, now)
        if path == "/oai":
            return answer_oai(Archive(self.source.told, today), query, now, self.records_a_page)
        if host == "catchup":
            known = Archive(self.source.told, today)
            return answer_catchup(known, self.source.listings, path, query, today, self.items_a_page)
        body = self._listing(path)
        return Answer(200, _ATOM, body) if body is not None else Answer(400, _ATOM, _error_feed(path))

    def _listing(self, path: str) -> bytes | None:
        """A listing's body; None for what is not carried."""
        if not path.startswith("/atom/"):
            return None
        name = taxonomy.find_name(path.removeprefix("/atom/"))
        return self.source.find(taxonomy.canonical(name), eastern_date(self.now.now())) if name else None


class StandinHandler(BaseHTTPRequestHandler):
    """One request."""

    server: StandinServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self._send(self.server.answer(unquote(asked.path), parse_query(asked.query)))

    def do_POST(self) -> None:
        """The query API takes its parameters either way."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_POST:
            self.close_connection = True
            self._send(Answer(413, "text/plain", b"Content Too Large"))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        self._send(self.server.answer(unquote(urlsplit(self.path).path), parse_query(body)))

    def _send(self, answer: Answer) -> None:
        etag = hashlib.sha256(answer.body).hexdigest()  # arXiv sends it without quotes
        has_etag = answer.status == 200 and answer.media_type == _ATOM
        unchanged = has_etag and self.headers.get("If-None-Match") == etag
        self.send_response(304 if unchanged else answer.status)
        if has_etag:
            self.send_header("ETag", etag)
        if answer.location:
            self.send_header("Location", answer.location)
        if not unchanged:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(b"" if unchanged else answer.body)

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

"""Feed readers and parsers that others wrote: each subscribes to the feeds of a list, and says what it shows."""

from __future__ import annotations

import mailbox
import sqlite3
from abc import ABC, abstractmethod
from calendar import timegm
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import HTTPDefaultErrorHandler, ProxyHandler, Request, build_opener

import atoma
import feedparser
from lxml import etree
from reader import make_reader

from tests.support.readers import Home, need

_ONCE = ((200,), (304,))


class NotModified(Exception):  # noqa: N818  (as the status is called)
    """A feed is as it was."""


class _Answers(HTTPDefaultErrorHandler):
    def http_error_304(self, *_: object) -> None:
        raise NotModified


_OPENER = build_opener(ProxyHandler({}), _Answers())


@dataclass(frozen=True, order=True)
class Shown:
    """An entry as a reader shows it; dates in whole seconds, None where it does not show that one."""

    feed: str
    id: str
    title: str
    published_at: datetime | None = None
    updated_at: datetime | None = None


class Subscriber(ABC):
    """A reader in a home of its own."""

    #: What it reads.
    FORMATS: ClassVar[tuple[str, ...]]
    #: How each feed's requests are answered that it makes at first, and when it looks again.
    ANSWERS: ClassVar[tuple[tuple[int, ...], tuple[int, ...]]]

    @abstractmethod
    def __init__(self, folder: Path, opml: str) -> None: ...

    @abstractmethod
    def fetch(self) -> list[Shown]:
        """Ask for every feed, and give all that is there then."""


def outlines(opml: str) -> list[dict[str, str]]:
    """The subscriptions in a list, as their attributes."""
    found = etree.fromstring(opml.encode()).iter("outline")
    return [{str(k): str(v) for k, v in outline.attrib.items()} for outline in found if "xmlUrl" in outline.attrib]


def addresses(opml: str) -> list[str]:
    return [outline["xmlUrl"] for outline in outlines(opml)]


def whole(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0).astimezone(UTC)


# --- programs


class Newsboat(Subscriber):
    """It knows papers by their id alone, whatever feed they are in: only one feed at a time is shown whole."""

    FORMATS = ("atom", "rss")
    ANSWERS = ((200,), (200,))  # no tag is kept of a feed's first fetch; a third one is answered with 304

    def __init__(self, folder: Path, opml: str) -> None:
        need("newsboat", "newsboat")
        self._home = Home(folder)
        self._urls = folder / "urls"
        (folder / "feeds.opml").write_text(opml, encoding="utf-8")
        self._run("--import-from-opml=feeds.opml")

    @property
    def subscriptions(self) -> list[str]:
        """Lines of an address and tags."""
        return self._urls.read_text(encoding="utf-8").splitlines()

    def keep_only(self, subscription: str) -> None:
        self._urls.write_text(f"{subscription}\n", encoding="utf-8")
        (self._home.folder / "cache.db").unlink(missing_ok=True)

    def fetch(self) -> list[Shown]:
        self._run("--execute=reload")
        with closing(sqlite3.connect(self._home.folder / "cache.db")) as cache:
            rows = cache.execute(
                "SELECT feedurl, guid, title, pubDate FROM rss_item WHERE unread AND NOT deleted"
            ).fetchall()
        assert self._run("--execute=print-unread").split()[0] == str(len(rows))
        return sorted(Shown(url, guid, title, datetime.fromtimestamp(at, UTC)) for url, guid, title, at in rows)

    def pages(self) -> dict[str, str]:
        """What it takes for each feed's page."""
        with closing(sqlite3.connect(self._home.folder / "cache.db")) as cache:
            return dict(cache.execute("SELECT rssurl, url FROM rss_feed").fetchall())

    def _run(self, option: str) -> str:
        return self._home.run("newsboat", "--url-file=urls", "--cache-file=cache.db", option)


class Sfeed(Subscriber):
    FORMATS = ("atom", "rss")
    ANSWERS = ((200,), (200,))  # it keeps no validators

    def __init__(self, folder: Path, opml: str) -> None:
        need("sfeed_update", "sfeed")
        need("curl", "curl")
        self._home = Home(folder)
        (folder / "sfeedrc").write_text(self._home.run("sfeed_opml_import", stdin=opml), encoding="utf-8")
        self._files = {line["xmlUrl"]: folder / ".sfeed" / "feeds" / line["text"] for line in outlines(opml)}

    def fetch(self) -> list[Shown]:
        self._home.run("sfeed_update", "sfeedrc")
        return sorted(shown for address, file in self._files.items() for shown in self._read(address, file))

    def _read(self, address: str, file: Path) -> Iterator[Shown]:
        """Date, title and id of each line (sfeed(5))."""
        for line in file.read_text(encoding="utf-8").splitlines():
            row = line.split("\t")
            yield Shown(address, row[5], row[1], datetime.fromtimestamp(int(row[0]), UTC))


class Rss2email(Subscriber):
    FORMATS = ("atom", "rss")
    ANSWERS = _ONCE

    def __init__(self, folder: Path, opml: str) -> None:
        need("r2e", "rss2email")
        self._home = Home(folder)
        self._home.run("r2e", "new", "me@example.org")
        self._set_up_mail()
        self._home.run("r2e", "opmlimport", stdin=opml)

    def _set_up_mail(self) -> None:
        folder = self._home.folder
        config = folder / ".xdg_config_home" / "rss2email.cfg"
        wanted = {
            "email-protocol": "maildir",
            "maildir-path": str(folder),
            "maildir-mailbox": "mail",
            "date-header": "True",
        }
        lines = config.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.split(" =")[0] not in wanted]
        kept[1:1] = [f"{name} = {value}" for name, value in wanted.items()]
        config.write_text("\n".join(kept) + "\n", encoding="utf-8")

    def fetch(self) -> list[Shown]:
        """All mails so far."""
        self._home.run("r2e", "run")
        return sorted(
            Shown(
                mail["X-RSS-Feed"],
                mail["X-RSS-ID"],
                str(make_header(decode_header(mail["Subject"]))),
                updated_at=parsedate_to_datetime(mail["Date"]).replace(tzinfo=UTC),
            )
            for mail in mailbox.Maildir(self._home.folder / "mail", create=False)
        )


# --- libraries


class Lemon24(Subscriber):
    """lemon24's reader."""

    FORMATS = ("atom", "rss", "json")
    ANSWERS = _ONCE

    def __init__(self, folder: Path, opml: str) -> None:
        self._file = folder / "reader.db"
        with closing(make_reader(str(self._file))) as reader:
            for address in addresses(opml):
                reader.add_feed(address)

    def fetch(self) -> list[Shown]:
        with closing(make_reader(str(self._file))) as reader:
            for result in reader.update_feeds_iter(scheduled=False):
                assert not isinstance(result.value, Exception), result
            return sorted(
                Shown(entry.feed_url, entry.id, entry.title or "", whole(entry.published), whole(entry.updated))
                for entry in reader.get_entries()
            )


class _Parser(Subscriber):
    """A parser, with the least that a reader has around one: it keeps what it has read, and the validators."""

    FORMATS: ClassVar[tuple[str, ...]] = ("atom", "rss")
    ANSWERS = _ONCE

    def __init__(self, folder: Path, opml: str) -> None:
        self._shown: dict[str, list[Shown]] = {}
        self._validators: dict[str, dict[str, str]] = {address: {} for address in addresses(opml)}

    def fetch(self) -> list[Shown]:
        for address, validators in self._validators.items():
            with suppress(NotModified), _OPENER.open(Request(address, headers=validators)) as answer:
                self._validators[address] = {"If-None-Match": answer.headers["ETag"]}
                self._shown[address] = list(self.parse(address, answer.read()))
        return sorted(one for shown in self._shown.values() for one in shown)

    @abstractmethod
    def parse(self, address: str, body: bytes) -> Iterable[Shown]: ...


class Feedparser(_Parser):
    def parse(self, address: str, body: bytes) -> Iterator[Shown]:
        read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        assert not read.bozo, read.bozo_exception
        for entry in read.entries:
            yield Shown(
                address, entry.id, entry.title, _moment(entry.published_parsed), _moment(entry.updated_parsed)
            )


def _moment(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)


class Atoma(_Parser):
    FORMATS = ("atom", "rss", "json")

    def parse(self, address: str, body: bytes) -> list[Shown]:
        return _ATOMA[address.rpartition(".")[2]](address, body)


def _atoma_atom(address: str, body: bytes) -> list[Shown]:
    return [
        Shown(address, entry.id_, entry.title.value, whole(entry.published), whole(entry.updated))
        for entry in atoma.parse_atom_bytes(body).entries
    ]


def _atoma_rss(address: str, body: bytes) -> list[Shown]:
    items = atoma.parse_rss_bytes(body).items
    return [Shown(address, item.guid, item.title, whole(item.pub_date)) for item in items]


def _atoma_json(address: str, body: bytes) -> list[Shown]:
    return [
        Shown(address, item.id_, item.title, whole(item.date_published), whole(item.date_modified))
        for item in atoma.parse_json_feed_bytes(body).items
    ]


_ATOMA: dict[str, Callable[[str, bytes], list[Shown]]] = {
    "atom": _atoma_atom,
    "rss": _atoma_rss,
    "json": _atoma_json,
}

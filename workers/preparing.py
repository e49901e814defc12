"""Makes a wire ready to run: its folder, its database, who it is, what it carries."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from feeds.clock import Clock, make_clock
from feeds.config import Settings
from feeds.errors import TopicsFileError
from feeds.store import owed, search, site, topics
from feeds.store.engine import Store, explain, is_outage
from feeds.store.owed import Work
from workers.runtime import Runtime
from workers.schedule import take_over_topics

log = logging.getLogger("wire.prepare")


def prepare_database(settings: Settings) -> None:
    """Bring the database to this version, with a copy of an older one kept beside it, and fix who we are.

    :raises DatabaseError: where it cannot be opened, or is from a newer version
    """
    clock = make_clock(settings.clock_file)
    store = Store(settings.database_url)
    store.refuse_newer()
    if store.needs_backup():
        _announce_migration(store.backup(clock.now()))
    if not store.is_current():
        store.migrate()
    _fix_authority(store, settings, clock)
    search.rebuild(store, lambda done, total: log.info("the search index has %d of %d papers", done, total))
    store.close()


def prepare_topics(runtime: Runtime) -> None:
    """Take over the topics file. A wrong one is refused; where older topics are in force, they stay.

    A database that refuses (full, read-only, locked) is no reason not to serve what it holds; the scheduler takes
    the file over as soon as it can.

    :raises TopicsFileError: where it is wrong and there is nothing else to carry
    """
    try:
        with _bearing_outages():
            take_over_topics(runtime)
    except TopicsFileError as error:
        with runtime.store.read() as connection:
            if not topics.list_topics(connection):
                raise
        log.error("%s; the topics in force stay", error)


def forget_writing(runtime: Runtime) -> None:
    """Let nothing wait for a language model where none is configured any more."""
    if runtime.settings.llm_base_url is None:
        with _bearing_outages(), runtime.store.write() as connection:
            owed.keep(connection, Work.WRITE, [], runtime.clock.now())


def take_back_leases(runtime: Runtime) -> None:
    """Free what a wire that was killed left claimed. Only for whoever holds the data folder.

    Where the database refuses, the leases end by themselves.
    """
    with _bearing_outages(), runtime.store.write() as connection:
        owed.release_all(connection)


@contextmanager
def _bearing_outages() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("the database refuses, work waits: %s", explain(error))


def _announce_migration(copy: Path | None) -> None:
    if copy:
        log.warning("the database is migrated; the old one is kept as %s", copy)
    else:
        log.warning("the database is migrated; no copy of it is made here, that is what pg_dump is for")


def _fix_authority(store: Store, settings: Settings, clock: Clock) -> None:
    with store.read() as connection:
        if site.find_authority(connection):
            return
    with store.write() as connection:
        site.fix_authority(connection, make_authority(settings.base_url, secrets.token_hex(8)), clock.now())


def make_authority(base_url: str, chance: str) -> str:
    """The authority of our ``tag:`` URIs: our host's name; where that is loopback, a random one of no host.

    :param chance: random letters
    """
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if _is_nobodys(host):
        return f"{chance}.preprint-wire.invalid"
    return host if host.isascii() else host.encode("idna").decode()


def _is_nobodys(host: str) -> bool:
    """Whether another wire elsewhere may bear this name as well, or RFC 4151 cannot write it (IPv6)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return not address.is_global or address.version == 6

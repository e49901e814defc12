"""What is wrong with a wire, and what to do about it: every check looks, none changes anything.

A check says what it found; :class:`Level` says how bad that is. The checks know nothing of the terminal.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from feeds.clock import SystemClock
from feeds.config import LOOPBACK, ROOT, Settings, find_unknown, load_settings
from feeds.errors import (
    AlreadyRunningError,
    DatabaseError,
    EngineError,
    FetchError,
    SettingsError,
    TopicsFileError,
)
from feeds.model import taxonomy
from feeds.model.topics import Topic
from feeds.store import listings
from feeds.store.engine import Store
from feeds.store.listings import Listing
from feeds.topics_file import load_topics
from service.serving import check_free, is_answering
from workers.engine import Engine, engine_url, find_embedded, inspect, is_alive
from workers.http_client import HttpClient, Response, user_agent
from workers.polling.polled import polled_listings
from workers.polling.poller import listing_url
from workers.processes import hold_folder
from workers.queues import count_workers
from workers.runtime import Runtime, make_runtime

_MB = 1024 * 1024
_LITTLE_BYTES, _TOO_LITTLE_BYTES = 1024 * _MB, 100 * _MB
_ASK_THE_SERVER = "see whether its server runs, has this database, and lets its user in and write"
_DRIFT, _TOO_MUCH_DRIFT = timedelta(seconds=30), timedelta(minutes=10)


class Level(StrEnum):
    WELL = "ok"
    DOUBTFUL = "check"  #: it works, but probably not as meant
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What one check came to."""

    check: str
    level: Level
    found: str
    advice: str = ""  #: what to do; "" where all is well


def examine(environ: Mapping[str, str], root: Path = ROOT) -> Iterator[Finding]:
    """Check a wire from its settings on; each finding as soon as it is there.

    Where the settings cannot be read, nothing else can be looked at.

    :param environ: as for :func:`feeds.config.load_settings`
    """
    try:
        settings = load_settings(environ, root, joining=True)
    except SettingsError as error:
        yield Finding("settings", Level.WRONG, str(error), f"correct {error.name} in the environment or in .env")
        return
    yield from check_settings(settings, find_unknown(environ, root))
    yield from check_topics(settings)
    yield from check_disk(settings)
    yield from check_database(settings)
    yield from check_engine(settings)
    yield from check_bind(settings)
    yield from check_arxiv(settings)


def check_settings(settings: Settings, unknown: Mapping[str, str | None]) -> Iterator[Finding]:
    """Settings that can be read, but may not be meant so."""
    for name, meant in unknown.items():
        advice = f"did you mean {meant}?" if meant else "the README lists all settings; take it out"
        yield Finding("settings", Level.DOUBTFUL, f"{name} is no setting of this version", advice)
    if not settings.contact:
        yield Finding(
            "settings",
            Level.DOUBTFUL,
            "WIRE_CONTACT is not set: arXiv cannot tell whom to write to",
            "set it to a mail address or a web address of yours",
        )
    own = settings.base_url == f"http://{settings.bind}"
    if own and settings.bind.host.strip("[]") not in LOOPBACK:
        yield Finding(
            "settings",
            Level.DOUBTFUL,
            f"WIRE_BASE_URL is not set: the feeds call themselves {settings.base_url}",
            "set it to the address that readers use",
        )
    if settings.clock_file:
        yield Finding(
            "settings",
            Level.DOUBTFUL,
            f"the time comes from {settings.clock_file}: right for a demo, wrong for anything else",
            "unset WIRE_CLOCK_FILE",
        )
    yield Finding("settings", Level.WELL, f"readable; the data folder is {settings.data_dir}")


def check_topics(settings: Settings) -> Iterator[Finding]:
    """The topics file."""
    try:
        topics: list[Topic] = list(load_topics(settings.topics))
    except TopicsFileError as error:
        for problem in error.problems:
            yield Finding(
                "topics", Level.WRONG, f"{settings.topics}: {problem}", "correct it; until then the old ones stay"
            )
        return
    polled = {category for topic in topics if not topic.retired for category in topic.categories}
    if not polled:
        yield Finding(
            "topics", Level.DOUBTFUL, f"{settings.topics} has no topic in use", "write one; the README shows how"
        )
        return
    yield Finding("topics", Level.WELL, f"{len(topics)} in {settings.topics}, reading {len(polled)} categories")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Whether the data folder can be written to, and room is left."""
    folder = _existing(settings.data_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "disk", Level.WRONG, f"{folder} cannot be written to", "change its owner, or set WIRE_DATA_DIR"
        )
        return
    free = shutil.disk_usage(folder).free
    found = f"{free / 1024 / _MB:.1f} GB free at {folder}"
    if free < _LITTLE_BYTES:
        level = Level.WRONG if free < _TOO_LITTLE_BYTES else Level.DOUBTFUL
        yield Finding("disk", level, found, "make room: with a full disk nothing new comes in")
        return
    yield Finding("disk", Level.WELL, found)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Whether the database can be opened, is whole, is of this version and can be written to."""
    store = Store(settings.database_url)
    try:
        yield _look_at_database(store)
    except DatabaseError as error:
        advice = "update the wire, or put a backup in its place" if store.is_file else _ASK_THE_SERVER
        yield Finding("database", Level.WRONG, str(error), advice)
    finally:
        store.close()


def _look_at_database(store: Store) -> Finding:
    store.refuse_newer()
    if store.find_revision() is None:
        return Finding("database", Level.WELL, f"none yet; ./wire run makes {store.name}")
    if damage := store.find_damage():
        advice = "stop the wire and put a backup in its place" if store.is_file else _ASK_THE_SERVER
        return Finding("database", Level.WRONG, f"{store.name}: {damage}", advice)
    if not store.is_current():
        found = f"{store.name} is of an older version"
        return Finding("database", Level.DOUBTFUL, found, "./wire run or ./wire migrate")
    return Finding("database", Level.WELL, f"{store.name}, {store.measure() / _MB:.1f} MB, whole")


def check_engine(settings: Settings) -> Iterator[Finding]:
    """Whether there is a Redis, and workers on it."""
    url = engine_url(settings)
    if is_alive(url):
        yield from _check_running(settings, inspect(url))
    elif settings.redis_url:
        yield Finding(
            "engine", Level.WRONG, "no Redis answers at WIRE_REDIS_URL", "start it, or correct the address"
        )
    else:
        try:
            yield Finding("engine", Level.WELL, f"not running; ./wire run starts {find_embedded()}")
        except EngineError as error:
            yield Finding("engine", Level.WRONG, str(error), "then try again")


def _check_running(settings: Settings, engine: Engine) -> Iterator[Finding]:
    if engine.too_old:
        yield Finding("engine", Level.WRONG, f"Redis {engine.version} is too old", "6.2 or newer is needed")
    if engine.policy not in ("noeviction", ""):
        yield Finding(
            "engine",
            Level.DOUBTFUL,
            f"Redis forgets under pressure (maxmemory-policy {engine.policy})",
            "set it to noeviction: jobs and the gate live there",
        )
    runtime = make_runtime(settings, redis_retries=0)
    idle = [queue for queue, count in count_workers(runtime.redis).items() if not count]
    if idle:
        yield Finding(
            "engine", Level.DOUBTFUL, f"no worker on {' and '.join(idle)}", "./wire run, or ./wire work for each"
        )
    else:
        yield Finding("engine", Level.WELL, f"Redis {engine.version} answers, all queues have workers")


def check_bind(settings: Settings) -> Iterator[Finding]:
    """Whether the web face answers, or could."""
    if is_answering(settings.bind):
        if settings.redis_url or is_alive(engine_url(settings)):
            yield Finding("web", Level.WELL, f"answers at {settings.bind}")
        else:
            found = f"another wire answers at {settings.bind}"
            yield Finding("web", Level.DOUBTFUL, found, "set WIRE_DATA_DIR to look at that one, or WIRE_BIND")
        return
    try:
        check_free(settings.bind)
    except AlreadyRunningError as error:
        yield Finding("web", Level.WRONG, str(error), "stop it, or choose another address")
    else:
        yield Finding("web", Level.WELL, f"{settings.bind} is free")


def check_arxiv(settings: Settings) -> Iterator[Finding]:
    """Whether arXiv answers, through the gate like all requests; and whether our clock agrees with its."""
    try:
        answer = _ask_arxiv(settings)
    except AlreadyRunningError:
        yield Finding("arxiv", Level.DOUBTFUL, "not asked: a wire is starting or stopping", "try again in a moment")
    except OSError as error:
        found = f"not asked: {settings.data_dir} cannot be held meanwhile ({error.strerror})"
        yield Finding("arxiv", Level.DOUBTFUL, found, "see the disk")
    except FetchError as error:
        yield Finding(
            "arxiv",
            Level.WRONG,
            f"{settings.arxiv_listing_url}: {error}",
            "look at the network and at WIRE_ARXIV_LISTING_URL; ./wire demo works without",
        )
    else:
        yield Finding("arxiv", Level.WELL, f"{settings.arxiv_listing_url} answers")
        if answer.answered_at:
            yield from check_clock(SystemClock().now() - answer.answered_at)


def check_clock(off_by: timedelta) -> Iterator[Finding]:
    """Whether the machine's clock agrees with arXiv's.

    :param off_by: ours minus theirs
    """
    found = f"the machine's clock and arXiv's are {abs(off_by).total_seconds():.0f} s apart"
    if abs(off_by) > _DRIFT:
        level = Level.WRONG if abs(off_by) > _TOO_MUCH_DRIFT else Level.DOUBTFUL
        yield Finding("clock", level, found, "let the machine keep its time by NTP")
    else:
        yield Finding("clock", Level.WELL, found)


def _ask_arxiv(settings: Settings) -> Response:
    """One polite request: through the gate where its Redis runs, else alone on the data folder."""
    if settings.redis_url or is_alive(engine_url(settings)):
        runtime = make_runtime(settings, redis_retries=0)
        return _ask(runtime.arxiv, runtime)
    alone = hold_folder(settings.data_dir) if settings.data_dir.exists() else nullcontext()
    with alone:
        return _ask(HttpClient(user_agent(settings)), make_runtime(settings))


def _ask(client: HttpClient, runtime: Runtime) -> Response:
    known = _known_listing(runtime) or Listing(taxonomy.canonical("cs.DL"))
    url = listing_url(runtime.settings.arxiv_listing_url, known.name)
    return client.fetch(url, etag=known.etag, last_modified=known.last_modified)


def _known_listing(runtime: Runtime) -> Listing | None:
    """One that the topics read: unchanged, it costs arXiv next to nothing."""
    if not runtime.store.is_current():
        return None
    with runtime.store.read() as connection:
        names = polled_listings(connection, runtime.settings.only_listings)
        return listings.find_listing(connection, names[0]) if names else None


def _existing(folder: Path) -> Path:
    """The nearest folder that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())

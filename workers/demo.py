"""The demo: a wire of its own on a scratch folder, fed by a stand-in for arXiv, on its own clock."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml

from feeds.clock import format_rfc3339, parse_rfc3339
from feeds.config import Settings
from feeds.errors import WireError
from feeds.model.announcements import VisitOutcome
from feeds.model.calendar import eastern_midnight
from feeds.model.topics import MAX_ENTRIES
from feeds.store import copying, listings, memberships
from feeds.store.engine import Store
from workers.on_demand import await_polls, request_polls
from workers.polling.polled import polled_listings
from workers.runtime import Runtime
from workers.sample import Sample
from workers.standin import Recordings, Source

log = logging.getLogger("wire.demo")

_MARK = "demo.json"
#: What every page says; by whether the papers are the sample's.
NOTICES = {
    True: "This is a demo. Its papers are a sample, invented for it: none of them exists.",
    False: "This is a demo on recorded listings. Its clock stands where the recordings end.",
}
#: When the demo's wire looks at a day's listings, after midnight Eastern.
_LOOK_AFTER = timedelta(hours=1, minutes=10)
_PATIENCE_SECONDS = 300.0
#: A stand-in or an engine that was killed is back in seconds.
_TRIES, _PAUSE_SECONDS = 120, 0.5


class SourceError(WireError):
    """A folder without listings."""


def open_source(folder: Path | None) -> Source:
    """Where the demo's listings come from: recorded ones, or the sample that comes with the project.

    :param folder: None for the sample
    :raises SourceError: where the folder holds no recorded listing
    """
    if folder is None:
        return Sample()
    recordings = Recordings(folder)
    if not recordings.listings:
        raise SourceError(f"{folder} holds no listings; expected files like atom_cs.CV_2026-04-17.xml")
    return recordings


def is_usable(folder: Path) -> bool:
    """Whether a demo may live in a folder: it is new, empty, or an earlier demo's."""
    return not folder.exists() or not any(folder.iterdir()) or (folder / _MARK).exists()


def is_usable_database(folder: Path, store: Store) -> bool:
    """Whether a demo in this folder may live in a server's database: it is empty, or this demo's already.

    :raises DatabaseError: where it cannot be opened
    """
    try:
        mark = json.loads((folder / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        mark = {}
    return mark.get("database") == store.name or not copying.is_taken(store)


def set_up(
    folder: Path, topics: Path, source: Source, arxiv_url: str, database_url: str | None = None
) -> dict[str, str]:
    """Furnish a demo's folder.

    :param topics: the topics file; the demo's copy differs in how many entries a feed has
    :param arxiv_url: where the stand-in listens
    :param database_url: a server's database; None: a file in the folder
    :returns: the settings of the demo, as environment variables
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = {"demo": True, "database": Store(database_url).name if database_url else None}
    (folder / _MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
    clock = folder / "clock"
    if not clock.exists():
        set_clock(clock, _look_at(source.days[0]))
    _copy_topics(topics, folder / "topics.yaml")
    return {
        "WIRE_DATA_DIR": str(folder),
        "WIRE_DATABASE_URL": database_url or "",
        "WIRE_DATABASE_URL_FILE": "",
        "WIRE_REDIS_URL": "",
        "WIRE_REDIS_URL_FILE": "",
        "WIRE_TOPICS": str(folder / "topics.yaml"),
        "WIRE_CLOCK_FILE": str(clock),
        "WIRE_ARXIV_LISTING_URL": arxiv_url,
        "WIRE_ARXIV_API_URL": f"{arxiv_url}/api/query",
        "WIRE_ARXIV_OAI_URL": f"{arxiv_url}/oai",
        "WIRE_ARXIV_SITE_URL": arxiv_url,
        "WIRE_ARXIV_MIN_INTERVAL": "0",
        "WIRE_ONLY_LISTINGS": ",".join(source.listings),
        "WIRE_LOG_LEVEL": "warning",
        "WIRE_NOTICE": NOTICES[isinstance(source, Sample)],
    }


def replay(runtime: Runtime, source: Source, say: Callable[[str], None]) -> None:
    """Let the days pass, one after the other; days that are over are not repeated.

    :param say: gets a line a day
    """
    clock = runtime.settings.clock_file
    assert clock
    names = [name for name in source.listings if name in _polled(runtime)]
    for day in source.days:
        if _look_at(day) < parse_rfc3339(clock.read_text(encoding="ascii").strip()):
            continue
        set_clock(clock, _look_at(day))
        _poll_day(runtime, names)
        say(_describe(runtime, day))


def invite(settings: Settings) -> str:
    """What to open and try, now that all days are in."""
    return "\n".join(
        (
            "All days are in. To see and try:",
            f"  {settings.base_url}/                     the directory, in a browser",
            f"  {settings.base_url}/feeds.opml           all feeds at once, for a feed reader's import",
            f"  WIRE_DATA_DIR={settings.data_dir} ./wire topics preview 'TTS OR vocoder'",
            f"  WIRE_DATA_DIR={settings.data_dir} ./wire status",
            "Ctrl-C ends the demo.",
        )
    )


def _poll_day(runtime: Runtime, names: Sequence[str], sleep: Callable[[float], None] = time.sleep) -> None:
    """Poll until every listing was reached: tomorrow comes in a second here, and nobody goes back for today's."""
    missing = list(names)
    for _ in range(_TRIES):
        visits = await_polls(runtime, missing, request_polls(runtime, missing), _PATIENCE_SECONDS)
        missing = [n for n in missing if n not in visits or visits[n].outcome is VisitOutcome.UNREACHABLE]
        if not missing:
            return
        sleep(_PAUSE_SECONDS)
    log.warning("%s could not be reached", ", ".join(missing))


def _describe(runtime: Runtime, day: date) -> str:
    with runtime.store.read() as connection:
        accounts = [account for account in listings.list_days(connection, last=1000) if account.day == day]
        joined = sum(memberships.count_members(connection).values())
    outcomes = ", ".join(sorted({str(account.outcome) for account in accounts})) or "nothing"
    announced = sum(count for account in accounts for count in account.counts.values())
    return f"{day}  {outcomes:<8}{announced:>5} announced{joined:>6} in topics so far"


def set_clock(clock: Path, at: datetime) -> None:
    """Set a clock file, in one step for whoever reads it meanwhile."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(format_rfc3339(at) + "\n", encoding="ascii")
    os.replace(fresh, clock)


def _look_at(day: date) -> datetime:
    return eastern_midnight(day) + _LOOK_AFTER


def _copy_topics(source: Path, target: Path) -> None:
    """The file itself is validated when the wire reads its copy."""
    text = source.read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    if isinstance(read, dict) and isinstance(read.get("topics"), list):
        for topic in read["topics"]:
            if isinstance(topic, dict):
                topic["entries"] = MAX_ENTRIES
        text = yaml.safe_dump(read, allow_unicode=True, sort_keys=False)
    target.write_text(text, encoding="utf-8")


def _polled(runtime: Runtime) -> list[str]:
    with runtime.store.read() as connection:
        return polled_listings(connection)

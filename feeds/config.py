"""The settings: one table, read from the environment and ``.env``, that refuses nonsense by name.

Nothing else in this project reads an environment variable for configuration.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from feeds.clock import FileClock
from feeds.errors import ClockError, SettingsError
from feeds.model import taxonomy

#: The folder that holds ``wire``; relative paths in settings start here.
ROOT = Path(__file__).resolve().parent.parent
PREFIX = "WIRE_"
_RUNNING = "running.json"
#: arXiv asks for no more than one request every three seconds (info.arxiv.org/help/api/tou.html).
ARXIV_MIN_INTERVAL_SECONDS = 3.0
LOG_LEVELS = ("debug", "info", "warning", "error")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Bind:
    """Where the web face listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reachable_host(self) -> str:
        """The host under which this machine itself reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Where each comes from, and its default: :data:`TABLE`."""

    base_url: str
    bind: Bind
    data_dir: Path
    database_url: str
    redis_url: str | None
    topics: Path
    workers: int
    contact: str | None
    arxiv_listing_url: str
    arxiv_min_interval: float
    clock_file: Path | None
    only_listings: tuple[str, ...]
    log_level: str


@dataclass(frozen=True)
class Setting:
    """One row of the settings table."""

    name: str
    default: str  #: as it would be written; "" means unset
    meaning: str
    read: Callable[[str], Any]
    secret: bool = False

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def load_settings(
    environ: Mapping[str, str] | None = None, root: Path = ROOT, *, joining: bool = False
) -> Settings:
    """Read all settings; the environment goes before ``.env``, and an empty value is as good as none.

    :param joining: True in a command that works with a running wire: what that wire was started with on the
        same data folder comes between the two
    :raises SettingsError: for the first one that makes no sense
    """
    environ = os.environ if environ is None else environ
    given = _merge(environ, root)
    if joining:
        given = _merge(environ, root, _read_running(given, root))
    values = {setting.name: _read(setting, given, root) for setting in TABLE}
    values["base_url"] = values["base_url"] or f"http://{values['bind']}"
    values["database_url"] = values["database_url"] or f"sqlite:///{values['data_dir'] / 'wire.db'}"
    settings = Settings(**values)
    _check_interval(settings)
    return settings


def save_running(environ: Mapping[str, str], folder: Path, root: Path = ROOT) -> None:
    """Note what a wire is started with, for the commands that join it. Secrets are not written."""
    given = _merge(environ, root)
    shown = {
        setting.variable: given.get(setting.variable, "")
        for setting in TABLE
        if not (setting.secret and (given.get(setting.variable) or given.get(setting.variable + "_FILE")))
    }
    fresh = folder / f"{_RUNNING}.new"
    fresh.write_text(json.dumps(shown, indent=1) + "\n", encoding="utf-8")
    fresh.replace(folder / _RUNNING)


def forget_running(folder: Path) -> None:
    """The wire on this folder has stopped."""
    (folder / _RUNNING).unlink(missing_ok=True)


def _read_running(given: Mapping[str, str], root: Path) -> dict[str, str]:
    data_dir = next(setting for setting in TABLE if setting.name == "data_dir")
    try:
        noted = json.loads((_read(data_dir, given, root) / _RUNNING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in noted.items() if name != data_dir.variable}


def _merge(environ: Mapping[str, str], root: Path, running: Mapping[str, str] | None = None) -> dict[str, str]:
    merged = {**dotenv_values(root / ".env"), **(running or {}), **environ}
    return {name: value for name, value in merged.items() if name.startswith(PREFIX) and value}


def _read(setting: Setting, given: Mapping[str, str], root: Path) -> Any:
    text = given.get(setting.variable, "")
    if not text and setting.secret and (path := given.get(setting.variable + "_FILE")):
        text = _read_secret(setting, root / path)
    text = text or setting.default
    try:
        value = setting.read(text)
    except ValueError as error:
        raise SettingsError(setting.variable, "(secret)" if setting.secret else text, str(error)) from error
    return root / value if isinstance(value, Path) else value


def _read_secret(setting: Setting, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{setting.variable}_FILE", str(path), f"cannot be read: {error.strerror}") from error


def _check_interval(settings: Settings) -> None:
    host = urlsplit(settings.arxiv_listing_url).hostname or ""
    at_arxiv = host == "arxiv.org" or host.endswith(".arxiv.org")
    if at_arxiv and settings.arxiv_min_interval < ARXIV_MIN_INTERVAL_SECONDS:
        raise SettingsError(
            "WIRE_ARXIV_MIN_INTERVAL",
            f"{settings.arxiv_min_interval:g}",
            f"arXiv allows one request every {ARXIV_MIN_INTERVAL_SECONDS:g} seconds; expected 3 or more",
        )


def _bind(text: str) -> Bind:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535 or set(host) & set("/ @"):
        raise ValueError("expected host:port, like 127.0.0.1:8000 or [::1]:8000")
    return Bind(host, int(port))


def _http_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or url.username:
        raise ValueError("expected an http or https address without query, like https://wire.example.org")
    _ = url.port  # raises ValueError where the port is none
    return text.rstrip("/")


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def _database_url(text: str) -> str:
    scheme, _, path = text.partition(":///")
    if scheme != "sqlite" or not path or path == ":memory:":
        raise ValueError("expected sqlite:///path/to/file.db (other databases are not supported yet)")
    return f"sqlite:///{ROOT / path}"


def _redis_url(text: str) -> str:
    if urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("expected redis://host:6379/0, rediss://... or unix:///path/to/socket")
    return text


def _int_between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError("expected a number of seconds, like 3") from error
    if not 0 <= seconds <= 3600:
        raise ValueError("expected 0 to 3600 seconds")
    return seconds


def _contact(text: str) -> str:
    if not text.isprintable() or len(text) > 200 or not text.isascii():
        raise ValueError("expected a mail address or an address on the web, in ASCII, at most 200 characters")
    return text


def _listings(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if taxonomy.find_name(name) is None:
            raise ValueError(f'expected arXiv categories with commas between; "{name}" is none')
    return tuple(taxonomy.canonical(taxonomy.find_name(name) or name) for name in names)


def _clock_file(text: str) -> Path:
    path = ROOT / text
    try:
        FileClock(path).now()
    except ClockError as error:
        raise ValueError(f"expected a file that holds an RFC 3339 time: {error}") from error
    return path


TABLE: tuple[Setting, ...] = (
    Setting("base_url", "", "Public address; every absolute URL starts with it (unset: http:// + bind)",
            _optional(_http_url)),
    Setting("bind", "127.0.0.1:8000", "Where the web face listens", _bind),
    Setting("data_dir", "var", "Folder for the database, the embedded engine and the lock", Path),
    Setting("database_url", "", "Database (unset: SQLite under the data folder)", _optional(_database_url)),
    Setting("redis_url", "", "Redis (unset: an embedded engine under the data folder)",
            _optional(_redis_url), secret=True),
    Setting("topics", "topics.yaml", "The file that defines the topics", Path),
    Setting("workers", "1", "Enrichment processes", _int_between(1, 64)),
    Setting("contact", "", "Who runs this wire (mail or web address); part of every request's User-Agent",
            _optional(_contact)),
    Setting("arxiv_listing_url", "https://rss.arxiv.org", "arXiv's listing feeds", _http_url),
    Setting("arxiv_min_interval", "3", "Seconds between two requests to arXiv; under 3 is refused for arxiv.org",
            _seconds),
    Setting("clock_file", "", "Demos and tests only: a file that holds the present time (RFC 3339)",
            _optional(_clock_file)),
    Setting("only_listings", "", "Demos and tests only: the listings that may be polled, with commas between",
            _listings),
    Setting("log_level", "info", "What goes to the log: debug, info, warning or error", _log_level),
)  # fmt: skip

"""The settings: one table, read from the environment and ``.env``, that refuses nonsense by name.

Nothing else in this project reads an environment variable for configuration.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values

from feeds.clock import FileClock
from feeds.errors import ClockError, SettingsError
from feeds.model import taxonomy

#: The folder that holds ``wire``; relative paths in settings start here.
ROOT = Path(__file__).resolve().parent.parent
PREFIX = "WIRE_"
_RUNNING = "running.json"
#: Read by ``wire`` itself, before anything of this is there.
_BOOTSTRAP = {"WIRE_NO_VENV"}
#: arXiv asks for no more than one request every three seconds (info.arxiv.org/help/api/tou.html).
ARXIV_MIN_INTERVAL_SECONDS = 3.0
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
LOOPBACK = ("localhost", "127.0.0.1", "::1")

_HOST = re.compile(r"[A-Za-z0-9._-]+")
#: What can stand in an address, but for ``?``, ``#`` and ``@`` (RFC 3986; letters of other scripts too, RFC 3987).
_ADDRESS = re.compile(r"[\w\-.~:/\[\]!$&'()*+,;=%]+")
_PASSWORD = re.compile(r"(?<=//).*(?=@)|(?<=password=)[^&]*", re.DOTALL)


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
    redis_url: str | None = field(repr=False)
    topics: Path
    workers: int
    contact: str | None
    arxiv_listing_url: str
    arxiv_api_url: str
    arxiv_oai_url: str
    arxiv_site_url: str
    arxiv_min_interval: float
    clock_file: Path | None
    only_listings: tuple[str, ...]
    log_level: str
    log_format: str
    notice: str
    alert_webhook: str | None = field(repr=False)

    def interval_for(self, url: str) -> float:
        """Seconds between a request there and the next one anywhere; arXiv's own hosts are never asked faster."""
        return max(self.arxiv_min_interval, ARXIV_MIN_INTERVAL_SECONDS if is_at_arxiv(url) else 0.0)


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
    """Read all settings; the environment goes before ``.env``, and a value set empty there is unset.

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
    values["database_url"] = f"sqlite:///{values['database_url'] or values['data_dir'] / 'wire.db'}"
    settings = Settings(**values)
    _check_interval(settings)
    _check_clock(settings)
    return settings


def find_unknown(environ: Mapping[str, str], root: Path = ROOT) -> dict[str, str | None]:
    """Which ``WIRE_`` variables are given that mean nothing here; for each the setting that is most alike."""
    known = {setting.variable for setting in TABLE} | {f"{variable}_FILE" for variable in _SECRETS} | _BOOTSTRAP
    return {
        name: next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.8)), None)
        for name in sorted(_merge(environ, root).keys() - known)
    }


def save_running(environ: Mapping[str, str], folder: Path, root: Path = ROOT) -> None:
    """Note what a wire is started with, for the commands that join it. Secrets are not written."""
    given = _merge(environ, root)
    shown = {setting.variable: given.get(setting.variable, "") for setting in TABLE}
    for variable in _SECRETS:
        shown[f"{variable}_FILE"] = given.get(f"{variable}_FILE", "")
        if shown[variable]:
            del shown[variable]
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
    if not isinstance(noted, dict):
        return {}
    return {str(name): str(value) for name, value in noted.items() if name != data_dir.variable}


def _merge(environ: Mapping[str, str], root: Path, running: Mapping[str, str] | None = None) -> dict[str, str]:
    merged: dict[str, str | None] = {}
    for layer in (_read_dotenv(root), running or {}, environ):
        for variable in _SECRETS:
            if layer.get(f"{variable}_FILE"):
                merged.pop(variable, None)
        merged.update(layer)
    shown = {name: (value or "").strip() for name, value in merged.items() if name.startswith(PREFIX)}
    return {name: value for name, value in shown.items() if value}


def _read_dotenv(root: Path) -> dict[str, str | None]:
    path = root / ".env"
    try:
        return dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(".env", str(path), f"cannot be read: {reason}") from None


def _read(setting: Setting, given: Mapping[str, str], root: Path) -> Any:
    text = given.get(setting.variable, "")
    if not text and setting.secret and (path := given.get(setting.variable + "_FILE")):
        text = _read_secret(setting, root / path)
    text = text or setting.default
    try:
        value = setting.read(text)
    except ValueError as error:
        shown = "(secret)" if setting.secret else _PASSWORD.sub("(secret)", text)
        raise SettingsError(setting.variable, shown, str(error)) from None
    return root / value if isinstance(value, Path) else value


def _read_secret(setting: Setting, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{setting.variable}_FILE", str(path), f"cannot be read: {reason}") from None


def _check_interval(settings: Settings) -> None:
    if is_at_arxiv(settings.arxiv_listing_url) and settings.arxiv_min_interval < ARXIV_MIN_INTERVAL_SECONDS:
        raise SettingsError(
            "WIRE_ARXIV_MIN_INTERVAL",
            str(settings.arxiv_min_interval),
            f"arXiv allows one request every {ARXIV_MIN_INTERVAL_SECONDS:g} seconds; expected 3 or more",
        )


def is_at_arxiv(url: str) -> bool:
    """Whether an address is one of arXiv's own."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == "arxiv.org" or host.endswith(".arxiv.org")


def _check_clock(settings: Settings) -> None:
    if settings.clock_file is None:
        return
    try:
        FileClock(settings.clock_file).now()
    except ClockError as error:
        problem = f"expected a file that holds an RFC 3339 time: {error}"
        raise SettingsError("WIRE_CLOCK_FILE", str(settings.clock_file), problem) from error


def _bind(text: str) -> Bind:
    host, _, port = text.rpartition(":")
    if not _is_host(host) or not 1 <= _whole(port) <= 65535:
        raise ValueError("expected host:port, like 127.0.0.1:8000 or [::1]:8000")
    return Bind(host.strip("[]"), int(port))


def _is_host(text: str) -> bool:
    """Whether it is a name, an address, or an IPv6 address in brackets."""
    if not text.startswith("["):
        return _HOST.fullmatch(text) is not None
    try:
        IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return text.endswith("]")


def _split(text: str) -> SplitResult | None:
    """An address taken apart; None where it is none. What Python itself says of those quotes their passwords."""
    try:
        url = urlsplit(text)
        return url if url.port != 0 else None
    except ValueError:
        return None


def _http_url(text: str) -> str:
    url = _split(text)
    if url is None or url.scheme not in ("http", "https") or not url.hostname or not _ADDRESS.fullmatch(text):
        raise ValueError(
            "expected an http or https address without query or password, like https://wire.example.org"
        )
    return text.rstrip("/")


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def _database_path(text: str) -> Path:
    scheme, _, path = text.partition(":///")
    if scheme != "sqlite" or not path or path == ":memory:":
        raise ValueError("expected sqlite:///path/to/file.db (other databases are not supported yet)")
    return Path(path)


def _redis_url(text: str) -> str:
    url = _split(text)
    at_host = url and url.scheme in ("redis", "rediss") and url.hostname
    at_socket = url and url.scheme == "unix" and url.path and not url.hostname
    if not at_host and not at_socket:
        raise ValueError("expected redis://host:6379/0, rediss://... or unix:///path/to/socket")
    return text


def _whole(text: str) -> int:
    """A whole number as people write one; -1 for everything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _int_between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not low <= _whole(text) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def _notice(text: str) -> str:
    if not text.isprintable() or len(text) > 500:
        raise ValueError("expected one line of at most 500 characters")
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return text.lower()

    return read


def _webhook(text: str) -> str:
    url = _split(text)
    if url is None or url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("expected an http or https address")
    return text


def _log_level(text: str) -> str:
    return _one_of(LOG_LEVELS)(text).upper()


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
    return tuple(dict.fromkeys(taxonomy.canonical(taxonomy.find_name(name) or name) for name in names))


TABLE: tuple[Setting, ...] = (
    Setting("base_url", "", "Public address; every absolute URL starts with it (unset: http:// + bind)",
            _optional(_http_url)),
    Setting("bind", "127.0.0.1:8000", "Where the web face listens", _bind),
    Setting("data_dir", "var", "Folder for the database, the embedded engine and the lock", Path),
    Setting("database_url", "", "Database (unset: SQLite under the data folder)", _optional(_database_path)),
    Setting("redis_url", "", "Redis (unset: an embedded engine under the data folder)",
            _optional(_redis_url), secret=True),
    Setting("topics", "topics.yaml", "The file that defines the topics", Path),
    Setting("workers", "1", "Enrichment processes", _int_between(1, 64)),
    Setting("contact", "", "Who runs this wire (mail or web address); part of every request's User-Agent",
            _optional(_contact)),
    Setting("arxiv_listing_url", "https://rss.arxiv.org", "arXiv's listing feeds", _http_url),
    Setting("arxiv_api_url", "https://export.arxiv.org/api/query", "arXiv's query API", _http_url),
    Setting("arxiv_oai_url", "https://oaipmh.arxiv.org/oai", "arXiv's OAI-PMH", _http_url),
    Setting("arxiv_site_url", "https://export.arxiv.org", "arXiv's pages: catch-up", _http_url),
    Setting("arxiv_min_interval", "3", "Seconds between two requests to arXiv; under 3 is refused for arxiv.org",
            _seconds),
    Setting("clock_file", "", "Demos and tests only: a file that holds the present time (RFC 3339)",
            _optional(Path)),
    Setting("only_listings", "", "Demos and tests only: the listings that may be polled, with commas between",
            _listings),
    Setting("notice", "", "A line that every page shows on top", _notice),
    Setting("alert_webhook", "", "Address that gets a POST for every incident that opens or closes",
            _optional(_webhook), secret=True),
    Setting("log_level", "info", "What goes to the log: debug, info, warning or error", _log_level),
    Setting("log_format", "text", "How it is written: text or json, one line a message", _one_of(LOG_FORMATS)),
)  # fmt: skip
_SECRETS = tuple(setting.variable for setting in TABLE if setting.secret)

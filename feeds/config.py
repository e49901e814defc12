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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from feeds.clock import FileClock
from feeds.errors import ClockError, SettingsError
from feeds.model.callbacks import Network
from feeds.setting_values import (
    LOG_FORMATS,
    Bind,
    int_between,
    may_hold_password,
    one_of,
    optional,
    read_bind,
    read_contact,
    read_database_url,
    read_editors,
    read_http_url,
    read_listings,
    read_log_level,
    read_model,
    read_networks,
    read_notice,
    read_redis_url,
    read_seconds,
    read_temperature,
    read_token,
    read_webhook,
)

#: The folder that holds ``wire``; relative paths in settings start here.
ROOT = Path(__file__).resolve().parent.parent
PREFIX = "WIRE_"
_RUNNING = "running.json"
#: Read by ``wire`` itself, before anything of this is there.
_BOOTSTRAP = {"WIRE_NO_VENV"}
#: arXiv asks for no more than one request every three seconds (info.arxiv.org/help/api/tou.html).
ARXIV_MIN_INTERVAL_SECONDS = 3.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")

_PASSWORD = re.compile(r"(?<=//).*(?=@)|(?<=password=)[^&]*", re.DOTALL)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Where each comes from, and its default: :data:`TABLE`."""

    base_url: str
    bind: Bind
    data_dir: Path
    database_url: str = field(repr=False)  #: SQLite's or PostgreSQL's (:class:`feeds.store.engine.Store`)
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
    llm_base_url: str | None
    llm_model: str | None
    llm_api_key: str | None = field(repr=False)
    llm_daily_tokens: int | None
    llm_concurrency: int
    llm_temperature: float | None
    llm_thinking_tokens: int
    editors: Mapping[str, str] = field(repr=False)  #: name by token
    admin_token: str | None = field(repr=False)
    websub_allow: tuple[Network, ...]
    api_rate: int
    proxies: int

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
    #: Of a secret one: whether a value holds anything that must not be shown.
    conceals: Callable[[str], bool] = lambda _text: True

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
    database = values["database_url"] or values["data_dir"] / "wire.db"
    values["database_url"] = f"sqlite:///{database}" if isinstance(database, Path) else database
    settings = Settings(**values)
    _check_interval(settings)
    _check_clock(settings)
    _check_llm(settings)
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
    for secret in (setting for setting in TABLE if setting.secret):
        shown[f"{secret.variable}_FILE"] = given.get(f"{secret.variable}_FILE", "")
        if shown[secret.variable] and secret.conceals(shown[secret.variable]):
            del shown[secret.variable]
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
        shown = "(secret)" if setting.secret and setting.conceals(text) else _PASSWORD.sub("(secret)", text)
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


def _check_llm(settings: Settings) -> None:
    if settings.llm_base_url and not settings.llm_model:
        raise SettingsError("WIRE_LLM_MODEL", "", "WIRE_LLM_BASE_URL is set; expected the name of a model there")


def _check_clock(settings: Settings) -> None:
    if settings.clock_file is None:
        return
    try:
        FileClock(settings.clock_file).now()
    except ClockError as error:
        problem = f"expected a file that holds an RFC 3339 time: {error}"
        raise SettingsError("WIRE_CLOCK_FILE", str(settings.clock_file), problem) from error


TABLE: tuple[Setting, ...] = (
    Setting("base_url", "", "Public address; every absolute URL starts with it (unset: http:// + bind)",
            optional(read_http_url)),
    Setting("bind", "127.0.0.1:8000", "Where the web face listens", read_bind),
    Setting("data_dir", "var", "Folder for the database, the embedded engine and the lock", Path),
    Setting("database_url", "", "Database: SQLite's or PostgreSQL's address (unset: SQLite under the data folder)",
            optional(read_database_url), secret=True, conceals=may_hold_password),
    Setting("redis_url", "", "Redis (unset: an embedded engine under the data folder)",
            optional(read_redis_url), secret=True),
    Setting("topics", "topics.yaml", "The file that defines the topics", Path),
    Setting("workers", "1", "Enrichment processes", int_between(1, 64)),
    Setting("contact", "", "Who runs this wire (mail or web address); part of every request's User-Agent",
            optional(read_contact)),
    Setting("arxiv_listing_url", "https://rss.arxiv.org", "arXiv's listing feeds", read_http_url),
    Setting("arxiv_api_url", "https://export.arxiv.org/api/query", "arXiv's query API", read_http_url),
    Setting("arxiv_oai_url", "https://oaipmh.arxiv.org/oai", "arXiv's OAI-PMH", read_http_url),
    Setting("arxiv_site_url", "https://export.arxiv.org", "arXiv's pages: catch-up", read_http_url),
    Setting("arxiv_min_interval", "3", "Seconds between two requests to arXiv; under 3 is refused for arxiv.org",
            read_seconds),
    Setting("clock_file", "", "Demos and tests only: a file that holds the present time (RFC 3339)",
            optional(Path)),
    Setting("only_listings", "", "Demos and tests only: the listings that may be polled, with commas between",
            read_listings),
    Setting("notice", "", "A line that every page shows on top", read_notice),
    Setting("alert_webhook", "", "Address that gets a POST for every incident that opens or closes",
            optional(read_webhook), secret=True),
    Setting("llm_base_url", "", "OpenAI-compatible endpoint that writes summaries, up to /v1 (unset: none)",
            optional(read_http_url)),
    Setting("llm_model", "", "The model that is asked there", optional(read_model)),
    Setting("llm_api_key", "", "The key for it, where it wants one", optional(read_token), secret=True),
    Setting("llm_daily_tokens", "", "Tokens that may be spent in a UTC day (unset: no limit)",
            optional(int_between(0, 10**12))),
    Setting("llm_concurrency", "8", "Calls to it at once, over all enrichment processes", int_between(1, 256)),
    Setting("llm_temperature", "0.2", "Its temperature; none: the endpoint's own", read_temperature),
    Setting("llm_thinking_tokens", "0", "Tokens on top of a reply's own, for models that think aloud first",
            int_between(0, 100_000)),
    Setting("editors", "", "Who may write by the API: name:token, with commas between (unset: nobody)",
            read_editors, secret=True),
    Setting("admin_token", "", "Token of the one editor called admin", optional(read_token),
            secret=True),
    Setting("websub_allow", "", "Networks of yours whose subscribers may be told of changes, with commas between",
            read_networks),
    Setting("api_rate", "600", "Requests a minute that one address may make of the API; 0: no limit",
            int_between(0, 1_000_000)),
    Setting("proxies", "0", "Proxies in front of the web face that tell the truth in X-Forwarded-For",
            int_between(0, 10)),
    Setting("log_level", "info", "What goes to the log: debug, info, warning or error", read_log_level),
    Setting("log_format", "text", "How it is written: text or json, one line a message", one_of(LOG_FORMATS)),
)  # fmt: skip
_SECRETS = tuple(setting.variable for setting in TABLE if setting.secret)

"""How the values of settings are read: each reader takes a text and gives what it means, or says what is allowed.

Every one raises ``ValueError`` with what would be accepted; the table in ``config`` says which setting has which.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from feeds.model import taxonomy
from feeds.model.callbacks import Network, read_network
from feeds.model.curation import WIRE

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")

#: A bearer token (RFC 6750, section 2.1).
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_EDITOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
#: What can stand in an address, but for ``?``, ``#`` and ``@`` (RFC 3986; letters of other scripts too, RFC 3987).
_ADDRESS = re.compile(r"[\w\-.~:/\[\]!$&'()*+,;=%]+")


#: User, host and port may be missing; the database may not.
_POSTGRESQL = re.compile(
    r"postgres(?:ql)?://(?:[^\s/@?#]*@)?(?:[^\s/@?#:\[\]]+|\[[0-9A-Fa-f:.]+\])?(?::\d+)?/[^\s/?#@]+(?:\?[!-~]*)?"
)
#: What may follow its question mark: libpq's parameters (PostgreSQL 34.1.2) that a wire has use for.
_LIBPQ = frozenset(
    {
        "host", "port", "user", "password", "passfile", "application_name", "options", "connect_timeout",
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "channel_binding", "require_auth", "gssencmode", "krbsrvname", "target_session_attrs",
        "sslmode", "sslnegotiation", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword",
    }
)  # fmt: skip


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


def read_bind(text: str) -> Bind:
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


def read_http_url(text: str) -> str:
    url = _split(text)
    if url is None or url.scheme not in ("http", "https") or not url.hostname or not _ADDRESS.fullmatch(text):
        raise ValueError(
            "expected an http or https address without query or password, like https://wire.example.org"
        )
    return text.rstrip("/")


def optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def read_database_url(text: str) -> Path | str:
    """The file of an SQLite database, or the address of a PostgreSQL one."""
    scheme, _, path = text.partition(":///")
    if scheme == "sqlite" and path and path != ":memory:" and "\0" not in path:
        return Path(path)
    if not _is_postgresql(text):
        raise ValueError(
            "expected sqlite:///path/to/file.db or postgresql://user@host/database (unix sockets: ?host=/folder)"
        )
    return text.replace("postgres://", "postgresql://", 1)


def _is_postgresql(text: str) -> bool:
    url = _split(text)
    if url is None or not _POSTGRESQL.fullmatch(text):
        return False
    try:
        options = parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
    except ValueError:
        return False
    return {name for name, _ in options} <= _LIBPQ


def may_hold_password(text: str) -> bool:
    """Whether an address holds a password, or may: one that cannot be taken apart is not looked at closely."""
    url = _split(text)
    if url is None:
        return "@" in text or "pass" in text.lower()
    user, _, _ = url.netloc.rpartition("@")
    rest = unquote(f"{url.path}{url.query}{url.fragment}").lower()
    return ":" in user or "@" in rest or "pass" in rest


def read_token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("expected a token of letters, digits and -._~+/ (RFC 6750)")
    return text


def read_editors(text: str) -> dict[str, str]:
    """Editors' names by their tokens."""
    editors: dict[str, str] = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        name, _, token = item.partition(":")
        if not _EDITOR.fullmatch(name) or not _TOKEN.fullmatch(token) or token in editors:
            raise ValueError("expected name:token,... with a token of its own for each")
        if name.casefold() == WIRE:
            raise ValueError(f"expected another name than {WIRE}, which signs what the wire does itself")
        editors[token] = name
    if len(set(editors.values())) < len(editors):
        raise ValueError("expected each name once")
    return editors


def read_redis_url(text: str) -> str:
    url = _split(text)
    at_host = url and url.scheme in ("redis", "rediss") and url.hostname
    at_socket = url and url.scheme == "unix" and url.path and not url.hostname
    if not at_host and not at_socket:
        raise ValueError("expected redis://host:6379/0, rediss://... or unix:///path/to/socket")
    return text


def _whole(text: str) -> int:
    """A whole number as people write one; -1 for everything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def int_between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not low <= _whole(text) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def read_notice(text: str) -> str:
    if not text.isprintable() or len(text) > 500:
        raise ValueError("expected one line of at most 500 characters")
    return text


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return text.lower()

    return read


def read_webhook(text: str) -> str:
    url = _split(text)
    if url is None or url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("expected an http or https address")
    return text


def read_log_level(text: str) -> str:
    return one_of(LOG_LEVELS)(text).upper()


def read_seconds(text: str) -> float:
    return _number(text, 3600, "expected a number of seconds from 0 to 3600, like 3")


def _number(text: str, most: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(expected) from error
    if not 0 <= value <= most:
        raise ValueError(expected)
    return value


def read_model(text: str) -> str:
    if not text.isprintable() or len(text) > 200:
        raise ValueError("expected the name of a model, at most 200 characters")
    return text


def read_temperature(text: str) -> float | None:
    if text.lower() == "none":
        return None
    return _number(text, 2, "expected a number from 0 to 2, or none")


def read_contact(text: str) -> str:
    if not text.isprintable() or len(text) > 200 or not text.isascii():
        raise ValueError("expected a mail address or an address on the web, in ASCII, at most 200 characters")
    return text


def read_networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(read_network(item.strip()) for item in text.split(",") if item.strip())
    except ValueError:
        raise ValueError("expected networks like 10.1.0.0/16 or fd00:1::/64, with commas between") from None


def read_listings(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if taxonomy.find_name(name) is None:
            raise ValueError(f'expected arXiv categories with commas between; "{name}" is none')
    return tuple(dict.fromkeys(taxonomy.canonical(taxonomy.find_name(name) or name) for name in names))

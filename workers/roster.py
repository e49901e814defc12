"""Who runs: the parts of one wire, as its supervisor last wrote them down. For ``status`` and ``/metrics``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "parts.json"


@dataclass(frozen=True)
class PartState:
    """One part of a running wire."""

    name: str
    pid: int | None
    state: str  #: starting, running, waiting (to be started again), done
    started_at: str  #: RFC 3339
    restarts: int
    last_exit: str  #: how it ended last; "" where it never did


def save_roster(folder: Path, parts: Iterable[PartState]) -> None:
    """Write it down in one step. A disk that is full must not stop a supervisor: then the old one stays."""
    with suppress(OSError):
        fresh = folder / f"{_FILE}.new"
        fresh.write_text(json.dumps([asdict(part) for part in parts], indent=1) + "\n", encoding="utf-8")
        fresh.replace(folder / _FILE)


def load_roster(folder: Path) -> list[PartState]:
    """Read it; empty where no wire runs there, or nothing can be read."""
    try:
        return [PartState(**part) for part in json.loads((folder / _FILE).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def forget_roster(folder: Path) -> None:
    """The wire has stopped."""
    with suppress(OSError):
        (folder / _FILE).unlink(missing_ok=True)

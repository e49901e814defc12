"""The roster: which processes of a wire run, in a small file in its data folder, for whoever wants to know."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

_NAME = "parts.json"


class Phase(StrEnum):
    """Where a part stands."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"  #: it ended, and is started again after a while
    DONE = "done"  #: it ended, as it should


@dataclass(frozen=True)
class PartState:
    """One part of a wire."""

    name: str
    pid: int | None  #: None while it does not run
    state: str  #: one of :class:`Phase`
    started_at: str  #: RFC 3339; the last start, "" where there was none yet
    restarts: int
    last_exit: str  #: how it last ended; "" where it never did


def save_roster(folder: Path, parts: Iterable[PartState]) -> None:
    """Write the roster in one step, for whoever reads it meanwhile.

    :raises OSError: where the disk does not take it
    """
    fresh = folder / f"{_NAME}.new"
    fresh.write_text(json.dumps([asdict(part) for part in parts], indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, folder / _NAME)


def load_roster(folder: Path) -> list[PartState]:
    """The roster; empty where none is kept, or nobody can make sense of it.

    A wire that was killed leaves its last one behind.
    """
    try:
        noted = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return [_read(part) for part in noted]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def forget_roster(folder: Path) -> None:
    """The wire on this folder has stopped."""
    (folder / _NAME).unlink(missing_ok=True)


def _read(part: dict[str, object]) -> PartState:
    pid = part["pid"]
    return PartState(
        name=str(part["name"]),
        pid=pid if isinstance(pid, int) else None,
        state=str(part["state"]),
        started_at=str(part["started_at"]),
        restarts=int(str(part["restarts"])),
        last_exit=str(part["last_exit"]),
    )

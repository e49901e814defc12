"""Looks at processes from outside."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.support.processes import wait_for


def is_gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status == "Z"


def end(pid: int) -> None:
    """Leave nothing behind, whatever a test found out."""
    if not is_gone(pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def await_pid(path: Path) -> int:
    """The process id that a child wrote, once it has."""
    wait_for(lambda: path.exists() and path.read_text(encoding="ascii").endswith("\n"), f"{path.name}")
    return int(path.read_text(encoding="ascii"))

"""Where "now" comes from. Handed to whoever needs it, never read deep inside."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from feeds.errors import ClockError


class Clock(Protocol):
    """Tells the present time, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set; for tests and notebooks."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class FileClock:
    """The time written in a file (RFC 3339), read at each use; for demos and tests.

    A reading that fails (a writer may be half-way) is tried again for a moment, then the last good one counts.

    :raises ClockError: from :meth:`now`, when the file never held a time
    """

    def __init__(self, path: Path, patience_seconds: float = 0.5) -> None:
        self._path = path
        self._patience_seconds = patience_seconds
        self._last: datetime | None = None

    def now(self) -> datetime:
        deadline = time.monotonic() + self._patience_seconds
        while True:
            try:
                self._last = parse_rfc3339(self._path.read_text(encoding="ascii").strip())
            except (OSError, ValueError) as error:
                if time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                if self._last is None:
                    raise ClockError(f"the clock file {self._path} holds no RFC 3339 time: {error}") from error
            return self._last


def make_clock(path: Path | None) -> Clock:
    """The clock in force: the file's where one is given, else the machine's."""
    return FileClock(path) if path else SystemClock()


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 date-time.

    :raises ValueError: where it is none, lacks its offset, or lies outside of the years that can be told
    """
    at = datetime.fromisoformat(text.upper())  # RFC 3339, section 5.6: "t" and "z" may be small
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset (write 2026-04-17T05:10:00Z)")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside of the years 1 to 9999") from error


def format_rfc3339(at: datetime) -> str:
    """Write an RFC 3339 date-time in UTC, with a fraction only where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

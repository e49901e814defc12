"""Where "now" comes from."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.clock import FileClock, FixedClock, SystemClock, format_rfc3339, make_clock, parse_rfc3339
from feeds.errors import ClockError

STEADY = settings(deadline=None, derandomize=True)
MORNING = datetime(2026, 4, 17, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-04-17T05:10:00Z", MORNING),
        ("2026-04-17t05:10:00z", MORNING),
        ("2026-04-17 05:10:00Z", MORNING),
        ("2026-04-17T05:10:00+00:00", MORNING),
        ("2026-04-17T01:10:00-04:00", MORNING),
        ("2026-04-17T13:10:00+08:00", MORNING),
        ("2026-04-17T05:10:00.25Z", MORNING + timedelta(milliseconds=250)),
        ("2026-04-17T05:10:00.1234567Z", MORNING + timedelta(microseconds=123456)),
    ],
)
def test_an_rfc_3339_time_is_read(text: str, at: datetime) -> None:
    read = parse_rfc3339(text)
    assert read == at
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-04-17",
        "2026-04-17T05:10:00",
        "2026-13-17T05:10:00Z",
        "2026-04-17T25:10:00Z",
        "17 Apr 2026 05:10:00 GMT",
        "1776402600",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\x00",
    ],
)
def test_what_is_no_rfc_3339_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


@given(st.text())
@STEADY
def test_reading_a_time_raises_nothing_but_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_rfc3339(text).utcoffset() == timedelta(0)


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
@STEADY
def test_a_time_survives_being_written_and_read(at: datetime) -> None:
    written = format_rfc3339(at)
    assert written.endswith("Z")
    assert parse_rfc3339(written) == at


def test_a_whole_second_is_written_without_a_fraction() -> None:
    assert format_rfc3339(MORNING) == "2026-04-17T05:10:00Z"
    assert format_rfc3339(MORNING + timedelta(microseconds=5)) == "2026-04-17T05:10:00.000005Z"


def test_the_system_clock_is_aware_and_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(days=1)


def test_a_fixed_clock_stands_still_until_it_is_set() -> None:
    clock = FixedClock(MORNING)
    assert (clock.now(), clock.now()) == (MORNING, MORNING)
    clock.at = MORNING + timedelta(days=1)
    assert clock.now() == MORNING + timedelta(days=1)


def test_a_file_clock_is_read_at_each_use(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = FileClock(path, patience_seconds=0)
    path.write_text("2026-04-17T05:10:00Z\n", encoding="ascii")
    assert clock.now() == MORNING
    path.write_text("2026-04-18T05:10:00Z", encoding="ascii")
    assert clock.now() == MORNING + timedelta(days=1)


@pytest.mark.parametrize("body", [b"", b"2026-04", "２０２６".encode(), b"\xff", b"0001-01-01T00:00:00+14:00"])
def test_a_file_clock_keeps_its_last_good_time(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "clock"
    path.write_bytes(b"2026-04-17T05:10:00Z")
    clock = FileClock(path, patience_seconds=0)
    assert clock.now() == MORNING
    path.write_bytes(body)
    assert clock.now() == MORNING
    path.unlink()
    assert clock.now() == MORNING


@pytest.mark.parametrize("body", [None, b"", b"soon", b"2026-04-17T05:10:00", b"\xff"])
def test_a_file_that_never_held_a_time_is_named(tmp_path: Path, body: bytes | None) -> None:
    path = tmp_path / "clock"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(ClockError, match="RFC 3339") as caught:
        FileClock(path, patience_seconds=0).now()
    assert str(path) in str(caught.value)


def test_a_file_clock_waits_for_a_writer_that_is_half_way(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2026-04-1", encoding="ascii")
    told: list[datetime] = []
    reader = threading.Thread(target=lambda: told.append(FileClock(path, patience_seconds=60).now()))
    reader.start()
    path.write_text("2026-04-17T05:10:00Z", encoding="ascii")
    reader.join(60)
    assert told == [MORNING]


def test_the_clock_in_force_is_the_files_where_one_is_given(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2026-04-17T05:10:00Z", encoding="ascii")
    assert make_clock(path).now() == MORNING
    assert isinstance(make_clock(None), SystemClock)

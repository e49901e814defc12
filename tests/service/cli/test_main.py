"""The command line as a whole: help, exit codes, and one clear line for what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from feeds import __version__
from service.cli import cli
from tests.service.cli.conftest import Command
from tests.support.recordings import ROOT


def commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands that are shown, with the words that call them."""
    for name, command in sorted(group.commands.items()):
        if not command.hidden:
            yield (*path, name), command
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


COMMANDS = dict(commands())


def test_the_commands_of_this_version_are_there() -> None:
    assert {path[0] for path in COMMANDS} == {
        "backfill", "backup", "copy-database", "curate", "demo", "doctor", "evaluate", "export", "migrate", "poll",
        "publish", "restore", "run", "schedule", "serve", "status", "summarize", "topics", "work",
    }  # fmt: skip
    topics = {path[1] for path in COMMANDS if path[0] == "topics" and path[1:]}
    assert topics == {"check", "list", "preview", "reselect"}
    assert {path[1] for path in COMMANDS if path[0] == "curate" and path[1:]} == {
        "add", "hide", "history", "institution", "note", "order", "pin", "rate", "show", "tag", "undo",
    }  # fmt: skip


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help(wire: Command, path: tuple[str, ...], flag: str) -> None:
    ran = wire(*path, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: ./wire {' '.join(path)} ")
    assert (COMMANDS[path].help or "").split(".")[0].split()[0] in ran.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_explained_and_every_argument_named_in_the_text(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    text = (command.help or "").upper()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
        else:
            name = (parameter.metavar or str(parameter.name).upper()).strip("[].")
            assert all(word in text for word in name.split("_OR_")), name


def test_without_a_command_the_help_is_shown_as_wrong_use(wire: Command) -> None:
    ran = wire()
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: ./wire [OPTIONS] COMMAND" in ran.err
    assert wire("--help").code == 0


def test_the_version_is_told(wire: Command) -> None:
    assert wire("--version").out == f"Preprint Wire {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["status", "--nothing"], ["status", "more"], ["topics", "nothing"], ["topics", "preview"]],
    ids=" ".join,
)
def test_wrong_use_ends_with_two(wire: Command, arguments: list[str]) -> None:
    ran = wire(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIRE_BIND", "nowhere"), ("WIRE_BIND", "127.0.0.1:0"), ("WIRE_WORKERS", "many"), ("WIRE_BASE_URL", "ftp://x"),
        ("WIRE_LOG_LEVEL", "loud"), ("WIRE_CLOCK_FILE", "nothing-here"), ("WIRE_ARXIV_MIN_INTERVAL", "1"),
        ("WIRE_REDIS_URL", "http://x"), ("WIRE_DATABASE_URL", "mysql://x"), ("WIRE_REDIS_URL_FILE", "nothing-here"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["run"], ["serve"], ["status"], ["topics", "check"]], ids=" ".join)
def test_a_wrong_setting_is_named_in_one_line(
    wire: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, command: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert wire(*command).failed_with(2, f"wire: {name}=", "is refused: ")


def test_a_wrong_secret_is_not_repeated(wire: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_REDIS_URL", "hunter2")
    ran = wire("status")
    assert ran.failed_with(2, "WIRE_REDIS_URL")
    assert "hunter2" not in ran.err


@pytest.mark.parametrize(
    "command",
    [["status"], ["topics", "list"], ["topics", "preview", "x"], ["serve"], ["poll"], ["work"], ["schedule"]],
    ids=" ".join,
)
def test_a_missing_database_is_told_in_one_line(wire: Command, command: list[str]) -> None:
    assert wire(*command).failed_with(1, "wire: there is no database ", "./wire run")


def test_a_failed_process_says_one_line_and_no_traceback(process: Command) -> None:
    assert process("status").failed_with(1, "wire: there is no database ")


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(
    wire: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("WIRE_DATA_DIR", str(folder / "topics.yaml" / "var"))
    assert wire(command).failed_with(1, "wire: ", f"{folder / 'topics.yaml' / 'var'}: Not a directory")


def test_a_reader_that_had_enough_gets_no_traceback(wire: Command, folder: Path) -> None:
    assert wire("migrate").code == 0
    command = subprocess.Popen(
        [sys.executable, "-P", "-m", "service", "status", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert command.stdout
    command.stdout.close()
    _, err = command.communicate(timeout=60)
    assert (command.returncode, err) == (1, b"")

"""What a person can get wrong at the start: one clear line, and the right exit code. A row a mistake.

A Python that is too old or lacks its venv module never gets this far: tests/test_wire.py.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.processes import environ, free_port
from tests.support.wires import write_topics
from workers.processes import hold_folder, python_command

GOOD: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}


@dataclass(frozen=True)
class Mistake:
    name: str
    said: tuple[str, ...]
    code: int
    command: tuple[str, ...] = ("run",)
    settings: dict[str, str] = field(default_factory=dict)
    topics: str | None = None
    dotenv: str | None = None


SETTINGS = [
    Mistake(f"{variable}={value}", (f"{variable}={value!r} is refused: ", allowed), 2, settings={variable: value})
    for variable, value, allowed in [
        ("WIRE_BASE_URL", "wire.example.org", "http or https address"),
        ("WIRE_BIND", "localhost", "expected host:port"),
        ("WIRE_BIND", "127.0.0.1:99999", "expected host:port"),
        ("WIRE_DATABASE_URL", "mysql://db/wire", "sqlite:///path/to/file.db"),
        ("WIRE_WORKERS", "many", "whole number from 1 to 64"),
        ("WIRE_ARXIV_LISTING_URL", "rss.arxiv.org", "http or https address"),
        ("WIRE_ARXIV_MIN_INTERVAL", "soon", "number of seconds"),
        ("WIRE_ONLY_LISTINGS", "cs.XX", "arXiv categories"),
        ("WIRE_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("WIRE_LOG_FORMAT", "xml", "text, json"),
        ("WIRE_CLOCK_FILE", "/nothing/here", "RFC 3339"),
    ]
]  # fmt: skip
TOPICS = [
    Mistake(f"topics: {name}", ("topics.yaml is refused: ", *said), 1, topics=text)
    for name, text, said in [
        ("no YAML", "topics: [", ("line 2", "is not YAML")),
        ("no list", "topics: 5", ("list",)),
        ("no slug", "topics:\n  - {title: A, categories: [cs.CV]}", ("line 2", "slug")),
        ("a slug with a space", "topics:\n  - {slug: a b, title: A, categories: [cs.CV]}", ("line 2", ".slug")),
        ("a reserved slug", "topics:\n  - {slug: status, title: A, categories: [cs.CV]}", ("line 2", "status")),
        ("a category of nowhere", "topics:\n  - {slug: a, title: A, categories: [cs.XX]}", ("line 2", "cs.XX")),
        (
            "a query cut off",
            "topics:\n  - {slug: a, title: A, categories: [cs.CV], query: 'a OR'}",
            ("line 2", "a.query", "position 5"),
        ),
        ("an unknown field", "topics:\n  - {slug: a, title: A, categories: [cs.CV], size: 9}", ("line 2", "size")),
        (
            "a slug used twice",
            "topics:\n  - {slug: a, title: A, categories: [cs.CV]}\n  - {slug: a, title: B, categories: [cs.CV]}",
            ("line 3", "a"),
        ),
    ]
]
OTHERS = [
    Mistake("a secret in a file that is not there", ("WIRE_REDIS_URL_FILE", "cannot be read"), 2,
            settings={"WIRE_REDIS_URL_FILE": "/nothing/here"}),
    Mistake("a topics file that is not there", ("is refused: ", "No such file"), 1,
            settings={"WIRE_TOPICS": "/nothing/topics.yaml"}),
    Mistake("too fast for arXiv", ("WIRE_ARXIV_MIN_INTERVAL", "3 seconds"), 2,
            settings={"WIRE_ARXIV_MIN_INTERVAL": "1"}),
    Mistake("a demo on a folder without recordings", ("holds no listings", "atom_cs.CV_"), 1,
            command=("demo", "--recordings", ".")),
    Mistake("a query cut off", ("position 3", "the query ends here"), 2, command=("topics", "preview", "a(")),
    Mistake("status without a database", ("there is no database", "./wire run"), 1, command=("status",)),
    Mistake("a poll without a database", ("there is no database", "./wire run"), 1, command=("poll",)),
]  # fmt: skip


def refused(command: list[str], settings: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run a command that must fail: its exit code, and the one line that it said."""
    ran = subprocess.run(
        command, env=environ(**settings), cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == ""
    lines = ran.stderr.splitlines()
    assert len(lines) == 1, ran.stderr
    return ran.returncode, lines[0]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """Of a wire that would start."""
    write_topics(tmp_path / "topics.yaml", [GOOD])
    return {
        "WIRE_DATA_DIR": str(tmp_path / "var"),
        "WIRE_TOPICS": str(tmp_path / "topics.yaml"),
        "WIRE_BIND": f"127.0.0.1:{free_port()}",
    }


@pytest.mark.parametrize("mistake", [*SETTINGS, *TOPICS, *OTHERS], ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, settings: dict[str, str], mistake: Mistake) -> None:
    if mistake.topics is not None:
        (tmp_path / "topics.yaml").write_text(mistake.topics + "\n", encoding="utf-8")
    code, line = refused(python_command(*mistake.command), settings | mistake.settings, tmp_path)
    assert code == mistake.code
    assert [part for part in mistake.said if part not in line] == [], line


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_port_that_is_taken(tmp_path: Path, settings: dict[str, str], taken: int, command: str) -> None:
    bind = f"127.0.0.1:{taken}"
    code, line = refused(python_command(command), settings | {"WIRE_BIND": bind}, tmp_path)
    assert (code, line.startswith(f"wire: cannot listen on {bind} (")) == (1, True)
    assert "WIRE_BIND" in line


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_second_one_on_a_folder(tmp_path: Path, settings: dict[str, str], command: str) -> None:
    if command == "demo":
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "demo.json").write_text("{}", encoding="ascii")
    with hold_folder(tmp_path / "var"):
        code, line = refused(python_command(command), settings, tmp_path)
    assert (code, line.startswith("wire: another wire (process ")) == (1, True)
    assert str(tmp_path / "var") in line

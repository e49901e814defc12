"""The command line, in this process or in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main
from tests.support.databases import settings_for
from tests.support.processes import free_port
from tests.support.recordings import ROOT
from tests.support.wires import write_topics

TOPICS: list[dict[str, object]] = [
    {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], "query": "splat*"},
    {"slug": "quiet", "title": "Ruhe für Zwölf", "categories": ["math.LO"]},
]


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    def failed_with(self, code: int, *parts: str) -> bool:
        """Whether it said one clear line, with these parts in it, and nothing else."""
        lines = self.err.splitlines()
        assert (self.code, self.out, len(lines)) == (code, "", 1), self
        return all(part in lines[0] for part in parts)


Command = Callable[..., Ran]


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command's wire lives: its settings point there, and nowhere else."""
    if "on_each_database" in request.fixturenames:
        request.getfixturevalue("on_each_database")
    for name in [name for name in os.environ if name.startswith("WIRE_")]:
        monkeypatch.delenv(name)
    for name, value in settings_for(tmp_path / "var").items():
        monkeypatch.setenv(name, value)
    write_topics(tmp_path / "topics.yaml", TOPICS)
    monkeypatch.setenv("WIRE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("WIRE_TOPICS", str(tmp_path / "topics.yaml"))
    monkeypatch.setenv("WIRE_BIND", f"127.0.0.1:{free_port()}")
    return tmp_path


@pytest.fixture
def wire(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: ``wire("status", "--json", stdin=b"")``."""

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["wire", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def process(folder: Path) -> Command:
    """Runs a command in a process of its own: ``process("status", LC_ALL="C")``."""

    def run(*arguments: str, stdin: bytes = b"", **environ: str) -> Ran:
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "service", *arguments],
            input=stdin,
            capture_output=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            timeout=60,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run

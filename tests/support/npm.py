"""Programs of Node's world: installed once into pytest's cache, in the versions pinned beside the tests."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest

from tests.support.readers import TIMEOUT_SECONDS, need
from tests.support.recordings import ROOT
from tests.support.subscribers import Shown, Subscriber, addresses, whole

_READERS = ROOT / "tests" / "readers"
_CACHE = ROOT / ".pytest_cache"
_INSTALL_SECONDS = 300


def install(pinned: Path) -> Path:
    """A folder with the packages of a package.json, and the scripts beside it that run them.

    The test is skipped where Node or its registry is not there.
    """
    need("node", "nodejs")
    need("npm", "npm")
    lock = (pinned / "package-lock.json").read_bytes()
    folder = _CACHE / pinned.name / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        _install(pinned, folder)
    for script in pinned.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def _install(pinned: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(pinned / name, folder)
    how = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    done = run(["npm", "ci", *how], folder, _INSTALL_SECONDS)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install what {pinned.name} needs: {done.stderr.strip()[-200:]}")
    (folder / "installed").touch()


def run(
    command: Sequence[str], folder: Path, timeout_seconds: float = TIMEOUT_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run a program there, however it ends."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_seconds, check=False)


class _OfNode(Subscriber):
    """Asks for every feed twice in one go: a parser keeps nothing."""

    NAME: ClassVar[str]
    ANSWERS = ((200, 304), (200, 304))

    def __init__(self, folder: Path, opml: str) -> None:
        self._folder = install(_READERS)
        self._addresses = addresses(opml)

    def fetch(self) -> list[Shown]:
        return sorted(shown for address in self._addresses for shown in self._read(address))

    def _read(self, address: str) -> list[Shown]:
        done = run(["node", "read.mjs", self.NAME, address], self._folder)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["statuses"] == [200, 304]
        return [
            Shown(
                address, entry["id"], entry["title"], _moment(entry.get("published")), _moment(entry.get("updated"))
            )
            for entry in told["entries"]
        ]


def _moment(text: str | None) -> datetime | None:
    return whole(datetime.fromisoformat(text)) if text else None


class RssParser(_OfNode):
    NAME = "rss-parser"
    FORMATS = ("atom", "rss")


class Feedsmith(_OfNode):
    NAME = "feedsmith"
    FORMATS = ("atom", "rss", "json")

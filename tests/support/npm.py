"""Parsers of Node's world: installed once into pytest's cache, in the versions that are pinned beside the tests."""

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

_PINNED = ROOT / "tests" / "readers"
_CACHE = ROOT / ".pytest_cache" / "readers"


def install() -> Path:
    """A folder with the parsers and the script that runs them.

    The test is skipped where Node or its registry is not there.
    """
    need("node", "nodejs")
    need("npm", "npm")
    lock = (_PINNED / "package-lock.json").read_bytes()
    folder = _CACHE / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        _install(folder)
    shutil.copy(_PINNED / "read.mjs", folder)
    return folder


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_PINNED / name, folder)
    done = _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install the parsers: {done.stderr.strip()[-200:]}")
    (folder / "installed").touch()


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)


class _OfNode(Subscriber):
    """Asks for every feed twice in one go: a parser keeps nothing."""

    NAME: ClassVar[str]
    ANSWERS = ((200, 304), (200, 304))

    def __init__(self, folder: Path, opml: str) -> None:
        self._folder = install()
        self._addresses = addresses(opml)

    def fetch(self) -> list[Shown]:
        return sorted(shown for address in self._addresses for shown in self._read(address))

    def _read(self, address: str) -> list[Shown]:
        done = _run(["node", "read.mjs", self.NAME, address], self._folder)
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

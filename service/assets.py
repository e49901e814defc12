"""Static files under addresses that name their bytes: what is kept from there is never out of date."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from feeds.model.documents import Document

FOLDER = Path(__file__).parent / "static"
#: Of a digest, in an address.
DIGITS = 12
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
}


@dataclass(frozen=True)
class Asset:
    """A static file."""

    name: str  #: of the file
    document: Document

    @cached_property
    def digest(self) -> str:
        """Names the bytes."""
        return hashlib.sha256(self.document.body).hexdigest()[:DIGITS]

    @property
    def path(self) -> str:
        """Of the address that names the bytes."""
        stem, _, ending = self.name.rpartition(".")
        return f"/static/{stem}-{self.digest}.{ending}"

    @cached_property
    def integrity(self) -> str:
        """What browsers compare the bytes with (W3C Subresource Integrity)."""
        return f"sha384-{base64.b64encode(hashlib.sha384(self.document.body).digest()).decode()}"


def load_asset(name: str) -> Asset:
    """A static file of ours by its name."""
    return _load_assets()[name]


def find_asset(path: str) -> Asset | None:
    """The static file whose bytes an address names.

    What an earlier version gave out under that very name, and other sites still ask for, is a file of that name.
    """
    assets = _load_assets()
    current = next((asset for asset in assets.values() if asset.path == path), None)
    return current or assets.get(path.removeprefix("/static/"))


def has_asset(name: str) -> bool:
    """Whether there is a static file of a name, which may be anyone's text."""
    return name in _load_assets()


def asset_path(name: str) -> str:
    """The path of a static file's address, for templates: another when the file changes."""
    return load_asset(name).path


@cache
def _load_assets() -> Mapping[str, Asset]:
    return {path.name: _load(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}


def _load(path: Path) -> Asset:
    changed_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    return Asset(path.name, Document(path.read_bytes(), _TYPES[path.suffix], changed_at))

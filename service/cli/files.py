"""Writes what commands make into files."""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, body: bytes) -> bool:
    """Write a file whole or not at all, with the folders above it; one that holds just this is not touched.

    :returns: whether it was written
    """
    try:
        if path.read_bytes() == body:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.write_bytes(body)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return True

"""Where recorded arXiv answers lie, on machines that have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("WIRE_RECORDINGS", ROOT.parent / "shared" / "recordings"))
SCHEMAS = Path(os.environ.get("WIRE_SCHEMAS", ROOT.parent / "shared" / "schemas"))
SEEDS = Path(os.environ.get("WIRE_SEEDS", ROOT.parent / "shared" / "seeds"))


def recording(*parts: str) -> Path:
    """A recorded file or folder; the test is skipped where there is none."""
    path = FOLDER.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no recordings here ({path}); set WIRE_RECORDINGS")
    return path


def schema(name: str) -> Path:
    """A schema file; the test is skipped where there is none."""
    path = SCHEMAS / name
    if not path.exists():
        pytest.skip(f"no schema here ({path}); set WIRE_SCHEMAS")
    return path


def seed(name: str) -> str:
    """A page that people made by hand; the test is skipped where there is none."""
    path = SEEDS / name
    if not path.exists():
        pytest.skip(f"no page made by hand here ({path}); set WIRE_SEEDS")
    return path.read_text(encoding="utf-8")

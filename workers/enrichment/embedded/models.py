"""The data files of the linear models, read once a process; ``models/README.md`` says where they come from."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "models"


@cache
def load_model(name: str) -> dict[str, Any]:
    """What a training script wrote: names and weights."""
    with (_FOLDER / f"{name}.json").open(encoding="utf-8") as file:
        read: dict[str, Any] = json.load(file)
    return read

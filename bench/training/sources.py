"""The data to learn from, read where it lies beside the project; it is never copied into it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("WIRE_SHARED", ROOT.parent / "shared"))


@dataclass(frozen=True)
class Example:
    """A paper of SciTLDR-A."""

    title: str
    abstract: str
    references: list[str]


def read_examples(split: str) -> list[Example]:
    """SciTLDR-A (github.com/allenai/scitldr): its own sentences joined, for our splitter to find again."""
    return [
        Example(row["title"], " ".join(row["source"]), row["target"]) for row in _read(FOLDER / "scitldr", split)
    ]


@dataclass(frozen=True)
class Tagged:
    """An abstract of CSAbstruct: sentences, their roles, how sure its annotators were of each."""

    sentences: list[str]
    labels: list[str]
    confidences: list[float]


def read_roles(split: str) -> list[Tagged]:
    """CSAbstruct (github.com/allenai/sequential_sentence_classification)."""
    return [Tagged(row["sentences"], row["labels"], row["confs"]) for row in _read(FOLDER / "csabstruct", split)]


def _read(folder: Path, split: str) -> list[dict]:
    path = folder / f"{split}.jsonl"
    if not path.exists():
        sys.exit(f"no training data here ({path}); set WIRE_SHARED")
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]

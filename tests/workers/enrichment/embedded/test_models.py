"""The data files: small, sound, described, and tied to the summarizer's version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.recordings import ROOT
from workers.enrichment.embedded.features import describe_candidate, describe_sentence, read_document
from workers.enrichment.embedded.models import load_model
from workers.enrichment.embedded.roles import Role
from workers.enrichment.embedded.summarizer import VERSION

FOLDER = ROOT / "workers" / "enrichment" / "embedded" / "models"
#: When the weights change, so must the version: summaries made by others are not taken for theirs.
DIGESTS = {"ranker-1": {"ranker.json": "436d34e89bb0050c", "roles.json": "14dc4b9a8d84688c"}}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def test_the_version_goes_with_the_weights() -> None:
    assert DIGESTS[VERSION] == {path.name: digest(path) for path in sorted(FOLDER.glob("*.json"))}


def test_both_together_are_under_one_megabyte() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000


def test_the_card_tells_of_each_file_its_data_licence_date_and_scores() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.json"):
        section = card.split(f"## `{path.name}`")[1].split("\n## ")[0]
        for word in ("Data", "Licence", "Date", "Scores"):
            assert f"| {word} |" in section, (path.name, word)


@pytest.mark.parametrize("key", ["with title", "without title"])
def test_the_ranker_weighs_what_is_described(key: str) -> None:
    sentences = ["In this paper, we propose splats for trees.", "They are fast."]
    document = read_document("Splats for trees", sentences)
    features = describe_candidate(document, describe_sentence(document, 0), sentences[0])
    assert len(features.keys() & load_model("ranker")[key].keys()) > 20
    assert ("title recall" in load_model("ranker")[key]) == (key == "with title")


def test_the_roles_have_a_weight_for_each_label() -> None:
    model = load_model("roles")
    assert model["labels"] == [str(role) for role in Role]
    assert {len(weights) for weights in model["weights"].values()} == {len(Role)}
    assert [len(row) for row in model["steps"]] == [len(Role)] * len(Role)
    assert len(model["first"]) == len(Role)


def test_the_files_are_plain_numbers_by_name() -> None:
    for path in FOLDER.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["name"] == path.stem

"""The table of formulas, written after the kinds met in arXiv's listings, and what is shown of each."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from feeds.maths import to_html, to_mathml, to_plain

TABLE: dict[str, list[dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("formulas.yaml").read_text(encoding="utf-8")
)
CASES = [case for cases in TABLE.values() for case in cases]
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["tex"])
def test_a_formula_is_shown_as_the_table_says(case: dict[str, str]) -> None:
    assert to_plain(case["tex"]) == case["plain"]
    assert to_html(case["tex"]) == case["html"]
    if "mathml" in case:
        assert to_mathml(case["tex"]).replace(NAMESPACE, "") == case["mathml"]


def test_the_table_is_as_large_as_it_says() -> None:
    assert len({case["tex"] for case in CASES}) == len(CASES) >= 200
    assert sum("mathml" in case for case in CASES) >= 60

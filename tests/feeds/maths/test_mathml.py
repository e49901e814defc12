"""MathML Core: which elements and attributes there are, and what they must not be."""

from __future__ import annotations

import pytest
from lxml import etree

from feeds.maths import to_mathml, to_plain
from tests.golden.test_formulas import CASES

CORE = {
    "math", "mrow", "mi", "mn", "mo", "msub", "msup", "msubsup", "mfrac", "msqrt", "mroot", "mover", "munder",
    "munderover", "mtext", "mspace", "mtable", "mtr", "mtd",
}  # fmt: skip
CHILDREN = {
    "msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "mroot": 2, "mover": 2, "munder": 2, "munderover": 3,
    "msqrt": 1,
}  # fmt: skip
ATTRIBUTES = {"alttext", "display", "mathvariant", "accent", "accentunder", "linethickness", "width"}
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["tex"])
def test_only_elements_and_attributes_of_the_core_are_written(case: dict[str, str]) -> None:
    document = etree.fromstring(f"<p>{to_mathml(case['tex'])}</p>")
    for element in document.iter(f"{NAMESPACE}*"):
        name = etree.QName(element).localname
        assert name in CORE
        assert set(element.attrib) <= ATTRIBUTES
        assert len(element) == CHILDREN.get(name, len(element))
        assert element.get("mathvariant") in (None, "normal")


def test_the_alternative_is_the_plain_form() -> None:
    text = r"$\alpha^2 < \frac{1}{2} \text{ & more}$"
    element = etree.fromstring(to_mathml(text))
    assert element.get("alttext") == to_plain(text) == "α² < 1/2 & more"


def test_a_display_is_a_block_with_its_limits_below_and_above() -> None:
    assert "<munderover><mo>∑</mo>" in to_mathml(r"\[\sum_{i=1}^n x_i\]")
    assert "<munder><mi>lim</mi>" in to_mathml(r"$$\lim_{n} x_n$$")
    assert "<msubsup><mo>∫</mo>" in to_mathml(r"$$\int_0^1 x$$")
    assert "<msubsup><mo>∑</mo>" in to_mathml(r"$\sum_{i=1}^n x_i$")

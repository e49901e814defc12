"""What arXiv's interfaces say alike, cleaned."""

from __future__ import annotations

import pytest

from workers.metadata import clean_name, cleaned, find_doi, split_categories, split_classes


@pytest.mark.parametrize(
    ("text", "clean"),
    [(None, ""), (" a\n b\x08 ", "a b"), (r"G\"unther", "Günther"), (r"$\'e$ & <b>", r"$\'e$ & <b>")],
)
def test_texts_are_cleaned(text: str | None, clean: str) -> None:
    assert cleaned(text) == clean


@pytest.mark.parametrize(
    ("name", "clean"), [("and Bob Two", "Bob Two"), ("Andy Two", "Andy Two"), ("and", "and"), (" and\nBob", "Bob")]
)
def test_the_and_before_the_last_author_is_no_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_categories_and_classes_are_parted() -> None:
    terms = ["math.AG", "hep-th", "14J32, 32Q25", "I.2.7; F.1.1", "cond-mat.mes-hall", "math.AG", "", "14J32"]
    assert split_categories(terms) == (
        ("math.AG", "hep-th", "cond-mat.mes-hall"),
        ("14J32", "32Q25", "I.2.7", "F.1.1"),
    )


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("", ()),
        ("None", ()),
        ("57M25", ("57M25",)),
        ("20F65; 20F67", ("20F65", "20F67")),
        ("J.1; H.4.1;\n K.6.4", ("J.1", "H.4.1", "K.6.4")),
        ("Primary 32Q99, Secondary 58J10", ("Primary 32Q99", "Secondary 58J10")),
    ],
)
def test_classes_are_told_apart(text: str, classes: tuple[str, ...]) -> None:
    assert split_classes([text]) == classes


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        (None, None),
        ("none yet", None),
        ("10.1103/PhysRevD.78.083502", "10.1103/PhysRevD.78.083502"),
        ("10.1016/S0550-3213(98)00131-X", "10.1016/S0550-3213(98)00131-X"),
        ("doi:10.1002/(SICI)1521-3978;2-X, erratum", "10.1002/(SICI)1521-3978;2-X"),
        ("10.1140/epja/i2008-10623-5\n 10.1140/epja/i2008-10678-2", "10.1140/epja/i2008-10623-5"),
        ("10.123/too-short", None),
    ],
)
def test_the_first_doi_is_found(text: str | None, doi: str | None) -> None:
    assert find_doi(text) == doi

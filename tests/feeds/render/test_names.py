from __future__ import annotations

import pytest

from feeds.render.names import family_first, split_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", ("Lovelace", "Ada", "")),
        ("Maureen de Seyssel", ("de Seyssel", "Maureen", "")),
        ("Juan de la Cruz", ("de la Cruz", "Juan", "")),
        ("J. R. R. Tolkien", ("Tolkien", "J. R. R.", "")),
        ("Martin Luther King Jr.", ("King", "Martin Luther", "Jr.")),
        ("Sammy Davis, Jr.", ("Davis", "Sammy", "Jr.")),
        ("Knuth, Donald", ("Knuth", "Donald", "")),
        ("De Niro", ("Niro", "De", "")),
        ("Plato", ("Plato", "", "")),
        ("Dante van", ("van", "Dante", "")),
        ("Vincenzo De Rosa", ("De Rosa", "Vincenzo", "")),
        ("Mohamad M. Al Rahhal", ("Al Rahhal", "Mohamad M.", "")),
        ("J. Van der Jeugt", ("Van der Jeugt", "J.", "")),
        ("B. v. Harling", ("v. Harling", "B.", "")),
        ("Tuan Van Vo", ("Vo", "Tuan Van", "")),
        ("Daniele L. V. dos Santos", ("dos Santos", "Daniele L. V.", "")),
        ("Di Wu", ("Wu", "Di", "")),
        ("for the RBC", ("for the RBC", "", "")),
        ("The ATLAS Collaboration", ("The ATLAS Collaboration", "", "")),
        ("LIGO Scientific Collaboration: Virgo", ("LIGO Scientific Collaboration: Virgo", "", "")),
        ("李明", ("李明", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_falls_into_its_parts(name: str, expected: tuple[str, str, str]) -> None:
    assert split_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Martin Luther King Jr.", "King, Martin Luther, Jr."),
        ("A.V.Gusev", "Gusev, A.V."),
        ("J.-P. Serre", "Serre, J.-P."),
        ("T. Aaltonen et al", "Aaltonen, T."),
        ("T. Aaltonen,  et al.", "Aaltonen, T."),
        ("Plato", "Plato"),
        ("J.", "J."),
    ],
)
def test_a_name_is_sorted_by_its_family(name: str, expected: str) -> None:
    assert family_first(name) == expected

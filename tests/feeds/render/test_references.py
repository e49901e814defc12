from __future__ import annotations

import pytest

from feeds.render.references import split_name


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
        ("The ATLAS Collaboration", ("The ATLAS Collaboration", "", "")),
        ("LIGO Scientific Collaboration: Virgo", ("LIGO Scientific Collaboration: Virgo", "", "")),
        ("李明", ("李明", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_falls_into_its_parts(name: str, expected: tuple[str, str, str]) -> None:
    assert split_name(name) == expected

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.render.layouts.sentences import Limit, cut, split_sentences
from feeds.text import squeeze

SHORT = Limit(words=4, characters=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is. Two is! Is three?", ["One is.", "Two is!", "Is three?"]),
        ("It works, e.g. In vitro. See Fig. 3 and J. Doe et al. Then.", ["It works, e.g. In vitro.",
         "See Fig. 3 and J. Doe et al. Then."]),
        ("See Phys. Rev. Lett. 23, 880. Then.", ["See Phys. Rev. Lett. 23, 880.", "Then."]),
        ("一句。两句！三句", ["一句。", "两句！", "三句"]),
        ("He said “yes.” Then\n left. 3.5 is a number.", ["He said “yes.”", "Then left.", "3.5 is a number."]),
        ("", []),
        ("no end", ["no end"]),
    ],
)  # fmt: skip
def test_a_text_falls_into_its_sentences(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@given(st.text(alphabet="aB1 .!?。！”)\n", max_size=60))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(squeeze(text).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two. Three four. Five.", "One two. Three four."),
        ("One two three four five six.", "One two three four …"),
        ("一二三。四五六。七八九。", "一二三。四五六。"),
        ("一二三四五六七八九十。", "一二三四五六七…"),
        ("Fits.", "Fits."),
    ],
)
def test_what_is_too_long_ends_with_a_sentence_that_fits(text: str, expected: str) -> None:
    assert cut(text, SHORT) == expected

"""What a word is, and when two are equal."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feeds.model.terms import QueryWord
from feeds.query import words
from tests.feeds.query.samples import matches

STEADY = settings(deadline=None, derandomize=True)
ANYTHING = st.text(st.integers(0, 0x10FFFF).map(chr))
#: Letters, digits, and whatever stands between them in titles.
TITLES = st.text(st.sampled_from(list("aAbsSéßŁ漢भा1²½.,'’-–~$ \u00ad\u0301™_*)\n")), max_size=40)


def cased(text: str) -> list[str]:
    return [word.cased for word in words.split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-- ... $$", []),
        ("Text to speech", ["Text", "to", "speech"]),
        ("text-to-speech", ["text", "to", "speech"]),
        ("GPT-3.5 and v1.2.3", ["GPT", "3.5", "and", "v1.2.3"]),
        ("No. 5. The end.", ["No", "5", "The", "end"]),
        ("U.S. 3.D", ["U", "S", "3", "D"]),
        ("SAM's, SAM’s and SAMʼs", ["SAM", "SAM", "and", "SAM"]),
        ("MODEL'S", ["MODEL"]),
        ("Bayes' rule, the models’ words", ["Bayes", "rule", "the", "models", "words"]),
        ("don't O'Brien's 'quoted'", ["don't", "O'Brien", "quoted"]),
        ("$k$-means, $\\ell_2$ and 5$", ["k", "means", "ell", "2", "and", "5"]),
        ("Fig.~3~b", ["Fig", "3", "b"]),
        ("mlx_lm C++ C# a/b", ["mlx", "lm", "C", "C", "a", "b"]),
        ("trans\u00adformer net\u200bwork", ["transformer", "net", "work"]),
        ("Poincaré Poincare\u0301", ["Poincare", "Poincare"]),
        ("Łukasz Ørsted Straße Æther", ["Lukasz", "Orsted", "Straße", "AEther"]),
        ("ﬁne x² CO₂ ５", ["fine", "x2", "CO2", "5"]),
        ("Wire™ and Wire℠", ["Wire", "and", "Wire"]),
        ("漢字 भाषा язык", ["漢字", "भष", "язык"]),
    ],
)
def test_a_word_is_letters_and_digits_with_apostrophes_inside_and_points_between_digits(
    text: str, expected: list[str]
) -> None:
    assert cased(text) == expected


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "＇"])
def test_every_apostrophe_is_one(apostrophe: str) -> None:
    assert cased(f"SAM{apostrophe}s don{apostrophe}t Bayes{apostrophe}") == ["SAM", "don't", "Bayes"]


def test_words_are_folded_to_their_letters() -> None:
    folded = [word.folded for word in words.split("POINCARÉ Straße STRASSE İstanbul ΣΊΣΥΦΟΣ Σίσυφος")]
    assert folded == ["poincare", "strasse", "strasse", "istanbul", "σισυφοσ", "σισυφοσ"]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("audio captioning", True),
        ("audio  \n captioning", True),
        ("audio-captioning", True),
        ("audio--captioning", True),
        ("audio – captioning", True),
        ("audio—captioning", True),
        ("audio−captioning", True),
        ("audio~captioning", True),
        ("audio's captioning", True),
        ("sounds' captioning", True),
        ("$audio$ captioning", True),
        ("audio) captioning", False),
        ("audio, captioning", False),
        ("audio. Captioning", False),
        ("audio/captioning", False),
        ("audio_captioning", False),
        ("audio: captioning", False),
        ("'audio' captioning", False),
        ('"audio" captioning', False),
        ("audio + captioning", False),
    ],
)
def test_words_are_neighbours_over_white_space_and_dashes_only(text: str, joined: bool) -> None:
    first, second = words.split(text)
    assert (second.position == first.position + 1) is joined


def test_points_part_words_where_they_do_not_count() -> None:
    names = words.split("W.-L. Li 3.5", points_count=False)
    assert [(word.cased, word.position) for word in names] == [
        ("W", 1), ("L", 2), ("Li", 3), ("3", 4), ("5", 5)
    ]  # fmt: skip


@given(ANYTHING)
@STEADY
def test_any_text_can_be_split(text: str) -> None:
    for points_count in (True, False):
        split = words.split(text, points_count=points_count)
        assert all(word.cased and word.folded for word in split)
        positions = [word.position for word in split]
        assert positions == sorted(set(positions))


@given(TITLES)
@STEADY
def test_splitting_what_was_split_changes_no_word(text: str) -> None:
    once = cased(text)
    assume(all(not word.endswith(("'s", "'S")) for word in once))
    assert cased(" ".join(once)) == once


@given(TITLES, TITLES)
@STEADY
def test_a_text_has_the_words_of_its_parts(one: str, other: str) -> None:
    assert cased(f"{one} | {other}") == cased(one) + cased(other)


@given(TITLES)
@STEADY
def test_every_word_finds_the_text_it_is_from(text: str) -> None:
    for word in words.split(text):
        assert matches(f'"{word.cased}"', text)


@given(TITLES)
@STEADY
def test_a_text_without_punctuation_finds_itself_as_a_phrase(text: str) -> None:
    text = " ".join(cased(text))
    assume(text)
    assert matches(f'"{text}"', f"Before, {text}, after")


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("\u0301\u0316", 0),
        ("a\u0301\u0316", 1),
        ("a'", 1),
        ("a's ", 25_000),
        ("a'b.c-", 2 * 16_666),
        ("½ ", 2 * 50_000),
        ("' ", 0),
    ],
)
def test_a_text_of_a_hundred_thousand_signs_is_split(part: str, count: int) -> None:
    assert len(words.split(part * (100_000 // len(part)))) == count


def query_word(text: str, *, acronyms: bool = True) -> QueryWord:
    (word,) = words.query_words(text, acronyms=acronyms)
    return word


@pytest.mark.parametrize("text", ["TTS", "TTSs", "3DGS", "GPT4", "LLMs", "VLM", "ÉTÉ", "TTS's", "AB", "A1B"])
def test_two_capitals_or_more_and_no_small_letter_make_an_acronym(text: str) -> None:
    assert query_word(text).acronym


@pytest.mark.parametrize(
    "text", ["tts", "Tts", "TTs2", "3D", "A", "As", "s", "Ss", "GPTs2", "eBPF", "LaTeX", "漢字"]
)
def test_other_words_are_no_acronyms(text: str) -> None:
    assert not query_word(text).acronym


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("TTS", {"TTS", "TTSs"}),
        ("TTSs", {"TTS", "TTSs"}),
        ("LLMs", {"LLM", "LLMs"}),
        ("model", {"model", "models"}),
        ("models", {"model", "models", "modelss"}),
        ("Model", {"model", "models"}),
        ("this", {"this", "thiss"}),
        ("thi", {"thi"}),
        ("gas", {"gas"}),
        ("3D", {"3d"}),
        ("qwen2", {"qwen2", "qwen2s"}),
        ("gpt2s", {"gpt2s", "gpt2ss"}),
        ("Straße", {"strasse", "strasses"}),
    ],
)
def test_a_query_word_has_the_forms_that_texts_may_have(text: str, forms: set[str]) -> None:
    assert query_word(text).forms == forms


def test_there_are_no_acronyms_in_names() -> None:
    assert query_word("LI", acronyms=False) == QueryWord(frozenset({"li"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("splat*", [QueryWord(frozenset({"splat"}), prefix=True)]),
        ("Splats*", [QueryWord(frozenset({"splats"}), prefix=True)]),
        ("LLMs*", [QueryWord(frozenset({"LLMs"}), acronym=True, prefix=True)]),
        ("LLM*", [QueryWord(frozenset({"LLM"}), acronym=True, prefix=True)]),
        ("la caption* ", [QueryWord(frozenset({"la"})), QueryWord(frozenset({"caption"}), prefix=True)]),
        ("*", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_star_at_the_end_makes_the_last_word_a_prefix(text: str, expected: list[QueryWord]) -> None:
    assert list(words.query_words(text, acronyms=True)) == expected


WORDS = st.text(st.sampled_from("abesS12é"), min_size=1, max_size=7).filter(lambda word: len(cased(word)) == 1)


@given(WORDS, WORDS | st.none())
@STEADY
def test_singular_and_plural_match_each_other_or_neither(one: str, other: str | None) -> None:
    one = one.lower()
    other = f"{one}s" if other is None else other.lower()
    assert matches(one, other) == matches(other, one)


@given(WORDS)
@STEADY
def test_a_plural_is_its_singular_from_four_letters_on(word: str) -> None:
    word = word.lower()
    letters = sum(sign.isalpha() for sign in word)
    assert matches(word, f"{word}s") is (letters >= 4)


@pytest.mark.parametrize(
    ("text", "points", "stray"),
    [
        ("word", False, None),
        ("vision-language-model", False, None),
        ("vision–language", False, None),
        ("vision--language", False, None),
        ("Bayes'", False, None),
        ("Bayes'-rule", False, None),
        ("SAM’s", False, None),
        ("GPT-3.5", False, None),
        ("splat*", False, None),
        ("Poincare\u0301", False, None),
        ("W.Li", False, 1),
        ("W.Li", True, None),
        ("W.-L.", True, None),
        ("Li.*", True, None),
        ("-word", False, 0),
        ("word-", False, 4),
        ("'word", False, 0),
        ("word''", False, 5),
        ("a,b", False, 1),
        ("3.x", False, 1),
        ("end.", False, 3),
        ("sp*lat", False, 2),
        ("splat**", False, 5),
        ("*", False, 0),
        ("c++", False, 1),
        ("a_b", False, 1),
        ("$k$", False, 0),
        ("ti:", False, 2),
        ("\x00", False, 0),
    ],
)
def test_a_stray_sign_is_found_where_it_stands(text: str, points: bool, stray: int | None) -> None:
    assert words.find_stray(text, points=points) == stray


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("audio caption*", None),
        ("audio caption* ", None),
        ("Bayes'*", None),
        ("no star", None),
        ("", None),
        ("*", 0),
        ("audio *", 6),
        ("au*dio", 2),
        ("au*dio*", 2),
        ("audio**", 5),
        ("audio-*", 6),
    ],
)
def test_a_stray_star_of_a_phrase_is_found_where_it_stands(text: str, stray: int | None) -> None:
    assert words.find_stray_star(text) == stray


@given(ANYTHING | TITLES)
@STEADY
def test_a_stray_sign_is_within_the_text(text: str) -> None:
    for stray in (
        words.find_stray(text, points=False),
        words.find_stray(text, points=True),
        words.find_stray_star(text),
    ):
        assert stray is None or 0 <= stray < max(len(text), 1)

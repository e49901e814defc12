"""What a word is, and when two are equal. Parser, matcher and index all ask here.

A word is letters and digits, with apostrophes inside and points between digits; a possessive 's falls away.
Words are compared folded (case and accents gone), acronyms of a query with their case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from feeds.model.terms import QueryWord

_APOSTROPHES = "'’ʼ＇"
_DASHES = "-‐‑‒–—―⁃−﹘﹣－"
#: Signs that stand between letters without parting them.
_DROPPED = dict.fromkeys(map(ord, "$\u00ad\u200c\u200d\u2060\ufeff"))
#: Signs that part words, and two that Unicode would take apart into letters.
_SPACES = dict.fromkeys(map(ord, "~\u200b™℠"), " ")
_AS_APOSTROPHE = dict.fromkeys(map(ord, _APOSTROPHES), "'")
#: Letters whose stroke or ligature Unicode does not decompose.
_STROKES = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H",
     "ŧ": "t", "Ŧ": "T", "þ": "th", "Þ": "Th", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ı": "i", "ȷ": "j"}
)  # fmt: skip
_TEXT = _DROPPED | _SPACES | _AS_APOSTROPHE

#: An apostrophe after an s belongs to its word ("Bayes' rule"); after another letter it may close a quotation.
_WORD = re.compile(r"[^\W_]+(?:(?:'|(?<=\d)\.(?=\d))[^\W_]+)*(?:(?<=[sS])')?")
_PIECES = re.compile(f"({_WORD.pattern})")
#: Most texts have nothing but ASCII letters and digits in their words; these are read in half the time.
_SIMPLE_PIECES = re.compile(r"([A-Za-z0-9]+)")
_DECIMAL = re.compile(r"[0-9]\.[0-9]")
_JOINED = re.compile(rf"[\s{re.escape(_DASHES)}]*")
_POSSESSIVE = re.compile(r"(?:'[sS])?'?$", re.MULTILINE)

#: An unquoted run by its shape: a letter, 1 digit, ' apostrophe, - dash; anything else is itself.
_SHAPE = r"[a1]+(?:(?:'|(?<=1)\.(?=1))[a1]+)*'?"
_UNQUOTED = re.compile(rf"{_SHAPE}(?:-+{_SHAPE})*\*?")
_UNQUOTED_WITH_POINTS = re.compile(rf"{_SHAPE}(?:[-.]+{_SHAPE})*\.?\*?")

#: The shapes of what a word can end with.
_ENDS = ("a", "1", "'")

#: Of a singular and its plural in s, the shorter form must have this many letters to be the same word.
_PLURAL_LETTERS = 4
_ACRONYM_LETTERS = 2


class TextWord(NamedTuple):
    """A word of a text."""

    cased: str  #: accents gone, case kept
    folded: str  #: case gone too
    position: int  #: one more than its neighbour's where only space or dashes part them, else further


class Text(NamedTuple):
    """The words of a text in columns: thousands of texts are looked at, each word once."""

    cased: list[str]
    folded: list[str]
    positions: list[int]


def plain(text: str) -> str:
    """A text without what does not count: accents, ``$``, soft hyphens; ``~`` is a space; case is kept."""
    translated = text.translate(_TEXT)
    if translated.isascii():
        return translated
    # Marks go before too: sorting a long run of them takes quadratic time.
    bare = _without_marks(unicodedata.normalize("NFKD", _without_marks(translated)))
    return unicodedata.normalize("NFC", bare).translate(_STROKES).translate(_AS_APOSTROPHE)


def _without_marks(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "M")


def read(text: str, *, points_count: bool = True) -> Text:
    """The words of a text.

    :param points_count: False in names and journal references, where a point is no more than a space
    """
    if not points_count:
        text = text.replace(".", " ")
    return _make_text(*_take_apart(plain(text)))


def split(text: str, *, points_count: bool = True) -> list[TextWord]:
    """The words of a text as :func:`read` has them, one by one."""
    return list(map(TextWord, *read(text, points_count=points_count)))


def locate(bare: str) -> Iterator[tuple[TextWord, int]]:
    """The words of a plain text (:func:`plain`), in order, each with where its first sign stands."""
    gaps, found = _take_apart(bare)
    lengths = accumulate(len(gap) + len(word) for gap, word in zip(gaps, found, strict=True))
    starts = [end - len(word) for end, word in zip(lengths, found, strict=True)]
    return zip(map(TextWord, *_make_text(gaps, found)), starts, strict=True)


def _take_apart(bare: str) -> tuple[list[str], list[str]]:
    """What stands before each word, and the words."""
    simple = bare.isascii() and "'" not in bare and not _DECIMAL.search(bare)
    pieces = (_SIMPLE_PIECES if simple else _PIECES).split(bare)
    return pieces[:-1:2], pieces[1::2]


def _make_text(gaps: list[str], found: list[str]) -> Text:
    # All at once: what is done to a word looks at nothing beside it.
    together = "\n".join(found)
    if "'" in together:
        together = _POSSESSIVE.sub("", together)
        found = together.split("\n")
    steps = [1 if gap == " " or _JOINED.fullmatch(gap) else 2 for gap in gaps]
    folded = together.casefold().split("\n") if found else []
    return Text(found, folded, list(accumulate(steps)))


def query_words(text: str, *, acronyms: bool) -> tuple[QueryWord, ...]:
    """The words of a query's phrase, each with the forms that a text's word may have.

    A ``*`` at the end of the text makes its last word a prefix.

    :param acronyms: False for names and journal references, which know none and where points do not count
    """
    prefix = text.rstrip().endswith("*")
    words = split(text.rstrip().removesuffix("*") if prefix else text, points_count=acronyms)
    last = len(words) - 1
    return tuple(
        _query_word(word, acronyms=acronyms, prefix=prefix and index == last) for index, word in enumerate(words)
    )


def _query_word(word: TextWord, *, acronyms: bool, prefix: bool) -> QueryWord:
    base = _acronym_base(word.cased) if acronyms else None
    if base is not None:
        forms = {word.cased} if prefix else {base, base + "s"}
        return QueryWord(frozenset(forms), acronym=True, prefix=prefix)
    forms = {word.folded} if prefix else _plurals(word.folded)
    return QueryWord(frozenset(forms), prefix=prefix)


def _acronym_base(cased: str) -> str | None:
    """An acronym without its small plural s: two letters or more, all capitals; None for other words."""
    base = cased.removesuffix("s")
    letters = [sign for sign in base if sign.isalpha()]
    if len(letters) >= _ACRONYM_LETTERS and all(sign.isupper() for sign in letters):
        return base
    return None


def _plurals(folded: str) -> set[str]:
    forms = {folded}
    if _letters(folded) >= _PLURAL_LETTERS:
        forms.add(folded + "s")
    if folded.endswith("s") and _letters(folded) - 1 >= _PLURAL_LETTERS:
        forms.add(folded[:-1])
    return forms


def key(folded: str) -> str:
    """What a folded word shares with its plural: it without a plural s.

    Every other word of the same key is this one's singular or plural; the other way round a word may be the plural
    of a word that has another key (``process`` of ``proces``, whose key is ``proce``).
    """
    has_plural = folded.endswith("s") and _letters(folded) - 1 >= _PLURAL_LETTERS
    return folded[:-1] if has_plural else folded


def may_be_acronym(cased: str) -> bool:
    """Whether some query's acronym, or the beginning of one, may find this word."""
    letters = [sign for sign in cased if sign.isalpha()][:_ACRONYM_LETTERS]
    return len(letters) == _ACRONYM_LETTERS and all(sign.isupper() for sign in letters)


def _letters(word: str) -> int:
    return len(word) if word.isalpha() else sum(sign.isalpha() for sign in word)


def find_stray(text: str, *, points: bool) -> int | None:
    """Where an unquoted run of a query first holds a sign that belongs to no word, or None.

    Allowed are words, dashes between them, an apostrophe after one, and one ``*`` at the very end.

    :param points: whether points are allowed too (names, journal references)
    """
    shape = "".join(map(_shape, text))
    found = (_UNQUOTED_WITH_POINTS if points else _UNQUOTED).match(shape)
    end = found.end() if found else 0
    if end == len(text):
        return None
    return end - 1 if text[:end].endswith("*") else end


def find_stray_star(text: str) -> int | None:
    """Where a quoted phrase of a query first holds a ``*`` that ends no last word, or None."""
    start = text.find("*")
    ends_word = start == len(text.rstrip()) - 1 and _shape(text[start - 1 : start] or " ") in _ENDS
    return None if start < 0 or ends_word else start


def _shape(sign: str) -> str:
    if sign.isdigit():
        return "1"
    if sign.isalnum() or unicodedata.category(sign).startswith("M"):
        return "a"
    if sign in _APOSTROPHES:
        return "'"
    return "-" if sign in _DASHES else sign

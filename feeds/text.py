"""The border for foreign text: what is forbidden goes, what is TeX for an accent becomes the letter."""

from __future__ import annotations

import re
import unicodedata

#: XML 1.0 section 2.2 forbids the C0 controls, surrogates, U+FFFE and U+FFFF; C1 controls and DEL are noise. The
#: embeddings, overrides and isolates of UAX #9 (sections 2.1 to 2.4) reach beyond their text and turn what follows;
#: the marks of right-to-left scripts do not.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")
#: Possessive, and cut at the next opening: many openings without an end cost no more than reading them.
_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)++\$|\\\((?:[^$\\]|\\[^()])*+\\\)", re.DOTALL)

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
    "eth": "ð", "ETH": "Ð", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_NAMES = "|".join(sorted(_LETTERS, key=len, reverse=True))
_BASE = r"(?:\\(?P<dotless{n}>[ij])(?![A-Za-z])\s?|(?P<base{n}>[^\W\d_]))"
#: No space after a sign's accent, and no tilde after a slash: that is an address ("/\~name").
_ACCENT = re.compile(
    r"\\(?:(?P<sign>[`'^=.\"]|(?<!/\\)~)|(?P<word>[uvHcdbkr])(?=[{ \\]) ?)"
    r"(?:\{\s*" + _BASE.format(n=1) + r"\s*\}|" + _BASE.format(n=2) + r")"
)
#: Not in "w\o", which people write for "without".
_LETTER = re.compile(rf"(?<!\bw)\\(?P<name>{_NAMES})(?:\{{\}}|(?![A-Za-z])\s?)")
_BRACED_LETTER = re.compile(r"\{\{(\w)\}\}|\{(\w)\}")
_ESCAPED = re.compile(r"\\([&%#_])")


def clean(text: str) -> str:
    """Drop what XML forbids and what no reader can show; line ends become LF."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def squeeze(text: str) -> str:
    """Make every run of white space one space; joins wrapped titles and abstracts."""
    return _SPACE.sub(" ", text).strip()


def decode_tex_accents(text: str) -> str:
    r"""Turn TeX's accents and letters outside of maths into Unicode: ``G\"unther``, ``Hajdu\v{s}ek``, ``S{\o}ren``.

    arXiv's metadata is kept in ASCII with TeX accents (info.arxiv.org/help/prep); maths stays as it is.
    """
    if "\\" not in text:
        return text
    pieces: list[str] = []
    last = 0
    for math in _MATH.finditer(text):
        pieces += [_decode(text[last : math.start()]), math.group()]
        last = math.end()
    pieces.append(_decode(text[last:]))
    return "".join(pieces)


def _decode(text: str) -> str:
    accented = _ACCENT.sub(_accent, _ACCENT.sub(_accent, text))  # twice: \'{\^e} wears two
    lettered = _LETTER.sub(lambda found: _LETTERS[found["name"]], accented)
    if lettered != text:
        lettered = _BRACED_LETTER.sub(_unbrace, _ACCENT.sub(_accent, lettered))  # \'{\o} wears one as well
    return _ESCAPED.sub(r"\1", lettered)


def _accent(found: re.Match[str]) -> str:
    """Without braces only what makes one letter is taken for an accent: ``don\\'t`` holds none."""
    braced = found["dotless1"] or found["base1"]
    base = braced or found["dotless2"] or found["base2"]
    mark = _COMBINING[found["sign"] or found["word"]]
    letter = unicodedata.normalize("NFC", base + mark)
    return letter if braced or len(letter) == 1 else found[0]


def _unbrace(found: re.Match[str]) -> str:
    """Braces fall around what TeX protected for its accent; an ASCII letter keeps its own."""
    letter = found[1] or found[2]
    return found[0] if letter.isascii() else letter

"""Which language a text is in, as far as a check needs it: by script, and by small words in Latin script.

A language that is not in the table is asked for by its code and checked by nothing but "not plainly another one".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCRIPTS = {
    "han": r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "kana": r"\u3041-\u30ff\u31f0-\u31ff",
    "hangul": r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "cyrillic": r"\u0400-\u052f",
    "greek": r"\u0370-\u03ff",
    "arabic": r"\u0600-\u06ff\u0750-\u077f",
    "hebrew": r"\u0590-\u05ff",
    "devanagari": r"\u0900-\u097f",
    "bengali": r"\u0980-\u09ff",
    "thai": r"\u0e00-\u0e7f",
}
#: Scripts that are counted by letters, since they put no spaces between words; the others are counted by words.
_WIDE = ("han", "kana", "hangul", "thai")
_IN_SCRIPT = {
    name: re.compile(f"[{signs}]" if name in _WIDE else f"[{signs}]+") for name, signs in _SCRIPTS.items()
}
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
#: What has no language: formulas, addresses, code.
_NEUTRAL = re.compile(r"\$[^$]*\$|\\\([^()]*\\\)|https?://\S+|`[^`]*`|\\[A-Za-z]+|\b\w*\d\w*\b|\b[A-Z]{2,}s?\b")


@dataclass(frozen=True)
class Language:
    """A language that summaries may be asked for in."""

    name: str  #: in English, as a prompt says it
    scripts: tuple[str, ...] = ("latin",)
    small_words: frozenset[str] = frozenset()  #: few, and hardly any in two lists


def _latin(name: str, words: str) -> Language:
    return Language(name, small_words=frozenset(words.split()))


_LANGUAGES = {
    "en": _latin("English", "the of and to is are that with for this we our from which by than be as it can"),
    "de": _latin("German", "der das und ist sind mit für wir ein eine einer von auf nicht durch zur zum sich wird"),
    "fr": _latin("French", "le les des du et est sont une pour dans nous par sur avec cette ce qui au aux"),
    "es": _latin("Spanish", "el los las es una para por con del que este esta como sus más también"),
    "it": _latin("Italian", "il gli della delle di che è sono una del nel questo questa dei alla più degli"),
    "pt": _latin("Portuguese", "os das dos uma é são para com não em este esta que ao mais pelo pela nós também"),
    "nl": _latin("Dutch", "het een van zijn met voor dat deze wij niet door wordt worden aan naar ook"),
    "sv": _latin("Swedish", "och att det som är ett för med av den vi inte på till kan"),
    "pl": _latin("Polish", "na jest są że się oraz dla przez nie który które tego można"),
    "tr": _latin("Turkish", "ve bir bu için ile olarak olan daha çok gibi biz"),
    "vi": _latin("Vietnamese", "và của là các một trong cho với được này chúng tôi những không có"),
    "id": _latin("Indonesian", "yang dan di dengan untuk dari ini pada adalah dalam kami tidak ke"),
    "zh": Language("Chinese", ("han",)),
    "ja": Language("Japanese", ("kana", "han")),
    "ko": Language("Korean", ("hangul",)),
    "ru": Language("Russian", ("cyrillic",)),
    "uk": Language("Ukrainian", ("cyrillic",)),
    "bg": Language("Bulgarian", ("cyrillic",)),
    "el": Language("Greek", ("greek",)),
    "ar": Language("Arabic", ("arabic",)),
    "fa": Language("Persian", ("arabic",)),
    "he": Language("Hebrew", ("hebrew",)),
    "hi": Language("Hindi", ("devanagari",)),
    "bn": Language("Bengali", ("bengali",)),
    "th": Language("Thai", ("thai",)),
}
#: Languages whose lengths are told in characters (PRODUCT.md, section 5).
_BY_CHARACTERS = ("zh", "ja", "ko")
_WITH_DECIMAL_POINT = ("en", "zh", "ja", "ko", "he", "hi", "bn", "th")


def primary(code: str) -> str:
    """The language of a code without region or script: ``zh`` of ``zh-Hant``."""
    return code.replace("_", "-").split("-")[0].lower()


def name_of(code: str) -> str:
    """A language's English name; of one without a name here, words that hold its code."""
    known = _LANGUAGES.get(primary(code))
    if known is None:
        return f'the language with the code "{code}"'
    return known.name if primary(code) == code else f"{known.name} ({code})"


def counts_characters(code: str) -> bool:
    return primary(code) in _BY_CHARACTERS


def writes_decimal_comma(code: str) -> bool:
    return primary(code) not in _WITH_DECIMAL_POINT


def is_in(text: str, code: str) -> bool:
    """Whether a text is in a language, as far as can be told; formulas, addresses and acronyms do not count."""
    plain = _NEUTRAL.sub(" ", text)
    counts = _count_scripts(plain)
    total = sum(counts.values())
    if not total:
        return True
    known = _LANGUAGES.get(primary(code))
    if known is None:
        return primary(_guess(plain)) != "en"
    if sum(counts.get(script, 0) for script in known.scripts) < 0.5 * total:
        return False
    if known.scripts == ("latin",):
        return _guess(plain) in ("", primary(code))
    kana = counts.get("kana", 0) / max(counts.get("kana", 0) + counts.get("han", 0), 1)
    return {"ja": kana >= 0.05, "zh": kana < 0.05}.get(primary(code), True)


def _count_scripts(text: str) -> dict[str, int]:
    counts = {name: len(pattern.findall(text)) for name, pattern in _IN_SCRIPT.items()}
    return counts | {"latin": len(_LATIN.findall(text))}


def _guess(text: str) -> str:
    """The language whose small words stand in a text most often, and more than once; "" where none do."""
    words = [word.lower() for word in _LATIN.findall(text)]
    hits = {code: sum(word in known.small_words for word in words) for code, known in _LANGUAGES.items()}
    ranked = sorted(hits.items(), key=lambda hit: -hit[1])
    (best, most), (_, second) = ranked[0], ranked[1]
    return best if most > max(second, 1) else ""

"""Authors' names in their parts, for reference managers; arXiv tells a name as one text."""

from __future__ import annotations

import re

from feeds.text import squeeze

#: Words that belong to the family name after them.
_PARTICLES = {
    "af", "al", "ap", "av", "ben", "bin", "da", "dal", "das", "de", "del", "dela", "della", "den", "der", "di",
    "do", "dos", "du", "el", "ibn", "la", "le", "los", "te", "ten", "ter", "v.", "van", "vander", "von", "zu",
    "zum", "zur",
}  # fmt: skip
#: Of these, those that do so in capitals as well; Van is a given name in Vietnam, Bin in China.
_CAPITALS = {"Al", "Dal", "De", "Del", "Della", "Di", "Dos", "El"}
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|institute|laboratory|university|network|initiative)\b"
    r"|^(?:for|on behalf of)\s",
    re.I,
)
_SUFFIX = re.compile(r"(?P<name>.+?),? (?P<suffix>Jr\.?|Sr\.?|II|III|IV)")
#: Without the space after them: "A.V.Gusev".
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+(?=[^\W\d_]{2})")
_OTHERS = re.compile(r",?\s+et\.?\s+al\.?$")


def tidy(name: str) -> str:
    """A name on one line, with a space behind its initials, and without the "et al" that some end with."""
    line = _OTHERS.sub("", squeeze(name))
    return _INITIALS.sub(r"\g<0> ", line, count=1) if _INITIALS.match(line) else line


def has_others(name: str) -> bool:
    """Whether a name stands for more authors than it tells."""
    return bool(_OTHERS.search(squeeze(name)))


def is_group(name: str) -> bool:
    """Whether an author is a collaboration, or a name that cannot be told apart."""
    return bool(_GROUP.search(name)) or ":" in name or " and " in name.lower()


def split_name(name: str) -> tuple[str, str, str]:
    """A tidy name in its usual order as (family name with its particles, given names, suffix).

    A collaboration is all family name.
    """
    found = _SUFFIX.fullmatch(name)
    whole, suffix = (found["name"], found["suffix"]) if found else (name, "")
    if "," in whole:
        family, _, given = whole.partition(",")
        return family.strip(), given.strip(), suffix
    words = whole.split()
    if is_group(whole) or len(words) < 2:
        return whole, "", suffix
    at = len(words) - 1
    while at > 1 and _belongs_to_next(words, at - 1):
        at -= 1
    return " ".join(words[at:]), " ".join(words[:at]), suffix


def family_first(name: str) -> str:
    """A name as reference managers sort it: ``Seyssel, Maureen``, ``King, Martin Luther, Jr.``"""
    return ", ".join(part for part in split_name(tidy(name)) if part)


def _belongs_to_next(words: list[str], at: int) -> bool:
    """Whether a word is a particle; in capitals also where one in small letters follows: ``Van der Jeugt``."""
    word, following = words[at], words[at + 1]
    capital = word[1:].islower() and word.lower() in _PARTICLES  # and no initial, as the V. of "L. V. dos Santos"
    return word in _PARTICLES or word in _CAPITALS or (capital and following in _PARTICLES)

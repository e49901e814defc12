"""What reference managers are told of a paper, whatever the format."""

from __future__ import annotations

import re

from feeds.model import identifiers
from feeds.model.papers import Paper

#: Words that belong to the family name after them.
_PARTICLES = {
    "al", "ap", "ben", "bin", "da", "dal", "das", "de", "del", "dela", "della", "den", "der", "di", "do", "dos",
    "du", "el", "ibn", "la", "le", "los", "ten", "ter", "van", "vander", "von", "zu", "zum", "zur",
}  # fmt: skip
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|institute|laboratory|university|network|initiative)\b",
    re.I,
)
_SUFFIX = re.compile(r"(?P<name>.+?),? (?P<suffix>Jr\.?|Sr\.?|II|III|IV)")


def reference_key(paper: Paper) -> str:
    """Names a paper in a bibliography: by its id alone, so that no version and no order of authors changes it."""
    return f"arXiv:{paper.arxiv_id}"


def first_year(paper: Paper) -> int:
    """The year of the first version."""
    return paper.submitted_at.year if paper.submitted_at else first_month(paper)[0]


def first_month(paper: Paper) -> tuple[int, int]:
    """The year and month that the id was given out in."""
    yymm = identifiers.sort_key(paper.arxiv_id)[0]
    return yymm // 100, yymm % 100


def is_group(name: str) -> bool:
    """Whether an author is a collaboration, or a name that cannot be told apart."""
    return bool(_GROUP.search(name)) or ":" in name or " and " in name.lower()


def split_name(name: str) -> tuple[str, str, str]:
    """A name in its usual order as (family name with its particles, given names, suffix).

    A collaboration is all family name. arXiv tells names as one text; so does everybody split them by such rules.
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
    while at > 1 and words[at - 1].lower() in _PARTICLES and words[at - 1][0].islower():
        at -= 1
    return " ".join(words[at:]), " ".join(words[:at]), suffix


def describe(paper: Paper) -> str:
    """The note beside a reference: whether it was withdrawn, and the authors' comment."""
    said = ["Withdrawn by its authors."] if paper.withdrawn else []
    return " ".join([*said, paper.comment or ""]).strip()

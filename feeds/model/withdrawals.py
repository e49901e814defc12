"""Tells that a paper was withdrawn: arXiv has no field for it, only the words of its comment or abstract.

info.arxiv.org/help/withdraw.html asks for a comment that says so; many authors say it in the abstract as well.
"""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_PAPER = r"(?:paper|article|manuscript|preprint|submission|work|version|document|note|thesis|report)"
#: Withdrawn from a journal or a conference is still on arXiv.
_WITHDRAWN = r"withdrawn\b(?!\s+from\s+(?!the\s+arxiv|arxiv))"
_IS = r"(?:is|was|has\s+been|had\s+been|have\s+been)\s+(?:\w+ly\s+|now\s+|hereby\s+)?(?:being\s+)?"
#: "This paper has been withdrawn", which nobody says of another's; nor of a part ("Section 3 of this paper ...").
_THIS_PAPER = rf"(?<!\bof )(?<!\bin )\b(?:this|the\s+present)\s+(?:\w+\s+)?{_PAPER}\s+{_IS}{_WITHDRAWN}"
#: "The authors have withdrawn this paper", "We withdraw this submission".
_BY_ITS_AUTHORS = (
    rf"\b(?:authors?|we|i|admin\w*)\s+(?:(?:has|have|had)\s+(?:\w+ly\s+)?withdrawn|withdrew|withdraw|withdraws)"
    rf"\s+(?:this|the)\s+{_PAPER}\b(?!\s+from\s+(?!the\s+arxiv|arxiv))"
)
#: At the start of a comment or of a sentence in it: "Withdrawn", "Paper withdrawn due to an error".
_SHORT = (
    rf"(?:^|[.;,:!(\[*-]\s*)(?:(?:this|the)\s+)?(?:{_PAPER}\s+)?(?:{_IS})?{_WITHDRAWN}"
    r"(?=\s*(?:$|[.;,:!)\]*-]|by\b|due\b|because\b|for\b|as\b|since\b|pending\b|until\b|after\b|from\b|and\b|in\b|on\b))"
)
_IN_ABSTRACT = re.compile(rf"{_THIS_PAPER}|{_BY_ITS_AUTHORS}", re.IGNORECASE)
_IN_COMMENT = re.compile(
    rf"{_THIS_PAPER}|{_BY_ITS_AUTHORS}|{_SHORT}|\bwithdrawn\s+by\s+(?:the\s+|its\s+|all\s+)?(?:authors?|arxiv|submitter)\b",
    re.IGNORECASE,
)


def is_withdrawn(comment: str | None, abstract: str) -> bool:
    """Whether a version says of itself that it withdraws the paper."""
    return bool(_IN_COMMENT.search(_flat(comment)) or _IN_ABSTRACT.search(_flat(abstract)))


def _flat(text: str | None) -> str:
    return _SPACE.sub(" ", text or "").strip()

"""Contributions and the parts of a reading, in the abstract's own sentences, by their roles."""

from __future__ import annotations

from collections.abc import Sequence

from workers.enrichment.embedded.abstracts import Abstract
from workers.enrichment.embedded.compression import strip_lead_in, tidy
from workers.enrichment.embedded.cues import find_cues
from workers.enrichment.embedded.readability import count_words, find_faults, is_whole
from workers.enrichment.embedded.roles import Role, tag_roles

#: PRODUCT's contract: 3 to 7 points, one sentence each.
MIN_POINTS, MAX_POINTS = 3, 7
#: PRODUCT's contract for a reading: its parts, in order, with their words at most.
PARTS = {"background": 100, "method": 300, "results": 100}

_PART = {
    Role.BACKGROUND: "background",
    Role.OBJECTIVE: "method",
    Role.METHOD: "method",
    Role.RESULT: "results",
}
_CONTRIBUTING = (Role.OBJECTIVE, Role.METHOD, Role.RESULT)


def find_roles(abstract: Abstract) -> list[Role]:
    """The sentences' roles; none in other languages than English.

    What the authors say they propose is no background, wherever it stands.
    """
    if not abstract.is_english:
        return []
    return [
        Role.OBJECTIVE if role is Role.BACKGROUND and _proposes(sentence) else role
        for role, sentence in zip(tag_roles(abstract.sentences), abstract.sentences, strict=True)
    ]


def _proposes(sentence: str) -> bool:
    return not find_cues(sentence, english=True).isdisjoint({"propose", "this paper says", "study"})


def pick_contributions(abstract: Abstract, roles: Sequence[Role]) -> list[str] | None:
    """What the authors say they did and found, in their order; None where fewer than three stand alone.

    :param roles: as :func:`find_roles` gives them
    """
    if len(roles) < MIN_POINTS:
        return None
    points: dict[int, str] = {}
    for candidate in abstract.ranked:
        if candidate.at in points or roles[candidate.at] not in _CONTRIBUTING or find_faults(candidate.text):
            continue
        if candidate.text not in points.values():
            points[candidate.at] = candidate.text
        if len(points) == MAX_POINTS:
            break
    return [text for _, text in sorted(points.items())] if len(points) >= MIN_POINTS else None


def pick_reading(abstract: Abstract, roles: Sequence[Role]) -> dict[str, str] | None:
    """The parts that the abstract has something for; None where it has no method or nothing beside it.

    :param roles: as :func:`find_roles` gives them
    """
    chosen: dict[str, list[int]] = {part: [] for part in PARTS}
    words = dict.fromkeys(PARTS, 0)
    texts = [tidy(sentence) for sentence in abstract.sentences]
    for at, role in enumerate(roles):
        part = _PART.get(role)
        if part is None or not _fits(at, texts[at], chosen[part]):
            continue
        words[part] += count_words(texts[at])
        if words[part] <= PARTS[part]:
            chosen[part].append(at)
    found = {part: _join(texts, places) for part, places in chosen.items() if places}
    return found if "method" in found and len(found) > 1 else None


def _fits(at: int, text: str, chosen: Sequence[int]) -> bool:
    """Whether a sentence can stand in a part: after its neighbour it may lean on it, elsewhere it must not."""
    if chosen and chosen[-1] == at - 1:
        return is_whole(text) and "address" not in find_faults(text)
    return not find_faults(strip_lead_in(text))


def _join(texts: Sequence[str], places: Sequence[int]) -> str:
    """The sentences of a part; where one does not follow its neighbour, it loses its lead-in."""
    said = [
        texts[at] if number and places[number - 1] == at - 1 else strip_lead_in(texts[at])
        for number, at in enumerate(places)
    ]
    return " ".join(said)

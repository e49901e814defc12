"""What the sentences of an abstract are for."""

from __future__ import annotations

from workers.enrichment.embedded.roles import Role, tag_roles

ABSTRACT = [
    "Drawing trees has been studied for many years.",
    "However, existing methods are slow and often fail on large forests.",
    "In this paper, we propose splats for trees.",
    "The method uses a recursive subdivision of the branches, and is trained on synthetic data.",
    "Experimental results show that our method outperforms the state of the art by 5%.",
]


def test_sentences_of_a_plain_abstract_have_their_roles() -> None:
    roles = tag_roles(ABSTRACT)
    assert roles[:2] == [Role.BACKGROUND, Role.BACKGROUND]
    assert roles[2] in (Role.OBJECTIVE, Role.METHOD)
    assert roles[3:] == [Role.METHOD, Role.RESULT]


def test_there_are_as_many_roles_as_sentences() -> None:
    assert tag_roles([]) == []
    assert len(tag_roles(["x"])) == 1
    assert len(tag_roles(ABSTRACT * 16)) == 80

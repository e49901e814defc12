"""Contributions and readings: the abstract's own sentences, or nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.enrichment.embedded.test_roles import ABSTRACT
from workers.enrichment.embedded.abstracts import read_abstract
from workers.enrichment.embedded.points import (
    MAX_POINTS,
    MIN_POINTS,
    PARTS,
    find_roles,
    pick_contributions,
    pick_reading,
)
from workers.enrichment.embedded.readability import count_words, find_faults
from workers.enrichment.embedded.roles import Role

TITLE = "Splats for trees"


def contributions(abstract: str) -> list[str] | None:
    read = read_abstract(TITLE, abstract)
    return pick_contributions(read, find_roles(read))


def reading(abstract: str) -> dict[str, str] | None:
    read = read_abstract(TITLE, abstract)
    return pick_reading(read, find_roles(read))


def test_contributions_are_what_the_authors_did_and_found_in_their_order() -> None:
    assert contributions(" ".join(ABSTRACT)) == ["We propose splats for trees.", *ABSTRACT[3:]]


def test_fewer_than_three_are_none() -> None:
    assert contributions(" ".join(ABSTRACT[:4])) is None
    assert contributions("") is None


def test_there_are_never_more_than_seven_and_no_two_alike() -> None:
    many = [f"We propose method number {number} for drawing trees in real time." for number in range(12)]
    found = contributions(" ".join([*many, *many]))
    assert found is not None
    assert len(found) == len(set(found)) == MAX_POINTS
    assert found == [sentence for sentence in many if sentence in found]


def test_a_reading_tells_the_parts_in_order() -> None:
    assert reading(" ".join(ABSTRACT)) == {
        "background": " ".join(ABSTRACT[:2]),
        "method": "We propose splats for trees. " + ABSTRACT[3],
        "results": ABSTRACT[4],
    }


def test_a_part_that_the_abstract_does_not_tell_is_left_out() -> None:
    found = reading(" ".join(ABSTRACT[:4]))
    assert found is not None
    assert list(found) == ["background", "method"]


def test_one_part_alone_or_none_for_the_method_is_no_reading() -> None:
    assert reading("") is None
    assert reading("We propose splats for trees.") is None
    assert reading(" ".join(ABSTRACT[:2])) is None


def test_what_is_proposed_is_no_background_where_it_comes_first() -> None:
    found = reading(" ".join([ABSTRACT[2], *ABSTRACT[4:]]))
    assert found == {"method": "We propose splats for trees.", "results": ABSTRACT[4]}


def test_a_sentence_that_leans_on_one_left_out_is_left_out_too() -> None:
    read = read_abstract(TITLE, "Trees are hard. We draw them with splats. This method is fast. Rain is new.")
    roles = [Role.BACKGROUND, Role.OTHER, Role.METHOD, Role.METHOD]
    assert pick_reading(read, roles) == {"background": "Trees are hard.", "method": "Rain is new."}


def test_a_part_keeps_its_limit() -> None:
    sentence = "Drawing all of the trees in the forest has been studied for many years by many people."
    found = reading(" ".join([sentence] * 20 + ABSTRACT[2:]))
    assert found is not None
    assert count_words(found["background"]) <= PARTS["background"]


def test_other_languages_have_no_roles() -> None:
    for abstract in (
        "树很重要。我们提出一种画树的新方法。结果很好！我们的方法优于以前的方法。",
        "Bäume sind schwer zu zeichnen. Wir stellen ein neues Verfahren vor. Es ist schnell. Es übertrifft andere.",
        "Les arbres sont beaux. Nous proposons une méthode. Elle est rapide. Les résultats sont très bons.",
    ):
        assert contributions(abstract) is None
        assert reading(abstract) is None


PIECES = st.sampled_from(
    [*ABSTRACT, "This is bad.", "They are good.", "x", "(", "$", "See https://example.org.", "We", "show", "."]
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=200))
def test_whatever_comes_the_contracts_hold(abstract: str) -> None:
    points, parts = contributions(abstract), reading(abstract)
    if points is not None:
        assert MIN_POINTS <= len(points) <= MAX_POINTS
        assert all(find_faults(point) == () for point in points)
    if parts is not None:
        assert "method" in parts
        assert len(parts) > 1
        assert list(parts) == [part for part in PARTS if part in parts]
        assert all(0 < count_words(text) <= PARTS[part] for part, text in parts.items())

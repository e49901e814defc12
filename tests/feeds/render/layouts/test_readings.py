"""A reading is complete, within its limits, and never made up."""

from __future__ import annotations

from feeds.model.summaries import READING_PARTS
from feeds.render.layouts.readings import LIMITS, complete_reading

ABSTRACT = "It is hard. Others fail. We make it easy. We do it so. It wins. It is free."


def test_what_a_summarizer_made_is_taken_as_it_is() -> None:
    made = [("background", "甲。"), ("method", "乙。"), ("results", "丙。")]
    assert complete_reading(made, ABSTRACT) == made


def test_without_one_the_abstracts_sentences_stand_where_they_are() -> None:
    assert complete_reading([], ABSTRACT) == [
        ("background", "It is hard."),
        ("method", "Others fail. We make it easy. We do it so. It wins."),
        ("results", "It is free."),
    ]


def test_a_part_that_is_missing_is_what_the_others_leave() -> None:
    assert complete_reading([("method", "We make it easy. We do it so.")], ABSTRACT) == [
        ("background", "It is hard. Others fail."),
        ("method", "We make it easy. We do it so."),
        ("results", "It wins. It is free."),
    ]
    assert complete_reading([("background", "It is hard."), ("results", "It is free.")], ABSTRACT)[1] == (
        "method",
        "Others fail. We make it easy. We do it so. It wins.",
    )


def test_where_nothing_is_left_for_a_part_all_are_taken_by_their_place() -> None:
    assert complete_reading([("method", ABSTRACT)], ABSTRACT) == complete_reading([], ABSTRACT)


def test_where_the_code_is_is_no_result() -> None:
    pointing = "Our code is available at https://github.com/a/b."
    assert complete_reading([], f"{ABSTRACT} {pointing}") == complete_reading([], ABSTRACT)
    assert complete_reading([("method", "We do it so.")], f"{ABSTRACT} {pointing}")[2][1] == "It wins. It is free."
    assert complete_reading([], f"It is hard. We do it. {pointing}")[2] == ("results", pointing)


def test_a_part_of_which_nothing_is_known_is_left_out() -> None:
    assert complete_reading([], "") == []
    assert complete_reading([], "One sentence.") == [("method", "One sentence.")]
    assert [part for part, _ in complete_reading([], "One. Two.")] == ["method", "results"]


def test_no_part_is_over_its_limit() -> None:
    english = complete_reading([(part, "A few words here. " * 200) for part in READING_PARTS], "")
    assert [len(text.split()) for _, text in english] == [LIMITS[part].words for part in READING_PARTS]
    chinese = complete_reading([(part, "这是一句话。" * 200) for part in READING_PARTS], "")
    for part, text in chinese:
        assert LIMITS[part].characters - 6 < len(text) <= LIMITS[part].characters
        assert text.endswith("。")

"""Plots: columns as high as their values, round scales, and text that is text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from service.plots import Plot, Series, draw_bars, draw_plot, find_scale


def plot(*series: Sequence[float | None], stacked: bool = False, title: str = "Papers") -> Plot:
    labels = [f"day {number}" for number in range(len(series[0]))]
    return Plot(
        "p", title, "How many.", labels, [Series(f"s{at}", one, at) for at, one in enumerate(series)], stacked
    )


def columns(drawn: str, tone: int = 0) -> list[tuple[float, float, float]]:
    """(left, top, height) of a series' columns, without the legend's square."""
    rects = etree.fromstring(drawn.encode()).findall("rect")
    mine = [rect for rect in rects if rect.get("class") == f"s{tone}" and rect.get("y") != "4"]
    return [(float(r.get("x", "")), float(r.get("y", "")), float(r.get("height", ""))) for r in mine]


def test_columns_are_as_high_as_their_values() -> None:
    heights = [height for _, _, height in columns(draw_plot(plot([10, 20, None, 0, 40])))]
    assert len(heights) == 3
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.3)
    assert heights[2] == pytest.approx(4 * heights[0], abs=0.3)


def test_columns_of_several_series_stand_side_by_side_or_on_top_of_one_another() -> None:
    beside = draw_plot(plot([10], [20]))
    assert columns(beside, 0)[0][0] < columns(beside, 1)[0][0]
    assert columns(beside, 0)[0][2] * 2 == pytest.approx(columns(beside, 1)[0][2], abs=0.3)
    stacked = draw_plot(plot([10], [20], stacked=True))
    (left, top, _), (over, above, height) = columns(stacked, 0)[0], columns(stacked, 1)[0]
    assert left == over
    assert above + height == pytest.approx(top, abs=0.2)


def test_lying_bars_have_their_words_and_sums() -> None:
    drawn = etree.fromstring(draw_bars(plot([3, 0], [4, 12_000])).encode())
    assert [text.text for text in drawn.findall("text")] == ["s0", "s1", "day 0", "7", "day 1", "12k"]


def test_names_are_text() -> None:
    drawn = draw_plot(plot([1], title="<script>&"))
    assert etree.fromstring(drawn.encode()).findtext("title") == "<script>&"


def test_a_plot_without_anything_is_drawn_all_the_same() -> None:
    empty = plot([None, 0])
    assert empty.is_empty
    assert columns(draw_plot(empty)) == []
    assert not plot([0, 1]).is_empty
    assert etree.fromstring(draw_bars(plot([0])).encode()).findtext("title") == "Papers"


@given(st.floats(0.01, 1e7))
def test_a_scale_is_made_of_few_whole_numbers_and_reaches_over_all(most: float) -> None:
    scale = find_scale(most)
    assert scale[0] == 0
    assert scale[-1] >= most
    assert 2 <= len(scale) <= 7
    assert all(value == int(value) for value in scale)

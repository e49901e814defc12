"""Plots as inline SVG, drawn here: no library, no script; the page's style sheet colours them.

Each has a title and a description for those who do not see it; the numbers themselves belong into a table beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

#: In the drawing's own units, which are pixels where a plot has its full width.
_WIDTH, _HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 4, 26, 20
_GAP = 0.28  #: of a column's place that stays empty
_TICKS = 4
_LABELS = 7  #: below the columns, at most
_WORDS, _SUM, _ROW = 132, 34, 17  #: of lying bars: room for the labels, for the sums, the height of one
_LEGEND_STEP, _SIGN = 5.6, 9  #: about the width of a letter; the side of a legend's square


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each label; None where there is none."""

    name: str
    values: Sequence[float | None]
    tone: int = 0  #: its colour in the style sheet


@dataclass(frozen=True)
class Plot:
    """What is to be drawn."""

    key: str  #: names it within its page
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False  #: on top of one another instead of side by side

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen in it."""
        return not any(value for one in self.series for value in one.values)


def draw_plot(plot: Plot) -> Markup:
    """A plot of columns."""
    return _frame(plot, _HEIGHT, _draw_parts(plot))


def draw_bars(plot: Plot) -> Markup:
    """A plot of lying bars, stacked, each with its sum: for labels that are words."""
    sums = [sum(one.values[at] or 0.0 for one in plot.series) for at in range(len(plot.labels))]
    most = max(sums, default=0.0) or 1.0
    height = _TOP + _ROW * len(plot.labels)
    parts = [*_draw_legend(plot.series)]
    for at, (label, total) in enumerate(zip(plot.labels, sums, strict=True)):
        parts += _draw_row(plot, at, label, total, most)
    return _frame(plot, height, parts)


def find_scale(most: float) -> list[float]:
    """Round numbers from 0 to the highest value or a little more, for the lines across."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    step = max(step, 1.0) if step != 2.5 else 5.0 if most > 10 else 3.0  # of things there are no halves
    return [index * step for index in range(ceil(most / step) + 1)]


def _frame(plot: Plot, height: int, parts: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{key}-title {key}-told">'
        '<title id="{key}-title">{title}</title><desc id="{key}-told">{description}</desc>{parts}</svg>'
    ).format(
        width=_WIDTH,
        height=height,
        key=plot.key,
        title=plot.title,
        description=plot.description,
        parts=Markup("").join(parts),
    )


def _draw_row(plot: Plot, at: int, label: str, total: float, most: float) -> Iterator[Markup]:
    y = _TOP + _ROW * at
    yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_WORDS - 6, y + 11, label)
    x, unit = float(_WORDS), (_WIDTH - _WORDS - _SUM) / most
    for one in plot.series:
        if value := one.values[at]:
            yield Markup('<rect class="s{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                one.tone, x, y + 2, value * unit, _ROW - 6
            )
            x += value * unit
    yield Markup('<text x="{:.1f}" y="{}">{}</text>').format(x + 5, y + 11, _write(total))


def _draw_parts(plot: Plot) -> Iterator[Markup]:
    scale = find_scale(_find_most(plot))
    yield from _draw_scale(scale)
    yield from _draw_legend(plot.series)
    yield from _draw_labels(plot.labels)
    for at in range(len(plot.labels)):
        yield from _draw_place(plot, at, scale[-1])


def _find_most(plot: Plot) -> float:
    values = [[one.values[at] or 0.0 for one in plot.series] for at in range(len(plot.labels))]
    return max((sum(some) if plot.stacked else max(some) for some in values), default=0.0)


def _draw_scale(scale: Sequence[float]) -> Iterator[Markup]:
    for value in scale:
        y = _y(value, scale[-1])
        yield Markup('<line class="rule" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, _WIDTH - _RIGHT, y, y)
        yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_LEFT - 5, y + 3.5, _write(value))


def _draw_legend(series: Sequence[Series]) -> Iterator[Markup]:
    """Named, where there is more than one."""
    x = float(_LEFT)
    for one in series if len(series) > 1 else ():
        yield Markup('<rect class="s{}" x="{}" y="4" width="{}" height="{}"/>').format(one.tone, x, _SIGN, _SIGN)
        yield Markup('<text x="{}" y="12">{}</text>').format(x + _SIGN + 4, one.name)
        wide = sum(2 if ord(letter) > 0x2E7F else 1 for letter in one.name)
        x += _SIGN + 4 + wide * _LEGEND_STEP + 12


def _draw_labels(labels: Sequence[str]) -> Iterator[Markup]:
    """The last one always."""
    step = ceil(len(labels) / _LABELS) if labels else 1
    for at, label in enumerate(labels):
        if (len(labels) - 1 - at) % step == 0:
            x = _LEFT + (at + 0.5) * _place(labels)
            yield Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(x, _HEIGHT - 5, label)


def _draw_place(plot: Plot, at: int, most: float) -> Iterator[Markup]:
    """The columns above one label."""
    place = _place(plot.labels)
    left, width = _LEFT + at * place + place * _GAP / 2, place * (1 - _GAP)
    each = width if plot.stacked else width / len(plot.series)
    below = 0.0
    for number, one in enumerate(plot.series):
        value = one.values[at]
        if not value:
            continue
        x = left if plot.stacked else left + number * each
        top, bottom = _y(below + value, most), _y(below, most)
        yield Markup('<rect class="s{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            one.tone, x, top, each, bottom - top
        )
        below += value if plot.stacked else 0.0


def _place(labels: Sequence[str]) -> float:
    return (_WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)


def _y(value: float, most: float) -> float:
    return round(_HEIGHT - _BOTTOM - value / most * (_HEIGHT - _TOP - _BOTTOM), 1)


def _write(value: float) -> str:
    """A number beside a line, short."""
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"

"""How the wire is, at /status: what stands, the last two weeks as plots, listings, days, what is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flask import Response

from feeds.history import DayHistory, load_history
from feeds.model.announcements import VisitOutcome
from feeds.status import Status, load_status, summarize_days
from service.layout import send_page
from service.options import takes
from service.plots import Plot, Series, draw_bars, draw_plot
from service.views import pages
from service.web import web
from service.wording import LANG, Wording, choose_language

blueprint = pages.blueprint

#: (what it is called, the looks it stands for, its colour)
_LOOKS = (
    ("failed", (VisitOutcome.REFUSED, VisitOutcome.UNREACHABLE), 0),
    ("news", (VisitOutcome.NEWS,), 1),
    ("still", (VisitOutcome.CLOSED, VisitOutcome.UNCHANGED), 2),
)


@blueprint.get("/status")
@takes(LANG)
def status() -> Response:
    """How each listing is, what the last days brought, what is owed."""
    tools = web()
    found = load_status(tools.store, tools.times())
    words = Wording(choose_language())
    return send_page(
        "status.html",
        status=found,
        days=summarize_days(found.days),
        plots=list(_list_plots(load_history(tools.store, found.now), words)),
        queue=_plot_queue(found, words),
        draw_plot=draw_plot,
        draw_bars=draw_bars,
        model=tools.settings.llm_model if tools.settings.llm_base_url else None,
        daily_tokens=tools.settings.llm_daily_tokens,
    )


def _list_plots(days: Sequence[DayHistory], t: Wording) -> Iterator[Plot]:
    labels = [t.short_day(one.day) for one in days]

    def plot(key: str, *series: Series, stacked: bool = False) -> Plot:
        return Plot(f"plot-{key}", t(f"plot.{key}"), t(f"plot.{key}.told"), labels, series, stacked)

    def line(key: str, value: Callable[[DayHistory], float | None], tone: int = 0) -> Series:
        return Series(t(f"plot.{key}"), [value(one) for one in days], tone)

    def count(outcomes: Sequence[VisitOutcome]) -> Callable[[DayHistory], int]:
        return lambda one: sum(one.looks.get(outcome, 0) for outcome in outcomes)

    yield plot("announced", line("announced", lambda one: one.announced))
    matched = line("matched", lambda one: one.matched)
    yield plot("papers", matched, line("summarized", lambda one: one.summarized, 1))
    median = line("delays.median", lambda one: one.delays.median_minutes if one.delays else None)
    slow = line("delays.slow", lambda one: one.delays.slow_minutes if one.delays else None, 1)
    yield plot("delays", median, slow)
    looks = [line(f"looks.{key}", count(outcomes), tone) for key, outcomes, tone in _LOOKS]
    yield plot("looks", *looks, stacked=True)


def _plot_queue(status: Status, t: Wording) -> Plot:
    series = [
        Series(t("owed.due"), [row.owed for row in status.work]),
        Series(t("owed.running"), [row.running for row in status.work], 1),
    ]
    names = [t(f"work.{row.kind}") for row in status.work]
    return Plot("plot-queue", t("plot.queue"), t("plot.queue.told"), names, series)

"""The exports: /feeds/<slug>.md in its layouts, .bib, .ris and .csv."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NoReturn
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from feeds.combining import MAX_TOPICS
from feeds.errors import BadRequestError, MovedError
from feeds.model.documents import Document
from feeds.publishing.exports import DAILY, LAYOUTS, PAPERS, ROUNDUP
from service import conditional, variants
from service.options import Option, takes
from service.variants import read_variant
from service.web import web

blueprint = Blueprint("exports", __name__)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

_OPTIONS = tuple(option for option in variants.OPTIONS if option.name in ("limit", "lang", "since"))


@blueprint.get("/feeds/papers.md")
@takes(
    Option("topics", "slugs, with commas between: a section for each", required=True),
    Option("layout", PAPERS, {"enum": [PAPERS]}),
    *_OPTIONS,
)
def sections() -> Response:
    """Several topics on one page."""
    _read_layout((PAPERS,))
    slugs, variant = request.args["topics"].split(","), read_variant()
    if len(slugs) > MAX_TOPICS:
        raise BadRequestError(f"At most {MAX_TOPICS} topics can be on one page.")
    return _send(
        lambda: web().exporter.find_papers(slugs, variant),
        lambda names: f"papers.md?{_options(topics=names)}",
    )


@blueprint.get("/feeds/<slug>.md")
@takes(
    Option("layout", f"one of {', '.join(LAYOUTS)}; {PAPERS} where nothing is said", {"enum": [*LAYOUTS]}),
    Option("day", f"of layout={DAILY}: when its window ended, like 2026-04-17; else the newest"),
    *_OPTIONS,
)
def page(slug: str) -> Response:
    """A topic as a page in Markdown, in a layout."""
    layout = _read_layout(LAYOUTS)
    day, variant = _read_day(layout), read_variant()
    if layout in (DAILY, ROUNDUP) and "+" in slug:
        raise BadRequestError(f"layout={layout} is of one topic.")
    if layout == DAILY and variant.since:
        raise BadRequestError(f"layout={DAILY} takes no since: a day is what it was.")
    exporter = web().exporter

    def find() -> Document:
        if layout == DAILY:
            return exporter.find_post(slug, day, variant).document
        if layout == ROUNDUP:
            return exporter.find_roundup(slug, variant)
        return exporter.find_export(slug, layout, variant)

    return _send(find, lambda now_at: f"{now_at}.md{_query()}")


@blueprint.get("/feeds/<slug>.bib", defaults={"ending": "bib"})
@blueprint.get("/feeds/<slug>.ris", defaults={"ending": "ris"})
@blueprint.get("/feeds/<slug>.csv", defaults={"ending": "csv"})
@takes(*_OPTIONS)
def table(slug: str, ending: str) -> Response:
    """A topic's papers for a reference manager or a spreadsheet; also of several topics."""
    variant = read_variant()
    return _send(
        lambda: web().exporter.find_export(slug, ending, variant), lambda now_at: f"{now_at}.{ending}{_query()}"
    )


def _send(find: Callable[[], Document], where: Callable[[str], str]) -> Response:
    """Send a document, or the way to where its topic is now."""
    try:
        document = find()
    except MovedError as moved:
        return conditional.moved(f"{web().settings.base_url}/feeds/{where(moved.slug)}")
    return conditional.respond(document, web().clock.now())


def _query() -> str:
    return f"?{_options()}" if request.args else ""


def _options(**changed: str) -> str:
    """The options that were given; they were read, so they make sense."""
    return urlencode(sorted({**request.args.to_dict(), **changed}.items()), safe=",")


def _read_layout(allowed: tuple[str, ...]) -> str:
    layout = request.args.get("layout", PAPERS)
    if layout not in allowed:
        raise BadRequestError(f"layout is one of {', '.join(allowed)}.")
    return layout


def _read_day(layout: str) -> date | None:
    text = request.args.get("day")
    if text is None:
        return None
    if layout != DAILY:
        raise BadRequestError(f"day goes with layout={DAILY}.")
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _refuse_day()
    except ValueError:
        return _refuse_day()


def _refuse_day() -> NoReturn:
    raise BadRequestError("day is a date like 2026-04-17.") from None

"""What an editor's page of a topic is made with, and what is said there of an act that was just done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from feeds.desks import load_desk
from feeds.errors import BadRequestError
from feeds.model.curation import Curation
from feeds.model.identifiers import parse_arxiv_id
from feeds.publishing.pages import TopicPage
from feeds.query.highlighting import Span
from service.layout import link
from service.options import Option, read_choice
from service.sessions import find_session
from service.web import web

#: What can be said of an act; the phrases are called ``said.*``.
SAID = (
    "pin", "unpin", "hide", "show", "undo", "move", "save", "add", "fetch", "there", "same", "changed", "no_id",
)  # fmt: skip
OPTIONS = (
    Option("said", "what an editor is told of an act that was just done", {"enum": [*SAID]}),
    Option("paper", "the paper that it was about"),
)


@dataclass(frozen=True)
class Fields:
    """What an editor says of a paper, as a form has it: texts, empty where nothing is said."""

    rating: str
    tags: str
    institution: str
    note: str
    order: str


def write_fields(said: Curation) -> Fields:
    """What is said of a paper, for a form."""
    return Fields(
        rating="" if said.rating is None else str(said.rating),
        tags=", ".join(said.tags),
        institution=said.institution or "",
        note=said.note or "",
        order="" if said.order is None else str(said.order),
    )


def read_fields(form: Mapping[str, str]) -> Fields:
    """What a form says of a paper; what it does not have is empty."""
    return Fields(**{name: form.get(name, "").strip() for name in Fields.__dataclass_fields__})


def read_values(fields: Fields) -> dict[str, object]:
    """What a form says of a paper, for :func:`feeds.curating.curate`, which refuses what makes no sense."""
    return {
        "rating": _read_number(fields.rating),
        "tags": [tag.strip() for tag in fields.tags.replace("，", ",").split(",") if tag.strip()],
        "institution": fields.institution,
        "note": fields.note,
        "order": _read_number(fields.order),
    }


def lay_out(page: TopicPage) -> dict[str, Any]:
    """What a topic's page has for who is signed in; nothing for others.

    :raises BadRequestError: where the options say what nobody says
    """
    if find_session() is None:
        return {}
    shown = [entry.paper.arxiv_id for entry in page.feed.entries]
    desk = load_desk(web().store, page.topic.slug, shown)
    said = _read_said({*shown, *(paper.arxiv_id for paper in desk.hidden)})
    return {"desk": desk, "said": said, "desk_fields": write_fields}


def leave_out(slug: str, before: int | None) -> BaseResponse | None:
    """Lead who is not signed in from an editor's address, passed on to others, to the page as all see it."""
    editors = any(option.name in request.args for option in OPTIONS)
    if not editors or find_session():
        return None
    return redirect(link(f"/topics/{slug}", before=before), 303, Response)


def mark_spans(text: str, spans: Sequence[Span]) -> Markup:
    """A text with some of its parts marked."""
    made, reached = Markup(), 0
    for start, end in spans:
        made += escape(text[reached:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        reached = end
    return made + escape(text[reached:])


def _read_said(there: set[str]) -> tuple[str, str | None, bool] | None:
    """What is to be said, of which paper, and whether that is on the page."""
    if "said" not in request.args:
        return None
    said, given = read_choice("said", "", SAID), request.args.get("paper")
    try:
        about = parse_arxiv_id(given).arxiv_id if given else None
    except ValueError:
        raise BadRequestError("paper is an arXiv id.") from None
    return said, about, about in there


def _read_number(text: str) -> object:
    """A whole number; None where there is nothing; else the text as it is, to be refused."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else text or None

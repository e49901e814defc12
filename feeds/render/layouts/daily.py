"""The layout ``daily``: a Jekyll post a day, with each paper's abstract and a folded reading of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from feeds.maths import to_plain
from feeds.model.entries import Entry
from feeds.render.layouts import markdown
from feeds.render.layouts.front_matter import quote, write_front_matter
from feeds.render.layouts.ordering import abstract_url, pdf_url, versioned_id
from feeds.render.layouts.phrases import labels
from feeds.render.layouts.readings import complete_reading
from feeds.render.phrases import phrases
from feeds.render.remarks import describe_making, write_byline


@dataclass(frozen=True)
class Day:
    """A day's window of a topic, with what is in it."""

    day: date  #: on which the window ends, in its zone
    starts_at: datetime
    ends_at: datetime
    zone: str
    language: str  #: BCP 47
    categories: tuple[str, ...]  #: the topic's
    entries: tuple[Entry, ...]  #: that are shown, in their order
    total: int  #: papers in the window, also those that are hidden now
    rights: str
    carried: Mapping[str, date] = field(default_factory=dict)  #: by arXiv id: the earlier day it belongs to


def file_name(day: Day) -> str:
    """Where Jekyll wants the post."""
    return f"_posts/{day.day.isoformat()}-arxiv.md"


def render_daily(day: Day) -> bytes:
    """The post."""
    front = write_front_matter(
        {"layout": "post", "title": quote(f"arXiv Daily – {day.day}"), "tags": ["arxiv", *day.categories]}
    )
    papers = ["\n\n".join(_write_paper(entry, day.language)) for entry in day.entries]
    body = [*papers, markdown.escape_linking(day.rights)]
    return ("\n\n".join([front, "\n".join(_lead(day)), *body]) + "\n").encode()


def _lead(day: Day) -> Iterator[str]:
    words = labels(day.language)
    start, end = (at.astimezone(ZoneInfo(day.zone)) for at in (day.starts_at, day.ends_at))
    zone = end.tzname() or day.zone
    named = words.zones.get(day.zone, day.zone)
    told = zone if zone == named else words.zone.format(short=zone, name=named)
    opening = words.translated if any(entry.translation for entry in day.entries) else words.window
    yield opening.format(day=day.day, zone=told)
    spans = {"start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"}
    yield f"- {words.span.format(at=f'{end:%H:%M}', zone=zone, **spans)}"
    yield f"- {words.count.format(total=day.total, shown=len(day.entries))}"
    if carried := [entry for entry in day.entries if entry.paper.arxiv_id in day.carried]:
        named_papers = [f"{_link_id(entry)} ({day.carried[entry.paper.arxiv_id]})" for entry in carried]
        yield f"- {words.carried.format(papers=phrases(day.language).comma.join(named_papers))}"
    if not day.entries:
        yield from ("", words.nothing)


def _link_id(entry: Entry) -> str:
    return markdown.link(versioned_id(entry), abstract_url(entry))


def _write_paper(entry: Entry, language: str) -> Iterator[str]:
    paper, words = entry.paper, phrases(language)
    byline = write_byline([author.name for author in paper.authors], words)
    facts = {
        "Authors": markdown.escape(byline),
        "Categories": markdown.escape(", ".join(paper.categories)),
        "arXiv": _link_itself(abstract_url(entry)),
        "PDF": _link_itself(pdf_url(entry)),
    }
    lines = [f"- **{label}**: {fact}" for label, fact in facts.items() if fact]
    yield "\n".join([f"## {markdown.escape(entry.title)}", *lines])
    if paper.withdrawn:
        yield f"**{words.withdrawn}**"
    abstract = to_plain(paper.abstract)
    if text := (to_plain(entry.translation) if entry.translation else abstract):
        yield markdown.open_line(markdown.escape_linking(text))
    reading = complete_reading([(part, to_plain(text)) for part, text in entry.reading], abstract)
    if reading:
        yield from _fold(entry, reading, language)
    yield "---"


def _link_itself(url: str) -> str:
    return f"[{url}]({url})"


def _fold(entry: Entry, reading: list[tuple[str, str]], language: str) -> Iterator[str]:
    """A list of titled parts; what is indented by as much as the number belongs to it, for kramdown too."""
    words = labels(language)
    yield f"<details>\n<summary>{words.reading}</summary>"
    yield '<div markdown="1">'
    for number, (part, text) in enumerate(reading, 1):
        yield f"{number}. **{phrases(language).reading[part]}**"
        yield f"   {markdown.open_line(markdown.escape_linking(text))}"
    yield f"*{markdown.escape(_explain(entry, reading, language))}*"
    yield "</div>\n\n</details>"


def _explain(entry: Entry, reading: list[tuple[str, str]], language: str) -> str:
    """How it was made."""
    made = [] if {part for part, _ in reading} == dict(entry.reading).keys() else [labels(language).arranged]
    stop = phrases(language).stop
    return stop.join([*made, *describe_making(entry, phrases(language))]) + phrases(language).end

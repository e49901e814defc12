"""The layout ``papers``: "Daily Papers", a section a topic with a row a paper, as READMEs have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feeds.maths import to_plain
from feeds.model.entries import Entry, Feed
from feeds.render.layouts import markdown
from feeds.render.layouts.ordering import abstract_url, code_urls, day_of, newest_first
from feeds.render.layouts.phrases import labels
from feeds.render.phrases import phrases
from feeds.text import squeeze

_HEAD = ("| **Title** | **Link** | **Abstract** | **Date** | **Comment** |", "| --- | --- | --- | --- | --- |")
#: A longer comment is folded, under so much of it.
_UNFOLDED, _TEASER = 20, 15


def render_papers(feeds: Sequence[Feed]) -> bytes:
    """The page; each topic in its own language, the frame in the first one's.

    :param feeds: at least one, in the order of the sections
    """
    words = labels(feeds[0].language)
    updated_at = max(feed.updated_at for feed in feeds)
    # Two spaces at a line's end break it.
    head = "# Daily Papers\n" + "  \n".join([*words.papers, f"Last update: {updated_at:%Y-%m-%d}"])
    sections = ["\n".join(_write_section(feed)) for feed in feeds]
    return ("\n\n".join([head, *sections, markdown.escape_linking(feeds[0].rights)]) + "\n").encode()


def _write_section(feed: Feed) -> Iterator[str]:
    yield f"## {markdown.escape(feed.title)}"
    yield from _HEAD
    yield from (_write_row(entry, feed.language) for entry in newest_first(feed.entries))


def _write_row(entry: Entry, language: str) -> str:
    state = phrases(language).withdrawn if entry.paper.withdrawn else ""
    cells = (
        f"**{markdown.link(entry.title, abstract_url(entry))}**",
        "<br/>".join(markdown.link("Code", url) for url in code_urls(entry)),
        _fold(labels(language).show, entry.translation or entry.paper.abstract),
        day_of(entry).isoformat(),
        _write_comment(f"{state} {to_plain(entry.paper.comment or '')}"),
    )
    return f"| {' | '.join(cells)} |"


def _write_comment(comment: str) -> str:
    line = squeeze(comment)
    if len(line) <= _UNFOLDED:
        return markdown.escape_linking(line)
    return _fold(f"{line[:_TEASER].rstrip()}...", line)


def _fold(summary: str, text: str) -> str:
    if not text.strip():
        return ""
    inside = markdown.escape_linking(to_plain(text))
    return f"<details><summary>{markdown.escape(summary)}</summary><p>{inside}</p></details>"

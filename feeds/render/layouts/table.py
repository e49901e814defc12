"""The layout ``table``: a row a paper, with its contributions and its summary."""

from __future__ import annotations

from collections.abc import Iterator

from feeds.maths import to_plain
from feeds.model.entries import Entry, Feed
from feeds.render.layouts import markdown
from feeds.render.layouts.ordering import abstract_url, newest_first, versioned_id
from feeds.render.layouts.phrases import labels
from feeds.render.layouts.sentences import split_sentences
from feeds.render.phrases import phrases

_HEAD = ("|Source|Title|Summary|", "|---|---|---|")


def render_table(feed: Feed) -> bytes:
    """The table and nothing else, to be put into other pages; newest first."""
    rows = [_write_row(entry, feed.language) for entry in newest_first(feed.entries)]
    return ("\n".join([*_HEAD, *rows]) + "\n").encode()


def _write_row(entry: Entry, language: str) -> str:
    title = markdown.link(entry.title, abstract_url(entry))
    return f"|{versioned_id(entry)}|{title}|{'<br/><br/>'.join(_summarize(entry, language))}|"


def _summarize(entry: Entry, language: str) -> Iterator[str]:
    """Contributions and summary; what a summarizer could not make, the authors' own words stand for."""
    words = phrases(language)
    if entry.paper.withdrawn:
        yield f"**{words.withdrawn}**"
    if entry.contributions:
        points = [f"{number}. {_write(point)}" for number, point in enumerate(entry.contributions, 1)]
        yield "<br/>".join([_head(words.contributions + words.by_machine, words.colon), *points])
    if entry.tldr:
        yield f"{_head(words.tldr + words.by_machine, words.colon)}<br/>{_write(entry.tldr)}"
    elif not entry.contributions:
        sentences = split_sentences(to_plain(entry.translation or entry.paper.abstract))
        text = next(iter(sentences), entry.paper.comment or entry.title)
        yield f"{_head(labels(language).first_sentence, words.colon)}<br/>{_write(text)}"


def _head(label: str, colon: str) -> str:
    return f"**{label}{colon.rstrip()}**"


def _write(text: str) -> str:
    return markdown.escape_linking(to_plain(text))

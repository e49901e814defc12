"""Writes the page that other sites frame: a topic's newest entries, or what is wrong."""

from __future__ import annotations

from http import HTTPStatus

from flask import render_template, request

from feeds import composing
from feeds.publishing.publisher import TopicView
from feeds.render.phrases import phrases
from service.embed_words import words_for
from service.embedding import THEMES

_TEMPLATE = "embed.html"
_ON_EVERY_PAGE = {"acknowledgement": composing.ACKNOWLEDGEMENT, "disclaimer": composing.DISCLAIMER}


def render_topic(view: TopicView, theme: str, *, tells_height: bool = False) -> str:
    """A topic's entries, as a frame shows them: the same topic gives the same page, always.

    :param theme: one of :data:`service.embedding.THEMES`
    :param tells_height: whether the page tells the one around it how high it is, by a script
    """
    feed = view.feed
    return render_template(
        _TEMPLATE,
        words=words_for(feed.language),
        theme=theme,
        title=feed.title,
        feed=feed,
        awaiting=view.awaiting,
        tells_height=tells_height,
        said=phrases(feed.language),
        **_ON_EVERY_PAGE,
    )


def render_problem(status: HTTPStatus, detail: str) -> str:
    """What is wrong, as a frame shows it, in the looks and the language that were asked for.

    :param detail: for whoever wrote the frame's address
    """
    theme, words = request.args.get("theme", ""), words_for(request.args.get("lang", ""))
    return render_template(
        _TEMPLATE,
        words=words,
        theme=theme if theme in THEMES else THEMES[0],
        title=status.phrase,
        problem=words.describe(status, detail),
        **_ON_EVERY_PAGE,
    )

"""An editor's note as HTML: Markdown that anyone with a token wrote, down to what every reader may show."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from feeds.text import clean

#: No HTML of their own, and no images: these would be fetched from elsewhere by every reader.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
#: Below an entry's own title, which pages show as h2.
_HEADING = "h3"
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "hr", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = ("http://", "https://", "mailto:")


def render_note(markdown: str) -> Markup:
    """A note as HTML that is safe wherever it is shown.

    Links are absolute and bear ``rel="nofollow noopener"``.
    """
    tokens = _MARKDOWN.parse(markdown)
    html = _MARKDOWN.renderer.render([_demoted(token) for token in tokens], _MARKDOWN.options, {})
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        link_rel="nofollow noopener",
        url_schemes={scheme.partition(":")[0] for scheme in _SCHEMES},
    )
    return Markup(clean(safe).strip())  # noqa: S704  # once more: references like &#x202e; are letters only now


def _demoted(token: Token) -> Token:
    return token.copy(tag=_HEADING) if token.type in ("heading_open", "heading_close") else token


def _keep(_tag: str, name: str, value: str) -> str | None:
    """A relative address would lead somewhere else in every reader."""
    return None if name == "href" and not value.lower().startswith(_SCHEMES) else value

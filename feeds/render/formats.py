"""The formats of a feed, by file name ending: how each is written, and its media type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feeds.model import documents
from feeds.model.channels import Channel
from feeds.render.atom import render_atom
from feeds.render.jsonfeed import render_json
from feeds.render.rss import render_rss


@dataclass(frozen=True)
class Format:
    """A way to write a channel; the same channel gives the same bytes, always."""

    render: Callable[[Channel], bytes]
    media_type: str


#: In the order in which readers are advised to take them.
FORMATS: dict[str, Format] = {
    "atom": Format(render_atom, documents.ATOM),
    "rss": Format(render_rss, documents.RSS),
    "json": Format(render_json, documents.JSON_FEED),
}

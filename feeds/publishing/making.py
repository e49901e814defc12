"""Makes a document of a channel."""

from __future__ import annotations

from datetime import datetime

from feeds.model.channels import Channel
from feeds.model.documents import Document
from feeds.render.formats import FORMATS


def make_document(channel: Channel, extension: str, modified_at: datetime, awaiting: bool = False) -> Document:
    """A channel's bytes in a format.

    :param extension: one of :data:`feeds.render.formats.FORMATS`
    :param modified_at: when the bytes last changed
    :param awaiting: whether more is on its way
    """
    wanted = FORMATS[extension]
    return Document(
        wanted.render(channel),
        wanted.media_type,
        modified_at.replace(microsecond=0),
        awaiting,
        self_url=channel.url(extension),
        hub_url=channel.hub_url,
    )

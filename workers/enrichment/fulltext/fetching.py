"""Fetches a paper's full text for its reading: arXiv's HTML first, the PDF where there is none.

The text is for the model and is not kept: an e-print is its authors', and only its licence says what may be done
with it (info.arxiv.org/help/license). Requests go through the gate that the client brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from feeds.errors import FetchError
from workers.enrichment.fulltext.guarded import read_text
from workers.http_client import HttpStatusError, Response, TooLargeError

#: Less than that is a stub or a failed conversion.
_FEWEST_CHARACTERS = 2000
#: More is cut; the longest papers are books.
MOST_CHARACTERS = 200_000


@dataclass(frozen=True)
class FullText:
    """A paper's text, without references and appendix."""

    arxiv_id: str
    version: int
    text: str
    form: str  #: "html" or "pdf"
    licence: str | None  #: of this version, a URI, as far as it is known


class Fetcher(Protocol):
    """What is needed of :class:`workers.http_client.HttpClient`."""

    def fetch(self, url: str) -> Response: ...


def fetch_fulltext(
    client: Fetcher,
    site_url: str,
    arxiv_id: str,
    version: int,
    licence: str | None,
    read: Callable[[str, bytes], str | None] = read_text,
) -> FullText | None:
    """The text of one version of a paper; None where arXiv has none that can be read.

    :param client: caps size and time of an answer, and waits at the gate
    :param site_url: where arXiv's pages are
    :param licence: what is known of the paper's
    :param read: gives the text of a document of a form, or None where it cannot be read
    :raises FetchError: where asking again later may help
    """
    for form in ("html", "pdf"):
        body = _fetch(client, f"{site_url.rstrip('/')}/{form}/{arxiv_id}v{version}")
        text = read(form, body) if body else None
        if text and len(text) >= _FEWEST_CHARACTERS:
            return FullText(arxiv_id, version, _cap(text), form, licence)
    return None


def _fetch(client: Fetcher, url: str) -> bytes | None:
    """A body; None where this form will not be had, so that the other is tried.

    :raises FetchError: where the site itself does not answer, or asks us to wait
    """
    try:
        return client.fetch(url).body
    except TooLargeError:
        return None
    except FetchError as error:
        refused = isinstance(error, HttpStatusError) and error.status == 403
        if error.permanent and not refused:  # whoever goes on after a 403 is taken for an attacker
            return None
        raise


def _cap(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    end = text.rfind("\n", MOST_CHARACTERS // 2, MOST_CHARACTERS)
    return text[: end if end > 0 else MOST_CHARACTERS]

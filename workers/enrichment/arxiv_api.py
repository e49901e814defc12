"""Completes papers from arXiv's query API, in batches of ids. The arxiv package lives here and nowhere else.

The package forms the requests and reads the entries. It never gets near the network: its session ends at our one
door, behind which ``api_pages`` holds every page to be whole and sound before the package, which mends, reads it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import arxiv
import requests
from requests.adapters import BaseAdapter

from feeds.errors import FetchError
from feeds.model import taxonomy
from feeds.model.identifiers import VersionedId, parse_arxiv_id
from feeds.model.papers import Author
from feeds.model.withdrawals import is_withdrawn
from workers.enrichment.api_pages import Door, RefusedIdsError, fetch_page, identify
from workers.metadata import clean_name, cleaned, find_doi, split_categories
from workers.xml_bodies import one_line

log = logging.getLogger("wire.arxiv_api")

#: So many ids are asked for at once; whoever asks for more at once loses all when one request fails.
BATCH = 100
#: One malformed id among a batch costs up to seven refusals to find; more than a few of them are no ids' fault.
_MOST_REFUSALS = 16


@dataclass(frozen=True)
class ApiPaper:
    """A paper as the query API tells it, cleaned."""

    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]  #: primary first, arXiv's only
    classes: tuple[str, ...]  #: MSC and ACM
    comment: str | None
    doi: str | None
    journal_ref: str | None
    submitted_at: datetime  #: first version
    revised_at: datetime  #: this version
    withdrawn: bool


class ArxivApi:
    """arXiv's query API.

    :param url: its address, without a query
    """

    def __init__(self, url: str, door: Door) -> None:
        self._client = arxiv.Client(page_size=BATCH, delay_seconds=0, num_retries=0)
        self._client.query_url_format = url + "?{}"
        self._client._session = _session(door)

    def fetch(self, arxiv_ids: Sequence[str]) -> dict[str, ApiPaper]:
        """What the API knows of some papers, by id without version.

        An id with a version asks for that one. What arXiv does not know is missing, and so is a malformed id
        among others.

        :raises FetchError: where a request failed; permanent where the only id is malformed
        """
        asked = _asked(arxiv_ids)
        found: dict[str, ApiPaper] = {}
        for start in range(0, len(asked), BATCH):
            found |= self._fetch_batch(asked[start : start + BATCH])
        return found

    def search(self, listing: str, since: datetime, until: datetime, most: int = 2000) -> list[ApiPaper]:
        """Papers of a listing by when their first version was submitted, oldest first.

        The end of a missed day's recovery: it tells neither announcements nor earlier versions.

        :param listing: a category or an archive
        :param until: not after this minute
        :raises FetchError: where a request failed, or there are more than the API would give
        """
        category = f"{listing}.*" if taxonomy.categories_of(listing) else listing
        span = f"[{since.astimezone(UTC):%Y%m%d%H%M} TO {until.astimezone(UTC):%Y%m%d%H%M}]"
        search = arxiv.Search(
            query=f"cat:{category} AND submittedDate:{span}",
            max_results=most,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Ascending,
        )
        found = self._results(search)
        if len(found) >= most:
            raise FetchError(f"the search found {most} papers or more, and tells no more than that")
        return found

    def _fetch_batch(self, batch: Sequence[VersionedId]) -> dict[str, ApiPaper]:
        """A batch, halved around what the API refuses."""
        found: dict[str, ApiPaper] = {}
        pending = [batch]
        refusals = 0
        while pending:
            part = pending.pop()
            try:
                found |= self._fetch_part(part)
            except RefusedIdsError as error:
                refusals += 1
                if len(batch) == 1 or refusals > _MOST_REFUSALS:
                    raise
                if len(part) == 1:
                    log.warning("%s is refused by arXiv: %s", part[0].arxiv_id, error)
                else:
                    middle = len(part) // 2
                    pending += [part[middle:], part[:middle]]
        return found

    def _fetch_part(self, part: Sequence[VersionedId]) -> dict[str, ApiPaper]:
        search = arxiv.Search(id_list=[_spelled(one) for one in part], max_results=len(part))
        wanted = {one.arxiv_id for one in part}
        return {paper.arxiv_id: paper for paper in self._results(search) if paper.arxiv_id in wanted}

    def _results(self, search: arxiv.Search) -> list[ApiPaper]:
        try:
            return [_paper(result) for result in self._client.results(search)]
        except FetchError:
            raise
        except Exception as error:  # the package, requests and lxml each have a tree of errors of their own
            raise FetchError(f"the arxiv package failed: {type(error).__name__}: {one_line(error)}") from error


def _asked(arxiv_ids: Sequence[str]) -> list[VersionedId]:
    """The ids, each once; malformed ones need no request to be refused."""
    asked: dict[VersionedId, None] = {}
    for arxiv_id in arxiv_ids:
        try:
            asked[parse_arxiv_id(arxiv_id)] = None
        except ValueError as error:
            if len(arxiv_ids) == 1:
                raise RefusedIdsError(str(error)) from error
            log.warning("%s", error)
    return list(asked)


def _spelled(one: VersionedId) -> str:
    return f"{one.arxiv_id}v{one.version}" if one.version else one.arxiv_id


def _paper(result: arxiv.Result) -> ApiPaper:
    """An entry that was held to be sound before the package read it."""
    arxiv_id, version = identify(result.entry_id)
    categories, classes = split_categories([result.primary_category, *result.categories])
    comment, abstract = cleaned(result.comment) or None, cleaned(result.summary)
    return ApiPaper(
        arxiv_id=arxiv_id,
        version=version,
        title=cleaned(result.title),
        abstract=abstract,
        authors=tuple(_author(author) for author in result.authors if cleaned(author.name)),
        categories=categories,
        classes=classes,
        comment=comment,
        doi=find_doi(result.doi),
        journal_ref=cleaned(result.journal_ref) or None,
        submitted_at=result.published,
        revised_at=result.updated,
        withdrawn=is_withdrawn(comment, abstract),
    )


def _author(author: arxiv.Result.Author) -> Author:
    affiliations = [cleaned(affiliation) for affiliation in author.affiliation]
    return Author(clean_name(author.name), ", ".join(filter(None, affiliations)) or None)


def _session(door: Door) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxies or credentials from the surroundings
    for scheme in ("http://", "https://"):
        session.mount(scheme, _DoorAdapter(door))
    return session


class _DoorAdapter(BaseAdapter):
    """Ends a requests session at the door: its waiting, its name, its limits, its errors."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        answer.url = request.url or ""
        answer.request = request
        answer.raw = io.BytesIO(fetch_page(self._door, answer.url))
        return answer

    def close(self) -> None:
        """Nothing is held open here."""

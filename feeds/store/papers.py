"""Papers and their versions: facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from feeds.model.announcements import Announcement
from feeds.model.papers import Author, Paper
from feeds.store.dialects import insert
from feeds.store.engine import chunks
from feeds.store.search_index import index_papers
from feeds.store.tables import papers, versions

COLUMNS = [column for column in papers.c if column.name not in ("text_hash", "seen_at", "revision", "changed_at")]

#: What a paper keeps when its facts change.
_LASTING = ("arxiv_id", "seen_at", "revision")


def read_paper(row: RowMapping) -> Paper:
    """A paper from a row that has :data:`COLUMNS`."""
    fields = {column.name: row[column] for column in COLUMNS}
    fields["authors"] = tuple(Author(**author) for author in fields["authors"])
    fields["categories"] = tuple(fields["categories"])
    fields["classes"] = tuple(fields["classes"])
    return Paper(**fields)


def find_papers(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, Paper]:
    """The papers that are known, by id."""
    found: dict[str, Paper] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        rows = connection.execute(select(*COLUMNS).where(papers.c.arxiv_id.in_(some)))
        found |= {row.arxiv_id: read_paper(row._mapping) for row in rows}
    return found


def find_revised(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, datetime]:
    """When the newest version of each of these papers came."""
    found: dict[str, datetime] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        newest = func.max(versions.c.seen_at)
        rows = connection.execute(
            select(versions.c.arxiv_id, newest).where(versions.c.arxiv_id.in_(some)).group_by(versions.c.arxiv_id)
        )
        found |= dict(rows.all())
    return found


def last_changed(connection: Connection) -> datetime | None:
    """When what is shown of any paper last changed."""
    found: datetime | None = connection.execute(select(func.max(papers.c.changed_at))).scalar_one()
    return found


def find_sharing(connection: Connection, text_hashes: Iterable[str]) -> list[str]:
    """The ids of all papers that have one of these texts: a summary of a text is every such paper's."""
    found: list[str] = []
    for some in chunks(sorted(set(text_hashes))):
        found += connection.scalars(select(papers.c.arxiv_id).where(papers.c.text_hash.in_(some)))
    return sorted(found)


def note_changed(connection: Connection, arxiv_ids: Iterable[str], now: datetime) -> None:
    """Note that what is shown of these papers changed, though no fact of theirs did: a summary came."""
    for some in chunks(sorted(set(arxiv_ids))):
        values = {"revision": papers.c.revision + 1, "changed_at": now}
        connection.execute(update(papers).where(papers.c.arxiv_id.in_(some)).values(**values))


def save_papers(connection: Connection, changed: Sequence[Paper], now: datetime) -> None:
    """Write new papers, and known ones anew with their current facts; searches find them by these."""
    if not changed:
        return
    statement = insert(connection, papers)
    statement = statement.on_conflict_do_update(
        index_elements=[papers.c.arxiv_id],
        set_={c.name: statement.excluded[c.name] for c in papers.c if c.name not in _LASTING}
        | {"revision": papers.c.revision + 1},
    )
    connection.execute(statement, [_paper_row(paper, now) for paper in changed])
    index_papers(connection, changed)


def record_versions(
    connection: Connection,
    announced: Sequence[Announcement],
    texts: dict[tuple[str, int], str],
    now: datetime,
) -> None:
    """Note each version when it is first announced.

    :param texts: text hash by (id, version), for the versions whose text is known
    """
    rows = [
        {
            "arxiv_id": a.arxiv_id,
            "version": a.version,
            "text_hash": texts[a.arxiv_id, a.version],
            "announced_on": a.announced_on,
            "seen_at": now,
        }
        for a in announced
        if (a.arxiv_id, a.version) in texts
    ]
    if rows:
        connection.execute(insert(connection, versions).on_conflict_do_nothing(), rows)


def _paper_row(paper: Paper, now: datetime) -> dict[str, Any]:
    fields = asdict(replace(paper, categories=()))
    return fields | {
        "authors": [asdict(author) for author in paper.authors],
        "categories": list(paper.categories),
        "classes": list(paper.classes),
        "text_hash": paper.text_hash,
        "seen_at": now,
        "changed_at": now,
    }


def find_changed_at(connection: Connection, arxiv_id: str) -> datetime | None:
    """When what is shown of a paper last changed."""
    found: datetime | None = connection.scalar(select(papers.c.changed_at).where(papers.c.arxiv_id == arxiv_id))
    return found

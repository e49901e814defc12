"""Decides what a model is to write of some papers: what topics ask for, lacks, and may be paid today. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Wish
from workers.enrichment.writing import languages
from workers.enrichment.writing.budget import Wanted, decide_spending, most_tokens

#: Papers that were announced since are news; the others are a backlog.
NEWS = timedelta(days=3)


@dataclass(frozen=True)
class Piece:
    """One summary to be written."""

    arxiv_id: str
    wish: Wish

    @property
    def key(self) -> str:
        return f"{self.arxiv_id} {self.wish.kind} {self.wish.language}"


@dataclass(frozen=True)
class Assignment:
    """What is written now, in this order, and what waits for another day's budget."""

    now: tuple[Piece, ...]
    later: tuple[Piece, ...]


def list_lacking(
    papers: Mapping[str, Paper],
    wishes: Mapping[str, Iterable[Wish]],
    written: frozenset[tuple[str, Kind, str, str]],
    version_of: Callable[[Kind, str], str],
) -> list[Piece]:
    """What topics ask for of these papers and no model has tried yet.

    :param wishes: by arXiv id
    :param written: (text hash, kind, language, prompt version) of what was tried, also in vain
    :param version_of: the prompt version of a kind in a language
    """
    return [
        Piece(arxiv_id, wish)
        for arxiv_id, paper in sorted(papers.items())
        for wish in sorted(wishes.get(arxiv_id, ()))
        if _is_writable(wish, paper)
        and (paper.text_hash, wish.kind, wish.language, version_of(wish.kind, wish.language)) not in written
    ]


def _is_writable(wish: Wish, paper: Paper) -> bool:
    """Whether there is something to write of; nobody translates into the language that a text is in."""
    if not paper.abstract:
        return False
    return wish.kind is not Kind.TRANSLATION or not languages.is_in(paper.abstract, wish.language)


def assign(
    pieces: Iterable[Piece],
    papers: Mapping[str, Paper],
    announced_at: Mapping[str, datetime],
    now: datetime,
    *,
    daily_tokens: int | None,
    spent: int,
    most_source_tokens: int,
    thinking_tokens: int = 0,
) -> Assignment:
    """What may be written today.

    :param announced_at: when each paper was announced last
    :param daily_tokens: None for no limit
    :param spent: today, by all
    """
    known = {piece.key: piece for piece in pieces}
    wanted = [
        Wanted(
            key=key,
            kind=piece.wish.kind,
            is_new=now - announced_at.get(piece.arxiv_id, now) < NEWS,
            announced_at=announced_at.get(piece.arxiv_id, now),
            tokens=most_tokens(
                piece.wish.kind,
                piece.wish.language,
                papers[piece.arxiv_id].title,
                None if piece.wish.kind is Kind.READING else papers[piece.arxiv_id].abstract,
                most_source_tokens=most_source_tokens,
                thinking_tokens=thinking_tokens,
            ),
        )
        for key, piece in known.items()
    ]
    plan = decide_spending(wanted, daily_tokens, spent)
    return Assignment(tuple(known[one.key] for one in plan.now), tuple(known[one.key] for one in plan.later))

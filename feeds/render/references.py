"""What reference managers are told of a paper, whatever the format."""

from __future__ import annotations

from feeds.model import identifiers
from feeds.model.papers import Paper


def reference_key(paper: Paper) -> str:
    """Names a paper in a bibliography: by its id alone, so that no version and no order of authors changes it."""
    return f"arXiv:{paper.arxiv_id}"


def first_year(paper: Paper) -> int:
    """The year of the first version."""
    return paper.submitted_at.year if paper.submitted_at else first_month(paper)[0]


def first_month(paper: Paper) -> tuple[int, int]:
    """The year and month that the id was given out in."""
    yymm = identifiers.sort_key(paper.arxiv_id)[0]
    return yymm // 100, yymm % 100


def describe(paper: Paper) -> str:
    """The note beside a reference: whether it was withdrawn, and the authors' comment."""
    said = ["Withdrawn by its authors."] if paper.withdrawn else []
    return " ".join([*said, paper.comment or ""]).strip()

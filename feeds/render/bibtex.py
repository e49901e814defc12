r"""BibTeX: a topic's papers as a bibliography.

Formulas stay TeX, as the authors wrote them; all else is plain text, with what TeX would take for something else
escaped. Braces always pair, so that no title ends its entry: BibTeX counts a ``\{`` as well. Letters are UTF-8
(biber, and BibTeX with inputenc).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from feeds.maths import to_plain
from feeds.model import identifiers
from feeds.model.entries import Entry, Feed
from feeds.model.papers import Paper
from feeds.render.names import has_others, is_group, split_name, tidy
from feeds.render.references import describe, first_month, first_year, reference_key
from feeds.text import squeeze

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MATHS = re.compile(r"(?<!\\)\$(?P<inside>(?:[^$\\]|\\.)+)\$")
_ESCAPED = re.compile(r"\\.")
#: What a formula needs none of: it reads, writes, defines, or never ends.
_UNSAFE = re.compile(
    r"\\(?:\w*(?:input|include|write|open|read|immediate|def|let|command|csname|special|lua|loop|every|after|code|"
    r"output|jobname|meaning|catcode)|[efgx]?def|if|fi|over|newif|usepackage|begin|end|href|url|par)(?![a-z])",
    re.IGNORECASE,
)
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
}  # fmt: skip
_SIGNS = re.compile(r"[\\{}$&%#_~^<>|]")
#: Words whose capitals a bibliography's style would take away: BERT, GPT-4, arXiv.
_CAPITALS = re.compile(r"(?<![\\\w])\w+[A-Z]\w*(?!\w)")


def render_bibtex(feed: Feed) -> bytes:
    """An entry a paper, in the feed's order; empty where there are none."""
    return "\n".join(_write_entry(entry) for entry in feed.entries).encode()


def _write_entry(entry: Entry) -> str:
    paper = entry.paper
    kind = "article" if paper.journal_ref else "misc"
    lines = [f"  {name} = {value}," for name, value in _fields(entry)]
    return "\n".join([f"@{kind}{{{reference_key(paper)},", *lines, "}", ""])


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    paper = entry.paper
    yield "title", _brace(_protect(write_tex(paper.title)))
    if paper.authors:
        yield "author", _brace(" and ".join(_write_authors([author.name for author in paper.authors])))
    yield "year", _brace(str(first_year(paper)))
    yield "month", _MONTHS[_month(paper) - 1]
    if paper.journal_ref:
        yield "journal", _brace(write_tex(paper.journal_ref))
    yield "eprint", _brace(paper.arxiv_id)
    yield "archiveprefix", _brace("arXiv")
    if paper.primary:
        yield "primaryclass", _brace(_escape(paper.primary))
    if paper.doi:
        yield "doi", _brace(_escape(squeeze(paper.doi)))
    yield "url", _brace(identifiers.abstract_url(paper.arxiv_id))
    if entry.curation.tags:
        yield "keywords", _brace(", ".join(_escape(tag) for tag in entry.curation.tags))
    if note := describe(paper):
        yield "note", _brace(write_tex(note))
    if paper.abstract:
        yield "abstract", _brace(write_tex(paper.abstract))


def write_tex(text: str) -> str:
    """A text as TeX, with the formulas in it as they are, where they are harmless."""
    line = squeeze(text).replace("$$", "$")
    pieces: list[str] = []
    last = 0
    for found in _MATHS.finditer(line):
        if _is_harmless(found["inside"]):
            pieces += [_write_plain(line[last : found.start()]), found[0]]
            last = found.end()
    return "".join([*pieces, _write_plain(line[last:])])


def write_name(name: str) -> str:
    """A name in its usual order, as arXiv writes them too; in its parts where BibTeX would take others apart, in
    braces where there are none."""
    line = tidy(name)
    family, given, suffix = split_name(line)
    if is_group(line) or "," in given or (not given and "," in line):
        return _brace(_escape(line))
    if suffix and given:
        return _escape(f"{family}, {suffix}, {given}")
    alike = "," not in line and family == _family_by_bibtex(line.split())
    return _escape(line if alike or not given else f"{family}, {given}")


def _write_authors(names: Sequence[str]) -> Iterator[str]:
    yield from map(write_name, names)
    if any(map(has_others, names)):
        yield "others"  # BibTeX's word for "et al."


def _family_by_bibtex(words: Sequence[str]) -> str:
    """What BibTeX takes for the family name: from the first word in small letters on, else the last word."""
    small = (at for at, word in enumerate(words[:-1]) if word[0].islower())
    return " ".join(words[next(small, len(words) - 1) :])


def _month(paper: Paper) -> int:
    return paper.submitted_at.month if paper.submitted_at else first_month(paper)[1]


def _write_plain(text: str) -> str:
    """Outside of formulas; the space at its ends stays."""
    before = " " if text[:1] == " " else ""
    after = " " if text[-1:] == " " and text.strip() else ""
    return before + _escape(squeeze(to_plain(text))) + after


def _escape(text: str) -> str:
    return _SIGNS.sub(lambda found: _SPECIAL[found[0]], text)


def _is_harmless(formula: str) -> bool:
    """Whether its braces pair, as BibTeX counts them and as TeX does, and nothing in it does anything."""
    bare = _ESCAPED.sub("", formula)
    return _pairs(formula) and _pairs(bare) and "%" not in bare and not _UNSAFE.search(formula)


def _pairs(formula: str) -> bool:
    depth = 0
    for sign in formula:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0


def _protect(title: str) -> str:
    """Outside of formulas, where braces would be no more than braces."""
    return "".join(
        piece if piece.startswith("$") else _CAPITALS.sub(r"{\g<0>}", piece) for piece in _split_maths(title)
    )


def _split_maths(text: str) -> Iterable[str]:
    return re.split(r"((?<!\\)\$(?:[^$\\]|\\.)+\$)", text)


def _brace(text: str) -> str:
    return f"{{{text}}}"

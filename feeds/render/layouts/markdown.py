r"""Foreign text in Markdown: plain text stays what it says, whatever signs are in it.

Pages go to GitHub (GFM) and to Jekyll, which runs Liquid over a page and then kramdown; what is written here
means the same to all of them. So a brace is an entity (a backslash would not hide ``{{`` from Liquid), and formulas
become plain Unicode before: GitHub takes ``$...$`` for maths, kramdown only ``$$...$$``, and the ``|`` of a formula
breaks a table.
"""

from __future__ import annotations

import re

from feeds.text import squeeze

_URL = re.compile(r"https?://[A-Za-z0-9/._~:?#@!&+,;=%-]*[A-Za-z0-9/_~=&%-]")
#: Hosts that papers name most and that answer https; of others nobody knows.
_SECURE = re.compile(
    r"^http(?=://(?:[\w-]+\.)*(?:arxiv\.org|github\.(?:com|io)|gitlab\.(?:com|io)|huggingface\.co|doi\.org"
    r"|zenodo\.org)(?:/|$))",
    re.IGNORECASE,
)
#: An ampersand only where it would begin an entity; no underscore between letters, which is no emphasis anywhere.
_SPECIAL = re.compile(r"[\\`*\[\]|~#<>{$]|(?<![A-Za-z])_|_(?![A-Za-z])|&(?=#?\w+;)")
#: A backslash too: before a cell's end it would take that for itself.
_ENTITIES = {"\\": "&#92;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "$": "&#36;"}
#: What makes a list, a heading, a definition (kramdown) or an end of block (kramdown) of a line.
_OPENING = re.compile(r"(?P<sign>[-+=:])|(?P<number>\d{1,9})(?=[.)])|\^")
_LIQUID = re.compile(r"\{(?=[{%])")
_BACKTICKS = re.compile(r"`+")
#: U+2060, no width and no break.
_JOINER = "\u2060"


def escape(text: str) -> str:
    """A text on one line, for a heading, a cell or a link's text."""
    return _SPECIAL.sub(_disarm, squeeze(text))


def escape_linking(text: str) -> str:
    """A text on one line, with the addresses in it as links."""
    line = squeeze(text)
    pieces, last = [], 0
    for url in _URL.finditer(line):
        pieces += [_SPECIAL.sub(_disarm, line[last : url.start()]), f"<{_SECURE.sub('https', url[0])}>"]
        last = url.end()
    return "".join([*pieces, _SPECIAL.sub(_disarm, line[last:])])


def open_line(line: str) -> str:
    """An escaped line that may begin a block: it begins a paragraph, and nothing else."""
    return _OPENING.sub(_hold, line, count=1) if _OPENING.match(line) else line


def link(text: str, url: str) -> str:
    """A link.

    :param url: of ours, or one whose signs were looked at
    """
    return f"[{escape(text)}]({url})"


def code(text: str) -> str:
    """A text in a code span."""
    line = hide_liquid(squeeze(text))
    fence = "`" * (longest_backticks(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def hide_liquid(text: str) -> str:
    """A text in which entities mean nothing (code), without what Jekyll would run."""
    return _LIQUID.sub("{" + _JOINER, text)


def longest_backticks(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _disarm(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"


def _hold(found: re.Match[str]) -> str:
    if number := found["number"]:
        return f"{number}\\"
    return f"\\{found['sign']}" if found["sign"] else "&#94;"

"""The prompts: texts in ``prompt_files``, by kind and language, with the paper between two marked lines.

A language without texts of its own is asked for by name through the English ones. The version is made of what
the files say, so a changed prompt never passes for the old one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from feeds.model.summaries import Kind
from feeds.text import clean, squeeze
from workers.enrichment.llm.completions import Message
from workers.enrichment.llm.tokens import cut_to_tokens
from workers.enrichment.writing import languages
from workers.enrichment.writing.contracts import CONTRACTS, schema

FOLDER = Path(__file__).parent / "prompt_files"
_ENGLISH = "en"
#: Anything that could pass for one of our marks, however it is spelled.
_MARK = re.compile(r"<{2,}\s*/?\s*(?:DOC|END)\b[^<>\n]{0,80}>{0,9}|<{3,}|>{3,}|<\|[^|<>\n]{0,40}\|>", re.IGNORECASE)
#: Format characters: zero width, direction, tags, and variation selectors; text that only machines see hides there.
_INVISIBLE = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
_LINES = re.compile(r"\s*\n\s*")


def system_prompt(kind: Kind, language: str, nonce: str) -> str:
    """What the model is told to do.

    :param nonce: stands in both marks; nobody who writes a paper can know it
    """
    contract = CONTRACTS[kind]
    limits = {name: str(limit.of(language)) for name, limit in contract.limits.items()}
    fewest, most = contract.points or (0, 0)
    values = limits | {
        "language": _name(language),
        "nonce": nonce,
        "unit": "characters" if languages.counts_characters(language) else "words",
        "fewest": str(fewest),
        "most": str(most),
    }
    return "\n".join(_text(part, language).format_map(values) for part in ("rules", str(kind)))


def prompt_version(kind: Kind, language: str) -> str:
    """Names what a summary of this kind and language is asked with; other words, another version."""
    said = "\n".join(
        (system_prompt(kind, language, "nonce"), _text("repair", language), repr(schema(kind)), "layout 1")
    )
    return f"{kind}-{hashlib.sha256(said.encode()).hexdigest()[:10]}"


def document(title: str, text: str, nonce: str) -> str:
    """A paper as data: between its marks, and nothing in it that looks like them or that no person can see."""
    return f"<<<DOC {nonce}>>>\nTitle: {squeeze(title)}\n\n{text}\n<<<END {nonce}>>>"


def disarm(text: str, nonce: str = "") -> str:
    """A foreign text without marks, invisible characters and forbidden ones."""
    visible = "".join(
        sign for sign in _INVISIBLE.sub("", clean(text)) if unicodedata.category(sign) not in ("Cf", "Co", "Cn")
    )
    if nonce:
        visible = visible.replace(nonce, "")
    return _LINES.sub("\n", _MARK.sub(" ", visible)).strip()


def first_messages(kind: Kind, language: str, title: str, text: str, nonce: str) -> tuple[Message, ...]:
    """What starts a conversation; title and text have been disarmed."""
    return (
        Message("system", system_prompt(kind, language, nonce)),
        Message("user", document(title, text, nonce)),
    )


def repair_message(language: str, faults: Iterable[str]) -> Message:
    """What asks for a better reply.

    :param faults: what is wrong, each in our own English words
    """
    listed = "\n".join(f"- {fault}" for fault in faults)
    return Message("user", _text("repair", language).format_map({"faults": listed, "language": _name(language)}))


def prepare_source(title: str, text: str, nonce: str, most_tokens: int) -> tuple[str, str]:
    """Title and text as they are sent; a reply is grounded in exactly these.

    :param most_tokens: of the text; what comes after is not sent
    """
    return squeeze(disarm(title[:2000], nonce)), cut_to_tokens(disarm(text, nonce), most_tokens)


def _name(language: str) -> str:
    chinese = {
        "zh": "简体中文",
        "zh-hans": "简体中文",
        "zh-cn": "简体中文",
        "zh-hant": "繁体中文",
        "zh-tw": "繁体中文",
    }
    return chinese.get(language.lower().replace("_", "-"), languages.name_of(language))


def _text(part: str, language: str) -> str:
    """The file of a part in a language, or else in English."""
    return _read(part, languages.primary(language)) or _read(part, _ENGLISH)


@cache
def _read(part: str, language: str) -> str:
    path = FOLDER / f"{part}.{language}.txt"
    return path.read_text(encoding="utf-8").strip() if language.isalpha() and path.is_file() else ""

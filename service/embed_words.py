"""What the page for frames says itself, in each language that it speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus


@dataclass(frozen=True)
class Words:
    """One language's table."""

    language: str  #: BCP 47
    empty: str
    awaiting: str
    by_machine: str
    whole: str  #: leads to the topic's own page
    home: str  #: leads to the wire
    opens: str  #: said of links to who hears the page
    missing: str
    retired: str
    day: Callable[[datetime], str]

    def describe(self, status: HTTPStatus, detail: str) -> str:
        """What is wrong, for readers of another site; whoever wrote the frame's address reads the detail."""
        return {HTTPStatus.NOT_FOUND: self.missing, HTTPStatus.GONE: self.retired}.get(status, detail)


_ENGLISH = Words(
    language="en",
    empty="No papers yet.",
    awaiting="New papers are waiting for their summaries.",
    by_machine="Short summaries are made by machine.",
    whole="All papers, and how to subscribe",
    home="Preprint Wire",
    opens="Links open in a new tab.",
    missing="There is no such topic here.",
    retired="This topic was retired.",
    day=lambda at: f"{at.day} {at:%B %Y}",
)
_CHINESE = Words(
    language="zh",
    empty="暂无论文。",
    awaiting="新论文正在等待摘要。",
    by_machine="短摘要由机器生成。",
    whole="全部论文与订阅方式",
    home="Preprint Wire",
    opens="链接在新标签页中打开。",
    missing="这里没有这个主题。",
    retired="该主题已停用。",
    day=lambda at: f"{at.year}年{at.month}月{at.day}日",
)


def words_for(language: str) -> Words:
    """The table of a language, or the English one.

    :param language: BCP 47, or anyone's text
    """
    return _CHINESE if language.partition("-")[0].lower() == "zh" else _ENGLISH

"""What only layouts say, in the topic's language; what feeds say too is in :mod:`feeds.render.phrases`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Labels:
    """One language's table; what has braces is for ``str.format``."""

    zone: str  #: its short name, and how people call it
    window: str  #: the lead of a day with what is new in it
    translated: str  #: the same where abstracts are translated
    span: str
    count: str
    carried: str
    nothing: str
    reading: str  #: the fold's
    arranged: str  #: by which a reading was made where no summarizer made one
    first_sentence: str
    papers: tuple[str, ...]  #: lead lines of "Daily Papers"
    show: str
    about: str  #: the lead of a roundup
    zones: Mapping[str, str] = field(default_factory=dict)  #: how people call them


_ENGLISH = Labels(
    zone="{short}, {name}",
    window="Papers new in the window of {day} ({zone}):",
    translated="Papers new in the window of {day} ({zone}), their abstracts translated by machine:",
    span="Window (anchor {at} {zone}): {start} to {end}",
    count="Collected: {total} | Shown: {shown} (each paper once, without hidden ones)",
    carried="Carried in from earlier windows: {papers}",
    nothing="Nothing new came in this window.",
    reading="Detailed reading",
    arranged="The abstract's own sentences, put under these titles by their place in it",
    first_sentence="From the abstract",
    papers=(
        "Collected from arXiv by the queries of the topics below.",
        "Each heading is a topic; the papers that came last stand first.",
    ),
    show="Show",
    about="Papers on {title}.",
)
_CHINESE = Labels(
    zone="{short}，{name}",
    window="以下为 {day}（{zone}）窗口内更新的论文：",
    translated="以下为 {day}（{zone}）窗口内更新的论文中文译文（机器翻译）：",
    span="时间窗口（锚点 {at} {zone}）：{start} — {end}",
    count="抓取总数：{total} 篇 | 本页显示：{shown} 篇（去重/过滤后）",
    carried="补录（属于更早的窗口）：{papers}",
    nothing="本窗口内没有新论文。",
    reading="详细解读",
    arranged="摘要原文的句子，按其在摘要中的位置归入以上标题",
    first_sentence="摘要首句",
    papers=(
        "本页根据各主题的检索式自动从 arXiv 收集论文。",
        "每个小标题是一个主题，最新的论文排在最前。",
    ),
    show="展开",
    about="{title}相关论文。",
    zones={"Asia/Shanghai": "北京时间"},
)
_TABLES = {"en": _ENGLISH, "zh": _CHINESE}


def labels(language: str) -> Labels:
    """The table of a language, or the English one.

    :param language: BCP 47; only its first part counts
    """
    return _TABLES.get(language.partition("-")[0].lower(), _ENGLISH)

"""What the wire itself says in a feed, in the feed's language: one table a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feeds.model.entries import UpdateReason


@dataclass(frozen=True)
class Phrases:
    """One language's table; what has braces is for ``str.format``."""

    language: str  #: BCP 47
    colon: str
    comma: str  #: between the members of a list
    stop: str  #: between sentences
    end: str  #: after the last one
    by_machine: str
    by_authors: str
    translated: str  #: by a machine
    others: str  #: after the authors that are named
    note: str
    pinned: str
    tags: str
    withdrawn: str
    replaced: str
    replaced_on: str
    tldr: str
    contributions: str
    reading: Mapping[str, str]  #: by :data:`feeds.model.summaries.READING_PARTS`
    abstract: str
    comment: str
    links: Mapping[str, str]  #: by the English title of a link
    picked: str
    written: str
    from_abstract: str
    from_full_text: str
    matches: str
    added: str
    listed: str
    starred: str
    like: str
    like_sharing: str
    updated: str
    reasons: Mapping[UpdateReason, str]


_ENGLISH = Phrases(
    language="en",
    colon=": ",
    comma=", ",
    stop=". ",
    end=".",
    by_machine=" (by machine)",
    by_authors=" (by the authors)",
    translated=" (translated by machine)",
    others="and {count} others",
    note="Editor's note",
    pinned="Pinned",
    tags="Tags: {tags}",
    withdrawn="Withdrawn by its authors.",
    replaced="Replaced: v{version}",
    replaced_on="Replaced: v{version}, {day}",
    tldr="In short",
    contributions="Contributions",
    reading={
        "background": "Background and problems",
        "method": "Core method",
        "results": "Tasks and results",
    },
    abstract="Abstract",
    comment="Comment",
    links={"Abstract": "Abstract", "PDF": "PDF", "HTML": "HTML", "Code": "Code"},
    picked="Summary picked by machine from {source} of v{version}, in the authors' own words",
    written="Summary written by machine ({model}) from {source} of v{version}",
    from_abstract="the abstract",
    from_full_text="the full text",
    matches="Here because it matches {words}",
    added="Here because an editor added it",
    listed="Here because it is in {categories}",
    starred="Placed here because an editor gave it stars",
    like="Placed here because it is like “{title}”",
    like_sharing="Placed here because it is like “{title}” (shared: {words})",
    updated="Updated {day}: {reason} (v{version})",
    reasons={reason: reason.value for reason in UpdateReason},
)

_CHINESE = Phrases(
    language="zh",
    colon="：",
    comma="、",
    stop="。",
    end="。",
    by_machine="（机器生成）",
    by_authors="（作者原文）",
    translated="（机器翻译）",
    others="及另外 {count} 人",
    note="编者按",
    pinned="置顶",
    tags="标签：{tags}",
    withdrawn="作者已撤回本文。",
    replaced="已更新：v{version}",
    replaced_on="已更新：v{version}，{day}",
    tldr="总结",
    contributions="贡献点",
    reading={
        "background": "研究背景与既有方法的问题",
        "method": "论文核心方法如何解决上述问题",
        "results": "在哪些任务上取得了怎样的效果",
    },
    abstract="摘要",
    comment="备注",
    links={"Abstract": "摘要页", "PDF": "PDF", "HTML": "HTML", "Code": "代码"},
    picked="总结由机器从 v{version} 的{source}中摘出，为作者原话",
    written="总结由机器（{model}）根据 v{version} 的{source}写成",
    from_abstract="摘要",
    from_full_text="全文",
    matches="收录原因：匹配 {words}",
    added="收录原因：编者添加",
    listed="收录原因：属于 {categories}",
    starred="排序原因：编者加了星",
    like="排序原因：与“{title}”相近",
    like_sharing="排序原因：与“{title}”相近（共同词：{words}）",
    updated="{day} 更新：{reason}（v{version}）",
    reasons={
        UpdateReason.NEW_VERSION: "新版本",
        UpdateReason.SUMMARY: "总结已生成",
        UpdateReason.WITHDRAWN: "已撤回",
        UpdateReason.EDITOR: "编者修改",
    },
)

_TABLES = {table.language: table for table in (_ENGLISH, _CHINESE)}


def phrases(language: str) -> Phrases:
    """The table of a language, or the English one.

    :param language: BCP 47; only its first part counts: ``zh-Hant`` is ``zh``
    """
    return _TABLES.get(language.partition("-")[0].lower(), _ENGLISH)

"""What the wire itself says in a digest, in the topic's language: one table a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from feeds.model.digests import Period
from feeds.model.topics import Basis
from feeds.render.phrases import phrases


@dataclass(frozen=True)
class DigestPhrases:
    """One language's table; what has braces is for ``str.format``."""

    write_day: Callable[[date], str]
    names: Mapping[Period, str]  #: of the feed, after the topic's title
    titles: Mapping[Period, str]  #: of an entry
    subtitle: str
    lead: str
    lead_of_one: str
    bases: Mapping[Basis, str]
    carried: str
    carried_days: Mapping[Basis, str]  #: before the papers of a day
    carried_mark: Mapping[Basis, str]  #: at a paper
    separator: str  #: between the papers of a day
    days_separator: str
    more: str


def _write_english(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _write_chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_ENGLISH = DigestPhrases(
    write_day=_write_english,
    names={Period.DAILY: "{topic}: daily digest", Period.WEEKLY: "{topic}: weekly digest"},
    titles={Period.DAILY: "{topic}, {day}", Period.WEEKLY: "{topic}, week to {day}"},
    subtitle="One entry a window with papers, cut at {at} ({zone})",
    lead="{count} papers {basis}, from {start} to {end} ({zone}).",
    lead_of_one="1 paper {basis}, from {start} to {end} ({zone}).",
    bases={Basis.ANNOUNCED: "by announcement", Basis.SUBMITTED: "by submission"},
    carried="Carried in from earlier windows, {count} of these: {papers}.",
    carried_days={Basis.ANNOUNCED: "announced {day}: {papers}", Basis.SUBMITTED: "submitted {day}: {papers}"},
    carried_mark={
        Basis.ANNOUNCED: "Carried in: announced {day}.",
        Basis.SUBMITTED: "Carried in: submitted {day}.",
    },
    separator=", ",
    days_separator="; ",
    more="And {count} more, on the topic's page.",
)

_CHINESE = DigestPhrases(
    write_day=_write_chinese,
    names={Period.DAILY: "{topic}：每日汇编", Period.WEEKLY: "{topic}：每周汇编"},
    titles={Period.DAILY: "{topic}，{day}", Period.WEEKLY: "{topic}，截至{day}的一周"},
    subtitle="每个有论文的时段一条，于 {at}（{zone}）截止",
    lead="共 {count} 篇，{basis}，时段为 {start} 至 {end}（{zone}）。",
    lead_of_one="共 1 篇，{basis}，时段为 {start} 至 {end}（{zone}）。",
    bases={Basis.ANNOUNCED: "按公布时间", Basis.SUBMITTED: "按提交时间"},
    carried="其中 {count} 篇由此前时段转入：{papers}。",
    carried_days={Basis.ANNOUNCED: "{day}公布：{papers}", Basis.SUBMITTED: "{day}提交：{papers}"},
    carried_mark={Basis.ANNOUNCED: "由此前时段转入：{day}公布。", Basis.SUBMITTED: "由此前时段转入：{day}提交。"},
    separator="、",
    days_separator="；",
    more="另有 {count} 篇，见主题页面。",
)

_TABLES = {"en": _ENGLISH, "zh": _CHINESE}


def digest_phrases(language: str) -> DigestPhrases:
    """The table of a language, or the English one.

    :param language: BCP 47
    """
    return _TABLES[phrases(language).language]

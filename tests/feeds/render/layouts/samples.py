"""Papers as layouts get them: well-behaved ones with all summaries, and hostile ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from feeds.composing import compose_entry, compose_feed
from feeds.model.curation import NONE, Curation
from feeds.model.documents import Publication
from feeds.model.entries import Entry, Feed, Member
from feeds.model.papers import Author, Paper
from feeds.model.summaries import Data, Kind, Summary
from feeds.model.topics import Topic
from feeds.render.layouts.daily import Day
from tests.feeds.render.samples import CREATED, JOINED, MEMBERSHIP, PUBLISHED, SITE

CHINESE = Topic("speech", "语音合成", ("cs.SD", "eess.AS"), language="zh", section="Speech", kinds=tuple(Kind))
ENGLISH = Topic("speech", "Speech synthesis", ("cs.SD", "eess.AS"), kinds=tuple(Kind))
RIGHTS = "Thank you to arXiv for use of its open access interoperability."
#: What hostile text holds; none of it may mean anything in any format.
HOSTILE = (
    "A | B `code` **bold** _it_ [l](http://evil.example) ![i](http://evil.example/p.png) <script>alert(1)</script> "
    "</details></div> ]]> {{ site.secret }} {% include evil.html %} \\| \\ # ~~gone~~ &lt; {: .x} $x$ @misc{x, } %"
)

STEER = Paper(
    arxiv_id="2510.13558",
    version=2,
    title="Steer-MoE: Audio-Language Alignment with $\\alpha$-Experts",
    abstract=(
        "Aligning audio encoders with language models is costly. Prior methods fine-tune everything. "
        "We present SteerMoE, which routes $10^3$ steering vectors. "
        "It matches full fine-tuning on LibriSpeech. Code is at https://github.com/forfrt/Steer_MoE."
    ),
    authors=(Author("Ruitao Feng"), Author("Bixi Zhang"), Author("Maureen de Seyssel")),
    categories=("cs.SD", "cs.CL"),
    classes=("I.2.7", "68T10"),
    comment="9 pages, 5 figures, accepted to ICASSP 2026. Code: https://github.com/forfrt/Steer_MoE",
    doi="10.1000/182",
    journal_ref="Proc. ICASSP 2026, pp. 1-9",
    submitted_at=datetime(2025, 10, 15, 14, 0, tzinfo=UTC),
)
GAP = Paper(
    arxiv_id="2510.13632",
    version=1,
    title="Closing the Gap Between Text and Speech\n  Understanding in LLMs",
    abstract="Speech-adapted LLMs lag behind. We close the gap with SALAD. It needs a tenth of the data.",
    authors=(Author("Santiago Cuervo"), Author("The ATLAS Collaboration")),
    categories=("cs.CL", "eess.AS"),
    comment="ICASSP'2026",
)
OLD = Paper(
    arxiv_id="hep-th/9901001",
    version=3,
    title="Strings without summaries",
    abstract="Strings vibrate, e.g. in ten dimensions. They sound.",
    authors=(),
    categories=("hep-th",),
    withdrawn=True,
)
NASTY = Paper(
    arxiv_id="2510.00001",
    version=1,
    title=HOSTILE,
    abstract=f"- {HOSTILE}\n---\n1. {HOSTILE}. {HOSTILE}.",
    authors=(Author(HOSTILE), Author("=cmd|' /C calc'!A0")),
    categories=("cs.SD",),
    comment=f"=1+1 {HOSTILE}",
    journal_ref=f"{HOSTILE} }}",
    doi="10.1/}{",
)
#: Summaries by kind.
Made = dict[Kind, Data]
ZH: Made = {
    Kind.TLDR: "SteerMoE 以专家导向模块对齐音频与语言模型。",
    Kind.CONTRIBUTIONS: ["提出 SteerMoE 框架。", "设计动态路由。", "在 LibriSpeech 上接近全微调。"],
    Kind.READING: {"background": "全微调成本高。", "method": "插入轻量级模块。", "results": "词错误率接近全微调。"},
    Kind.TRANSLATION: "音频编码器与语言模型的对齐成本高昂。我们提出 SteerMoE。",
}
EN: Made = {
    Kind.TLDR: "SteerMoE steers frozen encoders.",
    Kind.CONTRIBUTIONS: ["A framework.", "A router.", "Results near full fine-tuning."],
    Kind.READING: {"method": "We present SteerMoE."},
}
FOUL: Made = {
    Kind.TLDR: HOSTILE,
    Kind.CONTRIBUTIONS: [HOSTILE, f"- {HOSTILE}", "# x"],
    Kind.READING: {"background": f"# {HOSTILE}", "method": f"- {HOSTILE}", "results": f"1. {HOSTILE}"},
    Kind.TRANSLATION: f"---\n{HOSTILE}",
}


def make_member(
    paper: Paper,
    position: int = 1,
    said: Curation = NONE,
    made: Made | None = None,
    language: str = "zh",
) -> Member:
    """A paper that joined a day after the one before it."""
    joined_at = JOINED + timedelta(days=position)
    membership = replace(
        MEMBERSHIP,
        topic="speech",
        arxiv_id=paper.arxiv_id,
        position=position,
        joined_at=joined_at,
        updated_at=joined_at,
        announced_on=joined_at.date(),
    )
    summaries = tuple(
        Summary(paper.text_hash, kind, language, "p-1", "model", data, PUBLISHED, model="a-model")
        for kind, data in (made or {}).items()
    )
    return Member(paper, membership, summaries, said)


def make_feed(members: Sequence[Member], topic: Topic = CHINESE) -> Feed:
    """A feed of these, in this order."""
    return compose_feed(topic, members, SITE, Publication(topic.slug, 1, (), "", PUBLISHED), CREATED)


def make_entry(member: Member, topic: Topic = CHINESE) -> Entry:
    return compose_entry(topic, member, SITE)


def make_day(members: Sequence[Member], topic: Topic = CHINESE, **fields: object) -> Day:
    """A window anchored at 08:50 in Beijing."""
    given: dict[str, object] = {
        "day": date(2025, 10, 16),
        "starts_at": datetime(2025, 10, 15, 0, 50, tzinfo=UTC),
        "ends_at": datetime(2025, 10, 16, 0, 50, tzinfo=UTC),
        "zone": "Asia/Shanghai",
        "language": topic.language,
        "categories": topic.categories,
        "entries": tuple(make_entry(member, topic) for member in members),
        "total": len(members),
        "rights": RIGHTS,
        **fields,
    }
    return Day(**given)  # type: ignore[arg-type]

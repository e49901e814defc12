"""A digest as readers get it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from feeds.composing import compose_entry
from feeds.model.channels import Channel
from feeds.model.curation import Curation
from feeds.model.digests import Digest, Period, Window
from feeds.model.papers import Author
from feeds.model.topics import Basis, DigestRule, Topic
from feeds.model.variants import PLAIN, Variant
from feeds.render.digest_content import DigestView, PaperView, first_sentence
from feeds.render.digests import make_digest_channel
from feeds.render.formats import FORMATS
from tests.feeds.render.samples import CREATED, NAUGHTY, PAPER, SITE, TOPIC, make_member

CUT = datetime(2026, 4, 17, 0, 50, tzinfo=UTC)
DIGEST = Digest(
    topic="splats",
    period=Period.DAILY,
    number=3,
    window=Window(date(2026, 4, 17), CUT - timedelta(days=1), CUT),
    zone="Asia/Shanghai",
    basis=Basis.ANNOUNCED,
    papers=1,
    made_at=CUT,
)
ZH = replace(TOPIC, title="泼溅", language="zh", digest=DigestRule(zone="Asia/Shanghai"))


def make_paper_view(carried_from: date | None = None, said: Curation | None = None, **fields: object) -> PaperView:
    tldr = fields.pop("tldr", "We present splats.")
    member = make_member(replace(PAPER, **fields), tldr=tldr)  # type: ignore[arg-type]
    member = replace(member, curation=said or member.curation)
    return PaperView(compose_entry(TOPIC, member, SITE), carried_from)


def make_channel(
    *papers: PaperView, topic: Topic = TOPIC, digest: Digest = DIGEST, variant: Variant = PLAIN
) -> Channel:
    view = DigestView(replace(digest, papers=len(papers)), papers)
    return make_digest_channel(topic, topic.slug, CREATED, digest.period, [view], SITE, variant)


def content(*papers: PaperView, topic: Topic = TOPIC, digest: Digest = DIGEST, variant: Variant = PLAIN) -> str:
    (item,) = make_channel(*papers, topic=topic, digest=digest, variant=variant).items
    return item.content


def test_a_daily_digest_reads_well() -> None:
    assert content(make_paper_view()).splitlines() == [
        "<p>1 paper by announcement, from 16 April 2026 08:50 to 17 April 2026 08:50 (Asia/Shanghai).</p>",
        '<h3><a href="https://arxiv.org/abs/2604.00001">Splatting trees</a></h3>',
        "<p>Ada One, Bob Two</p>",
        "<p><strong>In short</strong> (by machine): We present splats.</p>",
        '<p><a href="https://arxiv.org/abs/2604.00001">Abstract</a> · '
        '<a href="https://arxiv.org/pdf/2604.00001">PDF</a> · '
        '<a href="https://arxiv.org/html/2604.00001">HTML</a></p>',
    ]


def test_what_was_carried_in_is_named_by_day_in_the_lead_and_marked() -> None:
    papers = [
        make_paper_view(date(2026, 4, 15), arxiv_id="2604.00001", title="Third"),
        make_paper_view(None, arxiv_id="2604.00002", title="Fresh"),
        make_paper_view(date(2026, 4, 9), arxiv_id="2604.00003", title="First"),
        make_paper_view(date(2026, 4, 15), arxiv_id="2604.00004", title="Fourth"),
    ]
    lead, *rest = content(*papers).splitlines()
    assert lead == (
        "<p>4 papers by announcement, from 16 April 2026 08:50 to 17 April 2026 08:50 (Asia/Shanghai). "
        "Carried in from earlier windows, 3 of these: "
        'announced 9 April 2026: <a href="https://arxiv.org/abs/2604.00003">First</a>; '
        'announced 15 April 2026: <a href="https://arxiv.org/abs/2604.00001">Third</a>, '
        '<a href="https://arxiv.org/abs/2604.00004">Fourth</a>.</p>'
    )
    assert rest.count("<p>Carried in: announced 15 April 2026.</p>") == 2


def test_by_submission_it_says_so() -> None:
    told = content(make_paper_view(date(2026, 4, 9)), digest=replace(DIGEST, basis=Basis.SUBMITTED))
    assert "1 paper by submission, from" in told
    assert "Carried in: submitted 9 April 2026." in told


def test_the_topics_language_or_the_one_that_is_wanted() -> None:
    channel = make_channel(make_paper_view(date(2026, 4, 9)), topic=ZH)
    (item,) = channel.items
    assert (channel.title, item.title, channel.language) == ("泼溅：每日汇编", "泼溅，2026年4月17日", "zh")
    assert (
        "共 1 篇，按公布时间，时段为 2026年4月16日 08:50 至 2026年4月17日 08:50（Asia/Shanghai）。" in item.content
    )
    assert "其中 1 篇由此前时段转入：2026年4月9日公布：" in item.content
    assert make_channel(make_paper_view(), topic=ZH, variant=Variant(language="en")).title == "泼溅: daily digest"


def test_a_weeks_title_says_when_it_ended() -> None:
    (item,) = make_channel(make_paper_view(), digest=replace(DIGEST, period=Period.WEEKLY)).items
    assert item.title == "Splats, week to 17 April 2026"
    assert item.id == "tag:wire.example.org,2026-04-01:topics/splats/weekly/2026-04-17"


def test_editors_words_withdrawals_and_new_versions_are_shown() -> None:
    said = Curation(pinned=True, rating=2, tags=("trees",), note="**Read** <this>.")
    told = content(make_paper_view(said=said, withdrawn=True))
    assert "<p>Pinned · ★★☆ · Tags: trees</p>" in told
    assert "<strong>Read</strong> &lt;this&gt;." in told
    assert "<strong>Withdrawn by its authors.</strong>" in told
    assert "<strong>Replaced: v2</strong>" in content(make_paper_view(version=2))


def test_without_a_tldr_the_abstract_begins() -> None:
    told = content(make_paper_view(tldr=None, abstract="Trees are hard to splat, i.e. everyone knows it. We do."))
    assert (
        "<strong>Abstract</strong> (by the authors): Trees are hard to splat, i.e. everyone knows it.</p>" in told
    )


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("", ""),
        ("Short one. Next.", "Short one. Next."),
        ("word " * 200, f"{('word ' * 80).strip()} …"),
        ("x" * 500, f"{'x' * 400} …"),
    ],
)
def test_the_first_sentence_of_an_abstract(text: str, begins: str) -> None:
    assert first_sentence(text) == begins


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("words", NAUGHTY.values(), ids=list(NAUGHTY))
def test_hostile_texts_break_nothing(words: str, extension: str) -> None:
    paper = make_paper_view(
        date(2026, 4, 9), Curation(note=words, institution=words), title=words, abstract=words, tldr=words,
        authors=(Author(words),),
    )  # fmt: skip
    channel = make_channel(paper, topic=replace(TOPIC, title=words))
    assert "<script" not in channel.items[0].content
    assert FORMATS[extension].render(channel)

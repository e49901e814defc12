"""The topics file: read whole, or refused with every mistake's place."""

from __future__ import annotations

import contextlib
from datetime import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.config import ROOT
from feeds.errors import TopicProblem, TopicsFileError
from feeds.model.announcements import AnnounceType
from feeds.model.summaries import Kind
from feeds.model.topics import MAX_TOPICS, Basis, DigestRule, Order, Topic
from feeds.query import parser
from feeds.topic_fields import RESERVED
from feeds.topics_file import MAX_BYTES, load_topics, parse_topics

STEADY = settings(deadline=None, derandomize=True)

#: A topics file that is all well; what is appended comes to stand in its topic, on line 5.
SPLATS = """\
topics:
  - slug: splats
    title: Splats
    categories: [cs.CV]
"""
WHOLE = """\
topics:
  - slug: speech-synthesis
    title: Speech synthesis
    description: Text to speech, voice cloning, vocoders
    categories: [cs.SD, eess.AS, cs.CL]
    query: '"speech synthesis" OR "text to speech" OR (TTS NOT "test-time")'
    announce: [new, replace, replace-cross]
    primary_only: true
    summaries: {kinds: [tldr, contributions, reading, translation], language: zh-Hans}
    hold_minutes: 0
    entries: 2000
    order: similarity
    digest: {at: "08:50", zone: Asia/Shanghai, basis: submitted}
    section: Speech
    formerly: [tts, tts-2]
    retired: true
"""


def problems(text: str) -> list[TopicProblem]:
    with pytest.raises(TopicsFileError) as caught:
        parse_topics(text)
    return caught.value.problems


def blamed_fields(fields: dict[str, object]) -> set[str]:
    """The fields that are refused of a topic that is all well but for these."""
    topic = {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], **fields}
    try:
        parse_topics(yaml.safe_dump({"topics": [topic]}))
    except TopicsFileError as error:
        return {found.field for found in error.problems}
    return set()


def topic(text: str) -> Topic:
    (read,) = parse_topics(text)
    return read


def test_a_topic_needs_no_more_than_slug_title_and_categories() -> None:
    assert topic(SPLATS) == Topic(
        slug="splats",
        title="Splats",
        categories=("cs.CV",),
        description="",
        query=None,
        announce=(AnnounceType.NEW, AnnounceType.CROSS),
        primary_only=False,
        kinds=(Kind.TLDR,),
        language="en",
        hold_minutes=30,
        entries=100,
        order=Order.POSITION,
        digest=DigestRule(time(6, 0), "UTC", Basis.ANNOUNCED),
        section="",
        formerly=(),
        retired=False,
    )


def test_every_field_is_read() -> None:
    assert topic(WHOLE) == Topic(
        slug="speech-synthesis",
        title="Speech synthesis",
        categories=("cs.SD", "eess.AS", "cs.CL"),
        description="Text to speech, voice cloning, vocoders",
        query='"speech synthesis" OR "text to speech" OR (TTS NOT "test-time")',
        announce=(AnnounceType.NEW, AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS),
        primary_only=True,
        kinds=(Kind.TLDR, Kind.CONTRIBUTIONS, Kind.READING, Kind.TRANSLATION),
        language="zh-Hans",
        hold_minutes=0,
        entries=2000,
        order=Order.SIMILARITY,
        digest=DigestRule(time(8, 50), "Asia/Shanghai", Basis.SUBMITTED),
        section="Speech",
        formerly=("tts", "tts-2"),
        retired=True,
    )


def test_the_default_topics_load() -> None:
    topics = load_topics(ROOT / "topics.yaml")
    assert topics
    assert len({topic.slug for topic in topics}) == len(topics)
    for read in topics:
        assert read.query is None or parser.parse(read.query)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("categories: [cs.cv, CS.NA, math.NA, cmp-lg, cs]", "categories", ("cs.CV", "math.NA", "cs.CL", "cs")),
        ("description: 'A  wrapped\n\n      text'", "description", "A wrapped text"),
        ("announce: [new, new]", "announce", (AnnounceType.NEW,)),
        ("summaries: {}", "kinds", (Kind.TLDR,)),
        ("summaries: {language: de}", "language", "de"),
        ("digest: {zone: America/New_York}", "digest", DigestRule(zone="America/New_York")),
        ("digest: {at: 08:50}", "digest", DigestRule(time(8, 50))),
        ("query: |\n      splat*\n      OR 3DGS", "query", "splat*\nOR 3DGS"),
        ("query: \"splat \\x08OR 3DGS\"", "query", "splat OR 3DGS"),
        ("primary_only: yes", "primary_only", True),
        ("formerly: []", "formerly", ()),
        ("hold_minutes: 1440", "hold_minutes", 1440),
        ("entries: 1", "entries", 1),
    ],
)  # fmt: skip
def test_a_field_is_read_as_written(line: str, field: str, value: object) -> None:
    kept = SPLATS if not line.startswith("categories") else SPLATS.replace("    categories: [cs.CV]\n", "")
    assert getattr(topic(f"{kept}    {line}\n"), field) == value


def test_topics_keep_their_order() -> None:
    text = "topics:\n" + "".join(
        f"  - {{slug: {slug}, title: T, categories: [cs.CV]}}\n" for slug in ("b", "c", "a")
    )
    assert [topic.slug for topic in parse_topics(text)] == ["b", "c", "a"]


def test_a_file_may_hold_no_topic() -> None:
    assert parse_topics("topics: []") == []


@pytest.mark.parametrize(
    ("line", "field", "problem"),
    [
        ("colour: red", "colour", "is no field, expected one of announce, categories"),
        ("Query: x", "Query", "is no field"),
        ("<<: {entries: 5}", "<<", "is no field"),
        ("2026-13-45: x", "2026-13-45", "is no field"),
        ("title: Twice", "title", "stands here twice"),
        ("description: ''", "description", "expected a text"),
        ("description:", "description", "expected a text, found None"),
        ("description: [a]", "description", "expected a text, found ['a']"),
        ('description: "\\x01 "', "description", "expected a text"),
        ("query: ''", "query", "is empty"),
        ("query: null", "query", "is empty"),
        ("query: 12", "query", "expected a text, found 12"),
        ("query: splats OR", "query", "position 10: the query ends here, expected a word"),
        ("query: '\"never closed'", "query", "position 1: this quote is never closed"),
        ("query: " + "a" * 10_001, "query", "position 10001"),
        ("announce: new", "announce", "expected a list of announcement types, found 'new'"),
        ("announce: []", "announce", "at least one of new, cross, replace, replace-cross"),
        ("announce: [new, old]", "announce", "'old' is not among new, cross, replace, replace-cross"),
        ("announce: [[new]]", "announce", "['new'] is not among"),
        ("primary_only: perhaps", "primary_only", "expected true or false, found 'perhaps'"),
        ("primary_only: 1", "primary_only", "expected true or false, found 1"),
        ("summaries: [tldr]", "summaries", "expected {kinds, language}, found ['tldr']"),
        ("summaries: {kind: [tldr]}", "summaries", "expected {kinds, language}"),
        ("summaries: {kinds: tldr}", "summaries", "expected a list of kinds, found 'tldr'"),
        ("summaries: {kinds: [haiku]}", "summaries", "'haiku' is not among tldr, contributions"),
        ("summaries: {language: English}", "summaries", "language: expected a code like en or zh, found 'English'"),
        ("summaries: {language: no}", "summaries", "language: expected a code like en or zh, found False"),
        ("summaries: {language: de, language: en}", "summaries", "'language' stands here twice"),
        ("hold_minutes: -1", "hold_minutes", "from 0 to 1440, found -1"),
        ("hold_minutes: 1441", "hold_minutes", "from 0 to 1440, found 1441"),
        ("hold_minutes: 1.5", "hold_minutes", "from 0 to 1440, found 1.5"),
        ("hold_minutes: true", "hold_minutes", "from 0 to 1440, found True"),
        ("entries: 0", "entries", "from 1 to 2000, found 0"),
        ("order: random", "order", "expected position or similarity, found 'random'"),
        ("order: [position]", "order", "expected position or similarity, found ['position']"),
        ("entries: 2001", "entries", "from 1 to 2000, found 2001"),
        ("entries: many", "entries", "from 1 to 2000, found 'many'"),
        ("entries: " + "9" * 5000, "entries", "is not what it looks like"),
        ("entries: !!int ''", "entries", "is not what it looks like"),
        ("retired: !!bool perhaps", "retired", "is not what it looks like"),
        ("section: !!timestamp soon", "section", "is not what it looks like"),
        ("section: 2026-13-45", "section", "is not what it looks like"),
        ("section: 2026-04-17", "section", "expected a text"),
        ("digest: 08:50", "digest", "expected {at, zone, basis}, found '08:50'"),
        ("digest: {hour: 8}", "digest", "expected {at, zone, basis}"),
        ("digest: {at: 18:50}", "digest", 'at: expected a time in quotes like "08:50", found 1130'),
        ('digest: {at: "24:00"}', "digest", "at: expected a time"),
        ('digest: {at: "8:50"}', "digest", "at: expected a time"),
        ('digest: {at: "0８:50"}', "digest", "at: expected a time"),
        ("digest: {zone: Asia/Nowhere}", "digest", "zone: expected a time zone like Asia/Shanghai"),
        ("digest: {zone: Asia}", "digest", "zone: expected a time zone"),
        ("digest: {zone: ../../etc/passwd}", "digest", "zone: expected a time zone"),
        ("digest: {zone: [UTC]}", "digest", "zone: expected a time zone"),
        ("digest: {zone: ''}", "digest", "zone: expected a time zone"),
        ("digest: {basis: guessed}", "digest", "basis: expected announced or submitted, found 'guessed'"),
        ("section: 7", "section", "expected a text, found 7"),
        ("formerly: splat", "formerly", "expected a list of old slugs"),
        ("formerly: [Old Slug]", "formerly", "expected small letters, digits and hyphens"),
        ("formerly: [all]", "formerly", '"all" is reserved'),
        ("formerly: [splats]", "formerly", '"splats" is already taken by splats'),
        ("formerly: [a, a]", "formerly", '"a" is already taken by splats'),
        ("retired: 'no'", "retired", "expected true or false, found 'no'"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_mistake_is_named_with_topic_field_and_line(line: str, field: str, problem: str) -> None:
    (found,) = problems(f"{SPLATS}    {line}\n")
    assert (found.topic, found.field, found.place) == ("splats", field, "line 5")
    assert problem in found.problem
    assert str(found) == f"line 5, splats.{field}: {found.problem}"


@pytest.mark.parametrize(
    ("before", "after", "topic", "field", "problem"),
    [
        ("slug: splats", "slug: Splats", "Splats", "slug", "expected small letters, digits and hyphens"),
        ("slug: splats", "slug: gaussian_splats", "gaussian_splats", "slug", "expected small letters"),
        ("slug: splats", "slug: splät", "splät", "slug", "expected small letters"),
        ("slug: splats", "slug: 3", "3", "slug", "(quote a number), found 3"),
        ("slug: splats", "slug: ''", "topic 1", "slug", "expected small letters"),
        ("slug: splats", "slug:", "topic 1", "slug", "expected small letters"),
        ("slug: splats", "slug: [a]", "topic 1", "slug", "expected small letters"),
        ("slug: splats", f"slug: {'a' * 81}", None, "slug", "expected small letters"),
        ("slug: splats", "slug: 2026-13-45", "2026-13-45", "slug", "is not what it looks like"),
        *(("slug: splats", f"slug: {name}", name, "slug", f'"{name}" is reserved') for name in RESERVED),
        ("slug: splats", "retired: false", "topic 1", "slug", "is missing"),
        ("title: Splats", "title: 3", "splats", "title", "expected a text, found 3"),
        ("title: Splats", "section: S", "splats", "title", "is missing"),
        ("categories: [cs.CV]", "section: S", "splats", "categories", "is missing"),
        ("categories: [cs.CV]", "categories: cs.CV", "splats", "categories", "expected a list of arXiv categories"),
        ("categories: [cs.CV]", "categories: []", "splats", "categories", "expected at least one category"),
        ("categories: [cs.CV]", "categories: [cs.ZZ]", "splats", "categories", "'cs.ZZ' is no arXiv category"),
        ("categories: [cs.CV]", "categories: [7]", "splats", "categories", "7 is no arXiv category"),
    ],
)
def test_a_mistake_in_a_needed_field_is_named(
    before: str, after: str, topic: str | None, field: str, problem: str
) -> None:
    (found,) = problems(SPLATS.replace(before, after))
    assert found.field == field
    assert topic is None or found.topic == topic
    assert problem in found.problem
    assert found.place in ("line 2", "line 3", "line 4")


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "line 1", "expected fields: topics"),
        ("- slug: splats", "line 1", "expected fields: topics"),
        ("topics: splats", "line 1", "expected a list of topics"),
        ("topics:\n", "line 1", "expected a list of topics"),
        ("{}", "line 1", "expected a list of topics"),
        ("topics: []\nversion: 2\n", "line 2", "is no field, expected one of topics"),
        ("topics: []\ntopics: []\n", "line 2", "stands here twice"),
        ("topics:\n  - splats\n", "line 2", "expected fields: announce"),
        ("topics:\n  - {[a]: b, slug: s, title: t, categories: [cs.CV]}\n", "line 2", "is no field"),
        ("topics:\n  - slug: a\n   title: b\n", "line 3", "is not YAML"),
        ("topics:\n\t- slug: a\n", "line 2", "is not YAML"),
        ("topics: []\n---\ntopics: []\n", "line 2", "is not YAML"),
        ("topics:\n  - slug: !ruby/object a\n", "line 2", "is not YAML"),
        ("topics:\n  - slug: !!python/object/apply:os.getcwd []\n", "line 2", "is not YAML"),
        ("topics:\n  - title: *nowhere\n", "line 2", "is not YAML"),
        ("topics:\n  - title: &a [*a]\n", "line 2", "is not YAML"),
        ("topics:\n  - {digest: {[]: 1}}\n", "line 2", "is not YAML"),
        ("topics:\n  - slug: a\x07\n", "line 2", "U+0007"),
        ("[" * 10_000, "", "nested too deep"),
        ("topics: " + "[" * 10_000, "", "nested too deep"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_line(text: str, place: str, problem: str) -> None:
    found = problems(text)[0]
    assert found.place == place
    assert problem in found.problem
    assert "\n" not in str(found)


def test_all_mistakes_are_told_at_once() -> None:
    text = """\
topics:
  - slug: Splats
    title: Splats
    categories: [cs.CV, cs.ZZ]
    entries: 0
  - title: Other
    query: "*"
"""
    told = [(found.place, found.topic, found.field) for found in problems(text)]
    assert told == [
        ("line 2", "Splats", "slug"),
        ("line 4", "Splats", "categories"),
        ("line 5", "Splats", "entries"),
        ("line 6", "topic 2", "slug"),
        ("line 6", "topic 2", "categories"),
        ("line 7", "topic 2", "query"),
    ]


def test_the_error_says_everything_on_one_line() -> None:
    with pytest.raises(TopicsFileError) as caught:
        parse_topics(f"{SPLATS}    entries: 0\n    section: 1\n", "mine.yaml")
    assert caught.value.path == "mine.yaml"
    assert str(caught.value) == (
        "mine.yaml is refused: line 5, splats.entries: expected a whole number from 1 to 2000, found 0; "
        "line 6, splats.section: expected a text, found 1"
    )


@pytest.mark.parametrize(
    ("second", "line", "field", "problem"),
    [
        ("{slug: splats, title: T, categories: [cs.CV]}", 5, "slug", '"splats" is already taken by splats'),
        ("{slug: b, title: T, categories: [cs.CV], formerly: [splats]}", 5, "formerly", "taken by splats"),
    ],
)
def test_a_slug_has_one_topic(second: str, line: int, field: str, problem: str) -> None:
    (found,) = problems(f"{SPLATS}  - {second}\n")
    assert (found.place, found.field) == (f"line {line}", field)
    assert problem in found.problem


def test_a_topic_may_not_take_anothers_old_slug() -> None:
    text = f"{SPLATS}    formerly: [gaussians]\n  - {{slug: gaussians, title: T, categories: [cs.CV]}}\n"
    (found,) = problems(text)
    assert (found.topic, found.field, found.place) == ("gaussians", "slug", "line 6")


def test_a_topic_written_twice_by_an_alias_is_refused() -> None:
    (found,) = problems("topics:\n  - &a {slug: a, title: T, categories: [cs.CV]}\n  - *a\n")
    assert (found.topic, found.field) == ("a", "slug")


def test_values_may_be_shared_by_aliases() -> None:
    text = """\
topics:
  - {slug: a, title: A, categories: &speech [cs.SD, eess.AS]}
  - {slug: b, title: B, categories: *speech}
"""
    assert [topic.categories for topic in parse_topics(text)] == [("cs.SD", "eess.AS")] * 2


def test_aliases_of_aliases_are_not_unrolled_in_the_message() -> None:
    bomb = ["&l0 [x, x]"] + [f"&l{n} [*l{n - 1}, *l{n - 1}, *l{n - 1}, *l{n - 1}]" for n in range(1, 40)]
    (found,) = problems(f"{SPLATS}    description: [{', '.join(bomb)}]\n")
    assert len(str(found)) < 1000


def test_a_long_wrong_value_is_shortened_in_the_message() -> None:
    (found,) = problems(f"{SPLATS}    entries: {'many' * 10_000}\n")
    assert len(str(found)) < 1000


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load_topics(path) == parse_topics(WHOLE)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (None, "cannot be read"),
        (b"topics: \xff", "is not UTF-8"),
        (WHOLE.encode("utf-16"), "is not UTF-8"),
        (b"topics: []\n#" + b"x" * MAX_BYTES, "is larger than"),
        (b"topics: [", "is not YAML"),
        (b"\x00", "is not YAML"),
    ],
    ids=["missing", "latin", "utf-16", "too large", "not yaml", "nul"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, body: bytes | None, problem: str) -> None:
    path = tmp_path / "topics.yaml"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(TopicsFileError) as caught:
        load_topics(path)
    assert caught.value.path == str(path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_a_folder_is_no_topics_file(tmp_path: Path) -> None:
    with pytest.raises(TopicsFileError, match="cannot be read"):
        load_topics(tmp_path)


@given(st.text(st.sampled_from(list("topics:-[]{}&*!?|>'\"%@`,# \n\t0a\x07\u2028"))))
@STEADY
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(TopicsFileError):
        assert parse_topics(text) == []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = list(yaml.safe_load(WHOLE)["topics"][0])


@given(st.sampled_from(_FIELDS), _VALUES)
@STEADY
def test_any_value_of_a_field_is_read_or_refused_by_that_field(field: str, value: object) -> None:
    assert blamed_fields({field: value}) <= {field}


@given(st.sampled_from(["zone", "at", "basis", "kinds", "language"]), _VALUES)
@STEADY
def test_any_value_within_a_field_is_read_or_refused_by_that_field(name: str, value: object) -> None:
    field = "summaries" if name in ("kinds", "language") else "digest"
    assert blamed_fields({field: {name: value}}) <= {field}


def test_a_file_may_hold_ten_thousand_topics_and_no_more() -> None:
    lines = [f"- {{slug: t{number}, title: T, categories: [cs.CV]}}" for number in range(MAX_TOPICS)]
    (found,) = problems("topics:\n" + "\n".join([*lines, lines[0]]))
    assert str(found) == "line 2, the file.topics: expected at most 10000, found 10001"

"""The options of a feed's address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from feeds.errors import BadRequestError
from feeds.model.variants import PLAIN, Byline, Maths, Variant
from service.variants import read_variant

APP = Flask("test")


def read(options: str, limit: int | None = None, most: int = 2000) -> Variant:
    with APP.test_request_context(f"/feeds/a.atom?{options}"):
        return read_variant(limit, most)


@pytest.mark.parametrize(
    ("options", "variant", "canonical"),
    [
        ("", PLAIN, ""),
        ("limit=5", Variant(limit=5), "limit=5"),
        ("lang=zh-Hant", Variant(language="zh-Hant"), "lang=zh-Hant"),
        ("authors=joined", Variant(authors=Byline.JOINED), "authors=joined"),
        ("authors=each&math=unicode", PLAIN, ""),
        ("math=mathml", Variant(maths=Maths.MATHML), "math=mathml"),
        ("since=2026-04-17", Variant(since=datetime(2026, 4, 17, tzinfo=UTC)), "since=2026-04-17T00%3A00%3A00Z"),
        ("since=2026-04-17T08:50:00Z", Variant(since=datetime(2026, 4, 17, 8, 50, tzinfo=UTC)),
         "since=2026-04-17T08%3A50%3A00Z"),
        ("since=2026-04-17T08:50:00+08:00", Variant(since=datetime(2026, 4, 17, 0, 50, tzinfo=UTC)),
         "since=2026-04-17T00%3A50%3A00Z"),
        ("math=tex&limit=1", Variant(limit=1, maths=Maths.TEX), "limit=1&math=tex"),
    ],
)  # fmt: skip
def test_options_are_read_and_written_in_one_way(options: str, variant: Variant, canonical: str) -> None:
    assert (read(options), variant.options) == (variant, canonical)
    assert read(canonical) == variant


@pytest.mark.parametrize(
    "options",
    ["limit=0", "limit=2001", "limit=x", "limit=", "lang=", "lang=english1!", "lang=E", "authors=", "authors=all",
     "math=latex", "math=", "since=", "since=yesterday", "since=2026-13-01", "since=2026-04-17T08:51:00",
     "since=0001-01-01T00:00:00%2B14:00", "since=20260417", "since=2026-W16-5", "since=%D9%A2026-04-17"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_without_repeating_it(options: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        read(options)
    sent = options.partition("=")[2]
    assert len(sent) < 3 or sent not in str(refused.value)


def test_an_address_may_have_a_limit_of_its_own() -> None:
    assert read("", 50, 200).limit == 50
    with pytest.raises(BadRequestError, match="from 1 to 200"):
        read("limit=201", 50, 200)

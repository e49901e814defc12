"""Ways into feed readers."""

from __future__ import annotations

import pytest

from service.subscribing_links import list_readers, open_locally


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://wire.example.org/feeds/a.atom", "feed:https://wire.example.org/feeds/a.atom"),
        ("http://127.0.0.1:8000/feeds/a.atom", "feed://127.0.0.1:8000/feeds/a.atom"),
    ],
)
def test_readers_of_ones_own_open_the_address_with_its_scheme(address: str, opened: str) -> None:
    assert open_locally(address) == opened


def test_options_of_a_feeds_address_stay_its_own() -> None:
    readers = dict(list_readers("https://wire.example.org/feeds/search.atom?q=a+b&cat=cs"))
    quoted = "https%3A%2F%2Fwire.example.org%2Ffeeds%2Fsearch.atom%3Fq%3Da%2Bb%26cat%3Dcs"
    assert readers["Inoreader"] == f"https://www.inoreader.com/?add_feed={quoted}"
    assert readers["Feedly"] == f"https://feedly.com/i/subscription/feed%2F{quoted}"

"""The cache of documents: the most recent ones, bounded by bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.cache import DocumentCache
from feeds.model.documents import ATOM, Document

AT = datetime(2026, 4, 17, tzinfo=UTC)


def make_document(size: int) -> Document:
    return Document(b"x" * size, ATOM, AT)


def test_what_was_saved_is_found_and_nothing_else() -> None:
    cache = DocumentCache()
    document = make_document(3)
    cache.save(("splats", 1), document)
    assert cache.find(("splats", 1)) is document
    assert cache.find(("splats", 2)) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = DocumentCache(max_bytes=30)
    for name in "abc":
        cache.save(name, make_document(10))
    cache.find("a")
    cache.save("d", make_document(10))
    assert [name for name in "abcd" if cache.find(name)] == ["a", "c", "d"]


def test_small_documents_are_bounded_by_their_number() -> None:
    cache = DocumentCache(max_documents=3)
    for name in "abcd":
        cache.save(name, make_document(1))
    cache.save("d", make_document(2))
    assert [name for name in "abcd" if cache.find(name)] == ["b", "c", "d"]


def test_a_document_that_fits_exactly_is_kept_and_a_larger_one_is_not() -> None:
    cache = DocumentCache(max_bytes=10)
    cache.save("a", make_document(10))
    cache.save("b", make_document(11))
    assert cache.find("a")
    assert cache.find("b") is None


def test_a_document_that_grew_too_large_does_not_leave_its_old_self() -> None:
    cache = DocumentCache(max_bytes=10)
    cache.save("a", make_document(5))
    cache.save("a", make_document(11))
    assert cache.find("a") is None


def test_a_replaced_document_counts_once() -> None:
    cache = DocumentCache(max_bytes=20)
    for _ in range(5):
        cache.save("a", make_document(10))
    cache.save("b", make_document(10))
    assert cache.find("a")
    assert cache.find("b")


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 60), max_size=12))
def test_exactly_the_newest_documents_that_fit_are_kept(sizes: list[int]) -> None:
    cache = DocumentCache(max_bytes=100)
    for number, size in enumerate(sizes):
        cache.save(number, make_document(size))
    found = [number for number in range(len(sizes)) if cache.find(number)]
    assert found == [number for number in range(len(sizes)) if sum(sizes[number:]) <= 100]


def test_many_threads_may_use_it_at_once() -> None:
    cache = DocumentCache(max_bytes=200)

    def work(number: int) -> int:
        cache.save(number % 7, make_document(number % 90))
        found = cache.find(number % 7)
        return len(found.body) if found else 0

    with ThreadPoolExecutor(8) as threads:
        assert max(threads.map(work, range(2000))) < 90
    assert sum(len(document.body) for key in range(7) if (document := cache.find(key))) <= 200

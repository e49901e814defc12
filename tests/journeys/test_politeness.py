"""arXiv's one rule, over all processes: one request an interval, one at a time, under our name."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from feeds.store import owed
from feeds.store.owed import Work
from tests.support.databases import settings_for
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.processes import started, wait_for
from tests.support.wires import make_settings, write_topics
from workers.gate import Gate, Priority
from workers.preparing import prepare_database, prepare_topics
from workers.queues import ARXIV, count_workers
from workers.runtime import Runtime, make_runtime

INTERVAL_SECONDS = 0.3
#: The gate counts in whole milliseconds.
ROUNDING_SECONDS = 0.002
LISTINGS = ("cs.CV", "cs.CL", "cs.SD", "cs.LG", "cs.RO", "cs.IR")


class Times:
    """When requests came, by the machine's clock that never goes back."""

    def __init__(self, host: Host) -> None:
        self.at: list[float] = []
        self.after_refusal: list[float] = []
        self.host = host

    def answer(self, answer: Answer) -> Answer:
        self.at.append(time.monotonic())
        return answer


@pytest.fixture
def settings(tmp_path: Path, redis_url: str, host: Host) -> dict[str, str]:
    topics: list[dict[str, object]] = [{"slug": "every", "title": "Every", "categories": list(LISTINGS)}]
    write_topics(tmp_path / "topics.yaml", topics)
    return {
        "WIRE_DATA_DIR": str(tmp_path / "var"),
        "WIRE_TOPICS": str(tmp_path / "topics.yaml"),
        "WIRE_REDIS_URL": redis_url,
        **settings_for(tmp_path / "var"),
        "WIRE_CONTACT": "ops@example.org",
        "WIRE_ARXIV_LISTING_URL": host.url,
        "WIRE_ARXIV_API_URL": f"{host.url}/api/query",
        "WIRE_ARXIV_OAI_URL": f"{host.url}/oai",
        "WIRE_ARXIV_SITE_URL": host.url,
        "WIRE_ARXIV_MIN_INTERVAL": str(INTERVAL_SECONDS),
    }


@pytest.fixture
def runtime(tmp_path: Path, settings: dict[str, str]) -> Iterator[Runtime]:
    made = make_settings(tmp_path, **settings)
    prepare_database(made)
    tools = make_runtime(made)
    prepare_topics(tools)
    yield tools
    tools.store.close()


def serve_listings(host: Host, times: Times, first: Answer | None = None) -> None:
    """Every listing has a paper, so that completions follow; the first request may be answered otherwise."""
    lock = threading.Lock()
    scripted = [first] if first else []

    def answer(path: str) -> Answer:
        with lock:
            if scripted:
                refusal = times.answer(scripted.pop())
                times.after_refusal.append(time.monotonic())
                return refusal
        name = path.rpartition("/")[2]
        number = LISTINGS.index(name)
        item = Item(f"2604.0000{number}", categories=(name,))
        return times.answer(Answer(body=make_listing([item], name)))

    host.serve_tree("/atom/", answer)
    host.serve_tree("/api/query", lambda _path: times.answer(Answer(404)))


def run_workers(settings: dict[str, str], folder: Path, count: int, stack: ExitStack) -> None:
    for number in range(count):
        stack.enter_context(started(["work", ARXIV], settings, folder / f"worker-{number}"))


def is_polled(runtime: Runtime) -> bool:
    """Whether every listing was looked at, and every completion tried."""
    with runtime.store.read() as connection:
        polls = owed.is_settled(connection, Work.POLL, LISTINGS, runtime.times())
        return polls and owed.count_busy(connection, [Work.COMPLETE], runtime.times()) == 0


def polls(host: Host) -> list[str]:
    return [request.path for request in host.requests if request.path.startswith("/atom/")]


def test_four_processes_make_one_polite_client(
    tmp_path: Path, settings: dict[str, str], runtime: Runtime, host: Host
) -> None:
    times = Times(host)
    serve_listings(host, times)
    with ExitStack() as stack:
        run_workers(settings, tmp_path, 4, stack)
        wait_for(lambda: count_workers(runtime.redis)[ARXIV] == 4, "four workers")
        began = time.monotonic()
        runtime.dispatch()
        wait_for(lambda: len(polls(host)) == len(LISTINGS), "all polls")

        def settled() -> bool:
            runtime.dispatch()
            return is_polled(runtime)

        wait_for(settled, "the end of all work")
    assert host.most_in_flight == 1
    assert len(times.at) > len(LISTINGS)
    # The n-th request comes after n - 1 whole intervals at the earliest: delays on the way only make it later.
    for number, at in enumerate(times.at):
        assert at - began >= number * (INTERVAL_SECONDS - ROUNDING_SECONDS)
    assert {request.headers["user-agent"] for request in host.requests} == {host.requests[0].headers["user-agent"]}
    assert "ops@example.org" in host.requests[0].headers["user-agent"]


def test_one_refusal_with_retry_after_holds_all_processes_back(
    tmp_path: Path, settings: dict[str, str], runtime: Runtime, host: Host
) -> None:
    times = Times(host)
    serve_listings(host, times, Answer(429, headers={"Retry-After": "3"}))
    with ExitStack() as stack:
        run_workers(settings, tmp_path, 2, stack)
        wait_for(lambda: count_workers(runtime.redis)[ARXIV] == 2, "two workers")
        runtime.dispatch()
        wait_for(lambda: len(times.at) > 2, "requests after the refusal")
    assert times.at[1] - times.at[0] >= 3 - ROUNDING_SECONDS


def test_a_listing_goes_before_a_crowd_of_others(redis_url: str, runtime: Runtime) -> None:
    """Eight readers of full texts wait at the gate; whoever asks for a listing is the next to be let through."""
    let, entered = threading.Event(), threading.Event()
    order: list[str] = []

    def read(priority: Priority, name: str) -> None:
        with Gate(runtime.redis, 0.05, priority).passing():
            order.append(name)

    def hold() -> None:
        with Gate(runtime.redis, 0.05, Priority.TEXT).passing():
            entered.set()
            let.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(60)
    crowd = [threading.Thread(target=read, args=(Priority.TEXT, "text")) for _ in range(8)]
    listing = threading.Thread(target=read, args=(Priority.LISTING, "listing"))
    for thread in (*crowd, listing):
        thread.start()
    wait_for(lambda: bool(runtime.redis.exists("wire:gate:waiting:0")), "the listing to wait")
    wait_for(lambda: bool(runtime.redis.exists("wire:gate:waiting:3")), "the crowd to wait")
    let.set()
    for thread in (holder, *crowd, listing):
        thread.join(60)
    assert order.index("listing") <= 1
    assert len(order) == 9

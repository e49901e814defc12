"""The newest papers of a query and of a topic, in a database with many: ours against a scan with LIKE.

bench/searching                          100,000 papers and a million memberships in SQLite; some minutes
bench/searching --database postgresql:// ...   the same in an empty PostgreSQL database, which it fills
bench/searching --papers 10000           less of everything, sooner
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from bench.corpus import Corpus
from feeds import searching
from feeds.model.announcements import AnnounceType
from feeds.model.changes import Admission
from feeds.model.papers import Paper
from feeds.model.topics import Topic
from feeds.query import parser
from feeds.query.indexing import plan
from feeds.store import memberships, papers, search, standings, topics
from feeds.store.engine import Connection, Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BATCH = 2_000
TOPICS = 100
ROUNDS = 15


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="wire-bench-") as folder:
        store = Store(options.database or f"sqlite:///{Path(folder) / 'wire.db'}")
        store.migrate()
        corpus = Corpus()
        fill(store, corpus, options.papers)
        for kind, query, like in ask(store, corpus):
            compare(store, kind, query, like, options.rounds)
        grow(store, options.papers // 10, options.rounds)
        store.close()
    return 0


def fill(store: Store, corpus: Corpus, count: int) -> None:
    seconds = 0.0
    for number, some in enumerate(batches(corpus.make_papers(count))):
        began = perf_counter()
        with store.write() as connection:
            papers.save_papers(connection, some, NOW + timedelta(seconds=number))
        seconds += perf_counter() - began
    analyze(store)
    say(f"{count:,} papers stored and indexed in {seconds:.0f} s")


def batches(made: Iterator[Paper]) -> Iterator[list[Paper]]:
    while some := [paper for _, paper in zip(range(BATCH), made, strict=False)]:
        yield some


def analyze(store: Store) -> None:
    """As PostgreSQL does by itself after a while."""
    if not store.is_file:
        with store.write() as connection:
            connection.execute(text("ANALYZE"))


def ask(store: Store, corpus: Corpus) -> list[tuple[str, str, str]]:
    """A rare word, one that most papers have, and a phrase: as queries, and as LIKE has them."""
    with store.read() as connection:
        (newest,) = papers.find_papers(connection, list_newest(connection, 1)).values()
    words = newest.abstract.lower().replace(".", "").split()
    rare = max(words, key=corpus.rank)
    first = next(at for at in range(len(words) - 1) if 100 < corpus.rank(words[at]) < 1_000)
    phrase = f"{words[first]} {words[first + 1]}"
    return [("rare word", rare, rare), ("common word", "method", "method"), ("phrase", f'"{phrase}"', phrase)]


def list_newest(connection: Connection, count: int) -> list[str]:
    scan = text("SELECT arxiv_id FROM papers ORDER BY seen_at DESC, arxiv_id DESC LIMIT :count")
    return list(connection.execute(scan, {"count": count}).scalars())


def compare(store: Store, kind: str, query: str, like: str, rounds: int) -> None:
    tree = parser.parse(query)
    expression = plan(tree).expression
    scan = text(
        "SELECT arxiv_id FROM papers WHERE lower(title) LIKE :like OR lower(abstract) LIKE :like"
        " ORDER BY seen_at DESC, arxiv_id DESC LIMIT 20"
    )
    with store.read() as connection:
        ways: dict[str, Callable[[], object]] = {
            "scan": lambda: connection.execute(scan, {"like": f"%{like}%"}).all(),
            "ids": lambda: search.list_candidates(connection, expression, 20),
            "search": lambda: searching.search(connection, tree, 20),
        }
        took = measure(ways, {"scan": max(3, rounds // 5)}, rounds)
        hits = searching.count(connection, tree)
    ratio = took["scan"] / took["ids"]
    say(
        f"{kind:<12} {hits:>7,} hits  LIKE {took['scan'] * 1000:>7.1f} ms  index {took['ids'] * 1000:>6.2f} ms"
        f"  {ratio:>6.0f} times faster;  with papers and what matched {took['search'] * 1000:>6.2f} ms"
    )


def measure(ways: dict[str, Callable[[], object]], fewer: dict[str, int], rounds: int) -> dict[str, float]:
    """The median of each way, taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            if number < fewer.get(name, rounds):
                began = perf_counter()
                way()
                taken[name].append(perf_counter() - began)
    return {name: median(seconds) for name, seconds in taken.items()}


def grow(store: Store, members: int, rounds: int) -> None:
    """The newest 50 of a topic as publishing asks for them, when all topics have a tenth of it and all of it."""
    with store.read() as connection:
        arxiv_ids = list_newest(connection, members)
    defined = [Topic(f"t{number}", f"Topic {number}", ("cs.CV",)) for number in range(TOPICS)]
    with store.write() as connection:
        topics.sync_topics(connection, defined, NOW)
    took: list[float] = []
    done = 0
    for upto in (members // 10, members):
        for slug in (topic.slug for topic in defined):
            admit(store, slug, arxiv_ids[done:upto])
        done = upto
        analyze(store)
        took.append(newest(store, rounds * 20))
        say(f"newest 50 of a topic, {TOPICS * upto:>9,} memberships in {TOPICS} topics: {took[-1] * 1000:.2f} ms")
    say(f"ten times the memberships take {took[1] / took[0]:.2f} times as long")


def admit(store: Store, slug: str, arxiv_ids: Sequence[str]) -> None:
    day = date(2026, 11, 20)
    with store.write() as connection:
        memberships.admit(
            connection, [Admission(slug, arxiv_id, 1, day, AnnounceType.NEW, ("x",)) for arxiv_id in arxiv_ids], NOW
        )
        connection.execute(
            text("UPDATE memberships SET released_at = updated_at WHERE topic = :slug"), {"slug": slug}
        )


def newest(store: Store, rounds: int) -> float:
    later = NOW + timedelta(days=1)
    with store.read() as connection:
        ask = {"newest": lambda: standings.list_standings(connection, "t7", 50, later)}
        return measure(ask, {}, rounds)["newest"]


def parse() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--papers", type=int, default=100_000, help="in the database (100,000)")
    options.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which the medians are told ({ROUNDS})")
    options.add_argument("--database", help="of PostgreSQL, empty; else SQLite in a temporary folder")
    return options.parse_args()


def say(line: object) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

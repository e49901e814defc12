"""Backups: whole or not at all, of either engine, into either."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from alembic.command import upgrade

from feeds.errors import DatabaseError
from feeds.store import backups, papers, schema
from feeds.store.engine import Store
from tests.feeds.store.test_copying import content
from tests.support.listings import Item
from tests.support.papers import make_paper
from tests.support.wires import MORNING, Line

TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


@pytest.fixture
def source(make_line: Callable[[Sequence[dict[str, object]]], Line]) -> Store:
    line = make_line(TOPICS)
    line.announce([Item("2604.00001", title="Ä “title” & <more>"), Item("2604.00002")])
    line.poll()
    return line.runtime.store


@pytest.fixture
def backup(source: Store, tmp_path: Path) -> Path:
    path = tmp_path / "backups" / "wire.db"
    backups.back_up(source, path)
    return path


def change(store: Store, *arxiv_ids: str) -> None:
    with store.write() as connection:
        papers.save_papers(connection, [make_paper(arxiv_id) for arxiv_id in arxiv_ids], MORNING)


def test_a_backup_is_one_file_with_all_there_is(source: Store, backup: Path) -> None:
    assert [path.name for path in backup.parent.iterdir()] == ["wire.db"]
    assert content(Store(f"sqlite:///{backup}")) == content(source)


def test_what_comes_after_its_moment_is_not_in_it(source: Store, backup: Path, target: Store) -> None:
    before = content(source)
    change(source, "2604.00099")
    backups.restore(backup, target, MORNING, replace=False)
    assert content(target) == before != content(source)


def test_a_backup_takes_no_others_place(source: Store, backup: Path) -> None:
    body = backup.read_bytes()
    with pytest.raises(DatabaseError, match="is there already"):
        backups.back_up(source, backup)
    assert backup.read_bytes() == body


def test_a_backup_that_fails_leaves_nothing(source: Store, tmp_path: Path) -> None:
    def fail(_done: int, _total: int) -> None:
        raise RuntimeError("the disk is full")

    if source.is_file:
        pytest.skip("SQLite copies its own file in one go")
    with pytest.raises(RuntimeError):
        backups.back_up(source, tmp_path / "b" / "wire.db", fail)
    assert list((tmp_path / "b").iterdir()) == []


def test_a_wire_is_replaced_only_when_told_so(source: Store, backup: Path, target: Store) -> None:
    before = content(source)
    backups.restore(backup, target, MORNING, replace=False)
    change(target, "2604.00099")
    with pytest.raises(DatabaseError, match="--replace"):
        backups.restore(backup, target, MORNING, replace=False)
    assert content(target) != before
    kept = backups.restore(backup, target, MORNING, replace=True)
    after = content(target)
    for held in (before, after):
        del held["indexed_papers"]  # the index is made anew, with new numbers
    assert after == before
    if target.is_file:
        assert kept is not None
        with Store(f"sqlite:///{kept}").read() as connection:
            assert papers.find_papers(connection, ["2604.00099"])
    else:
        assert kept is None


def test_a_backup_stays_as_it_is(backup: Path, target: Store) -> None:
    body = backup.read_bytes()
    backups.restore(backup, target, MORNING, replace=False)
    assert (backup.read_bytes(), [path.name for path in backup.parent.iterdir()]) == (body, ["wire.db"])


def test_a_backup_of_an_older_version_is_brought_to_this_one(tmp_path: Path, target: Store) -> None:
    old = tmp_path / "old.db"
    made = Store(f"sqlite:///{old}")
    with made.write() as connection:
        config = schema._alembic()
        config.attributes["connection"] = connection
        upgrade(config, "0001")
    made.close()
    backups.restore(old, target, MORNING, replace=False)
    assert target.is_current()


@pytest.mark.parametrize("body", [b"", b"not a database", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path, target: Store, body: bytes) -> None:
    file = tmp_path / "wrong.db"
    file.write_bytes(body)
    with pytest.raises(DatabaseError, match=r"wrong\.db"):
        backups.restore(file, target, MORNING, replace=True)
    assert target.find_revision() is None


def test_another_programs_database_is_refused(tmp_path: Path, target: Store) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (x)")
    with pytest.raises(DatabaseError, match="no backup of a wire"):
        backups.restore(file, target, MORNING, replace=True)


def test_a_missing_file_is_refused(tmp_path: Path, target: Store) -> None:
    with pytest.raises(DatabaseError, match="there is no file"):
        backups.restore(tmp_path / "none.db", target, MORNING, replace=True)

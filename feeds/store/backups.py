"""Backups of a whole wire: a SQLite file, of either engine, made while the wire runs, and put back into either."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from feeds.errors import DatabaseError
from feeds.store.copying import copy_database, is_taken
from feeds.store.engine import Store

Tell = Callable[[int, int], None]
#: What SQLite keeps beside a file that is in use.
_BESIDE = ("-wal", "-shm", "-journal")


def back_up(source: Store, target: Path, tell: Tell = lambda done, total: None) -> None:
    """Write all of a wire into a file, as it is at one moment; the file is there whole or not at all.

    :param target: a file that is not there yet
    :param tell: is told how much is done, and of how much
    :raises DatabaseError: where the source is not of this version, or fails; where the file is there already
    :raises OSError: where it cannot be written
    """
    source.check()
    if target.exists():
        raise DatabaseError(f"{target} is there already; a backup never takes another's place")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _fresh_file(target) as fresh:
        if source.is_file:
            source.copy_to(fresh)
        else:
            copy = Store(f"sqlite:///{fresh}")
            copy_database(source, copy, tell)
            copy.close()
        _settle(fresh)
        os.replace(fresh, target)


def restore(
    backup: Path, target: Store, at: datetime, *, replace: bool, tell: Tell = lambda done, total: None
) -> Path | None:
    """Put a backup in the place of a wire's database. Nobody may be using that meanwhile.

    The backup is not touched; one of an older version is brought to this one on its way.

    :param at: goes into the name of the copy that is kept of what was there
    :param replace: a database that holds papers or topics may be replaced
    :param tell: is told how much is done, and of how much
    :returns: the copy that was kept of what was there; None where nothing was, or it is a server's
    :raises DatabaseError: where the file is no sound backup, or is from a newer version; where the database holds a
        wire and may not be replaced; nothing is changed then
    """
    if not backup.is_file():
        raise DatabaseError(f"there is no file {backup}")
    taken = is_taken(target)
    if taken and not replace:
        raise DatabaseError(
            f"{target.name} holds papers or topics already; --replace puts the backup in their place"
        )
    room = target.path if target.is_file else backup
    room.parent.mkdir(parents=True, exist_ok=True)
    with _fresh_file(room) as fresh:
        _read_backup(backup, fresh)
        if not target.is_file:
            read = Store(f"sqlite:///{fresh}")
            copy_database(read, target, tell, replace=replace)
            read.close()
            return None
        kept = target.backup(at) if taken else None
        target.close()
        os.replace(fresh, target.path)
        for ending in _BESIDE:
            Path(f"{target.path}{ending}").unlink(missing_ok=True)
        return kept


def _read_backup(backup: Path, fresh: Path) -> None:
    """A copy of a backup, at this version's schema.

    :raises DatabaseError: where it is none
    """
    try:
        with closing(sqlite3.connect(f"{backup.resolve().as_uri()}?mode=ro", uri=True)) as source:
            if source.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise DatabaseError(f"{backup} is damaged")
            with closing(sqlite3.connect(fresh)) as copy:
                source.backup(copy)
    except sqlite3.Error as error:
        raise DatabaseError(f"{backup} is no backup of a wire: {error}") from error
    store = Store(f"sqlite:///{fresh}")
    if store.find_revision() is None:
        raise DatabaseError(f"{backup} is no backup of a wire")
    store.migrate()
    store.close()
    _settle(fresh)


def _settle(path: Path) -> None:
    """Let a database be one file, with nothing beside it, and on the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _fresh_file(beside: Path) -> Iterator[Path]:
    """A file to be made in the same folder; it is gone at the end unless it was moved away."""
    fresh = beside.with_name(f".{beside.name}.{os.getpid()}.new")
    try:
        yield fresh
    finally:
        for ending in ("", *_BESIDE):
            Path(f"{fresh}{ending}").unlink(missing_ok=True)

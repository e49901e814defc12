"""Commands about the database itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from feeds.clock import make_clock
from feeds.config import load_settings
from feeds.setting_values import read_database_url
from feeds.store import backups, copying
from feeds.store.engine import Store
from workers.preparing import prepare_database
from workers.processes import hold_folder


@click.command()
def migrate() -> None:
    """Bring the database to this version; of an older SQLite file a copy is kept beside it."""
    settings = load_settings()
    prepare_database(settings)
    click.echo(f"{Store(settings.database_url).name} is up to date")


@click.command("copy-database")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_database(source: str, target: str) -> None:
    """Copy a wire's database FROM one address TO another, also from SQLite to PostgreSQL or back.

    Addresses are as in WIRE_DATABASE_URL; relative files start at the current folder. What the source gets
    meanwhile is not copied: stop the wire first. The target must be empty, and is brought to this version.
    """
    stores = Store(_read_address(source, "FROM")), Store(_read_address(target, "TO"))
    with _progress_bar() as tell:
        counts = copying.copy_database(*stores, tell)
    for name, count in counts.items():
        click.echo(f"{count:>10}  {name}")
    click.echo(f"{stores[0].name} is copied to {stores[1].name}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--keep", type=click.IntRange(1), help="Without FILE: delete all but the newest so many.")
def backup(file: Path | None, keep: int | None) -> None:
    """Write all of the wire into FILE (default: a new one in the data folder's backups), while it runs.

    It is one SQLite file, of whichever database: ./wire restore puts it back into either. What secrets the
    settings hold is not in it.
    """
    settings = load_settings(joining=True)
    if file and keep:
        raise click.UsageError("--keep goes without FILE: others' files are never deleted")
    folder = settings.data_dir / "backups"
    now = make_clock(settings.clock_file).now()
    target = file or folder / f"wire-{now:%Y%m%dT%H%M%SZ}.db"
    with _progress_bar() as tell:
        backups.back_up(Store(settings.database_url), target, tell)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    for old in sorted(folder.glob("wire-*Z.db"))[:-keep] if keep else ():
        old.unlink()
        click.echo(f"{old} is deleted")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="Also where the database holds papers or topics; a copy of a file is kept."
)
def restore(file: Path, replace: bool) -> None:
    """Put the backup FILE in the place of the database that the settings name; stop the wire first.

    A backup of an older version is brought to this one. What is owed by it, and what was announced since, comes by
    itself once the wire runs.
    """
    settings = load_settings()
    now = make_clock(settings.clock_file).now()
    with hold_folder(settings.data_dir), _progress_bar() as tell:
        kept = backups.restore(file, Store(settings.database_url), now, replace=replace, tell=tell)
        prepare_database(settings)
    if kept:
        click.echo(f"what was there is kept in {kept}")
    click.echo(f"{Store(settings.database_url).name} is restored from {file}")


def _read_address(text: str, name: str) -> str:
    try:
        read = read_database_url(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=name) from None
    return f"sqlite:///{Path.cwd() / read}" if isinstance(read, Path) else read


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None]]:
    """For people at a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label="copying", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell

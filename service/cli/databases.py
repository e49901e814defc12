"""Commands about the database itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from feeds.config import load_settings
from feeds.setting_values import read_database_url
from feeds.store import copying
from feeds.store.engine import Store
from workers.preparing import prepare_database


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

"""The command that writes topics as pages, bibliographies and tables; it needs no running wire."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from feeds.config import load_settings
from feeds.errors import NotFoundError
from feeds.publishing.current import find_served
from feeds.publishing.exports import DAILY, FORMS, LAYOUTS, PAPERS, ROUNDUP, Exporter
from feeds.publishing.sites import load_site
from feeds.setting_values import read_http_url
from feeds.store import topics
from feeds.store.engine import Connection, Store
from service.cli.files import write_file
from service.cli.site import export_site

#: Several topics on one page, where there are several.
_SECTIONS = "README.md"


@dataclass(frozen=True)
class _File:
    """What a file is to hold."""

    name: str
    body: bytes


def _read_base(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else read_http_url(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


@click.command()
@click.argument("slugs", metavar="[TOPIC]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every topic that is served.")
@click.option(
    "--layout",
    type=click.Choice(list(dict.fromkeys([*LAYOUTS, *FORMS]))),
    show_default=PAPERS,
    help="Of a page in Markdown; or bib, ris, csv.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --layout daily: when its window ended, like 2026-04-17; else the newest.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write files there.")
@click.option(
    "--site", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write the whole service there."
)
@click.option(
    "--base",
    metavar="URL",
    callback=_read_base,
    help="With --site: the address it will have, if it is not the wire's own.",
)
@click.option("--relative", is_flag=True, help="With --site: let pages link to one another by relative addresses.")
def export(
    slugs: Sequence[str],
    everything: bool,
    layout: str | None,
    day: datetime | None,
    out: Path | None,
    site: Path | None,
    base: str | None,
    relative: bool,
) -> None:
    """Write TOPIC as a page in Markdown, a bibliography or a table; to standard output, or to files in DIR.

    Files are named after their topics: DIR/TOPIC.md, .bib, .ris, .csv. A day's page is DIR/_posts/DAY-arxiv.md,
    where Jekyll wants it; of several topics, DIR/TOPIC/_posts/DAY-arxiv.md. Several topics in the layout papers are
    on one page as well, DIR/README.md. A file that holds the same already is left alone.

    --site writes everything that readers can reach (feeds, archives, pages, exports, OPML) as static files, with
    the bytes that the service sends, for any web server or CDN; what is no longer served is deleted from there.
    """
    if site is not None:
        if slugs or everything or out or layout or day:
            raise click.UsageError("--site writes everything: no TOPIC, --all, --layout, --day or --out with it")
        export_site(site, base, relative=relative)
        return
    if base or relative:
        raise click.UsageError("--base and --relative go with --site")
    layout = layout or PAPERS
    _check(slugs, everything, layout, day, out)
    settings = load_settings(joining=True)
    store = Store(settings.database_url)
    store.check()
    exporter = Exporter(store, load_site(store, settings.base_url))
    wanted = _list_served(store, slugs)
    ended_on = day.date() if day else None
    if out is None:
        click.echo(_make(exporter, wanted[0], layout, ended_on).body, nl=False)
        return
    with _progress_bar(wanted, everything) as each:
        done = [
            write_file(out / file.name, file.body) for file in _make_all(exporter, each, wanted, layout, ended_on)
        ]
    click.echo(f"{sum(done)} files written, {len(done) - sum(done)} left as they were, in {out}")


def _check(slugs: Sequence[str], everything: bool, layout: str, day: datetime | None, out: Path | None) -> None:
    if everything == bool(slugs):
        raise click.UsageError("say which TOPIC, or --all, one of the two")
    if out is None and (everything or len(slugs) > 1):
        raise click.UsageError("several topics need --out DIR")
    if day and layout != DAILY:
        raise click.UsageError(f"--day goes with --layout {DAILY}")


def _make_all(
    exporter: Exporter, each: Iterable[str], slugs: Sequence[str], layout: str, day: date | None
) -> Iterator[_File]:
    """The files of these topics; of several, those that had no paper that day are passed over."""
    several = len(slugs) > 1
    for slug in each:
        try:
            file = _make(exporter, slug, layout, day)
        except NotFoundError:
            if layout == DAILY and several:
                continue
            raise
        yield _File(f"{slug}/{file.name}" if layout == DAILY and several else file.name, file.body)
    if layout == PAPERS and several:
        yield _File(_SECTIONS, exporter.find_papers(slugs).body)


def _make(exporter: Exporter, slug: str, layout: str, day: date | None) -> _File:
    if layout == DAILY:
        post = exporter.find_post(slug, day)
        if not post.papers:
            raise NotFoundError(f"{slug} has no daily digest yet")
        return _File(post.file_name, post.document.body)
    if layout == ROUNDUP:
        return _File(f"{slug}.md", exporter.find_roundup(slug).body)
    return _File(f"{slug}.{FORMS[layout].ending}", exporter.find_export(slug, layout).body)


def _list_served(store: Store, slugs: Sequence[str]) -> list[str]:
    """These, each once; or all that are served.

    :raises NotFoundError: where one of them is unknown
    :raises GoneError: where one was retired
    :raises MovedError: where one has another slug now
    """
    with store.read() as connection:
        if not slugs:
            served = [item.topic for item in topics.list_topics(connection) if not item.topic.retired]
            served.sort(key=lambda topic: (topic.section.casefold(), topic.title.casefold()))
            return [topic.slug for topic in served]
        return [_find_served(connection, slug) for slug in dict.fromkeys(slugs)]


def _find_served(connection: Connection, slug: str) -> str:
    try:
        return find_served(connection, slug).topic.slug
    except NotFoundError:
        raise NotFoundError(f"There is no topic {slug!r}; ./wire topics list names those that there are.") from None


@contextmanager
def _progress_bar(slugs: Sequence[str], long: bool) -> Iterator[Iterable[str]]:
    """For people at a terminal only."""
    if not (long and sys.stderr.isatty()):
        yield slugs
        return
    with click.progressbar(slugs, label="exporting", file=sys.stderr) as bar:
        yield bar

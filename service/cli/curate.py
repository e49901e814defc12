"""Commands by which an editor says something of a paper in a topic."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from feeds import curating
from feeds.config import load_settings
from feeds.curating import Curated
from feeds.errors import WireError
from feeds.model.curation import MAX_NOTE, WIRE, Act, Curation, stars
from feeds.model.entries import Site
from feeds.model.identifiers import parse_pasted_id
from feeds.publishing.sites import load_site
from feeds.store import papers
from service.entries import report_curation, show_event
from service.openapi import encode
from workers.on_demand import await_paper, check_running
from workers.runtime import Runtime, make_runtime

#: A character is four bytes at most.
_MOST_INPUT = 4 * MAX_NOTE + 1


class _PaperId(click.ParamType[str]):
    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return parse_pasted_id(value).arxiv_id
        except ValueError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True)
class _Desk:
    """What an editor's command works with."""

    runtime: Runtime
    site: Site
    slug: str
    arxiv_id: str
    editor: str
    as_json: bool

    def say(self, act: Act, **given: object) -> None:
        """Say something, and show what came of it."""
        self.do(curating.curate, given, act=act)

    def retag(self, decide: Callable[[Curation], list[str]]) -> None:
        """Change the tags by what they are."""
        runtime, now = self.runtime, self.runtime.clock.now()
        with runtime.store.write() as connection:
            held = curating.find_curated(connection, self.slug, self.arxiv_id).curation
            given = {"tags": decide(held)}
            done = curating.curate(
                connection, self.slug, self.arxiv_id, given, editor=self.editor, now=now, act=Act.TAG
            )
        self.show(done)

    def do(self, what: Callable[..., Curated], *given: object, **options: object) -> None:
        now = self.runtime.clock.now()
        with self.runtime.store.write() as connection:
            done = what(connection, self.slug, self.arxiv_id, *given, editor=self.editor, now=now, **options)
        self.show(done)

    def find(self) -> Curated:
        with self.runtime.store.read() as connection:
            return curating.find_curated(connection, self.slug, self.arxiv_id)

    def show(self, curated: Curated) -> None:
        if self.as_json:
            _print(encode(report_curation(curated, self.site).entry))
        else:
            click.echo(_describe(curated))


def _at_desk(writes: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command its TOPIC and ID, and the desk that they make."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(topic: str, arxiv_id: str, as_json: bool, editor: str | None = None, **given: object) -> None:
            settings = load_settings(joining=True)
            runtime = make_runtime(settings)
            runtime.store.check()
            site = load_site(runtime.store, settings.base_url)
            name = (editor or _login_name()) if writes else ""
            command(_Desk(runtime, site, topic, arxiv_id, name, as_json), **given)

        made: Callable[..., Any] = run
        if writes:
            made = click.option("--editor", metavar="NAME", help="Who says it (default: your login name).")(made)
        made = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(made)
        made = click.argument("arxiv_id", metavar="ID", type=_PaperId())(made)
        return click.argument("topic", metavar="TOPIC")(made)

    return decorate


_OFF = click.option("--off", is_flag=True, help="Take it back.")


@click.group()
def curate() -> None:
    """Pin, hide, rate, tag, describe, order and add papers, by TOPIC and arXiv ID (or its address).

    It is in the next feed that anyone asks for. Nothing of it is lost when a paper is polled again or gets a new
    version; undo takes back the last act, and the next one the act before.
    """


@curate.command()
@_at_desk()
@_OFF
def pin(desk: _Desk, off: bool) -> None:
    """Put paper ID before all of TOPIC that are not pinned; --off takes it down."""
    desk.say(Act.PIN, pinned=not off)


@curate.command()
@_at_desk()
@_OFF
def hide(desk: _Desk, off: bool) -> None:
    """Take paper ID out of TOPIC's feed; --off brings it back where it was."""
    desk.say(Act.HIDE, hidden=not off)


@curate.command()
@_at_desk()
@click.argument("rating", metavar="STARS", type=click.IntRange(0, 3), required=False)
@_OFF
def rate(desk: _Desk, rating: int | None, off: bool) -> None:
    """Give paper ID 0 to 3 STARS in TOPIC; --off takes the rating away."""
    desk.say(Act.RATE, rating=None if off else _required(rating, "STARS"))


@curate.command()
@_at_desk()
@click.argument("tags", metavar="TAG...", nargs=-1)
@_OFF
def tag(desk: _Desk, tags: tuple[str, ...], off: bool) -> None:
    """Give paper ID in TOPIC each TAG; --off takes these away, or all where none is named."""
    given = tags if off else _required(tags, "TAG")
    desk.retag(lambda said: _without(said.tags, given) if off else [*said.tags, *given])


class _Note(click.Command):
    """A note may be a list: "- the first" holds no option, so no letter in it is one. ``-h`` by itself is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["--help" if given == "-h" else given for given in args])


@curate.command(cls=_Note, context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@_at_desk()
@click.argument("text", metavar="TEXT", required=False)
@_OFF
def note(desk: _Desk, text: str | None, off: bool) -> None:
    """Make TEXT the note on paper ID in TOPIC, in Markdown; - reads standard input, --off takes it away."""
    given = None if off else _required(text, "TEXT")
    desk.say(Act.NOTE, note=_read_input() if given == "-" else given)


@curate.command(context_settings={"ignore_unknown_options": True})
@_at_desk()
@click.argument("place", metavar="NUMBER", type=int, required=False)
@_OFF
def order(desk: _Desk, place: int | None, off: bool) -> None:
    """Give paper ID its place among the pinned ones of TOPIC: a lower NUMBER comes first; --off takes it away."""
    desk.say(Act.ORDER, order=None if off else _required(place, "NUMBER"))


@curate.command()
@_at_desk()
@click.argument("name", metavar="NAME", required=False)
@_OFF
def institution(desk: _Desk, name: str | None, off: bool) -> None:
    """Say that paper ID in TOPIC comes from the institution NAME; --off takes it away."""
    desk.say(Act.INSTITUTION, institution=None if off else _required(name, "NAME"))


@curate.command()
@_at_desk()
@click.option("--timeout", default=120.0, show_default=True, help="Give up waiting after so many seconds.")
def add(desk: _Desk, timeout: float) -> None:
    """Add paper ID to TOPIC, whose query missed it.

    One that this wire does not know yet is fetched from arXiv; that needs a running wire.
    """
    runtime = desk.runtime
    with runtime.store.read() as connection:
        known = desk.arxiv_id in papers.find_papers(connection, [desk.arxiv_id])
    if known:
        desk.do(curating.add)
        return
    check_running(runtime)
    with runtime.store.write() as connection:
        curating.add(connection, desk.slug, desk.arxiv_id, editor=desk.editor, now=runtime.clock.now(), anew=True)
    desk.show(await_paper(runtime, desk.slug, desk.arxiv_id, timeout))


@curate.command()
@_at_desk()
def undo(desk: _Desk) -> None:
    """Take back the last act about paper ID in TOPIC that was not taken back yet."""
    desk.do(curating.undo)


@curate.command()
@_at_desk(writes=False)
def show(desk: _Desk) -> None:
    """Show how paper ID stands in TOPIC."""
    curated = desk.find()
    if desk.as_json:
        _print(encode(report_curation(curated, desk.site)))
    else:
        click.echo(_describe(curated))


@curate.command()
@_at_desk(writes=False)
def history(desk: _Desk) -> None:
    """Show who said what of paper ID in TOPIC, and when; the last act last."""
    events = desk.find().events
    if desk.as_json:
        _print(encode([show_event(event) for event in events]))
        return
    for event in events:
        said = ", ".join(
            f"{name}: {_shorten(event.before[name])} → {_shorten(event.after[name])}" for name in event.after
        )
        undone = "  (undone)" if event.undone_by else ""
        reason = f"  {event.reason}" if event.reason else ""
        click.echo(f"{event.at:%Y-%m-%d %H:%M}  {event.editor:<10} {event.act:<11} {said}{reason}{undone}")


def _describe(curated: Curated) -> str:
    """How it stands, in a line."""
    said = curated.curation
    if curated.is_wanted:
        failed = f" (the last try failed: {curated.trouble})" if curated.trouble else ""
        state = f"added, still to be fetched from arXiv{failed}"
    elif curated.is_in:
        state = str(curated.state)
    else:
        state = f"not added: {curated.refusal}" if curated.refusal else "not in the topic"
    words = [state, *(["pinned"] if said.pinned else []), *([] if said.rating is None else [stars(said.rating)])]
    words += [f"order {said.order}"] if said.order is not None else []
    words += [f"tags: {', '.join(said.tags)}"] if said.tags else []
    words += [said.institution] if said.institution else []
    words += [f"note: {_shorten(said.note)}"] if said.note else []
    words += [f"added by {said.added_by}"] if said.added_by else []
    title = f" {curated.member.paper.title}" if curated.member else ""
    return f"{curated.topic.slug} {curated.arxiv_id}{title}\n  {'; '.join(words)}"


def _shorten(value: object) -> str:
    text = "–" if value in (None, []) else ", ".join(value) if isinstance(value, list) else str(value)
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _without(held: Iterable[str], tags: tuple[str, ...]) -> list[str]:
    gone = {tag.strip().casefold() for tag in tags}
    return [tag for tag in held if tags and tag.casefold() not in gone]


def _login_name() -> str:
    """Who is at the keyboard. In our image it is the wire's own user, who stands for whoever runs it."""
    name = getpass.getuser()
    return "operator" if name == WIRE else name


def _required(value: Any, name: str) -> Any:
    if value is None or value == ():
        raise click.UsageError(f"{name} is missing (or --off).")
    return value


def _read_input() -> str:
    given = sys.stdin.buffer.read(_MOST_INPUT)
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WireError(f"standard input is no UTF-8 at byte {error.start + 1}") from error


def _print(body: bytes) -> None:
    click.echo(body, nl=False)

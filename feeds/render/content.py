"""An entry's HTML: what a reader shows. Everything foreign is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from feeds.model.entries import Entry


def render_content(entry: Entry) -> str:
    """The whole reading experience of an entry, as an HTML fragment.

    Readers show one author at most, so the byline comes first.
    """
    return str(Markup("\n").join(_blocks(entry)))


def _blocks(entry: Entry) -> Iterator[Markup]:
    paper = entry.paper
    if paper.authors:
        yield _paragraph(", ".join(author.name for author in paper.authors))
    if paper.withdrawn:
        yield Markup("<p><strong>{}</strong></p>").format("Withdrawn by its authors.")
    if entry.tldr:
        yield Markup("<p><strong>In short</strong> (by machine): {}</p>").format(entry.tldr)
    if paper.abstract:
        yield Markup("<p><strong>Abstract</strong> (by the authors): {}</p>").format(paper.abstract)
    if paper.comment:
        yield _paragraph(f"Comment: {paper.comment}")
    yield Markup("<p>{}</p>").format(
        Markup(" · ").join(
            Markup('<a href="{}">{}</a>').format(link.href, link.title) for link in entry.links if link.title
        )
    )
    yield Markup("<p><small>{}</small></p>").format(". ".join(_colophon(entry)) + ".")


def _colophon(entry: Entry) -> Iterator[str]:
    if entry.provenance:
        yield entry.provenance
    if entry.matched:
        yield f"Here because it matches {', '.join(entry.matched)}"
    elif entry.listed_in:
        yield f"Here because it is in {', '.join(entry.listed_in)}"
    if entry.updated_reason:
        yield f"Updated {entry.updated_at:%Y-%m-%d}: {entry.updated_reason} (v{entry.paper.version})"


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(escape(text))

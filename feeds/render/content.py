"""An entry's HTML: what a reader shows. Everything foreign is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from feeds.model.curation import stars
from feeds.model.entries import Entry
from feeds.render.notes import render_note


def render_content(entry: Entry) -> str:
    """The whole reading experience of an entry, as an HTML fragment.

    Readers show one author at most, so the byline comes first.
    """
    return str(Markup("\n").join(_blocks(entry)))


def _blocks(entry: Entry) -> Iterator[Markup]:
    paper = entry.paper
    if paper.authors:
        yield _paragraph(", ".join(author.name for author in paper.authors))
    yield from _curation(entry)
    if paper.withdrawn:
        yield Markup("<p><strong>{}</strong></p>").format("Withdrawn by its authors.")
    if entry.tldr:
        yield Markup("<p><strong>In short</strong> (by machine): {}</p>").format(entry.tldr)
    yield from _summaries(entry)
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


#: How the parts of a reading are headed.
READING_TITLES = {
    "background": "Background and problems",
    "method": "Core method",
    "results": "Tasks and results",
}


def _summaries(entry: Entry) -> Iterator[Markup]:
    """What was made of the paper beside the tldr; the provenance line tells how."""
    if entry.contributions:
        points = Markup("").join(Markup("<li>{}</li>").format(point) for point in entry.contributions)
        yield Markup("<p><strong>Contributions</strong> (by machine)</p>\n<ul>{}</ul>").format(points)
    for part, text in entry.reading:
        yield Markup("<p><strong>{}</strong> (by machine): {}</p>").format(READING_TITLES[part], text)
    if entry.translation:
        yield Markup("<p><strong>Abstract</strong> (translated by machine): {}</p>").format(entry.translation)


def _curation(entry: Entry) -> Iterator[Markup]:
    """What the editor says: the note before all else."""
    said = entry.curation
    if said.note:
        yield Markup("<p><strong>Editor's note</strong></p>\n{}").format(render_note(said.note))
    if line := describe_curation(entry):
        yield _paragraph(" · ".join(line))


def describe_curation(entry: Entry) -> list[str]:
    """What the editor says beside the note, a word for each."""
    said = entry.curation
    line = ["Pinned"] if said.pinned else []
    line += [stars(said.rating)] if said.rating is not None else []
    line += [said.institution] if said.institution else []
    return line + ([f"Tags: {', '.join(said.tags)}"] if said.tags else [])


def explain(entry: Entry) -> Iterator[str]:
    """Why the entry is here, and why it stands where it does; sentences without their points."""
    if entry.matched:
        yield f"Here because it matches {', '.join(entry.matched)}"
    elif entry.curation.added_by:
        yield "Here because an editor added it"
    elif entry.listed_in:
        yield f"Here because it is in {', '.join(entry.listed_in)}"
    if entry.likeness and entry.likeness.to == entry.paper.arxiv_id:
        yield "Placed here because an editor gave it stars"
    elif entry.likeness:
        shared = f" (shared: {', '.join(entry.likeness.words)})" if entry.likeness.words else ""
        yield f"Placed here because it is like “{entry.likeness.title}”{shared}"


def _colophon(entry: Entry) -> Iterator[str]:
    if entry.provenance:
        yield entry.provenance
    yield from explain(entry)
    if entry.updated_reason:
        yield f"Updated {entry.updated_at:%Y-%m-%d}: {entry.updated_reason} (v{entry.paper.version})"


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(escape(text))

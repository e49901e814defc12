"""What XML formats tell of a paper in namespaces beside their own, named as arXiv's own feeds and API name it."""

from __future__ import annotations

from lxml import etree

from feeds.model.channels import Item
from feeds.model.taxonomy import SCHEME

ARXIV = "http://arxiv.org/schemas/atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
NAMESPACES = {"arxiv": ARXIV, "dc": DUBLIN_CORE}


def add_paper_elements(parent: etree._Element, item: Item) -> None:
    """Add to an entry what is known of its paper, if it is about one."""
    paper = item.paper
    if paper is None:
        return
    if paper.primary:
        etree.SubElement(parent, f"{{{ARXIV}}}primary_category", term=paper.primary, scheme=SCHEME)
    told = {
        "announce_type": item.announce_type,
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "doi": paper.doi,
    }
    for name, text in told.items():
        if text:
            etree.SubElement(parent, f"{{{ARXIV}}}{name}").text = text
    if paper.doi:
        etree.SubElement(parent, f"{{{DUBLIN_CORE}}}identifier").text = f"doi:{paper.doi}"

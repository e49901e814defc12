"""Listings in the shape of arXiv's Atom feeds. All papers in tests are invented."""

from __future__ import annotations

from workers.sample.writing import Item
from workers.sample.writing import write_listing as make_listing

__all__ = ["Item", "make_listing"]

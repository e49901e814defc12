"""A paper's full text: fetched from arXiv, and read in a process of its own."""

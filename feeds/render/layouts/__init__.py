"""Layouts: pages in Markdown, as people made them by hand. Each is a file, a pure function of what it shows."""

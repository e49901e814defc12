"""The hub's errands: asking callbacks whether they meant it, and telling them what changed."""

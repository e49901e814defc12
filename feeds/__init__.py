"""What a feed is made of: papers, topics, queries, store, composing and rendering. No Flask, no RQ, no network."""

__version__ = "0.1.0"

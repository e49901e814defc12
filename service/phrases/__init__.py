"""What pages say, a module a language; all have the same keys. What feeds say is in ``feeds.render.phrases``."""

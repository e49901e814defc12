"""A language model's endpoint: asking it, understanding it, bearing with it. Nothing here knows of papers."""

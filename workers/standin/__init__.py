"""The demo's arXiv: listings, catch-up pages, OAI-PMH and the query API over a real socket, by the wire's clock.

It tells what arXiv would tell of what its source has announced up to now, and no more.
"""

from workers.standin.server import StandinServer, serve
from workers.standin.sources import Recordings, Source, Told

__all__ = ["Recordings", "Source", "StandinServer", "Told", "serve"]

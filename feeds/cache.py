"""Documents kept in this process's memory, bounded by bytes and by number. Memory only."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from feeds.model.documents import Document


def name_briefly(state: object) -> str:
    """Names what a document is made of, where that is long, by its digest: it is kept with each document.

    :param state: whose ``repr`` tells all of it
    """
    return hashlib.sha256(repr(state).encode()).hexdigest()


class DocumentCache:
    """The most recently used documents.

    :param max_bytes: how much their bodies may take together; what is compressed of them, a fifth, comes on top
    :param max_documents: how many there may be: anybody can ask for endless small ones, whose names weigh more
    """

    def __init__(self, max_bytes: int = 64 * 1024 * 1024, max_documents: int = 8192) -> None:
        self._max_bytes = max_bytes
        self._max_documents = max_documents
        self._bytes = 0
        self._documents: OrderedDict[Hashable, Document] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Document | None:
        with self._lock:
            document = self._documents.get(key)
            if document is not None:
                self._documents.move_to_end(key)
            return document

    def save(self, key: Hashable, document: Document) -> None:
        """Keep a document; one larger than the whole cache is not kept."""
        with self._lock:
            self._forget(key)
            if len(document.body) > self._max_bytes:
                return
            self._documents[key] = document
            self._bytes += len(document.body)
            while self._bytes > self._max_bytes or len(self._documents) > self._max_documents:
                self._forget(next(iter(self._documents)))

    def _forget(self, key: Hashable) -> None:
        known = self._documents.pop(key, None)
        if known is not None:
            self._bytes -= len(known.body)

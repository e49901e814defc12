"""How a call to a language model can fail; each says what its caller must decide."""

from __future__ import annotations

from feeds.errors import FetchError


class LlmError(FetchError):
    """A call that brought no reply. Not permanent: the same call may succeed later.

    :param tokens: what the attempts have cost all the same, estimated
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after_seconds: float | None = None, tokens: int = 0
    ) -> None:
        super().__init__(reason, permanent=permanent, retry_after_seconds=retry_after_seconds)
        self.tokens = tokens


class EndpointRefusedError(LlmError):
    """The endpoint refuses us whatever we ask (a wrong key, an unknown model): someone has to mend a setting."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)


class RequestRefusedError(LlmError):
    """The endpoint will never answer this one request; others it may.

    :param filtered: True where it found the contents unfit
    """

    def __init__(self, reason: str, *, filtered: bool = False) -> None:
        super().__init__(reason, permanent=True)
        self.filtered = filtered


class CircuitOpenError(LlmError):
    """Nothing was asked: the endpoint failed too often just now."""


class BusyError(LlmError):
    """The endpoint works and asks us to come again later."""

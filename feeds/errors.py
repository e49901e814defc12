"""The error tree: each carries what its caller must decide, and a sentence that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


class WireError(Exception):
    """Root of everything this project raises on purpose; its text is one clear line."""


class SettingsError(WireError):
    """A setting that cannot be used.

    :param name: the environment variable
    :param value: what was given (never a secret's)
    :param allowed: what would be accepted
    """

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(f"{name}={value!r} is refused: {allowed}")
        self.name = name
        self.value = value
        self.allowed = allowed


class QueryError(WireError):
    """A query that does not parse.

    :param position: 1-based character position of the fault
    :param problem: what was found and what was expected there
    """

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"position {position}: {problem}")
        self.position = position
        self.problem = problem


@dataclass(frozen=True)
class TopicProblem:
    """One thing wrong in a topics file."""

    topic: str  #: its slug, or "topic 3" where it has none
    field: str  #: "" where the whole topic is meant
    place: str  #: "line 12"; "" where the whole file is meant
    problem: str

    def __str__(self) -> str:
        where = f"{self.topic}.{self.field}" if self.field else self.topic
        return f"{self.place}, {where}: {self.problem}" if self.place else f"{where}: {self.problem}"


class TopicsFileError(WireError):
    """A topics file that is refused as a whole; the topics in force stay as they are."""

    def __init__(self, path: str, problems: list[TopicProblem]) -> None:
        super().__init__(f"{path} is refused: " + "; ".join(str(p) for p in problems))
        self.path = path
        self.problems = problems


class TopicRefusedError(WireError):
    """A topic that is refused as a whole.

    :param problems: everything that is wrong in it
    """

    def __init__(self, problems: list[TopicProblem]) -> None:
        super().__init__("the topic is refused: " + "; ".join(str(problem) for problem in problems))
        self.problems = problems


class ClockError(WireError):
    """The clock file holds no time."""


class NotFoundError(WireError):
    """A topic, paper or document that does not exist."""


class GoneError(WireError):
    """A topic that was retired (HTTP 410)."""


class MovedError(WireError):
    """A topic under an old slug.

    :param slug: where it lives now
    """

    def __init__(self, slug: str) -> None:
        super().__init__(f"this topic is called {slug} now")
        self.slug = slug


class BadRequestError(WireError):
    """A request that is refused with 400."""


class ConflictError(WireError):
    """A change that what is there does not allow (HTTP 409)."""


class TooManyError(WireError):
    """One more than is allowed (HTTP 429)."""


class UnauthorizedError(WireError):
    """Someone who is no editor, as far as they showed (HTTP 401)."""


class WritingOffError(WireError):
    """Writing, where nobody may write (HTTP 403)."""


class SupersededError(WireError):
    """Owed work that another attempt took over; whatever this one did must not be kept."""


class FetchError(WireError):
    """Something that could not be fetched.

    :param permanent: True where asking again soon is useless
    :param retry_after_seconds: how long the host asked us to wait, if it did
    """

    def __init__(self, reason: str, *, permanent: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


class GateClosedError(FetchError):
    """The host was not even asked: the gate to it stayed shut."""


class ListingRefusedError(WireError):
    """A listing's body that is refused as a whole: nothing of it is stored."""


class NotRunningError(WireError):
    """A command that needs a running wire found none."""


class AlreadyRunningError(WireError):
    """Another wire holds this data folder, or another program this address."""


class EngineError(WireError):
    """No Redis: none configured, none installed, or it did not start."""


class DatabaseError(WireError):
    """The database is not there, not migrated, or from a newer version."""


class OutOfTime(BaseException):
    """A job's time is up. No Exception, so that no broad ``except`` in between swallows it."""

"""Has a model write one kind of summary for one paper: prompt, call, checks, one repair round; and many at once.

It keeps nothing and falls back to nothing: that is for its caller to do with each outcome.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from feeds.model.summaries import Data, Kind
from feeds.model.summaries import Status as Status  # the name that callers of this know it by
from workers.enrichment.llm.completions import Ask, Message, Reply
from workers.enrichment.llm.errors import LlmError, RequestRefusedError
from workers.enrichment.writing import checks, prompts
from workers.enrichment.writing.checks import Draft, Fault
from workers.enrichment.writing.contracts import CONTRACTS, schema
from workers.enrichment.writing.mending import mend
from workers.enrichment.writing.replies import read_reply

log = logging.getLogger(__name__)

#: Of a text that is sent. The longest papers have ten times that.
MOST_SOURCE_TOKENS = 24_000


@dataclass(frozen=True)
class SummaryRequest:
    """One kind of summary of one paper, to be written."""

    key: str  #: the caller's name for it
    kind: Kind
    language: str  #: BCP 47
    title: str
    text: str  #: the abstract, or the full text
    source: str = "abstract"  #: or "full text"
    source_version: int | None = None  #: of the paper


@dataclass(frozen=True)
class Outcome:
    """What came of a request."""

    request: SummaryRequest
    status: Status
    model: str
    prompt_version: str
    data: Data | None = None  #: where it is ok or repaired
    failed: tuple[str, ...] = ()  #: the rules that the first reply broke, then those that the second did
    tokens: int = 0
    error: LlmError | None = None  #: why there was no reply; a permanent one is the operator's to mend
    suspicious: bool = False  #: the paper speaks to its summarizer


class Client(Protocol):
    """What is needed of :class:`workers.enrichment.llm.client.LlmClient`."""

    def complete(self, ask: Ask, deadline: float) -> Reply: ...


class LlmSummarizer:
    """Writes summaries with one model.

    :param model: its name, for the record
    :param make_nonce: gives a word that nobody can guess, another at each call
    """

    def __init__(
        self,
        client: Client,
        model: str,
        *,
        most_source_tokens: int = MOST_SOURCE_TOKENS,
        make_nonce: Callable[[], str] = lambda: secrets.token_hex(8),
        monotonic: Callable[[], float],
    ) -> None:
        self.model = model
        self.name = f"llm:{model}"  # another model makes other summaries
        self._client = client
        self._most_source_tokens = most_source_tokens
        self._make_nonce = make_nonce
        self._monotonic = monotonic

    def summarize(self, request: SummaryRequest, deadline: float) -> Outcome:
        """Have one summary written; every failure is an outcome.

        :param deadline: on the monotonic clock
        """
        round_ = _Round(self, request, deadline)
        try:
            outcome = round_.run()
        except RequestRefusedError as error:
            outcome = round_.rejected((checks.REFUSAL if error.filtered else "request",), error)
        except LlmError as error:
            outcome = round_.outcome(Status.POSTPONED, error=error)
        if outcome.status is not Status.OK:
            log.info("%s of %s: %s %s", request.kind, request.key, outcome.status, _why(outcome))
        return outcome

    def summarize_many(
        self,
        requests: Iterable[SummaryRequest],
        width: int,
        deadline: float,
        keep: Callable[[Outcome], None],
    ) -> None:
        """Have many written at once; returns when each has its outcome.

        Nothing is begun after the deadline: what was not begun is postponed. A request that fails in a way that
        nobody thought of is rejected, and takes no other with it.

        :param width: calls at once, at most
        :param keep: gets each outcome as soon as it is there, in this thread, one at a time; what it raises ends
            the work
        """
        waiting: queue.SimpleQueue[SummaryRequest] = queue.SimpleQueue()
        done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        stopped = threading.Event()
        wanted = list(requests)
        for request in wanted:
            waiting.put(request)

        def work() -> None:
            while not stopped.is_set():
                try:
                    request = waiting.get_nowait()
                except queue.Empty:
                    return
                done.put(self._try(request, deadline))

        for number in range(min(width, len(wanted))):
            threading.Thread(target=work, name=f"llm-{number}", daemon=True).start()
        try:
            for _ in wanted:
                keep(done.get())
        finally:
            stopped.set()

    def _try(self, request: SummaryRequest, deadline: float) -> Outcome:
        version = prompts.prompt_version(request.kind, request.language)
        if self._monotonic() >= deadline:
            late = LlmError("the time of its batch was up")
            return Outcome(request, Status.POSTPONED, self.model, version, error=late)
        try:
            return self.summarize(request, deadline)
        except Exception as error:
            log.exception("%s of %s failed", request.kind, request.key)
            return Outcome(request, Status.REJECTED, self.model, version, failed=(type(error).__name__,))


class _Round:
    """One request on its way: the conversation so far, and what it cost."""

    def __init__(self, summarizer: LlmSummarizer, request: SummaryRequest, deadline: float) -> None:
        self._client = summarizer._client
        self._model = summarizer.model
        self._request = request
        self._deadline = deadline
        self._tokens = 0
        self._failed: tuple[str, ...] = ()
        self._nonce = summarizer._make_nonce()
        self._title, self._source = prompts.prepare_source(
            request.title, request.text, self._nonce, summarizer._most_source_tokens
        )
        self._messages = prompts.first_messages(
            request.kind, request.language, self._title, self._source, self._nonce
        )

    def run(self) -> Outcome:
        contract = CONTRACTS[self._request.kind]
        reply = self._ask(self._messages, contract.max_tokens)
        draft, faults = self._judge(reply)
        if not faults and draft:
            return self.outcome(Status.OK, draft.data)
        self._failed = checks.names(faults)
        if _is_final(faults) or (draft and draft.data == []):
            return self.outcome(Status.REJECTED)
        cut_off = reply.finish == "length"
        messages = self._messages if cut_off else self._with_repair(reply, faults)
        second, still = self._judge(self._ask(messages, contract.max_tokens * (2 if cut_off else 1)))
        if not still and second:
            return self.outcome(Status.REPAIRED, second.data)
        self._failed += checks.names(still)
        return self._mended(second or draft) or self.outcome(Status.REJECTED)

    def rejected(self, failed: Sequence[str], error: LlmError | None = None) -> Outcome:
        self._failed += tuple(failed)
        return self.outcome(Status.REJECTED, error=error)

    def outcome(self, status: Status, data: Data | None = None, error: LlmError | None = None) -> Outcome:
        return Outcome(
            request=self._request,
            status=status,
            model=self._model,
            prompt_version=prompts.prompt_version(self._request.kind, self._request.language),
            data=data,
            failed=self._failed,
            tokens=self._tokens + (error.tokens if error else 0),
            error=error,
            suspicious=bool(checks.find_orders(f"{self._title}\n{self._source}")),
        )

    def _ask(self, messages: Sequence[Message], max_tokens: int) -> Reply:
        kind = self._request.kind
        reply = self._client.complete(Ask(tuple(messages), str(kind), schema(kind), max_tokens), self._deadline)
        self._tokens += reply.tokens
        return reply

    def _judge(self, reply: Reply) -> tuple[Draft | None, list[Fault]]:
        if reply.refused:
            return None, [Fault(checks.REFUSAL, "")]
        data = read_reply(self._request.kind, reply.content)
        if data is None:
            refused = checks.is_refusal(reply.content)
            rule, fields = (checks.REFUSAL if refused else checks.SCHEMA), CONTRACTS[self._request.kind].fields
            return None, [
                Fault(rule, f"it is not one whole JSON object with exactly these fields: {', '.join(fields)}")
            ]
        draft = Draft(
            self._request.kind,
            self._request.language,
            data,
            self._title,
            self._source,
            self._messages[0].content,
            self._nonce,
        )
        return draft, checks.find_faults(draft)

    def _with_repair(self, reply: Reply, faults: Sequence[Fault]) -> tuple[Message, ...]:
        said = (Message("assistant", prompts.disarm(reply.content[:20_000])),) if reply.content.strip() else ()
        asked = prompts.repair_message(self._request.language, [fault.problem for fault in faults])
        return (*self._messages, *said, asked)

    def _mended(self, draft: Draft | None) -> Outcome | None:
        data = mend(draft) if draft else None
        if draft is None or data is None or checks.find_faults(replace(draft, data=data)):
            return None
        return self.outcome(Status.REPAIRED, data)


def _is_final(faults: Sequence[Fault]) -> bool:
    """A model that refuses is not asked again."""
    return any(fault.rule == checks.REFUSAL for fault in faults)


def _why(outcome: Outcome) -> str:
    return f"({outcome.error})" if outcome.error else ", ".join(outcome.failed)

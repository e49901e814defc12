"""What is asked of a chat completion and what comes back: a reply, or a failure that says what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workers.enrichment.llm.errors import BusyError, EndpointRefusedError, LlmError, RequestRefusedError
from workers.enrichment.llm.tokens import estimate_tokens
from workers.http_client import read_retry_after

_FILTERED = re.compile(
    r"content[_ ]?(?:filter|policy|management)|moderation|data_inspection|sensitive", re.IGNORECASE
)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_NO_QUOTA = ("insufficient_quota", "billing_hard_limit_reached")
_AGAIN_LATER = (408, 409, 425, 429)
#: Of the endpoint: the address, the key or the model is wrong, or the account is empty.
_OURS_TO_MEND = (401, 402, 403, 404, 405, 410)
_HOUR = 3600.0
#: No reply costs more; a count beyond is nonsense.
_MOST_TOKENS = 10_000_000


class Message(NamedTuple):
    """One turn of what is sent."""

    role: str  #: system, user or assistant
    content: str


@dataclass(frozen=True)
class Ask:
    """What a model is asked."""

    messages: tuple[Message, ...]
    name: str  #: of the schema
    schema: Mapping[str, Any] = field(hash=False)  #: JSON schema of the reply
    max_tokens: int  #: of the reply


@dataclass(frozen=True)
class Reply:
    """What a model said."""

    content: str
    finish: str  #: stop, length, content_filter, or "" where it does not tell
    refused: bool  #: the endpoint itself calls it a refusal
    tokens: int  #: of all attempts; estimated where the endpoint does not count


@dataclass(frozen=True)
class Answer:
    """What came over the wire."""

    status: int
    headers: Mapping[str, str] = field(hash=False)
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def read_completion(answer: Answer, ask: Ask) -> Reply:
    """The reply in an answer.

    :raises EndpointRefusedError: where a setting has to be mended
    :raises RequestRefusedError: where this request will never be answered
    :raises LlmError: where asking again may help
    """
    if answer.status >= 300:
        raise _refusal(answer)
    data = _parse(answer)
    if data is None:
        raise LlmError("the answer is no chat completion", tokens=_estimate(ask, ""))
    if "choices" not in data and "error" in data:  # OpenRouter says 200 to a provider's failure
        raise LlmError(f"the endpoint answered with an error{_code(data)}")
    choice = _first(data.get("choices"))
    message = _dict(choice.get("message"))
    if not choice or not message:
        raise LlmError("the answer is no chat completion", tokens=_estimate(ask, ""))
    content = _content(message.get("content"))
    finish = choice.get("finish_reason")
    finish = finish if isinstance(finish, str) else ""
    refused = finish == "content_filter" or bool(message.get("refusal"))
    return Reply(content, finish, refused, _usage(data.get("usage")) or _estimate(ask, content))


def _refusal(answer: Answer) -> LlmError:
    data = _parse(answer) or {}
    status, reason = answer.status, f"HTTP {answer.status}{_code(data)}"
    if status < 400:
        return EndpointRefusedError(f"{reason}: it redirects; set WIRE_LLM_BASE_URL to where it leads")
    if status in _AGAIN_LATER or status >= 500:
        return _later(answer, data, reason)
    if status in _OURS_TO_MEND:
        return EndpointRefusedError(reason)
    return RequestRefusedError(reason, filtered=bool(_FILTERED.search(answer.text)))


def _later(answer: Answer, data: Mapping[str, Any], reason: str) -> LlmError:
    wait = _wait_seconds(answer.headers)
    if any(code in _code(data) for code in _NO_QUOTA):
        wait = _HOUR
    busy = answer.status in _AGAIN_LATER
    return (BusyError if busy else LlmError)(reason, retry_after_seconds=wait)


def _wait_seconds(headers: Mapping[str, str]) -> float | None:
    """How long the endpoint asks us to wait; OpenAI and Azure also tell it in milliseconds."""
    exact = headers.get("retry-after-ms", "")
    if exact.isascii() and exact.isdigit():
        return min(int(exact[:9]) / 1000, _HOUR)
    return read_retry_after(headers.get("retry-after"))


def _parse(answer: Answer) -> dict[str, Any] | None:
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _code(data: Mapping[str, Any]) -> str:
    """The error's own short name; its message may quote the key and is never kept."""
    error = _dict(data.get("error"))
    codes = [error.get("code"), error.get("type")]
    found = next((code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)), None)
    return f" ({found})" if found else ""


def _content(value: Any) -> str:
    """A text, or the text of its parts; "" where there is none."""
    if isinstance(value, list):
        return "".join(_content(_dict(part).get("text")) for part in value)
    return value if isinstance(value, str) else ""


def _usage(value: Any) -> int | None:
    usage = _dict(value)
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    sums = [usage.get("total_tokens"), sum(count for count in counts if isinstance(count, int))]
    told = [count for count in sums if isinstance(count, int) and 0 < count < _MOST_TOKENS]
    return max(told, default=None)


def _estimate(ask: Ask, content: str) -> int:
    return sum(estimate_tokens(message.content) for message in ask.messages) + estimate_tokens(content)


def _first(value: Any) -> dict[str, Any]:
    return _dict(value[0]) if isinstance(value, list) and value else {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

"""The client against an endpoint on a real socket that misbehaves in every way we know of."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.llm import Fault, StandIn, running_llm
from tests.support.processes import free_port
from tests.workers.raw import raw_host
from workers.enrichment.llm.breaker import Breaker
from workers.enrichment.llm.client import CallLimits, Endpoint, LlmClient
from workers.enrichment.llm.completions import Ask, Message
from workers.enrichment.llm.dialects import Dialect, Format, decide_dialect, read_dialect, write_dialect
from workers.enrichment.llm.errors import (
    BusyError,
    CircuitOpenError,
    EndpointRefusedError,
    LlmError,
    RequestRefusedError,
)
from workers.enrichment.llm.tokens import cut_to_tokens, estimate_tokens

KEY = "sk-very-secret"
QUICK = CallLimits(seconds=5.0, first_backoff_seconds=0.001, last_backoff_seconds=0.002)
ASK = Ask(
    (
        Message("system", 'Write the field "tldr".'),
        Message("user", "<<<DOC n>>>\nTitle: T\n\nSome words about models.\n<<<END n>>>"),
    ),
    "tldr",
    {"type": "object"},
    300,
)


@pytest.fixture
def llm() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


def client(url: str, limits: CallLimits = QUICK, width: int = 4, **options: object) -> LlmClient:
    return LlmClient(Endpoint(url, "a-model", KEY), limits, width, **options)  # type: ignore[arg-type]


def soon(seconds: float = 20.0) -> float:
    return time.monotonic() + seconds


def fail(llm: StandIn, *faults: Fault, limits: CallLimits = QUICK) -> LlmError:
    llm.script[:] = faults
    with pytest.raises(LlmError) as caught:
        client(llm.url, limits).complete(ASK, soon())
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("rest", ["", "/", "/chat/completions", "/chat/completions/"])
def test_a_call_is_a_chat_completion(llm: StandIn, rest: str) -> None:
    reply = client(llm.url + rest).complete(ASK, soon())
    assert reply.content.startswith('{"tldr": ')
    assert (reply.finish, reply.refused, reply.tokens) == ("stop", False, 1000)
    (asked,) = llm.asked
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "a-model",
        "messages": [message._asdict() for message in ASK.messages],
        "max_tokens": 300,
        "stream": False,
        "temperature": 0.2,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "tldr", "strict": True, "schema": {"type": "object"}},
        },
    }


def test_each_model_has_its_own_settings(llm: StandIn) -> None:
    endpoint = Endpoint(llm.url, "thinker", temperature=None, thinking_tokens=2000)
    LlmClient(endpoint, QUICK).complete(ASK, soon())
    (asked,) = llm.asked
    assert (asked.body["model"], asked.body["max_tokens"]) == ("thinker", 2300)
    assert "temperature" not in asked.body
    assert "authorization" not in asked.headers


# Asking again


@pytest.mark.parametrize(
    "fault",
    [
        Fault.BUSY, Fault.BROKEN, Fault.UNAVAILABLE, Fault.DROP, Fault.DROP_IN_BODY, Fault.PAGE, Fault.NOISE,
        Fault.ERROR_IN_BODY, Fault.HUGE, Fault.GZIPPED,
    ],
)  # fmt: skip
def test_what_may_pass_is_asked_again(llm: StandIn, fault: Fault) -> None:
    llm.script[:] = [fault, fault]
    assert client(llm.url).complete(ASK, soon()).content
    assert len(llm.asked) == 3


@pytest.mark.parametrize(
    ("fault", "reason", "kind"),
    [
        (Fault.BUSY, "HTTP 429 (rate_limit_exceeded)", BusyError),
        (Fault.BROKEN, "HTTP 500 (server_error)", LlmError),
        (Fault.DROP, "the answer broke off", LlmError),
        (Fault.DROP_IN_BODY, "the answer broke off", LlmError),
        (Fault.PAGE, "the answer is no chat completion", LlmError),
        (Fault.ERROR_IN_BODY, "the endpoint answered with an error (provider_down)", LlmError),
        (Fault.HUGE, "the answer is larger than 2097152 bytes", LlmError),
        (Fault.GZIPPED, "the answer is encoded as gzip, which was not asked for", LlmError),
    ],
)
def test_after_the_last_attempt_it_may_be_asked_again_some_other_day(
    llm: StandIn, fault: Fault, reason: str, kind: type[LlmError]
) -> None:
    error = fail(llm, *[fault] * 4)
    assert (str(error), type(error), error.permanent) == (reason, kind, False)
    assert len(llm.asked) == 4


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.TRICKLE])
def test_an_answer_that_takes_too_long_is_given_up(llm: StandIn, fault: Fault) -> None:
    """Also one whose every silence is short."""
    error = fail(llm, fault, limits=CallLimits(seconds=0.2, attempts=1))
    assert (str(error), error.permanent) == ("no answer in time", False)
    assert error.tokens > 0  # it may have been paid for


def test_no_attempt_lasts_beyond_the_deadline(llm: StandIn) -> None:
    llm.script[:] = [Fault.SLOW] * 4
    with pytest.raises(LlmError, match="no answer in time"):
        client(llm.url).complete(ASK, soon(0.3))
    assert len(llm.asked) == 1


def test_an_endpoint_that_does_not_listen_is_not_reachable_and_costs_nothing() -> None:
    with pytest.raises(LlmError, match=r"^not reachable$") as caught:
        client(f"http://127.0.0.1:{free_port()}/v1").complete(ASK, soon())
    assert (caught.value.permanent, caught.value.tokens) == (False, 0)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000])
def test_what_is_not_http_is_a_failure_like_any_other(answer: bytes) -> None:
    with raw_host(answer) as url, pytest.raises(LlmError) as caught:
        client(url).complete(ASK, soon())
    assert not caught.value.permanent


# Waiting


def test_a_wait_that_is_asked_for_is_kept(llm: StandIn) -> None:
    llm.retry_after_ms = 70
    llm.script[:] = [Fault.BUSY]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)

    client(llm.url, sleep=sleep).complete(ASK, soon())
    assert waits[0] == 0.07


def test_a_wait_beyond_the_deadline_blocks_nobody(llm: StandIn) -> None:
    error = fail(llm, Fault.BUSY_LONG)
    assert (error.retry_after_seconds, error.permanent) == (3600.0, False)
    assert len(llm.asked) == 1


def test_one_call_that_is_asked_to_wait_holds_the_others_back(llm: StandIn) -> None:
    llm.script[:] = [Fault.BUSY_LONG]
    one = client(llm.url)
    for reason in ("HTTP 429", "the model's endpoint asks us to wait"):
        with pytest.raises(LlmError, match=reason):
            one.complete(ASK, soon())
    assert len(llm.asked) == 1


def test_an_empty_account_is_left_alone_for_an_hour(llm: StandIn) -> None:
    error = fail(llm, Fault.NO_QUOTA)
    assert (error.retry_after_seconds, len(llm.asked)) == (3600.0, 1)


def test_backoff_grows_with_jitter(llm: StandIn) -> None:
    llm.script[:] = [Fault.BROKEN] * 3
    waits: list[float] = []
    limits = CallLimits(first_backoff_seconds=1.0, last_backoff_seconds=3.0)
    client(llm.url, limits, sleep=waits.append, chance=lambda: 1.0).complete(ASK, soon(1000))
    assert waits == [1.0, 2.0, 3.0]


# Refusals


@pytest.mark.parametrize(
    ("fault", "reason", "kind"),
    [
        (Fault.WRONG_KEY, "HTTP 401 (invalid_api_key)", EndpointRefusedError),
        (Fault.NO_MODEL, "HTTP 404 (model_not_found)", EndpointRefusedError),
        (
            Fault.REDIRECT,
            "HTTP 302 (moved): it redirects; set WIRE_LLM_BASE_URL to where it leads",
            EndpointRefusedError,
        ),
        (Fault.BAD_REQUEST, "HTTP 400 (invalid_request)", RequestRefusedError),
        (Fault.TOO_LONG, "HTTP 400 (context_length_exceeded)", RequestRefusedError),
        (Fault.FILTERED_REQUEST, "HTTP 400 (content_filter)", RequestRefusedError),
    ],
)
def test_what_will_not_pass_is_asked_once(llm: StandIn, fault: Fault, reason: str, kind: type[LlmError]) -> None:
    error = fail(llm, fault)
    assert (str(error), type(error), error.permanent) == (reason, kind, True)
    assert len(llm.asked) == 1
    assert getattr(error, "filtered", False) == (fault is Fault.FILTERED_REQUEST)


def test_neither_key_nor_address_is_logged(llm: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    llm.formats = ()
    llm.script[:] = [Fault.NONE, Fault.NONE, Fault.BROKEN, Fault.WRONG_KEY]
    with pytest.raises(LlmError) as caught:
        client(llm.url).complete(ASK, soon())
    assert KEY not in caplog.text + repr(caught.value) + repr(Endpoint(llm.url, "m", KEY))
    assert llm.url not in caplog.text
    assert caught.value.__cause__ is None


# The ladder


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_format_that_is_refused_is_never_sent_again(llm: StandIn, status: int) -> None:
    llm.formats, llm.format_status = ("json_object",), status
    one = client(llm.url)
    one.complete(ASK, soon())
    one.complete(ASK, soon())
    formats = [asked.body["response_format"]["type"] for asked in llm.asked]
    assert formats == ["json_schema", "json_object", "json_object"]
    assert '{"type": "object"}' in llm.asked[1].system
    assert one.dialect.format is Format.JSON_OBJECT


def test_at_the_ladders_foot_the_schema_stands_in_the_prompt_only(llm: StandIn) -> None:
    llm.formats = ()
    one = client(llm.url)
    one.complete(ASK, soon())
    assert [asked.body.get("response_format", {}).get("type") for asked in llm.asked] == [
        "json_schema", "json_object", None,
    ]  # fmt: skip
    LlmClient(one.endpoint, QUICK, dialect=one.dialect).complete(ASK, soon())
    assert len(llm.asked) == 4


def test_fields_that_a_model_does_not_take_are_left_out(llm: StandIn) -> None:
    llm.refused_fields = {
        "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "temperature": "Unsupported value: 'temperature' does not support 0.2 with this model.",
    }
    client(llm.url).complete(ASK, soon())
    last = llm.asked[-1].body
    assert last["max_completion_tokens"] == 300
    assert not {"max_tokens", "temperature"} & set(last)


@pytest.mark.parametrize(
    ("status", "said", "format_"),
    [
        (400, "Invalid response_format", Format.JSON_OBJECT),
        (500, "json_schema is not supported", Format.JSON_OBJECT),
        (400, "the prompt is too long", None),
        (500, "temperature of the server room", None),
        (429, "response_format", None),
        (401, "json_schema", None),
        (200, "response_format", None),
    ],
)
def test_a_step_down_needs_its_reason(status: int, said: str, format_: Format | None) -> None:
    other = decide_dialect(Dialect(), status, said)
    assert (other.format if other else None) == format_


def test_what_was_learned_can_be_kept_for_the_next_process() -> None:
    learned = Dialect(Format.TEXT, "max_completion_tokens", False)
    assert write_dialect(learned) == "text max_completion_tokens -"
    assert read_dialect(write_dialect(learned)) == learned
    assert read_dialect("yaml 7") == read_dialect("") == Dialect()


def test_the_ladder_ends() -> None:
    assert decide_dialect(Dialect(Format.TEXT), 400, "response_format") is None


# Many at once


def test_no_more_calls_are_in_flight_than_allowed(llm: StandIn) -> None:
    llm.delay_seconds = 0.02
    one = client(llm.url, width=3)
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: one.complete(ASK, soon()), range(32)))
    assert len(replies) == 32
    assert 1 < llm.most_in_flight <= 3


def test_a_call_that_finds_no_place_in_time_is_put_off(llm: StandIn) -> None:
    llm.script[:] = [Fault.SLOW]
    llm.slow_seconds = 1.0
    one = client(llm.url, width=1)
    first = threading.Thread(target=lambda: one.complete(ASK, soon()), daemon=True)
    first.start()
    while not llm.asked:
        time.sleep(0.005)
    with pytest.raises(LlmError, match="no call to the model came free in time"):
        one.complete(ASK, soon(0.05))
    first.join(10)


# The breaker


def test_an_endpoint_that_keeps_failing_is_left_alone(llm: StandIn) -> None:
    limits = CallLimits(attempts=4, first_backoff_seconds=0.001, breaker_failures=3, breaker_seconds=600)
    one = client(llm.url, limits)
    llm.script[:] = [Fault.BROKEN] * 3
    with pytest.raises(CircuitOpenError):
        one.complete(ASK, soon())
    with pytest.raises(CircuitOpenError) as caught:
        one.complete(ASK, soon(10_000))  # at once, whatever the time: work is put off instead of sleeping here
    assert caught.value.retry_after_seconds == pytest.approx(600, abs=30)
    assert len(llm.asked) == 3


def test_a_wrong_key_opens_it_at_once(llm: StandIn) -> None:
    one = client(llm.url)
    llm.script[:] = [Fault.WRONG_KEY]
    with pytest.raises(EndpointRefusedError):
        one.complete(ASK, soon())
    with pytest.raises(CircuitOpenError):
        one.complete(ASK, soon())
    assert len(llm.asked) == 1


@pytest.mark.parametrize("fault", [Fault.BAD_REQUEST, Fault.BUSY])
def test_an_endpoint_that_answers_is_not_broken(llm: StandIn, fault: Fault) -> None:
    one = client(llm.url, CallLimits(attempts=1, breaker_failures=2))
    llm.retry_after_ms = 0
    llm.script[:] = [fault] * 5
    for _ in range(5):
        with pytest.raises(LlmError, match="HTTP 4"):
            one.complete(ASK, soon())
    assert one.complete(ASK, soon()).content


def test_when_its_rest_is_over_one_call_tries() -> None:
    now = [0.0]
    breaker = Breaker(2, 60.0, lambda: now[0])
    breaker.note_failure()
    assert breaker.wait_seconds() == 0
    breaker.note_failure()
    assert breaker.wait_seconds() == 60
    now[0] = 61.0
    assert breaker.wait_seconds() == 0
    assert breaker.wait_seconds() > 0  # somebody is trying
    breaker.note_failure()
    assert breaker.wait_seconds() == 60
    now[0] = 130.0
    assert breaker.wait_seconds() == 0
    breaker.note_success()
    assert (breaker.wait_seconds(), breaker.wait_seconds()) == (0, 0)


# Tokens


def test_tokens_that_nobody_counted_are_estimated(llm: StandIn) -> None:
    llm.script[:] = [Fault.NO_USAGE]
    asked = sum(estimate_tokens(message.content) for message in ASK.messages)
    assert asked < client(llm.url).complete(ASK, soon()).tokens < asked + 100


def test_attempts_that_may_have_been_paid_are_counted(llm: StandIn) -> None:
    llm.script[:] = [Fault.DROP_IN_BODY, Fault.BROKEN]
    asked = sum(estimate_tokens(message.content) for message in ASK.messages)
    assert client(llm.url).complete(ASK, soon()).tokens == 1000 + asked


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("We propose a method that learns representations of speech.", 9, 14),
        ("本文提出了一种新的语音合成方法", 15, 20),
        (r"$\alpha_{12} + \frac{1}{2}$", 12, 22),
    ],
)
def test_the_estimate_is_near_in_any_script(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most


@pytest.mark.parametrize("text", ["word " * 5000, "语" * 5000, "x" * 5000])
def test_a_text_is_cut_to_what_it_may_cost(text: str) -> None:
    cut = cut_to_tokens(text, 100)
    assert 50 <= estimate_tokens(cut) <= 100
    assert text.startswith(cut)

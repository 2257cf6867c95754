"""The Claude stand-in's trouble on demand, as the SDK (2.10) tells of it: refusals, cuts, stalls, rubbish."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import anthropic
import httpx2
import pytest

from tests.sandbox.claude import (
    BROKEN_JSON,
    BROKEN_UTF8,
    COMMENT,
    NOT_SSE,
    UNKNOWN_EVENT,
    Answer,
    ClaudeStandIn,
    Cut,
    Endless,
    Fail,
    Garbage,
    Pace,
    Reply,
    Stall,
    StreamError,
    ToolCall,
)
from tests.sandbox.claude.asking import FILM_TOOLS, MODEL, Asker, sdk_client


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def ask(claude: ClaudeStandIn) -> AsyncIterator[Asker]:
    async with Asker.on(claude) as asker:
        yield asker


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (401, "authentication_error", anthropic.AuthenticationError),
        (402, "billing_error", anthropic.PaymentRequiredError),
        (403, "permission_error", anthropic.PermissionDeniedError),
        (404, "not_found_error", anthropic.NotFoundError),
        (408, "timeout_error", anthropic.RequestTimeoutError),
        (409, "conflict_error", anthropic.ConflictError),
        (413, "request_too_large", anthropic.ContentTooLargeError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (500, "api_error", anthropic.InternalServerError),
        (503, "api_error", anthropic.ServiceUnavailableError),
        (504, "timeout_error", anthropic.GatewayTimeoutError),
        (529, "overloaded_error", anthropic.OverloadedError),
    ],
)
@pytest.mark.parametrize("way", ["stream", "create"])
async def test_errors_before_the_stream(
    claude: ClaudeStandIn, ask: Asker, status: int, kind: str, error: type[anthropic.APIStatusError], way: str
) -> None:
    claude.script(Fail(status))
    with pytest.raises(error) as caught:
        await (ask.stream("?") if way == "stream" else ask.create("?"))
    assert (caught.value.status_code, caught.value.type) == (status, kind)
    assert caught.value.request_id is not None
    assert caught.value.request_id.startswith("req_")
    assert (claude.requests[0].status, claude.requests[0].end) == (status, "done")


async def test_a_rate_limit_carries_its_retry_after(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Fail(429, retry_after=2.5, message="Slow down."))
    with pytest.raises(anthropic.RateLimitError, match="Slow down") as caught:
        await ask.stream("?")
    assert caught.value.response.headers["retry-after"] == "2.5"


async def test_the_sdk_retries_what_comes_before_a_stream(claude: ClaudeStandIn) -> None:
    claude.script(Fail(529, headers={"retry-after-ms": "1"}), Reply("second try"))
    async with sdk_client(claude, retries=1) as sdk:
        message = await sdk.messages.create(
            model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "?"}]
        )
    assert message.stop_reason == "end_turn"
    assert len(claude.requests) == 2


@pytest.mark.parametrize(
    ("cut", "error"),
    [
        (Cut("nothing"), anthropic.APIConnectionError),
        (Cut("nothing", reset=True), anthropic.APIConnectionError),
        (Cut(0), httpx2.RemoteProtocolError),
        (Cut("message_start"), httpx2.RemoteProtocolError),
        (Cut("message_start", inside=True), httpx2.RemoteProtocolError),
        (Cut("text_delta"), httpx2.RemoteProtocolError),
        (Cut("content_block_stop"), httpx2.RemoteProtocolError),
        (Cut("message_delta"), httpx2.RemoteProtocolError),
        (Cut("text_delta", reset=True), httpx2.ReadError),
    ],
)
async def test_cuts(claude: ClaudeStandIn, ask: Asker, cut: Cut, error: type[Exception]) -> None:
    claude.script(cut)
    with pytest.raises(error):
        await ask.stream("?")
    assert claude.requests[0].end == "cut"


async def test_a_cut_keeps_what_came_before_it(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Cut("text_delta", reply=Reply("These words arrive, those do not.")))
    seen: list[str] = []
    with pytest.raises(httpx2.RemoteProtocolError):  # noqa: PT012 - the loop is what raises
        async with ask.sdk.messages.stream(
            model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "?"}]
        ) as stream:
            async for text in stream.text_stream:
                seen.append(text)  # noqa: PERF401 - what came before the error is wanted
    assert "".join(seen) == "These words arri"
    usage = claude.requests[0].usage
    assert usage is not None
    assert usage.output == 4
    assert claude.requests[0].cost > 0


async def test_a_cut_in_the_middle_of_a_tool_input(claude: ClaudeStandIn, ask: Asker) -> None:
    reply = Reply(tools=[ToolCall("find_title", {"query": "The General"})])
    claude.script(Cut("input_json_delta", reply=reply, inside=True))
    with pytest.raises(httpx2.RemoteProtocolError):
        await ask.stream("?", tools=FILM_TOOLS)


async def test_a_body_that_ends_cleanly_but_too_early(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Cut("text_delta", clean=True))
    message = await ask.stream("?")
    assert message.stop_reason is None


@pytest.mark.parametrize("after", ["message_start", "text_delta", 0])
async def test_an_error_inside_the_stream(claude: ClaudeStandIn, ask: Asker, after: str | int) -> None:
    claude.script(StreamError(after=after))
    with pytest.raises(anthropic.APIStatusError) as caught:
        await ask.stream("?")
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")
    assert claude.requests[0].end == "cut"


@pytest.mark.parametrize(
    ("data", "error"),
    [(BROKEN_JSON, json.JSONDecodeError), (BROKEN_UTF8, UnicodeDecodeError)],
)
async def test_rubbish_that_breaks_the_stream(
    claude: ClaudeStandIn, ask: Asker, data: bytes, error: type[Exception]
) -> None:
    claude.script(Garbage(data))
    with pytest.raises(error):
        await ask.stream("?")


@pytest.mark.parametrize(
    "data", [COMMENT, UNKNOWN_EVENT, NOT_SSE, b"\n\n", b"data\n\n", b"event: ping\ndata: {}\n\n"]
)
async def test_rubbish_that_does_no_harm(claude: ClaudeStandIn, ask: Asker, data: bytes) -> None:
    claude.script(Garbage(data))
    message = await ask.stream("?")
    assert message.content[0].to_dict()["text"] == "Whole in spite of it."


@pytest.mark.parametrize("chunk", [1, 3, 7])
async def test_letters_split_between_chunks(claude: ClaudeStandIn, ask: Asker, chunk: int) -> None:
    words = "Ночь живых мертвецов 🎬, 1968"
    claude.script(Reply(words, tools=[ToolCall("find_title", {"query": words})], chunk=chunk))
    message = await ask.stream("?", tools=FILM_TOOLS)
    assert message.content[0].to_dict()["text"] == words
    assert message.content[1].to_dict()["input"] == {"query": words}


async def test_lone_surrogates_come_escaped(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("half \ud83d of it"))
    stream = await ask.sdk.messages.create(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "?"}], stream=True
    )
    raw = b"".join([part async for part in stream.response.aiter_bytes()])
    assert b"\\ud83d" in raw
    raw.decode()


async def test_a_stall_and_then_the_rest(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Stall(0.05, after="text_delta", pings=0.02))
    before = time.monotonic()
    message = await ask.stream("?")
    assert message.content[0].to_dict()["text"] == "After a while."
    assert time.monotonic() - before >= 0.05


async def test_a_stall_without_end_until_the_client_gives_up(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Stall(after="message_start"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask.stream("?"), 0.1)


async def test_the_sdk_s_own_timeout(claude: ClaudeStandIn) -> None:
    claude.script(Stall(after=0))
    async with sdk_client(claude, timeout=0.1) as sdk:
        with pytest.raises(httpx2.ReadTimeout):
            async with sdk.messages.stream(
                model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "?"}]
            ) as stream:
                await stream.get_final_message()


@pytest.mark.parametrize("answer", [Endless(), Endless(tool="find_title"), Endless(every=0.0)])
async def test_answers_that_never_end(claude: ClaudeStandIn, ask: Asker, answer: Endless) -> None:
    claude.script(answer)
    count = 0
    stream = await ask.sdk.messages.create(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "?"}], stream=True
    )
    async for _event in stream:
        count += 1
        if count == 50:
            break
    await stream.close()


async def test_the_stand_in_closes_in_spite_of_open_streams() -> None:
    async with ClaudeStandIn() as claude, Asker.on(claude) as ask:
        claude.script(Stall(), Endless())
        tasks = [asyncio.create_task(ask.stream(text)) for text in ("a", "b")]
        await claude.asked(2)
        before = time.monotonic()
    assert time.monotonic() - before < 2
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_pace_of_an_answer(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("abcd" * 20, pace=Pace(first=0.05, per_second=200)))
    arrived: list[float] = []
    async with ask.sdk.messages.stream(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "?"}]
    ) as stream:
        async for _text in stream.text_stream:
            arrived.append(time.monotonic())  # noqa: PERF401 - the times are wanted
    exchange = claude.requests[0]
    assert exchange.first_text_at is not None
    assert len(arrived) == 20
    assert 0.04 < exchange.first_text_at - exchange.started < 3
    assert 0.05 + 19 / 200 - 0.01 < arrived[-1] - exchange.started < 5


async def test_fifty_streams_of_fifty_tokens_a_second(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.pace = Pace(per_second=50)
    claude.brain = lambda _request: Reply("abcd" * 25)
    before = time.monotonic()
    messages = await asyncio.gather(*(ask.stream(f"{number}") for number in range(50)))
    assert 0.46 <= time.monotonic() - before < 10
    assert {message.usage.output_tokens for message in messages} == {25}


@pytest.mark.parametrize("answer", [Cut(), StreamError()])
async def test_a_plain_answer_can_be_cut_too(claude: ClaudeStandIn, ask: Asker, answer: Answer) -> None:
    claude.script(answer)
    with pytest.raises(anthropic.APIConnectionError):
        await ask.create("?")


async def test_a_place_that_an_answer_does_not_have_is_told(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Cut("thinking_delta"))
    with pytest.raises(anthropic.InternalServerError, match="no event 'thinking_delta'"):
        await ask.stream("?")
    claude.unscripted.clear()

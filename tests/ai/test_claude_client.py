"""The client against the Messages API stand-in: what it hears, what it keeps, and what every trouble is called."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest

from src.ai.claude_client import ClaudeClient, open_claude
from src.ai.ports import Answer, Block, Message, ModelRequest, StopKind
from src.core.errors import (
    BlockedError,
    ContextFullError,
    CredentialsError,
    OutOfFundsError,
    RateLimitedError,
    ServiceError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
)
from src.core.stops import Stop
from tests.ai.conftest import PATIENT, SHORT, SONNET
from tests.sandbox.claude import (
    BROKEN_JSON,
    BROKEN_UTF8,
    COMMENT,
    NOT_SSE,
    UNKNOWN_EVENT,
    ClaudeStandIn,
    Cut,
    Endless,
    Fail,
    Garbage,
    Pace,
    Reply,
    Stall,
    StreamError,
    Thought,
    ToolCall,
)

SECRET = "sk-ant-somebody-elses-secret"
LOOK = {
    "name": "look",
    "description": "Look a word up.",
    "input_schema": {"type": "object", "properties": {"word": {"type": "string"}}},
}
HALF = Reply("Half of a sentence that will not be finished by anybody at all.")


def _ask(
    *more: Message, words: str = "Find Nosferatu.", marks: Sequence[int] = (), max_tokens: int = 1_000
) -> ModelRequest:
    first = Message("user", [{"type": "text", "text": words}])
    return ModelRequest(SONNET, "You find films.", [LOOK], [first, *more], max_tokens, "low", marks)


def _results(answer: Answer) -> Message:
    content = [{"type": "tool_result", "tool_use_id": call["id"], "content": "1922"} for call in answer.calls]
    return Message("user", content)


async def _answer(client: ClaudeClient, request: ModelRequest | None = None) -> Answer:
    return await client.answer(request or _ask(), _deaf, Stop())


def _deaf(_text: str) -> None:
    """Nobody listens."""


# What is heard and kept.


@pytest.mark.requirement("AI-001")
async def test_the_text_is_heard_as_it_grows(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("Nosferatu, 1922: медленно, но верно.", chunk=7))
    heard: list[str] = []
    answer = await client.answer(_ask(), heard.append, Stop())
    assert heard[-1] == answer.text == "Nosferatu, 1922: медленно, но верно."
    assert len(heard) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard))
    assert answer.stop is StopKind.END
    assert answer.model == SONNET


async def test_texts_of_two_blocks_are_heard_as_they_will_be_read(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    claude.script(Reply(parts=["One.", "Two."]))
    heard: list[str] = []
    answer = await client.answer(_ask(), heard.append, Stop())
    assert heard[-1] == answer.text == "One.\n\nTwo."


async def test_what_it_cost_is_what_the_api_counted(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("Once."), Reply("Twice."))
    request = _ask(words="A long story. " * 400, marks=(0,))
    first, second = await _answer(client, request), await _answer(client, request)
    for answer, exchange in zip((first, second), claude.requests, strict=True):
        usage = exchange.usage
        assert usage is not None
        counted = (usage.fresh, usage.created, usage.read, usage.output)
        told = answer.usage
        assert (told.input, told.cache_write, told.cache_read, told.output) == counted
    assert second.usage.cache_read > 1_000
    assert second.usage.cache_write == 0


@pytest.mark.requirement("AI-001")
async def test_thinking_between_tools_is_kept_and_taken_back_unchanged(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    call = ToolCall("look", {"word": "Nosferatu"})
    claude.script(
        Reply(parts=[Thought("Which one?"), call]),
        Reply(parts=[Thought("The old one."), ToolCall("look", {"word": "1922"})]),
        Reply("The old one."),
    )
    first = await _answer(client)
    assert [block["type"] for block in first.blocks] == ["thinking", "tool_use"]
    assert first.blocks[0]["thinking"] == "Which one?"
    assert first.blocks[0]["signature"]
    said = [Message("assistant", first.blocks), _results(first)]
    second = await _answer(client, _ask(*said))
    said += [Message("assistant", second.blocks), _results(second)]
    third = await _answer(client, _ask(*said))
    assert third.text == "The old one."
    assert not claude.refused
    sent = claude.requests[-1].body["messages"]
    assert sent[1]["content"] == list(first.blocks)
    assert sent[3]["content"] == list(second.blocks)


async def test_the_request_asks_for_thinking_between_tools_and_marks_the_cache(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    claude.script(Reply("Yes."))
    await _answer(client, _ask(marks=(0,)))
    body = claude.requests[0].body
    assert body["thinking"] == {"type": "between_tools"}
    assert body["output_config"] == {"effort": "low"}
    assert body["stream"] is True
    marked = [body["tools"][-1], body["system"][-1], body["messages"][0]["content"][-1]]
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in marked)


async def test_without_tools_there_is_nothing_to_mark(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("Yes."))
    said = [Message("user", [{"type": "text", "text": "Well?"}])]
    answer = await _answer(client, ModelRequest(SONNET, "Short.", [], said, 100))
    assert answer.text == "Yes."


# Why it ended.


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply("Done."), StopKind.END),
        (Reply(tools=[ToolCall("look", {"word": "x"})]), StopKind.TOOLS),
        (Reply("A long answer that is cut.", stop="max_tokens"), StopKind.LENGTH),
        (Reply("No.", stop="refusal", category="cyber"), StopKind.REFUSAL),
        (Reply("Wait.", stop="pause_turn"), StopKind.PAUSE),
        (Reply("Full.", stop="model_context_window_exceeded"), StopKind.CONTEXT),
        (Reply("Halt.", stop="stop_sequence"), StopKind.SEQUENCE),
    ],
    ids=lambda value: str(value) if isinstance(value, StopKind) else "",
)
@pytest.mark.requirement("AI-001")
async def test_every_reason_to_end_is_told(
    claude: ClaudeStandIn, client: ClaudeClient, reply: Reply, kind: StopKind
) -> None:
    claude.script(reply)
    assert (await _answer(client)).stop is kind


async def test_a_refusal_before_a_word_is_an_answer_too(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("", stop="refusal"))
    answer = await _answer(client)
    assert (answer.stop, answer.text) == (StopKind.REFUSAL, "")


@pytest.mark.parametrize("raw", [None, '{"word": "Nosf', '{"word"', "[1, 2"])
@pytest.mark.requirement("AI-001")
async def test_a_cut_tool_input_can_still_be_sent_back(
    claude: ClaudeStandIn, client: ClaudeClient, raw: str | None
) -> None:
    call = ToolCall("look", {"word": "Nosferatu, a symphony of horror"}, raw=raw)
    claude.script(Reply("Let me look.", tools=[call], stop="max_tokens"), Reply("Once more."))
    cut = await _answer(client)
    assert cut.stop is StopKind.LENGTH
    assert len(cut.calls) == 1
    assert isinstance(cut.calls[0]["input"], dict)
    again = await _answer(client, _ask(Message("assistant", cut.blocks), _results(cut)))
    assert again.text == "Once more."
    assert not claude.refused


async def test_a_paused_answer_goes_on_where_it_was(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("The first half,", stop="pause_turn"), Reply("the second half."))
    paused = await _answer(client)
    rest = await _answer(client, _ask(Message("assistant", paused.blocks)))
    assert (paused.text, rest.text) == ("The first half,", "the second half.")
    assert not claude.refused


# Troubles before the answer.


@pytest.mark.parametrize(
    ("fail", "error", "code"),
    [
        (Fail(400), UnexpectedAnswerError, "error-unexpected-answer"),
        (Fail(401), CredentialsError, "error-credentials"),
        (Fail(402), OutOfFundsError, "error-out-of-funds"),
        (Fail(403), CredentialsError, "error-credentials"),
        (Fail(404), BlockedError, "error-blocked"),
        (Fail(408), ServiceTimeoutError, "error-service-timeout"),
        (Fail(409), ServiceUnavailableError, "error-service-unavailable"),
        (Fail(413), ContextFullError, "error-context-full"),
        (Fail(429, retry_after=7), RateLimitedError, "error-rate-limited"),
        (Fail(500), ServiceUnavailableError, "error-service-unavailable"),
        (Fail(502), ServiceUnavailableError, "error-service-unavailable"),
        (Fail(503), ServiceUnavailableError, "error-service-unavailable"),
        (Fail(504), ServiceTimeoutError, "error-service-timeout"),
        (Fail(529), ServiceUnavailableError, "error-service-unavailable"),
        (Fail(400, kind="billing_error"), OutOfFundsError, "error-out-of-funds"),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Fail) else "",
)
@pytest.mark.requirement("AI-001")
async def test_every_status_has_our_own_error(
    claude: ClaudeStandIn, client: ClaudeClient, fail: Fail, error: type[ServiceError], code: str
) -> None:
    claude.script(fail)
    with pytest.raises(error) as caught:
        await _answer(client)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert caught.value.__cause__ is not None
    assert len(claude.requests) == 1, "the SDK tries nothing again by itself"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("9999999", 600.0), ("soon", 20.0), ("\xb2", 20.0), ("", 20.0)],
)
async def test_how_long_to_wait_is_taken_with_care(
    claude: ClaudeStandIn, client: ClaudeClient, given: str, seconds: float
) -> None:
    claude.script(Fail(429, headers={"retry-after": given}))
    with pytest.raises(RateLimitedError) as caught:
        await _answer(client)
    assert caught.value.retry_after == seconds


async def test_a_prompt_that_is_too_long_is_its_own_error() -> None:
    async with ClaudeStandIn(context=50) as small, open_claude(small.key, small.url, PATIENT) as client:
        with pytest.raises(ContextFullError):
            await _answer(client, _ask(words="word " * 200))


async def test_nobody_there(client: ClaudeClient) -> None:
    async with open_claude("key", "http://127.0.0.1:9", PATIENT) as alone:
        with pytest.raises(ServiceUnreachableError):
            await _answer(alone)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 529])
@pytest.mark.requirement("INFRA-003")
async def test_their_words_never_become_ours(
    claude: ClaudeStandIn, client: ClaudeClient, status: int
) -> None:
    claude.script(Fail(status, message=f"the key {SECRET} and the prompt 'Find Nosferatu.' at {claude.url}"))
    with pytest.raises(ServiceError) as caught:
        await _answer(client)
    shown = f"{caught.value} {caught.value!r} {caught.value.detail}"
    for word in (SECRET, claude.key, "Nosferatu", "127.0.0.1"):
        assert word not in shown
    assert claude.key not in repr(client)


# Troubles within the answer.


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("overloaded_error", ServiceUnavailableError),
        ("api_error", ServiceUnavailableError),
        ("rate_limit_error", RateLimitedError),
        ("timeout_error", ServiceTimeoutError),
        ("authentication_error", CredentialsError),
        ("permission_error", CredentialsError),
        ("billing_error", OutOfFundsError),
        ("request_too_large", ContextFullError),
        ("invalid_request_error", UnexpectedAnswerError),
        ("an_error_of_tomorrow", UnexpectedAnswerError),
    ],
)
@pytest.mark.requirement("AI-001")
async def test_an_error_inside_the_stream_is_the_same_error(
    claude: ClaudeStandIn, client: ClaudeClient, kind: str, error: type[ServiceError]
) -> None:
    claude.script(StreamError(kind=kind, message=SECRET))
    with pytest.raises(error) as caught:
        await _answer(client)
    assert type(caught.value) is error
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    "after",
    ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"],
)
@pytest.mark.requirement("AI-001")
async def test_a_cut_stream_is_no_answer(
    claude: ClaudeStandIn, client: ClaudeClient, after: str, *, reset: bool
) -> None:
    claude.script(Cut(after=after, reply=HALF, reset=reset))
    with pytest.raises(ServiceUnavailableError):
        await _answer(client)


@pytest.mark.parametrize("reply", [HALF, Reply(tools=[ToolCall("look", {"word": "Nosferatu"})])])
@pytest.mark.parametrize(
    "after", ["message_start", "content_block_delta", "content_block_stop", "message_delta"]
)
async def test_a_stream_that_ends_politely_too_early_is_cut_all_the_same(
    claude: ClaudeStandIn, client: ClaudeClient, after: str, reply: Reply
) -> None:
    claude.script(Cut(after=after, reply=reply, clean=True))
    with pytest.raises(ServiceUnavailableError):
        await _answer(client)


@pytest.mark.parametrize("inside", [False, True])
async def test_a_connection_that_ends_before_or_within_an_event(
    claude: ClaudeStandIn, client: ClaudeClient, *, inside: bool
) -> None:
    claude.script(Cut(after="content_block_delta" if inside else "nothing", reply=HALF, inside=inside))
    with pytest.raises((ServiceUnavailableError, ServiceUnreachableError)):
        await _answer(client)


@pytest.mark.parametrize("after", [0, "message_start", "content_block_delta", "message_delta"])
@pytest.mark.requirement("AI-001")
async def test_a_silence_ends_the_wait(claude: ClaudeStandIn, hasty: ClaudeClient, after: int | str) -> None:
    claude.script(Stall(after=after))
    started = time.monotonic()
    with pytest.raises(ServiceTimeoutError):
        await _answer(hasty)
    assert time.monotonic() - started < SHORT.silence + 1.0


async def test_a_server_that_accepts_and_says_nothing(claude: ClaudeStandIn, hasty: ClaudeClient) -> None:
    claude.script(Fail(500, delay=30.0))
    with pytest.raises(ServiceTimeoutError):
        await _answer(hasty)


@pytest.mark.parametrize("data", [COMMENT, UNKNOWN_EVENT], ids=["comment", "unknown event"])
async def test_what_is_new_and_harmless_is_passed_over(
    claude: ClaudeStandIn, client: ClaudeClient, data: bytes
) -> None:
    claude.script(Garbage(data))
    assert (await _answer(client)).text == "Whole in spite of it."


NO_INDEX = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":9,'
    b'"delta":{"type":"text_delta","text":"x"}}\n\n'
)
NULLS = b'event: content_block_start\ndata: {"type":"content_block_start","index":1,"content_block":null}\n\n'
NUMBER = b"event: content_block_delta\ndata: 7\n\n"


@pytest.mark.parametrize(
    "data",
    [BROKEN_JSON, BROKEN_UTF8, NOT_SSE, NO_INDEX, NULLS, NUMBER],
    ids=["json", "utf-8", "html", "index", "null", "number"],
)
async def test_garbage_ends_in_an_error_of_ours_or_a_whole_answer(
    claude: ClaudeStandIn, client: ClaudeClient, data: bytes
) -> None:
    claude.script(Garbage(data))
    try:
        answer = await _answer(client)
    except ServiceError as exc:
        assert isinstance(exc, UnexpectedAnswerError | ServiceUnavailableError)  # noqa: PT017  either will do
    else:
        assert "Whole in spite of it." in answer.text.replace("\ufffd", "")


@pytest.mark.parametrize("which", [None, "look"], ids=["text", "tool input"])
@pytest.mark.requirement("AI-001")
async def test_an_answer_that_never_ends_is_ended(
    claude: ClaudeStandIn, client: ClaudeClient, which: str | None
) -> None:
    claude.script(Endless(text="and so on, and so on, " * 10, every=0.0, tool=which))
    answer = await _answer(client)
    assert answer.stop is StopKind.LENGTH
    assert not answer.calls
    assert len(answer.text) < 2 * SHORT.characters
    assert answer.usage.output > 100, "what was said is paid for, though nobody counted it"


async def test_half_a_letter_does_not_cost_the_answer(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Reply("A half \ud83d alone."))
    assert (await _answer(client)).text.endswith("alone.")


@pytest.mark.parametrize("raw", ['{"word": "\udc00"}', "null", "look it up"], ids=["half", "null", "prose"])
async def test_a_call_that_the_sdk_cannot_read_is_worth_another_try(
    claude: ClaudeStandIn, client: ClaudeClient, raw: str
) -> None:
    claude.script(Reply(tools=[ToolCall("look", raw=raw)]))
    with pytest.raises(ServiceUnavailableError):
        await _answer(client)


# Stop.


@pytest.mark.requirement("BOT-002")
async def test_stop_ends_the_stream_and_keeps_the_text(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Stall(reply=Reply("The first words and then nothing more."), after="content_block_delta"))
    stop, heard = Stop(), list[str]()

    def hear(text: str) -> None:
        heard.append(text)
        stop.ask()

    answer = await client.answer(_ask(), hear, stop)
    assert answer.stop is StopKind.STOPPED
    assert answer.text == heard[-1]
    assert answer.text
    async with asyncio.timeout(5):
        while claude.requests[0].end == "open":  # noqa: ASYNC110  another server's state, looked at
            await asyncio.sleep(0.005)
    assert claude.requests[0].end in ("left", "cut")


async def test_stop_leaves_no_half_of_a_call(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    reply = Reply(
        parts=["Looking.", ToolCall("look", {"word": "a long word indeed"})], pace=Pace(per_second=40)
    )
    claude.script(reply)
    stop = Stop()
    asking = asyncio.ensure_future(
        client.answer(_ask(), lambda text: stop.ask() if "." in text else None, stop)
    )
    answer = await asking
    assert answer.stop is StopKind.STOPPED
    assert [block["type"] for block in answer.blocks] == ["text"]


@pytest.mark.parametrize("asked", ["before", "while nothing comes"])
@pytest.mark.requirement("BOT-002")
async def test_stop_before_the_first_word(claude: ClaudeStandIn, client: ClaudeClient, asked: str) -> None:
    claude.script(Fail(500, delay=30.0))
    stop = Stop()
    if asked == "before":
        stop.ask()
    asking = asyncio.ensure_future(client.answer(_ask(), _deaf, stop))
    if asked != "before":
        await claude.asked()
        stop.ask()
    answer = await asking
    assert (answer.stop, answer.text) == (StopKind.STOPPED, "")


# The rest.


async def test_a_cancelled_answer_leaves_nothing_behind(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.script(Stall(after="message_start"))
    asking = asyncio.ensure_future(_answer(client))
    await claude.asked()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert {task for task in asyncio.all_tasks() if "ClaudeClient" in repr(task)} == set()


async def test_many_answers_at_once_do_not_mix(claude: ClaudeStandIn, client: ClaudeClient) -> None:
    claude.when(lambda request: True, lambda request: Reply(f"re: {request.asked}"), always=True)
    asked = [f"question {number}" for number in range(20)]
    answers = await asyncio.gather(*(_answer(client, _ask(words=words)) for words in asked))
    assert [answer.text for answer in answers] == [f"re: {words}" for words in asked]


def test_the_sdk_is_imported_by_whoever_talks_and_nobody_else() -> None:
    code = "import sys, src.app, src.ai.claude_client; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_what_the_api_gives_beside_is_not_sent_back(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    claude.script(Reply("Plain.", tools=[ToolCall("look", {"word": "x"})]))
    answer = await _answer(client)
    allowed: dict[str, set[str]] = {"text": {"type", "text"}, "tool_use": {"type", "id", "name", "input"}}
    assert all(_names(block) == allowed[str(block["type"])] for block in answer.blocks)


def _names(block: Block) -> set[str]:
    return set(block)


@asynccontextmanager
async def _counted(url: str) -> AsyncIterator[tuple[str, list[int]]]:
    """The same server behind a door that counts who comes in."""
    port, came = int(url.rpartition(":")[2]), list[int]()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(1)
        inner = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, inner[1]), pipe(inner[0], writer))

    async with await asyncio.start_server(enter, "127.0.0.1", 0) as door:
        yield f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}", came


async def test_one_connection_serves_many_answers(claude: ClaudeStandIn) -> None:
    claude.script(*(Reply(f"Answer {number}.") for number in range(5)))
    async with _counted(claude.url) as (url, came), open_claude(claude.key, url, PATIENT) as client:
        for _ in range(5):
            await _answer(client)
        assert len(came) == 1


async def test_an_answer_is_whole_though_the_connection_breaks_behind_it(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    claude.script(Cut(after="message_stop", reply=Reply("Whole."), reset=True))
    answer = await _answer(client)
    assert (answer.text, answer.stop) == ("Whole.", StopKind.END)


async def test_the_check_costs_nothing_and_tells_what_is_wrong(
    claude: ClaudeStandIn, client: ClaudeClient
) -> None:
    await client.check(SONNET)
    with pytest.raises(BlockedError):
        await client.check("claude-of-nowhere")
    async with open_claude(SECRET, claude.url, PATIENT) as stranger:
        with pytest.raises(CredentialsError) as caught:
            await stranger.check(SONNET)
    assert SECRET not in str(caught.value)
    assert not claude.requests

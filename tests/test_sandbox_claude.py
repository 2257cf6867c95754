"""The Claude stand-in as the real SDK sees it: messages, streams, tools, thinking, stop reasons, records."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from anthropic import BadRequestError
from anthropic.types import Message

from tests.sandbox.claude import (
    KEY,
    ClaudeStandIn,
    Endless,
    Fail,
    Reply,
    Request,
    Thought,
    ToolCall,
    UnscriptedError,
)
from tests.sandbox.claude.asking import FILM_TOOLS, MODEL, Asker, again, person, results
from tests.sandbox.claude.script import Part
from tests.sandbox.claude.shapes import Json, StopReason
from tests.sandbox.telegram.clock import ManualClock

SEEN = {"type": "adaptive", "display": "summarized"}


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn(clock=ManualClock()) as stand_in:
        yield stand_in


@pytest.fixture
async def ask(claude: ClaudeStandIn) -> AsyncIterator[Asker]:
    async with Asker.on(claude) as asker:
        yield asker


def kinds(events: list[Json]) -> list[str]:
    return [str(event.get("delta", {}).get("type") or event["type"]) for event in events]


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


async def test_a_reply_comes_whole_and_as_a_stream(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("Добрый вечер."), Reply("Добрый вечер."))
    plain = await ask.create("привет")
    streamed = await ask.stream("привет")
    assert [block.to_dict() for block in plain.content] == [{"type": "text", "text": "Добрый вечер."}]
    assert text_of(streamed) == "Добрый вечер."
    for message in (plain, streamed):
        assert (message.role, message.model, message.stop_reason) == ("assistant", MODEL, "end_turn")
    assert plain.usage == streamed.usage
    assert plain.id != streamed.id


async def test_the_events_come_in_the_order_of_the_service(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(
        Reply(thinking="hm", text="Yes, the film of 1922.", tools=[ToolCall("find_title", {"query": "N"})])
    )
    events = await ask.events("найди", thinking=SEEN, tools=FILM_TOOLS)
    assert kinds(events) == [
        "message_start",
        *("content_block_start", "thinking_delta", "signature_delta", "content_block_stop"),
        *("content_block_start", "text_delta", "text_delta", "content_block_stop"),
        *("content_block_start", *["input_json_delta"] * 4, "content_block_stop"),
        *("message_delta", "message_stop"),
    ]
    assert events[0]["message"]["usage"]["output_tokens"] == 1
    assert events[0]["message"]["stop_reason"] is None
    delta = next(event for event in events if event["type"] == "message_delta")
    assert delta["delta"]["stop_reason"] == "tool_use"
    assert delta["usage"]["output_tokens"] > 5


async def test_the_helper_sees_text_grow_and_the_tool_input_come_in_pieces(
    claude: ClaudeStandIn, ask: Asker
) -> None:
    claude.script(
        Reply("Ищу этот фильм сразу везде.", tools=[ToolCall("find_title", {"query": "Носферату"})])
    )
    texts: list[str] = []
    pieces: list[str] = []
    async with ask.sdk.messages.stream(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "найди"}]
    ) as stream:
        async for event in stream:
            if event.type == "text":
                texts.append(event.text)
            elif event.type == "input_json":
                pieces.append(event.partial_json)
        message = await stream.get_final_message()
    assert "".join(texts) == "Ищу этот фильм сразу везде."
    assert len(texts) > 1
    assert "".join(pieces) == '{"query":"Носферату"}'
    assert len(pieces) >= 3
    call = message.content[1]
    assert call.type == "tool_use"
    assert call.input == {"query": "Носферату"}


async def test_parallel_calls_and_their_results(claude: ClaudeStandIn, ask: Asker) -> None:
    calls = [ToolCall("find_title", {"query": name}) for name in ("Metropolis", "Nosferatu", "The General")]
    claude.script(Reply(tools=calls), Reply("Все три нашлись."))
    first = await ask.stream("все три", tools=FILM_TOOLS)
    assert first.stop_reason == "tool_use"
    assert len({block.id for block in first.content if block.type == "tool_use"}) == 3
    history = [person("все три"), again(first), results(first, "a", "b", "c")]
    final = await ask.stream(history, tools=FILM_TOOLS)
    assert final.stop_reason == "end_turn"
    seen = claude.requests[-1].request
    assert [(result.name, result.input["query"], result.text) for result in seen.fresh_results] == [
        ("find_title", "Metropolis", "a"),
        ("find_title", "Nosferatu", "b"),
        ("find_title", "The General", "c"),
    ]
    assert seen.asked == "все три"
    assert seen.continues_tools


async def test_thinking_is_hidden_unless_asked_for(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(*[Reply(thinking="secret plan", text="ok")] * 3)
    shown = [
        await ask.create("?", **given)
        for given in ({}, {"thinking": SEEN}, {"thinking": {"type": "between_tools"}})
    ]
    texts = [message.content[0].to_dict() for message in shown]
    assert [text["thinking"] for text in texts] == ["", "secret plan", "secret plan"]
    assert all(text["signature"] for text in texts)
    assert all(message.usage.output_tokens_details for message in shown)


async def test_text_between_tools_comes_back_as_thinking(claude: ClaudeStandIn, ask: Asker) -> None:
    step = Reply("Ещё поищу.", tools=[ToolCall("find_title", {"query": "x"})])
    claude.script(step, step, step)
    first = await ask.stream("найди", tools=FILM_TOOLS)
    assert [block.type for block in first.content] == ["text", "tool_use"]
    history = [person("найди"), again(first), results(first, "{}")]
    hidden = await ask.stream(history, tools=FILM_TOOLS)
    assert [block.type for block in hidden.content] == ["thinking", "tool_use"]
    assert hidden.content[0].to_dict()["thinking"] == ""
    visible = await ask.stream(history, tools=FILM_TOOLS, thinking={"type": "between_tools"})
    assert visible.content[0].to_dict()["thinking"] == "Ещё поищу."


async def looped(claude: ClaudeStandIn, ask: Asker) -> tuple[list[Json], Json]:
    """A conversation in the middle of a tool loop, and its assistant message."""
    claude.script(Reply(thinking="first find it", tools=[ToolCall("find_title", {"query": "N"})]))
    message = await ask.stream("найди", tools=FILM_TOOLS, thinking=SEEN)
    answer = again(message)
    return [person("найди"), answer, results(message, "{}")], answer


async def test_thinking_sent_back_unchanged_is_accepted(claude: ClaudeStandIn, ask: Asker) -> None:
    history, _answer = await looped(claude, ask)
    claude.script(Reply("done"))
    assert (await ask.stream(history, tools=FILM_TOOLS, thinking=SEEN)).stop_reason == "end_turn"
    assert claude.refused == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("text", "cannot be modified"),
        ("signature", "Invalid `signature`"),
        ("missing", "Expected `thinking`"),
        ("model", "Invalid `signature`"),
        ("system", "has changed since it was created"),
        ("tools", "has changed since it was created"),
        ("earlier", "has changed since it was created"),
    ],
)
async def test_thinking_that_is_not_the_same_is_refused(
    claude: ClaudeStandIn, ask: Asker, change: str, words: str
) -> None:
    history, answer = await looped(claude, ask)
    given: Json = {"tools": FILM_TOOLS, "thinking": SEEN}
    match change:
        case "text":
            answer["content"][0]["thinking"] += " "
        case "signature":
            answer["content"][0]["signature"] = answer["content"][0]["signature"][::-1]
        case "missing":
            del answer["content"][0]
        case "model":
            given["model"] = "claude-opus-5-5"
        case "system":
            given["system"] = "new rules"
        case "tools":
            given["tools"] = FILM_TOOLS[:-1]
        case _:
            history[0] = person("найди другое")
    with pytest.raises(BadRequestError, match=words):
        await ask.stream(history, **given)
    assert [refusal.status for refusal in claude.refused] == [400]


async def test_a_moved_cache_mark_is_no_change(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply(thinking="t", tools=[ToolCall("downloads")]), Reply("ok"))
    asked = person("что качается")
    asked["content"][0]["cache_control"] = {"type": "ephemeral"}
    first = await ask.stream([asked], tools=FILM_TOOLS)
    answered = results(first, "[]")
    answered["content"][0]["cache_control"] = {"type": "ephemeral"}
    await ask.stream([person("что качается"), again(first), answered], tools=FILM_TOOLS)


async def test_thinking_of_closed_turns_may_go_from_the_front_but_not_from_the_middle(
    claude: ClaudeStandIn, ask: Asker
) -> None:
    history: list[Json] = []
    claude.script(*[Reply(thinking=f"thought {number}", text=f"answer {number}") for number in range(3)])
    for number in range(3):
        history.append(person(f"question {number}"))
        history.append(again(await ask.stream(history)))
    history.append(person("and now?"))

    def without(*places: int) -> list[Json]:
        return [
            message | {"content": message["content"][1:]} if place in places else message
            for place, message in enumerate(history)
        ]

    claude.script(Reply("fine"), Reply("fine"))
    await ask.stream(without(1))
    await ask.stream(without(1, 3, 5))
    with pytest.raises(BadRequestError, match="was left out"):
        await ask.stream(without(3))


async def test_blocks_of_another_model_can_be_dropped_in_silence() -> None:
    async with ClaudeStandIn(foreign_thinking="drop") as claude, Asker.on(claude) as ask:
        history, _answer = await looped(claude, ask)
        claude.script(Reply("done"))
        await ask.stream(history, tools=FILM_TOOLS, model="claude-opus-5-5")
        assert not any(any(turn.of("thinking")) for turn in claude.requests[-1].request.turns)


async def test_a_model_that_always_thinks() -> None:
    async with ClaudeStandIn(always_thinks=True) as claude, Asker.on(claude) as ask:
        claude.script(Reply("ok"), Reply("ok"))
        adaptive = await ask.stream("?")
        quiet = await ask.stream("?", thinking={"type": "between_tools"})
        assert [block.type for block in adaptive.content] == ["thinking", "text"]
        assert [block.type for block in quiet.content] == ["text"]


@pytest.mark.parametrize(
    "stop",
    ["end_turn", "tool_use", "max_tokens", "pause_turn", "refusal", "model_context_window_exceeded"],
)
async def test_every_stop_reason_can_be_scripted(claude: ClaudeStandIn, ask: Asker, stop: StopReason) -> None:
    claude.script(Reply("Some words and more", stop=stop), Reply("Some words and more", stop=stop))
    assert (await ask.stream("?")).stop_reason == stop
    assert (await ask.create("?")).stop_reason == stop


async def test_a_refusal_says_its_category(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("I", stop="refusal", category="general_harms"))
    message = await ask.stream("?")
    assert message.stop_details is not None
    assert message.stop_details.category == "general_harms"


async def test_a_stop_sequence_ends_the_text_before_it(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("One. STOP two."))
    message = await ask.stream("?", stop_sequences=["STOP"])
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "STOP")
    assert message.content[0].to_dict()["text"] == "One. "


async def test_max_tokens_cuts_by_itself(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("word " * 400))
    message = await ask.stream("?", max_tokens=50)
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 50


async def test_max_tokens_in_the_middle_of_a_tool_input(claude: ClaudeStandIn, ask: Asker) -> None:
    call = ToolCall("find_title", {"query": "a rather long description of the film"})
    claude.script(Reply(tools=[call], stop="max_tokens"))
    events = await ask.events("?", tools=FILM_TOOLS)
    streamed = "".join(
        event["delta"].get("partial_json", "") for event in events if event["type"].endswith("delta")
    )
    assert '{"query":"a rather long'.startswith(streamed[:10])
    assert not streamed.endswith("}")
    assert events[-2]["delta"]["stop_reason"] == "max_tokens"


async def test_the_end_of_the_context_stops_the_answer() -> None:
    async with ClaudeStandIn(context=100) as claude, Asker.on(claude) as ask:
        claude.script(Reply("word " * 400))
        message = await ask.stream("?" * 200)
        assert message.stop_reason == "model_context_window_exceeded"
        assert message.usage.input_tokens + message.usage.output_tokens == 100


async def test_a_paused_turn_goes_on_from_its_own_words_only(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("Half of it", stop="pause_turn"), Reply(" and the rest."))
    first = await ask.stream("?")
    second = await ask.stream([person("?"), again(first)])
    assert second.content[0].to_dict()["text"] == " and the rest."
    with pytest.raises(BadRequestError, match="prefill"):
        await ask.stream([person("?"), {"role": "assistant", "content": "Half of"}])


async def test_tool_inputs_that_are_broken_or_quoted_twice(claude: ClaudeStandIn, ask: Asker) -> None:
    raw = '{"wishes":"{\\"resolution\\":\\"2160p\\"}","title_id":"\\ud83d"}'
    claude.script(Reply(tools=[ToolCall("find_releases", raw=raw)]))
    events = await ask.events("?", tools=FILM_TOOLS)
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(delta["partial_json"] for delta in deltas) == raw


async def test_parts_in_any_order(claude: ClaudeStandIn, ask: Asker) -> None:
    parts: list[Part] = [
        Thought("a", shown=True),
        "b",
        ToolCall("downloads"),
        Thought("c"),
        ToolCall("downloads", {"x": 1}),
    ]
    claude.script(Reply(parts=parts))
    message = await ask.stream("?", tools=FILM_TOOLS)
    assert [block.type for block in message.content] == [
        "thinking",
        "text",
        "tool_use",
        "thinking",
        "tool_use",
    ]
    assert message.stop_reason == "tool_use"


async def test_rules_come_before_the_queue(claude: ClaudeStandIn, ask: Asker) -> None:
    def about_snow(request: Request) -> bool:
        return "снег" in request.asked

    claude.script(Reply("queue 1"), lambda request: Reply(f"to {request.asked}"))
    claude.when(about_snow, Reply("rule 1"), Reply("rule 2"), always=True)
    said = [text_of(await ask.stream(text)) for text in ("снег", "a", "снег", "b", "снег")]
    assert said == ["rule 1", "queue 1", "rule 2", "to b", "rule 2"]
    assert claude.left == 0


async def test_what_is_not_scripted_fails_loudly() -> None:
    with pytest.raises(UnscriptedError, match=r"nothing is scripted.*найди Метрополис"):  # noqa: PT012 - the exit
        async with ClaudeStandIn() as claude, Asker.on(claude) as ask:
            status, body = await ask.post(
                {
                    "model": MODEL,
                    "max_tokens": 5,
                    "messages": [person("найди Метрополис")],
                    "tools": FILM_TOOLS,
                }
            )
            assert status == 500
            assert "find_title" in body["error"]["message"]


async def test_a_failed_test_is_not_hidden_by_the_unscripted() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the exit is what is tested
        async with ClaudeStandIn() as claude, Asker.on(claude) as ask:
            await ask.post({"model": MODEL, "max_tokens": 5, "messages": [person("?")]})
            raise ZeroDivisionError


async def test_records_hold_the_request_without_the_key(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("ok"), Fail(529))
    await ask.stream("найди", system="be brief", metadata={"user_id": "u1"}, output_config={"effort": "low"})
    await ask.post({"model": MODEL, "max_tokens": 5, "messages": [person("?")]})
    first, second = claude.requests
    assert first.body["system"] == "be brief"
    assert (first.request.effort, first.request.system, first.status, first.end) == (
        "low",
        "be brief",
        200,
        "done",
    )
    assert first.at == ManualClock().time()
    assert first.headers["anthropic-version"] == "2026-10-21"
    assert KEY not in repr(first) + repr(dict(first.headers))
    assert first.usage is not None
    assert first.content[0]["text"] == "ok"
    assert first.first_text_at is not None
    assert first.started <= first.first_text_at
    assert (second.status, second.cost) == (529, Decimal(0))
    assert second.usage is None


async def test_money_is_counted_by_the_price_table(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("word " * 100), Reply("word " * 100))
    sonnet = await ask.stream("?" * 4_000)
    haiku = await ask.stream("?" * 400_040, model="claude-haiku-5-5")
    assert (sonnet.usage.input_tokens, sonnet.usage.output_tokens) == (1_004, 125)
    assert claude.requests[0].cost == (Decimal(2 * 1_004) + Decimal(10 * 125)) / 1_000_000
    assert haiku.usage.input_tokens > 100_000
    assert (
        claude.requests[1].cost
        == (Decimal("0.5") * haiku.usage.input_tokens + Decimal("2.5") * 125) / 1_000_000
    )
    assert claude.spent == claude.requests[0].cost + claude.requests[1].cost


async def test_a_stream_left_by_the_client_costs_what_was_sent(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Endless())
    async with ask.sdk.messages.stream(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "?"}]
    ) as stream:
        async for event in stream:
            if event.type == "text" and len(event.snapshot) > 100:
                break
    exchange = claude.requests[0]
    for _ in range(200):
        if exchange.ended_at is not None:
            break
        await ask.get("/v1/models")
    assert exchange.end == "left"
    assert exchange.usage is not None
    assert exchange.usage.output >= 25
    assert exchange.cost > 0


async def test_tokens_are_counted_without_an_answer(claude: ClaudeStandIn, ask: Asker) -> None:
    count = await ask.sdk.messages.count_tokens(
        model=MODEL, system="s" * 40, messages=[{"role": "user", "content": "привет ёж"}]
    )
    assert count.input_tokens == 10 + 4 + 5
    assert claude.requests == []
    assert claude.counted == 1


async def test_models_are_listed(claude: ClaudeStandIn, ask: Asker) -> None:
    names = [model.id async for model in ask.sdk.models.list()]
    assert {"claude-sonnet-5-5", "claude-haiku-5-5", "sandbox-talker"} <= set(names)
    assert (await ask.sdk.models.retrieve("claude-opus-5-5")).max_input_tokens == 1_000_000


async def test_reset_forgets_all_but_the_brain(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(Reply("1"), Reply("2"))
    await ask.stream("?")
    claude.reset()
    claude.brain = lambda _request: Reply("brain")
    assert (await ask.stream("?")).content[0].to_dict()["text"] == "brain"
    assert len(claude.requests) == 1
    await claude.asked(1)


async def test_a_script_that_fails_is_heard_of_at_the_exit() -> None:
    def broken(request: Request) -> Reply:
        return Reply(str(request.body["no such field"]))

    with pytest.raises(UnscriptedError, match="KeyError"):  # noqa: PT012 - the exit raises
        async with ClaudeStandIn() as claude, Asker.on(claude) as ask:
            claude.script(broken)
            status, _body = await ask.post({"model": MODEL, "max_tokens": 5, "messages": [person("?")]})
            assert status == 500

"""The Claude stand-in's strictness: what the current models refuse is refused, with the place and the words."""

import json
from collections.abc import AsyncIterator
from io import BytesIO

import pytest

from tests.sandbox.claude import ClaudeStandIn, RateLimit, Reply
from tests.sandbox.claude.asking import FILM_TOOLS, MODEL, Asker, person, tool
from tests.sandbox.claude.shapes import Json
from tests.sandbox.telegram.clock import ManualClock

MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn() as stand_in:
        stand_in.brain = lambda _request: Reply("ok")
        yield stand_in


@pytest.fixture
async def ask(claude: ClaudeStandIn) -> AsyncIterator[Asker]:
    async with Asker.on(claude) as asker:
        yield asker


def request(**fields: object) -> Json:
    """A right request with these fields changed; None takes one away."""
    body = {"model": MODEL, "max_tokens": 100, "messages": [person("hi")]} | fields
    return {name: value for name, value in body.items() if value is not None}


def said(*blocks: Json, role: str = "user") -> Json:
    return {"role": role, "content": list(blocks)}


def text(words: str, **rest: object) -> Json:
    return {"type": "text", "text": words, **rest}


def call(identity: str = "toolu_1", **rest: object) -> Json:
    return {"type": "tool_use", "id": identity, "name": "downloads", "input": {}} | rest


def result(identity: str = "toolu_1", **rest: object) -> Json:
    return {"type": "tool_result", "tool_use_id": identity, "content": "[]"} | rest


def talk(*messages: Json) -> Json:
    return request(messages=[person("hi"), *messages], tools=FILM_TOOLS)


def schema(**fields: object) -> Json:
    return request(tools=[tool("a") | {"input_schema": {"type": "object", "properties": {}} | fields}])


ACCEPTED: dict[str, Json] = {
    "plain": request(),
    "string content": request(messages=[{"role": "user", "content": "hi"}]),
    "two people in a row": request(messages=[person("a"), person("b")]),
    "between tools": request(thinking={"type": "between_tools"}, output_config={"effort": "high"}),
    "adaptive": request(thinking={"type": "adaptive", "display": "omitted"}, output_config={"effort": "max"}),
    "auto choice": request(tools=FILM_TOOLS, tool_choice={"type": "auto", "disable_parallel_tool_use": True}),
    "no choice": request(tools=FILM_TOOLS, tool_choice={"type": "none"}),
    "four marks": request(
        system=[text("a", cache_control=HOUR), text("b", cache_control=MARK)],
        messages=[said(text("c", cache_control=MARK), text("d", cache_control=MARK))],
    ),
    "automatic mark": request(cache_control=MARK),
    "pairs": talk(said(text("x"), call(), call("toolu_2"), role="assistant"),
                  said(result("toolu_2"), result(is_error=True), text("and hurry"))),
    "result blocks": talk(said(call(), role="assistant"), said(result(content=[text("found")]))),
    "empty result": talk(said(call(), role="assistant"), said(result(content=""))),
    "result without content": talk(said(call(), role="assistant"), said(result(content=None))),
    "system in the middle": request(messages=[person("a"), said(text("new rule"), role="system"), person("b")]),
    "warm the cache": request(max_tokens=0),
    "strict tool": request(tools=[tool("a", "b", b="string") | {"strict": True}]),
    "server tool": request(tools=[{"type": "web_search_20260318", "name": "web_search"}]),
    "older model": request(
        model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 1_024}, max_tokens=2_000
    ),
    "older prefill": request(model="claude-haiku-4-5", messages=[person("a"), said(text("b"), role="assistant")]),
    "fifth forced": request(
        model="claude-sonnet-5", thinking={"type": "disabled"}, tools=FILM_TOOLS, tool_choice={"type": "any"}
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[Json, str]] = {
    "no model": (request(model=None), "model: Field required"),
    "model no string": (request(model=5), "model: Input should be a valid string"),
    "no max_tokens": (request(max_tokens=None), "max_tokens: Field required"),
    "max_tokens text": (request(max_tokens="9"), "max_tokens: Input should be a valid integer"),
    "max_tokens true": (request(max_tokens=True), "max_tokens: Input should be a valid integer"),
    "max_tokens negative": (request(max_tokens=-1), "greater than or equal to 0"),
    "max_tokens huge": (request(max_tokens=200_000), "200000 > 128000"),
    "stream text": (request(stream="yes"), "stream: Input should be a valid boolean"),
    "unknown field": (request(mood="good"), "mood: Extra inputs are not permitted"),
    "temperature": (request(temperature=0.5), "temperature: sampling parameters are not supported"),
    "top_p": (request(top_p=0.5), "top_p: sampling"),
    "top_k": (request(top_k=5), "top_k: sampling"),
    "temperature on an older model": (request(model="claude-haiku-4-5", temperature=1), "temperature"),
    "metadata": (request(metadata={"name": "Anna"}), "only user_id"),
    "effort": (request(output_config={"effort": "huge"}), "output_config.effort"),
    "output_config": (request(output_config={"x": 1}), "output_config"),
    "stop sequence of blanks": (request(stop_sequences=[" "]), "non-whitespace"),
    "stop sequences": (request(stop_sequences="a"), "stop_sequences"),
    "thinking disabled": (request(thinking={"type": "disabled"}), "between_tools"),
    "thinking enabled": (request(thinking={"type": "enabled", "budget_tokens": 1_024}), "thinking.type.adaptive"),
    "thinking budget": (request(thinking={"type": "adaptive", "budget_tokens": 1_024}), "budget_tokens: Extra"),
    "thinking unknown": (request(thinking={"type": "deep"}), "thinking.type"),
    "thinking no object": (request(thinking="adaptive"), "thinking: Input should be a valid dictionary"),
    "thinking display": (request(thinking={"type": "adaptive", "display": "all"}), "thinking.display"),
    "between tools at max": (
        request(thinking={"type": "between_tools"}, output_config={"effort": "max"}), 'with effort "max"',
    ),
    "small budget": (request(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 5}), "1024"),
    "budget over max": (
        request(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 1_024}), "`max_tokens` must be",
    ),
    "forced any": (request(tools=FILM_TOOLS, tool_choice={"type": "any"}), "forced tool use"),
    "forced tool": (request(tools=FILM_TOOLS, tool_choice={"type": "tool", "name": "download"}), "forced tool use"),
    "forced while thinking": (
        request(model="claude-sonnet-5", tools=FILM_TOOLS, tool_choice={"type": "any"}), "Thinking may not be enabled",
    ),
    "choice without tools": (request(tool_choice={"type": "auto"}), "while providing tools"),
    "choice unknown": (request(tools=FILM_TOOLS, tool_choice="auto"), "tool_choice"),
    "tools no list": (request(tools={}), "tools: Input should be a valid list"),
    "tool no object": (request(tools=["a"]), "tools.0"),
    "tool name": (request(tools=[tool("find title")]), "tools.0.custom.name: String should match pattern"),
    "tool name long": (request(tools=[tool("a" * 129)]), "String should match pattern"),
    "tool name Russian": (request(tools=[tool("найди")]), "String should match pattern"),
    "tool twice": (request(tools=[tool("a"), tool("a")]), "Tool names must be unique"),
    "tool field": (request(tools=[tool("a") | {"timeout": 5}]), "timeout: Extra inputs"),
    "tool description": (request(tools=[tool("a") | {"description": 5}]), "description"),
    "tool without schema": (request(tools=[{"name": "a"}]), "input_schema: Field required"),
    "schema no object": (request(tools=[{"name": "a", "input_schema": []}]), "valid dictionary"),
    "schema type": (schema(type="string"), "input_schema.type: Input should be 'object'"),
    "schema any of": (schema(anyOf=[]), "does not support oneOf"),
    "schema properties": (schema(properties=[]), "properties must be an object"),
    "schema property name": (schema(properties={"моё": {}}), "Property keys"),
    "schema property type": (schema(properties={"a": {"type": "str"}}), "'str' is not a type"),
    "schema required": (schema(required=["b"]), "required must list"),
    "schema enum": (schema(properties={"a": {"enum": []}}), "enum"),
    "schema inner": (schema(properties={"a": {"type": "array", "items": 5}}), "a schema is an object"),
    "strict open": (
        request(tools=[tool("a") | {"strict": True, "input_schema": {"type": "object", "properties": {}}}]),
        "additionalProperties",
    ),
    "system empty": (request(system=[text("")]), "system.0: text content blocks must be non-empty"),
    "system picture": (request(system=[{"type": "image", "source": {}}]), "system.0.type"),
    "system number": (request(system=5), "system: Input should be a valid list"),
    "no messages": (request(messages=None), "messages: Field required"),
    "empty messages": (request(messages=[]), "at least one message"),
    "messages text": (request(messages="hi"), "messages: Input should be a valid list"),
    "message text": (request(messages=["hi"]), "messages.0: Input should be a valid dictionary"),
    "role": (request(messages=[said(text("a"), role="tool")]), "messages.0.role"),
    "first role": (request(messages=[said(text("a"), role="assistant"), person("b")]), "first message must use"),
    "message field": (request(messages=[person("a") | {"name": "Anna"}]), "messages.0.name: Extra"),
    "message empty": (request(messages=[said()]), "non-empty content"),
    "message blank": (request(messages=[{"role": "user", "content": "  \n"}]), "non-whitespace"),
    "message number": (request(messages=[{"role": "user", "content": 5}]), "messages.0.content"),
    "text empty": (request(messages=[said(text(""))]), "text content blocks must be non-empty"),
    "text blank": (request(messages=[said(text(" "))]), "non-whitespace"),
    "text missing": (request(messages=[said({"type": "text"})]), "Input should be a valid string"),
    "text field": (request(messages=[said(text("a", lang="ru"))]), "text.lang: Extra"),
    "block kind": (request(messages=[said({"type": "video"})]), "'video' does not match"),
    "block text": (request(messages=[said("a")]), "messages.0.content.0"),  # type: ignore[arg-type]  # wrong on purpose
    "image source": (request(messages=[said({"type": "image"})]), "source: Field required"),
    "call by the person": (talk(said(call())), "not allowed in user messages"),
    "result by the model": (talk(said(result(), role="assistant")), "not allowed in assistant messages"),
    "thinking by the person": (
        talk(said({"type": "thinking", "thinking": "", "signature": ""})), "not allowed in user messages",
    ),
    "picture in a rule": (
        request(messages=[person("a"), said({"type": "image", "source": {}}, role="system")]), "not allowed in system",
    ),
    "prefill": (request(messages=[person("a"), said(text("b"), role="assistant")]), "assistant message prefill"),
    "call unanswered": (talk(said(call(), role="assistant"), person("x")), "toolu_1. Each `tool_use` block must have"),
    "call last": (talk(said(call(), role="assistant")), "without `tool_result` blocks immediately after"),
    "call half answered": (
        talk(said(call(), call("toolu_2"), role="assistant"), said(result())), "immediately after: toolu_2",
    ),
    "call answered later": (
        talk(said(call(), role="assistant"), person("wait"), said(result())), "without `tool_result`",
    ),
    "result unknown": (talk(said(result("toolu_9"))), "unexpected `tool_use_id` found"),
    "result twice": (talk(said(call(), role="assistant"), said(result(), result())), "single result"),
    "result after text": (talk(said(call(), role="assistant"), said(text("a"), result())), "must come first"),
    "call id twice": (
        talk(said(call(), role="assistant"), said(result()), said(call(), role="assistant"), said(result())), "unique",
    ),
    "call id": (talk(said(call("a b"), role="assistant"), said(result("a b"))), "tool_use.id"),
    "call name": (talk(said(call(name="a b"), role="assistant"), said(result())), "tool_use.name"),
    "call input": (talk(said(call(input="{}"), role="assistant"), said(result())), "valid dictionary"),
    "result content": (talk(said(call(), role="assistant"), said(result(content=5))), "valid list"),
    "result kind": (talk(said(call(), role="assistant"), said(result(content=[call()]))), "'text', 'image'"),
    "result empty text": (talk(said(call(), role="assistant"), said(result(content=[text("")]))), "non-empty"),
    "result error": (talk(said(call(), role="assistant"), said(result(is_error="no"))), "is_error"),
    "signature": (
        talk(said({"type": "thinking", "thinking": "a", "signature": "b"}, role="assistant"), person("x")),
        "Invalid `signature`",
    ),
    "thinking without signature": (
        talk(said({"type": "thinking", "thinking": "a"}, role="assistant"), person("x")), "signature: Field required",
    ),
    "mark on thinking": (
        talk(
            said({"type": "thinking", "thinking": "a", "signature": "", "cache_control": MARK}, role="assistant"),
            person("x"),
        ),
        "cache_control: Extra",
    ),
    "five marks": (
        request(
            cache_control=MARK, tools=[tool("a") | {"cache_control": MARK}],
            system=[text("a", cache_control=MARK), text("b", cache_control=MARK)],
            messages=[said(text("c", cache_control=MARK))],
        ),
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    "mark kind": (request(system=[text("a", cache_control={"type": "for ever"})]), "cache_control"),
    "mark ttl": (request(system=[text("a", cache_control={"type": "ephemeral", "ttl": "2h"})]), "ttl"),
    "mark order": (
        request(system=[text("a", cache_control=MARK), text("b", cache_control=HOUR)]), "must not come after",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
async def test_what_is_right_is_accepted(claude: ClaudeStandIn, ask: Asker, name: str) -> None:
    status, body = await ask.post(ACCEPTED[name])
    assert (status, body.get("error")) == (200, None)
    assert claude.refused == []


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_wrong_is_refused(claude: ClaudeStandIn, ask: Asker, name: str) -> None:
    sent, words = REFUSED[name]
    status, body = await ask.post(sent)
    assert status == 400
    assert body["type"] == "error"
    assert body["error"]["type"] == "invalid_request_error"
    assert words in body["error"]["message"]
    assert body["request_id"].startswith("req_")
    assert [refusal.message for refusal in claude.refused] == [body["error"]["message"]]
    assert claude.requests == []


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"anthropic-version": "2026-10-21"}, 401, "x-api-key header is required"),
        ({"anthropic-version": "2026-10-21", "x-api-key": "wrong"}, 401, "invalid x-api-key"),
        ({"anthropic-version": "2026-10-21", "Authorization": "Bearer wrong"}, 401, "invalid x-api-key"),
        ({"anthropic-version": "2026-10-21", "Authorization": "Basic x"}, 401, "required"),
        ({"x-api-key": "right"}, 400, "anthropic-version: header is required"),
        ({"x-api-key": "right", "anthropic-version": "2020-01-01"}, 400, "not a valid version"),
    ],
)
async def test_headers(
    claude: ClaudeStandIn, ask: Asker, headers: dict[str, str], status: int, words: str
) -> None:
    sent = {name: value.replace("right", claude.key) for name, value in headers.items()}
    found, body = await ask.post(request(), headers=sent)
    assert found == status
    assert words in body["error"]["message"]


@pytest.mark.parametrize("name", ["x-api-key", "Authorization"])
async def test_both_ways_to_bring_the_key(claude: ClaudeStandIn, ask: Asker, name: str) -> None:
    value = claude.key if name == "x-api-key" else f"Bearer {claude.key}"
    status, _body = await ask.post(request(), headers={name: value, "anthropic-version": "2023-06-01"})
    assert status == 200
    assert name.lower() not in {header.lower() for header in claude.requests[0].headers}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b"\xff", b'{"max_tokens": NaN}', json.dumps(request(messages=[person("\ud83d")])).encode(),
     b"[" * 100_000],
)  # fmt: skip
async def test_bodies_that_are_no_json(ask: Asker, body: bytes) -> None:
    status, found = await ask.post(body)
    assert status == 400
    assert "not valid JSON" in found["error"]["message"]


async def test_a_body_over_32_mib_is_too_large(ask: Asker) -> None:
    status, found = await ask.post(BytesIO(b" " * (32 * 1024 * 1024 + 1)))
    assert (status, found["error"]["type"]) == (413, "request_too_large")


async def test_unknown_models_and_paths(ask: Asker) -> None:
    status, body = await ask.post(request(model="claude-2"))
    assert (status, body["error"]) == (404, {"type": "not_found_error", "message": "model: claude-2"})
    assert (await ask.post(request(), path="/v1/complete"))[0] == 404
    assert (await ask.post(request(), path="/v1/models"))[0] == 405
    assert (await ask.get("/v1/models/claude-2"))["error"]["type"] == "not_found_error"


async def test_a_prompt_beyond_the_context(ask: Asker) -> None:
    async with ClaudeStandIn(context=1_000) as small, Asker.on(small) as asker:
        status, body = await asker.post(request(messages=[person("a" * 4_000)]))
        assert status == 400
        assert body["error"]["message"] == "prompt is too long: 1004 tokens > 1000 maximum"


async def test_counting_has_its_own_fields(ask: Asker) -> None:
    status, _body = await ask.post(request(max_tokens=None), path="/v1/messages/count_tokens")
    assert status == 200
    status, body = await ask.post(request(), path="/v1/messages/count_tokens")
    assert (status, body["error"]["message"]) == (400, "max_tokens: Extra inputs are not permitted")


async def test_a_rate_limit_says_when_to_come_again() -> None:
    clock = ManualClock()
    async with ClaudeStandIn(clock=clock, rate=RateLimit(2, 60)) as claude, Asker.on(claude) as ask:
        claude.brain = lambda _request: Reply("ok")
        assert [(await ask.post(request()))[0] for _ in range(3)] == [200, 200, 429]
        clock.advance(60)
        assert (await ask.post(request()))[0] == 200

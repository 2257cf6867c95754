"""The durable loop on bad days: troubles that pass or stay, money, another model, Stop, turns that wait."""

import asyncio
import json

import pytest
import sqlalchemy as sa

from src.ai.agent import ROUNDS
from src.ai.claude_client import ClaudeClient, open_claude
from src.ai.ports import StopKind, Usage
from src.ai.prices import cost
from src.ai.tables import spending as spending_table
from src.core.stops import Stop
from tests.ai.conftest import (
    OPUS,
    PATIENT,
    SCRIPT,
    SONNET,
    SYSTEM,
    Build,
    KilledError,
    Pages,
    World,
    look,
    write,
)
from tests.core.conftest import ANNA, BORIS, rows_of
from tests.sandbox.claude import (
    BROKEN_JSON,
    Answer,
    ClaudeStandIn,
    Cut,
    Fail,
    Garbage,
    Reply,
    Request,
    Stall,
    StreamError,
    Thought,
    ToolCall,
)

GROUP = -500
DEAR = 0.05  # US dollars: more than one small call may cost at most, less than two


# Troubles.

# Answers that break off after they have begun: what came was paid for.
BEGUN = (
    Cut(after="content_block_delta"),
    Garbage(BROKEN_JSON),
    Reply(tools=[ToolCall("look", raw='{"word": "\udc00"}')]),
)


@pytest.mark.parametrize(
    "trouble",
    [
        Fail(529),
        Fail(500),
        Fail(429, retry_after=0.01),
        Cut(after="nothing"),
        Cut(after="content_block_delta"),
        Cut(after="content_block_delta", clean=True),
        StreamError(),
        Garbage(BROKEN_JSON),
        Reply(tools=[ToolCall("look", raw='{"word": "\udc00"}')]),
    ],
    ids=[
        "529",
        "500",
        "429",
        "cut at once",
        "cut",
        "cut politely",
        "in the stream",
        "garbled",
        "half a letter",
    ],
)
@pytest.mark.requirement("AI-001")
async def test_a_trouble_that_passes_is_tried_again(
    world: World, claude: ClaudeStandIn, trouble: Answer
) -> None:
    claude.script(trouble, trouble, Reply("At last."))
    reply = await world.says("go")
    assert (reply.text, reply.failed) == ("At last.", None)
    assert len(claude.requests) == 3
    # What broke off after it had begun was billed: each such try is counted at its prompt's full price.
    begun = trouble in BEGUN
    assert len(await rows_of(world.database, spending_table)) == (3 if begun else 1)


@pytest.mark.parametrize(
    ("trouble", "code", "asked"),
    [
        (Fail(529), "error-service-unavailable", 3),
        (Fail(429, retry_after=0.01), "error-rate-limited", 3),
        (Fail(429, retry_after=90), "error-rate-limited", 1),
        (Fail(429), "error-rate-limited", 1),
        (Fail(400), "error-unexpected-answer", 1),
        (Fail(401), "error-credentials", 1),
        (Fail(402), "error-out-of-funds", 1),
        (Fail(404), "error-blocked", 1),
        (Garbage(BROKEN_JSON), "error-service-unavailable", 3),
        (Cut(), "error-service-unavailable", 3),
    ],
)
@pytest.mark.requirement("AI-004")
async def test_a_trouble_that_stays_ends_the_turn_with_its_code_and_costs_what_was_begun(
    world: World, claude: ClaudeStandIn, trouble: Answer, code: str, asked: int
) -> None:
    claude.script(*[trouble] * asked)
    reply = await world.says("go")
    assert (reply.failed, reply.text) == (code, "")
    assert len(claude.requests) == asked
    billed = len(await rows_of(world.database, spending_table))
    assert billed == (asked if isinstance(trouble, (Garbage, Cut)) else 0)
    assert (await world.spending.today() > 0) is (billed > 0)
    claude.script(Reply("Back again."))
    assert (await world.says("and now?")).text == "Back again."


@pytest.mark.requirement("AI-004")
async def test_a_model_that_falls_silent_is_not_waited_for(
    build: Build, claude: ClaudeStandIn, hasty: ClaudeClient
) -> None:
    claude.script(Stall())
    assert (await build(model=hasty).says("go")).failed == "error-service-timeout"
    assert len(claude.requests) == 1


async def test_a_trouble_after_tools_keeps_what_they_did(build: Build, claude: ClaudeStandIn) -> None:
    claude.script(Reply(tools=[write("w")]), Fail(401))
    assert (await build().says("go")).failed == "error-credentials"
    claude.script(Reply("I wrote it."))
    world = build()
    assert (await world.says("did you?", turn="telegram:9")).text == "I wrote it."
    assert "written" in json.dumps(claude.requests[-1].body)
    assert not claude.refused


# Money.


@pytest.mark.parametrize("limits", [{"daily": 0.001}, {"daily_person": 0.001}])
@pytest.mark.requirement("AI-001")
async def test_a_call_that_might_cost_more_than_is_left_is_not_made(
    build: Build, claude: ClaudeStandIn, limits: dict[str, float]
) -> None:
    world = build(**limits)
    assert (await world.says("go")).failed == "error-out-of-funds"
    assert not claude.requests


@pytest.mark.requirement("AI-001")
async def test_one_persons_budget_is_not_anothers_and_comes_back_next_day(
    build: Build, claude: ClaudeStandIn
) -> None:
    world = build(daily_person=DEAR)
    claude.brain = lambda _request: Reply("word " * 400)
    answers = [(await world.says("go")).failed for _ in range(12)]
    spent = answers.count(None)
    assert 1 <= spent < 12
    assert answers == [None] * spent + ["error-out-of-funds"] * (12 - spent)
    assert await world.spending.today(ANNA) <= DEAR
    assert (await world.says("me?", person=BORIS)).failed is None
    world.clock.turn(days=1)
    assert (await world.says("go")).failed is None


@pytest.mark.requirement("AI-001")
async def test_a_turn_has_a_budget_of_its_own(world: World, claude: ClaudeStandIn) -> None:
    claude.brain = lambda request: Reply("word " * 300, tools=[look(f"{len(request.turns)}")], progress=False)
    reply = await world.says("go", limit=DEAR)
    assert reply.failed == "error-out-of-funds"
    assert 1 < len(claude.requests) < ROUNDS
    assert await world.spending.of_turn("telegram:000001") <= DEAR
    claude.brain = lambda _request: Reply("Fresh.")
    assert (await world.says("next", limit=DEAR)).text == "Fresh."


@pytest.mark.requirement("AI-001")
async def test_calls_at_once_see_each_others_reservations(build: Build, claude: ClaudeStandIn) -> None:
    world = build(daily=DEAR)
    claude.brain = lambda _request: Stall(seconds=0.05, reply=Reply("word " * 300))
    replies = await asyncio.gather(*(world.says("go", chat=-600 - n) for n in range(8)))
    passed = [reply for reply in replies if reply.failed is None]
    assert 1 <= len(passed) < 8
    assert len(claude.requests) == len(passed)
    assert await world.spending.today() <= DEAR


async def test_a_reservation_ends_with_its_call_whatever_came_of_it(
    build: Build, claude: ClaudeStandIn
) -> None:
    world = build(daily=1.0)
    claude.script(Fail(401), Reply("Yes."), Fail(413), Fail(413))
    for _ in range(3):
        await world.says("go")
    assert await world.spending.room(ANNA) == pytest.approx(1.0 - float(claude.spent), rel=1e-6)


async def test_the_price_is_of_what_the_api_counted(world: World, claude: ClaudeStandIn) -> None:
    claude.script(*SCRIPT)
    await world.says("go")
    rows = await rows_of(world.database, spending_table)
    for row, exchange in zip(rows, claude.requests, strict=True):
        usage = exchange.usage
        assert usage is not None
        assert (row["input"], row["output"]) == (usage.fresh, usage.output)
        assert row["usd"] == pytest.approx(float(exchange.cost), rel=1e-9)
    assert cost(SONNET, (await _usage(world))) > 0


async def _usage(world: World) -> Usage:
    async with world.database.read() as connection:
        row = (await connection.execute(sa.select(spending_table))).mappings().first()
    assert row is not None
    return Usage(row["input"], row["cache_write"], row["cache_read"], row["output"])


# The model changes.


@pytest.mark.requirement("AI-001")
async def test_another_model_is_not_given_the_first_ones_thinking(
    world: World, claude: ClaudeStandIn
) -> None:
    for model in (SONNET, OPUS, SONNET):
        claude.script(
            Reply(parts=[Thought(f"As {model}."), look(model)]),
            Reply(f"{model} says so."),
        )
        assert (await world.says("go", model=model)).text == f"{model} says so."
    assert not claude.refused
    bodies = [json.dumps(exchange.body["messages"]) for exchange in claude.requests]
    assert f"As {SONNET}." not in bodies[2]
    assert f"As {SONNET}." in bodies[4]
    assert f"As {OPUS}." not in bodies[4]
    assert f"{OPUS} says so." in bodies[4]


async def test_the_model_may_change_between_a_kill_and_its_recovery(
    build: Build, claude: ClaudeStandIn
) -> None:
    claude.script(*SCRIPT)
    with pytest.raises(KilledError):
        await build().says("go", turn="telegram:7", steps=Pages(die_after="tools-0"))
    assert (await build().says("go", turn="telegram:7", model=OPUS)).text == "Done."
    assert not claude.refused


@pytest.mark.requirement("AI-001")
async def test_a_new_version_of_the_prompt_does_not_break_old_conversations(
    build: Build, claude: ClaudeStandIn
) -> None:
    claude.script(*SCRIPT)
    await build().says("go")

    world = build()
    world.agent._system = SYSTEM + "And be brief."
    claude.script(Reply("Brief."))
    assert (await world.says("and now?", turn="telegram:9")).text == "Brief."
    assert not claude.refused


async def test_a_long_conversation_stays_bounded_and_is_never_refused(
    world: World, claude: ClaudeStandIn
) -> None:
    class Once:
        """One call a turn, then words."""

        def __call__(self, request: Request) -> Reply:
            if request.continues_tools:
                return Reply("слово " * 120)
            return Reply(parts=[Thought("Hm."), look(f"слово {len(claude.requests)} " * 80)])

    claude.brain = Once()
    for number in range(45):
        assert (await world.says(f"вопрос {number}")).failed is None
    assert not claude.refused
    prompts = [exchange.usage.prompt for exchange in claude.requests if exchange.usage is not None]
    reads = [exchange.usage.read for exchange in claude.requests if exchange.usage is not None]
    assert max(prompts) < 40_000
    assert sum(reads) / sum(prompts) > 0.9


# Stop, and turns that wait.


@pytest.mark.requirement("BOT-002")
async def test_stop_keeps_what_was_said_and_the_conversation_goes_on(
    world: World, claude: ClaudeStandIn
) -> None:
    claude.script(Stall(reply=Reply("The first words and many more."), after="content_block_delta"))
    stop = Stop()
    reply = await world.says("tell me", stop=stop, hear=lambda _text: stop.ask())
    assert reply.stop is StopKind.STOPPED
    assert "The first words and many more.".startswith(reply.text)
    assert reply.text
    claude.script(Reply("Go on."))
    assert (await world.says("go on")).text == "Go on."
    assert reply.text in json.dumps(claude.requests[-1].body)
    assert not claude.refused


@pytest.mark.requirement("BOT-002")
async def test_stop_before_the_model_is_asked_asks_nothing(world: World, claude: ClaudeStandIn) -> None:
    stop = Stop()
    stop.ask()
    reply = await world.says("never mind", stop=stop)
    assert (reply.stop, reply.text, reply.failed) == (StopKind.STOPPED, "", None)
    assert not claude.requests


@pytest.mark.requirement("BOT-002")
async def test_stop_while_a_tool_works_keeps_what_it_found(world: World, claude: ClaudeStandIn) -> None:
    stop = Stop()
    claude.script(Reply(tools=[look("a"), ToolCall("meet", {"word": "b"})]))
    world.bench.together = 2
    turn = asyncio.ensure_future(world.says("go", stop=stop))
    async with asyncio.timeout(5):
        while not world.bench.waiting:  # noqa: ASYNC110  the tool's own state, looked at
            await asyncio.sleep(0)
    stop.ask()
    world.bench.gate.set()
    reply = await turn
    assert (reply.stop, reply.failed) == (StopKind.STOPPED, None)
    assert [view.ref["word"] for view in reply.views] == ["a"]
    assert len(claude.requests) == 1


async def test_stop_ends_the_pause_before_another_try(build: Build, claude: ClaudeStandIn) -> None:
    world = build()
    world.agent._retries = (60.0,)
    claude.script(Fail(529))
    stop = Stop()
    turn = asyncio.ensure_future(world.says("go", stop=stop))
    await claude.asked()
    stop.ask()
    async with asyncio.timeout(5):
        reply = await turn
    assert StopKind.STOPPED is reply.stop or reply.failed == "error-service-unavailable"
    assert len(claude.requests) == 1


@pytest.mark.requirement("BOT-002")
async def test_turns_of_one_conversation_wait_for_each_other(world: World, claude: ClaudeStandIn) -> None:
    claude.script(Reply(tools=[look("a")]), Reply("First."), Reply(tools=[look("b")]), Reply("Second."))
    first, second = await asyncio.gather(world.says("one"), world.says("two"))
    assert (first.text, second.text) == ("First.", "Second.")
    assert [entry.turn[-1] for entry in await world.entries()] == ["1"] * 4 + ["2"] * 4
    assert not claude.refused


async def test_turns_of_different_conversations_do_not_wait(world: World, claude: ClaudeStandIn) -> None:
    world.bench.together = 2
    claude.brain = lambda request: (
        Reply("Met.") if request.continues_tools else Reply(tools=[ToolCall("meet", {"word": "x"})])
    )
    async with asyncio.timeout(5):
        replies = await asyncio.gather(world.says("one"), world.says("two", person=BORIS))
    assert [reply.text for reply in replies] == ["Met.", "Met."]


async def test_a_turn_begun_within_another_does_not_break_the_conversation(
    build: Build, claude: ClaudeStandIn
) -> None:
    claude.script(Reply(parts=[Thought("First."), look("a")]))
    with pytest.raises(KilledError):
        await build().says("one", turn="telegram:1", steps=Pages(die_after="model-0"))
    claude.script(Reply(parts=[Thought("Second."), look("b")]), Reply("Second."))
    assert (await build().says("two", turn="telegram:2")).text == "Second."
    claude.script(Reply("First."))
    assert (await build().says("one", turn="telegram:1")).text == "First."
    claude.script(Reply("Third."))
    assert (await build().says("three", turn="telegram:3")).text == "Third."
    assert not claude.refused


# Secrets.


@pytest.mark.requirement("INFRA-003")
async def test_the_key_is_nowhere_but_in_its_header(world: World, claude: ClaudeStandIn) -> None:
    claude.script(*SCRIPT)
    await world.says("go")
    assert all(claude.key not in json.dumps(exchange.body) for exchange in claude.requests)
    assert claude.key not in repr(world.agent)


async def test_a_wrong_key_is_told_without_it(build: Build, claude: ClaudeStandIn) -> None:
    async with open_claude("sk-ant-wrong", claude.url, PATIENT) as wrong:
        reply = await build(model=wrong).says("go")
    assert reply.failed == "error-credentials"

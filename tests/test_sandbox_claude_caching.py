"""The Claude stand-in's prefix caching: marks, minimum, expiry, lookback, and the sums of it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import pairwise

import pytest
from anthropic.types import Message

from tests.sandbox.claude import ClaudeStandIn, Reply, ToolCall, estimate
from tests.sandbox.claude.asking import FILM_TOOLS, Asker, again, person, results
from tests.sandbox.claude.shapes import Json
from tests.sandbox.telegram.clock import ManualClock

MARK: Json = {"type": "ephemeral"}
HOUR: Json = {"type": "ephemeral", "ttl": "1h"}
LONG = "r" * 8_000  # 2,000 tokens


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def claude(clock: ManualClock) -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn(clock=clock) as stand_in:
        stand_in.brain = lambda _request: Reply("ok")
        yield stand_in


@pytest.fixture
async def ask(claude: ClaudeStandIn) -> AsyncIterator[Asker]:
    async with Asker.on(claude) as asker:
        yield asker


def system(text: str = LONG, mark: Json = MARK) -> list[Json]:
    return [{"type": "text", "text": text, "cache_control": mark}]


def sums(message: Message) -> tuple[int | None, int | None, int]:
    """Read, created, fresh."""
    usage = message.usage
    return usage.cache_read_input_tokens, usage.cache_creation_input_tokens, usage.input_tokens


def test_the_estimate_can_be_done_by_hand() -> None:
    assert [estimate(text) for text in ("", "a", "abcd", "abcde", "ё", "ёж", "ёж!", "a" * 4_000)] == [
        *(0, 1, 1, 2, 1, 1, 2, 1_000)
    ]


async def test_written_once_and_then_read(ask: Asker) -> None:
    first = await ask.stream("hi", system=system())
    second = await ask.stream("and now?", system=system())
    assert sums(first) == (0, 2_000, 5)
    assert sums(second) == (2_000, 0, 6)


async def test_one_changed_byte_before_the_mark_costs_the_full_price(ask: Asker) -> None:
    await ask.stream("hi", system=system())
    assert sums(await ask.stream("hi", system=system(LONG[:-1] + "x"))) == (0, 2_000, 5)
    assert sums(await ask.stream("hi", system=system("x" + LONG[1:]))) == (0, 2_000, 5)


async def test_what_follows_the_mark_may_change(ask: Asker) -> None:
    tail = {"type": "text", "text": "today is Friday"}
    await ask.stream("hi", system=[*system(), tail])
    assert (
        sums(await ask.stream("hi", system=[*system(), {"type": "text", "text": "today is Sunday"}]))[0]
        == 2_000
    )


async def test_below_the_minimum_nothing_is_kept(ask: Asker) -> None:
    short = system("r" * 4_000)
    assert sums(await ask.stream("hi", system=short)) == (0, 0, 1_005)
    assert sums(await ask.stream("hi", system=short)) == (0, 0, 1_005)


async def test_the_minimum_is_a_setting() -> None:
    async with ClaudeStandIn(least_cached=512) as claude, Asker.on(claude) as ask:
        claude.brain = lambda _request: Reply("ok")
        await ask.stream("hi", system=system("r" * 4_000))
        assert sums(await ask.stream("hi", system=system("r" * 4_000))) == (1_000, 0, 5)


@pytest.mark.parametrize(("mark", "life"), [(MARK, 300), (HOUR, 3_600)])
async def test_a_prefix_expires_and_use_renews_it(
    ask: Asker, clock: ManualClock, mark: Json, life: int
) -> None:
    await ask.stream("hi", system=system(mark=mark))
    for _ in range(3):
        clock.advance(life - 1)
        assert sums(await ask.stream("hi", system=system(mark=mark)))[0] == 2_000
    clock.advance(life)
    assert sums(await ask.stream("hi", system=system(mark=mark)))[:2] == (0, 2_000)


async def test_an_hour_is_counted_and_paid_apart(claude: ClaudeStandIn, ask: Asker) -> None:
    blocks = [*system(mark=HOUR), {"type": "text", "text": "s" * 4_000, "cache_control": MARK}]
    message = await ask.stream("hi", system=blocks)
    split = message.usage.cache_creation
    assert split is not None
    assert (split.ephemeral_1h_input_tokens, split.ephemeral_5m_input_tokens) == (2_000, 1_000)
    assert claude.spent == (4 * 2_000 + Decimal("2.5") * 1_000 + 2 * 5 + 10 * Decimal(1)) / 1_000_000


async def test_a_change_of_tools_changes_everything_after(ask: Asker) -> None:
    await ask.stream("hi", system=system(), tools=FILM_TOOLS)
    assert sums(await ask.stream("hi", system=system(), tools=FILM_TOOLS[:-1]))[0] == 0
    assert (sums(await ask.stream("hi", system=system(), tools=FILM_TOOLS))[0] or 0) > 2_000


async def test_a_model_has_its_own_cache(ask: Asker) -> None:
    await ask.stream("hi", system=system())
    assert sums(await ask.stream("hi", system=system(), model="claude-opus-5-5"))[0] == 0


async def test_a_change_of_thinking_keeps_the_system_but_not_the_messages(ask: Asker) -> None:
    asked = person("m" * 8_000)
    asked["content"][0]["cache_control"] = MARK
    await ask.stream([asked], system=system())
    assert sums(await ask.stream([asked], system=system()))[0] == 4_004
    quiet = await ask.stream([asked], system=system(), thinking={"type": "between_tools"})
    assert sums(quiet)[:2] == (2_000, 2_004)


async def test_a_growing_conversation_with_one_mark_at_its_end(claude: ClaudeStandIn, ask: Asker) -> None:
    history: list[Json] = []
    read: list[int] = []
    for number in range(4):
        history.append(person(f"question {number} " + "q" * 1_600))
        message = await ask.stream(history, system=system(), cache_control=MARK)
        read.append(message.usage.cache_read_input_tokens or 0)
        assert message.usage.input_tokens == 0
        history.append(again(message))
    assert read[0] == 0
    assert all(later > earlier for earlier, later in pairwise(read))
    total = sum(exchange.usage.prompt for exchange in claude.requests if exchange.usage is not None)
    assert sum(read) / total > 0.6


async def test_a_prefix_more_than_twenty_blocks_back_is_not_found(ask: Asker) -> None:
    first = {"type": "text", "text": LONG, "cache_control": MARK}
    await ask.stream([{"role": "user", "content": [first]}])
    plain = {"type": "text", "text": LONG}

    async def read_after(blocks: int) -> int | None:
        rest: list[Json] = [{"type": "text", "text": f"{blocks} {number}"} for number in range(blocks)]
        rest[-1] = rest[-1] | {"cache_control": MARK}
        return sums(await ask.stream([{"role": "user", "content": [plain, *rest]}]))[0]

    assert await read_after(20) == 2_004
    assert await read_after(21) == 0


async def test_a_tool_loop_reads_what_it_wrote(claude: ClaudeStandIn, ask: Asker) -> None:
    claude.script(*[Reply(thinking="t", tools=[ToolCall("find_title", {"query": "N"})])] * 5)
    history = [person("find")]
    for _ in range(5):
        message = await ask.stream(history, system=system(), tools=FILM_TOOLS, cache_control=MARK)
        history += [again(message), results(message, "f" * 400)]
    last = claude.requests[-1].usage
    assert last is not None
    assert last.read / last.prompt > 0.9
    assert last.fresh == 0


async def test_a_failure_writes_nothing(claude: ClaudeStandIn, ask: Asker) -> None:
    await ask.post(
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 5,
            "temperature": 1,
            "system": system(),
            "messages": [person("hi")],
        }
    )
    assert sums(await ask.stream("hi", system=system()))[0] == 0
    claude.cache.forget()
    assert sums(await ask.stream("hi", system=system()))[0] == 0

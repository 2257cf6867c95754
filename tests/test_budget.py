"""The budget of calls: finals first and never dropped, cosmetics dropped, no chat stops another."""

import asyncio
from collections.abc import Callable

import pytest

from src.bot.budget import BURST, NO_CHAT, SWEEP_ABOVE, SWEEP_EVERY, ChatBudget, Weight
from src.core.errors import RateLimitedError
from tests.turned_clock import TurnedClock

ANNA, BORIS, GROUP = 1001, 1002, -1001234


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def budget(clock: TurnedClock) -> ChatBudget:
    return ChatBudget(clock, sleep=clock.sleep)


async def ask(budget: ChatBudget, chat: int, weight: Weight) -> bool:
    async with budget.slot(chat, weight) as granted:
        return granted


def busiest(moments: list[float], span: float) -> int:
    """The most calls in any window of `span` seconds."""
    return max(sum(first <= moment < first + span for moment in moments) for first in moments)


@pytest.mark.requirement("BOT-002")
async def test_finals_burst_then_go_once_a_second(budget: ChatBudget, clock: TurnedClock) -> None:
    moments = []
    for _ in range(8):
        assert await ask(budget, ANNA, Weight.FINAL)
        moments.append(clock.monotonic())
    assert moments[:3] == [0, 0, 0]
    assert moments[3:] == pytest.approx([1, 2, 3, 4, 5], abs=0.01)


async def test_a_stream_of_drafts_runs_at_one_a_second_and_the_final_never_waits(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    for _ in range(25):
        assert await ask(budget, ANNA, Weight.DRAFT)
        clock.advance(1.0)
    before = clock.monotonic()
    assert await ask(budget, ANNA, Weight.FINAL)
    assert clock.monotonic() == before


@pytest.mark.parametrize("chat", [ANNA, GROUP])
@pytest.mark.parametrize("weight", [Weight.EDIT, Weight.DRAFT, Weight.TYPING])
async def test_cosmetics_are_dropped_and_leave_room_for_a_final(
    budget: ChatBudget, clock: TurnedClock, weight: Weight, chat: int
) -> None:
    granted = [await ask(budget, chat, weight) for _ in range(50)]
    assert 1 <= sum(granted) < BURST
    assert await ask(budget, chat, Weight.FINAL)
    assert clock.slept == []


@pytest.mark.requirement("BOT-002")
async def test_no_mixture_of_calls_passes_the_limits_of_a_private_chat(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    moments: list[float] = []
    kinds = (Weight.TYPING, Weight.DRAFT, Weight.EDIT, Weight.CALLBACK, Weight.CALLBACK)
    for step in range(1500):
        if await ask(budget, ANNA, kinds[step % len(kinds)]):
            moments.append(clock.monotonic())
        if step % 97 == 0:
            assert await ask(budget, ANNA, Weight.FINAL)
            moments.append(clock.monotonic())
        clock.advance(0.05)
    assert busiest(moments, 5.0) <= 20
    assert busiest(moments, 30.0) <= 40


async def test_a_group_gets_twenty_a_minute_and_finals_find_room_among_edits(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    moments: list[float] = []
    waited = 0.0
    for step in range(600):
        if await ask(budget, GROUP, Weight.EDIT):
            moments.append(clock.monotonic())
        if step % 120 == 60:
            before = clock.monotonic()
            assert await ask(budget, GROUP, Weight.FINAL)
            waited = max(waited, clock.monotonic() - before)
            moments.append(clock.monotonic())
        clock.advance(0.5)
    assert busiest(moments, 60.0) <= 20
    assert waited == 0.0
    assert len(moments) > 50


async def test_callbacks_do_not_wait_but_are_counted(budget: ChatBudget, clock: TurnedClock) -> None:
    granted = [await ask(budget, ANNA, Weight.CALLBACK) for _ in range(30)]
    assert granted == [True] * 20 + [False] * 10
    assert clock.slept == []
    assert not await ask(budget, ANNA, Weight.DRAFT)
    assert await ask(budget, ANNA, Weight.FINAL)
    assert clock.monotonic() == pytest.approx(5.0, abs=0.01)


async def test_presses_do_not_hold_back_the_answer_to_them(budget: ChatBudget, clock: TurnedClock) -> None:
    for _ in range(5):
        assert await ask(budget, ANNA, Weight.CALLBACK)
    assert await ask(budget, ANNA, Weight.FINAL)
    assert clock.slept == []


@pytest.mark.requirement("BOT-002")
async def test_after_a_429_nothing_goes_until_then_and_the_final_goes_right_after(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    budget.refused(ANNA, 7.0)
    assert budget.closed_for(ANNA) == 7.0
    for weight in (Weight.CALLBACK, Weight.EDIT, Weight.DRAFT, Weight.TYPING):
        assert not await ask(budget, ANNA, weight)
    assert await ask(budget, BORIS, Weight.DRAFT)
    assert await ask(budget, ANNA, Weight.FINAL)
    assert clock.monotonic() == pytest.approx(7.0, abs=0.01)
    assert budget.closed_for(ANNA) == 0.0
    assert budget.closed_for(BORIS) == 0.0


async def test_a_shorter_429_does_not_shorten_a_longer_one(budget: ChatBudget) -> None:
    budget.refused(ANNA, 20.0)
    budget.refused(ANNA, 3.0)
    assert budget.closed_for(ANNA) == 20.0


async def test_a_long_ban_is_handed_back_instead_of_waited_for(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    budget.refused(ANNA, 7200.0)
    with pytest.raises(RateLimitedError) as caught:
        await ask(budget, ANNA, Weight.FINAL)
    assert caught.value.retry_after == 7200.0
    assert clock.slept == []
    clock.advance(7200.0)
    assert await ask(budget, ANNA, Weight.FINAL)


async def test_the_bot_as_a_whole_stays_below_thirty_a_second(budget: ChatBudget, clock: TurnedClock) -> None:
    moments: list[float] = []

    async def final(chat: int) -> None:
        assert await ask(budget, chat, Weight.FINAL)
        moments.append(clock.monotonic())

    async with asyncio.TaskGroup() as tasks:
        for chat in range(1, 101):
            tasks.create_task(final(chat))
    assert len(moments) == 100
    assert busiest(moments, 0.999) <= 30
    assert max(moments) < 5.0


async def test_cosmetics_of_many_chats_leave_the_bot_room_for_finals(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    granted = [await ask(budget, chat, Weight.DRAFT) for chat in range(1, 101)]
    assert 20 <= sum(granted) < 30
    assert await ask(budget, 500, Weight.FINAL)
    assert clock.slept == []


async def test_cosmetics_give_way_to_a_final_that_waits_or_is_on_its_way(budget: ChatBudget) -> None:
    async with budget.slot(ANNA, Weight.FINAL) as granted:
        assert granted
        assert not await ask(budget, ANNA, Weight.DRAFT)
        assert await ask(budget, ANNA, Weight.CALLBACK)
        assert await ask(budget, BORIS, Weight.DRAFT)


class Gate:
    """A sleep that ends when the test says so, with the clock turned by hand."""

    def __init__(self) -> None:
        self.sleeping = 0
        self.open = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.sleeping += 1
        await self.open.wait()


async def until(look: Callable[[], bool]) -> None:
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")


async def test_a_closed_chat_stops_no_other(clock: TurnedClock) -> None:
    gate = Gate()
    budget = ChatBudget(clock, sleep=gate.sleep)
    budget.refused(ANNA, 20.0)
    held = [asyncio.create_task(ask(budget, ANNA, Weight.FINAL)) for _ in range(3)]
    await until(lambda: gate.sleeping == 1)
    for _ in range(3):
        assert await ask(budget, BORIS, Weight.FINAL)
    assert not await ask(budget, ANNA, Weight.TYPING)
    clock.advance(20.0)
    gate.open.set()
    assert await asyncio.gather(*held) == [True] * 3


async def test_finals_of_a_chat_keep_their_order_and_none_runs_beside_another(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    order: list[int] = []
    inside = 0

    async def final(number: int) -> None:
        nonlocal inside
        async with budget.slot(ANNA, Weight.FINAL):
            inside += 1
            assert inside == 1
            await clock.sleep(0.1)
            order.append(number)
            inside -= 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(10):
            tasks.create_task(final(number))
    assert order == list(range(10))


async def test_a_final_waits_for_the_draft_on_its_way(budget: ChatBudget) -> None:
    order: list[str] = []
    async with budget.slot(ANNA, Weight.DRAFT) as granted:
        assert granted
        final = asyncio.create_task(ask(budget, ANNA, Weight.FINAL))
        final.add_done_callback(lambda _: order.append("final"))
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("draft")
    await final
    await until(lambda: len(order) == 2)
    assert order == ["draft", "final"]


async def test_a_cancelled_wait_leaves_nothing_locked(clock: TurnedClock) -> None:
    gate = Gate()
    budget = ChatBudget(clock, sleep=gate.sleep)
    budget.refused(ANNA, 20.0)
    tasks = [asyncio.create_task(ask(budget, ANNA, Weight.FINAL)) for _ in range(2)]
    await until(lambda: gate.sleeping == 1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    clock.advance(20.0)
    assert await ask(budget, ANNA, Weight.DRAFT)
    assert await ask(budget, ANNA, Weight.FINAL)


async def test_an_error_inside_gives_the_slot_back(budget: ChatBudget) -> None:
    for weight in (Weight.FINAL, Weight.DRAFT, Weight.CALLBACK):
        with pytest.raises(OSError, match="broken"):
            async with budget.slot(ANNA, weight):
                raise OSError("broken")
    assert await ask(budget, ANNA, Weight.FINAL)


async def test_calls_that_name_no_chat_know_the_bots_limit_alone(
    budget: ChatBudget, clock: TurnedClock
) -> None:
    async with budget.slot(NO_CHAT, Weight.FINAL) as granted:  # a slow one stops no other
        assert granted
        assert [await ask(budget, NO_CHAT, Weight.FINAL) for _ in range(20)] == [True] * 20
    assert clock.slept == []
    assert [await ask(budget, NO_CHAT, Weight.CALLBACK) for _ in range(10)] == [True] * 9 + [False]
    budget.refused(NO_CHAT, 5.0)
    assert budget.closed_for(NO_CHAT) == 5.0
    assert not await ask(budget, NO_CHAT, Weight.CALLBACK)
    assert await ask(budget, NO_CHAT, Weight.FINAL)
    assert clock.monotonic() == 5.0
    assert len(budget) == 0


async def test_idle_chats_are_forgotten_and_busy_ones_kept(budget: ChatBudget, clock: TurnedClock) -> None:
    budget.refused(ANNA, 10_000.0)
    for chat in range(2000, 2000 + 20 * SWEEP_ABOVE):
        assert await ask(budget, chat, Weight.FINAL)
        clock.advance(0.5)
    assert len(budget) < SWEEP_ABOVE + (SWEEP_EVERY + 60.0) / 0.5
    assert budget.closed_for(ANNA) > 0

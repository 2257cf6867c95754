"""Stopping: at once for what runs, and remembered for what a restart brings back."""

import asyncio

import pytest

from src.core.conversations import Conversations
from src.core.database import Database
from src.core.inbound import Address
from src.core.inbox import Inbox
from src.core.stops import Stops
from tests.core.conftest import ELSEWHERE, HOME, NOON, ManualClock, entry

pytestmark = pytest.mark.requirement("BOT-001.3")


@pytest.fixture
def stops(database: Database, clock: ManualClock) -> Stops:
    return Stops(database, clock)


async def test_what_runs_here_is_stopped_and_nothing_elsewhere(stops: Stops, clock: ManualClock) -> None:
    here = [await stops.begin(HOME, NOON) for _ in range(2)]
    elsewhere = await stops.begin(ELSEWHERE, NOON)
    waiter = asyncio.create_task(here[0].wait())
    clock.turn(seconds=1)
    assert await stops.stop(HOME)
    async with asyncio.timeout(5):
        await waiter
    assert [stop.asked for stop in (*here, elsewhere)] == [True, True, False]


async def test_where_nothing_runs_it_is_said(stops: Stops) -> None:
    assert not await stops.stop(HOME)
    stop = await stops.begin(HOME, NOON)
    stops.end(HOME, stop)
    assert not await stops.stop(HOME)


async def test_a_stop_asked_for_before_a_restart_still_counts_after_it(
    stops: Stops, database: Database, clock: ManualClock
) -> None:
    received = clock.now()
    await stops.begin(HOME, received)
    clock.turn(seconds=1)
    await stops.stop(HOME)
    restarted = Stops(database, clock)
    assert (await restarted.begin(HOME, received)).asked
    assert not (await restarted.begin(ELSEWHERE, received)).asked


async def test_what_came_in_after_the_stop_is_not_stopped(stops: Stops, clock: ManualClock) -> None:
    await stops.begin(HOME, clock.now())
    await stops.stop(HOME)
    clock.turn(seconds=1)
    assert not (await stops.begin(HOME, clock.now())).asked


async def test_a_later_stop_counts_as_well(stops: Stops, clock: ManualClock) -> None:
    await stops.stop(HOME)
    clock.turn(seconds=1)
    received = clock.now()
    clock.turn(seconds=1)
    await stops.stop(HOME)
    assert (await stops.begin(HOME, received)).asked


async def test_the_end_of_one_turn_leaves_the_others_stoppable(stops: Stops) -> None:
    first, second = await stops.begin(HOME, NOON), await stops.begin(HOME, NOON)
    stops.end(HOME, first)
    stops.end(HOME, first)
    assert await stops.stop(HOME)
    assert (first.asked, second.asked) == (False, True)


async def test_a_stop_and_a_closed_chat_do_not_disturb_each_other(
    stops: Stops, database: Database, clock: ManualClock
) -> None:
    conversations = Conversations(database, clock)
    await stops.stop(HOME)
    await conversations.close(Address.parse(HOME))
    assert (await stops.begin(HOME, NOON)).asked
    assert await conversations.resolve(Address.parse(HOME)) == (Address.parse(HOME), True)


async def test_words_that_still_wait_for_their_turn_are_stopped_too(
    stops: Stops, inbox: Inbox, clock: ManualClock
) -> None:
    await inbox.store([entry("1")])
    clock.turn(seconds=1)
    assert await stops.stop(HOME)
    assert (await stops.begin(HOME, NOON)).asked


async def test_whoever_asks_is_not_stopped_and_does_not_count(stops: Stops, clock: ManualClock) -> None:
    asking = await stops.begin(HOME, clock.now())
    clock.turn(seconds=1)
    assert not await stops.stop(HOME, but=asking)
    assert not asking.asked

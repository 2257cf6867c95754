"""The courier carries the outbox to a channel: the class of what goes wrong decides what happens next."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from src.core.clock import SystemClock
from src.core.conversations import Conversations
from src.core.courier import DOUBTS_ALLOWED, Channel, Courier
from src.core.database import Database
from src.core.errors import (
    BlockedError,
    ConciergeError,
    CredentialsError,
    RateLimitedError,
    RefusedError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
    UnusableInputError,
)
from src.core.inbound import Address, text_of
from src.core.outbox import Letter, Outbox
from src.core.secrets import SecretBox
from src.core.tables import outbox as table
from tests.core.conftest import ELSEWHERE, HOME, ManualClock, outgoing, rows_of

Answer = ConciergeError | asyncio.Event | None


class Postcards:
    """A channel that keeps what it is given in memory. `answers` says what a conversation's next deliveries do:

    an error is raised, an event waited for; without one, or at None, the message arrives.
    """

    name = "telegram"

    def __init__(self) -> None:
        self.answers: dict[str, Iterator[Answer]] = defaultdict(lambda: iter(()))
        self.tried: list[tuple[str, str, str | None]] = []
        self.arrived: dict[str, list[str]] = defaultdict(list)
        self._changed = asyncio.Condition()

    async def deliver(self, letter: Letter) -> str:
        """As the port says."""
        conversation, text = letter.outgoing.conversation, text_of(letter.outgoing.text)
        self.tried.append((conversation, text, letter.edits))
        async with self._changed:
            self._changed.notify_all()
        answer = next(self.answers[conversation], None)
        if isinstance(answer, ConciergeError):
            raise answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
        self.arrived[conversation].append(text)
        return letter.edits or f"m{len(self.tried)}"

    async def until(self, look: Callable[[], bool]) -> None:
        """Wait until something was tried that makes `look` true."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(look)


@pytest.fixture
async def channel() -> Postcards:
    return Postcards()


@pytest.fixture
def clock() -> ManualClock:
    """A minute and more passes at every look: what is told to wait has waited."""
    return ManualClock(stride=61.0)


@pytest.fixture
def conversations(database: Database, clock: ManualClock) -> Conversations:
    return Conversations(database, clock)


@pytest.fixture
def courier(outbox: Outbox, channel: Postcards, conversations: Conversations, clock: ManualClock) -> Courier:
    port: Channel = channel
    return Courier(outbox, port, conversations, clock)


@asynccontextmanager
async def running(courier: Courier) -> AsyncIterator[None]:
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def carried(courier: Courier) -> None:
    """Runs it until nothing is left to carry."""
    async with running(courier), asyncio.timeout(10):
        await courier.idle()


async def test_everything_arrives_in_order_with_its_receipt(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    await outbox.put(*(outgoing(f"{n}", f"{n}") for n in range(5)), outgoing("x", "x", to=ELSEWHERE))
    await carried(courier)
    assert channel.arrived == {HOME: ["0", "1", "2", "3", "4"], ELSEWHERE: ["x"]}
    assert await outbox.counts() == {"sent": 6, "doubtful": 0}
    assert await outbox.message_of("0") is not None


async def test_what_is_put_while_it_runs_is_carried_at_once(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    async with running(courier):
        for number in range(3):
            await outbox.put(outgoing(f"{number}", f"{number}"))
            await channel.until(lambda wanted=number: len(channel.tried) > wanted)  # type: ignore[misc]
    assert [text for _, text, _ in channel.tried] == ["0", "1", "2"]


async def test_another_channels_messages_are_not_ours(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    await outbox.put(outgoing("k", to="terminal:1:0"))
    await carried(courier)
    assert channel.tried == []
    assert await outbox.conversations("terminal") == ["terminal:1:0"]


async def test_an_edit_goes_to_the_message_that_was_sent(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    await outbox.put(outgoing("card", "asking"), outgoing("final", "found", edits="card"))
    await carried(courier)
    sent = await outbox.message_of("card")
    assert sent is not None
    assert channel.tried == [(HOME, "asking", None), (HOME, "found", sent)]


async def test_a_rate_limit_is_waited_for(database: Database, box: SecretBox, channel: Postcards) -> None:
    clock = SystemClock()
    outbox = Outbox(database, box, clock, "here")
    courier = Courier(outbox, channel, Conversations(database, clock), clock)
    channel.answers[HOME] = iter([RateLimitedError("Telegram", "slow down", 0.3), None])
    await outbox.put(outgoing("k", "1"), outgoing("l", "2"))
    started = time.monotonic()
    await carried(courier)
    assert time.monotonic() - started >= 0.3
    assert [text for _, text, _ in channel.tried] == ["1", "1", "2"]
    assert await outbox.counts() == {"sent": 2, "doubtful": 0}


async def test_a_rate_limit_never_counts_as_doubt_or_the_last_straw(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    channel.answers[HOME] = iter([RateLimitedError("Telegram", "slow down", 3.0)] * 8)
    await outbox.put(outgoing("k"))
    await carried(courier)
    assert len(channel.tried) == 9
    assert await outbox.counts() == {"sent": 1, "doubtful": 0}


async def test_a_channel_that_cannot_be_reached_is_tried_until_it_can(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    channel.answers[HOME] = iter([ServiceUnreachableError("Telegram", "no route")] * 12)
    await outbox.put(outgoing("k", "1"), outgoing("l", "2"))
    await carried(courier)
    assert [text for _, text, _ in channel.tried] == ["1"] * 13 + ["2"]
    assert await outbox.counts() == {"sent": 2, "doubtful": 0}


@pytest.mark.parametrize(
    "error",
    [
        ServiceTimeoutError("Telegram", "no answer"),
        ServiceUnavailableError("Telegram", "502"),
        UnexpectedAnswerError("Telegram", "not JSON"),
        BlockedError("Telegram", "refused"),
        CredentialsError("Telegram", "401"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_unknown_fate_is_tried_a_bounded_number_of_times(
    courier: Courier, outbox: Outbox, channel: Postcards, database: Database, error: ConciergeError
) -> None:
    channel.answers[HOME] = iter([error] * (DOUBTS_ALLOWED + 1))
    await outbox.put(outgoing("k", "1"), outgoing("l", "2"))
    await carried(courier)
    assert [text for _, text, _ in channel.tried] == ["1"] * (DOUBTS_ALLOWED + 1) + ["2"]
    first, second = await rows_of(database, table)
    assert (first["state"], first["reason"], first["doubtful"]) == ("failed", error.code, DOUBTS_ALLOWED)
    assert second["state"] == "sent"


async def test_an_unknown_fate_may_end_well_and_is_counted(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    channel.answers[HOME] = iter([ServiceTimeoutError("Telegram", "no answer"), None])
    await outbox.put(outgoing("k"))
    await carried(courier)
    assert await outbox.counts() == {"sent": 1, "doubtful": 1}


@pytest.mark.parametrize("error", [RefusedError("blocked by the person"), UnusableInputError("too long")])
async def test_what_can_never_go_fails_once_and_the_next_goes_on(
    courier: Courier, outbox: Outbox, channel: Postcards, database: Database, error: ConciergeError
) -> None:
    channel.answers[HOME] = iter([error])
    await outbox.put(outgoing("k", "1"), outgoing("l", "2"))
    await carried(courier)
    assert [text for _, text, _ in channel.tried] == ["1", "2"]
    assert [(row["state"], row["reason"]) for row in await rows_of(database, table)] == [
        ("failed", error.code),
        ("sent", None),
    ]


async def test_a_conversation_in_trouble_holds_up_no_other(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    stuck = asyncio.Event()
    channel.answers[HOME] = iter([stuck])
    await outbox.put(outgoing("stuck", "1"), outgoing("behind", "2"))
    await outbox.put(*(outgoing(f"x{n}", f"x{n}", to=ELSEWHERE) for n in range(3)))
    async with running(courier):
        await channel.until(lambda: len(channel.tried) == 4)
        await outbox.put(outgoing("late", "late", to=ELSEWHERE))
        await channel.until(lambda: channel.tried[-1][1] == "late")
        assert not channel.arrived[HOME]
        stuck.set()
        async with asyncio.timeout(5):
            await courier.idle()
    assert channel.arrived == {HOME: ["1", "2"], ELSEWHERE: ["x0", "x1", "x2", "late"]}


async def test_a_closed_conversation_drops_notices_and_nothing_else(
    courier: Courier, outbox: Outbox, channel: Postcards, conversations: Conversations, database: Database
) -> None:
    await conversations.close(Address.parse(HOME))
    await outbox.put(outgoing("notice", "n", notice=True), outgoing("answer", "a"))
    await outbox.put(outgoing("elsewhere", "e", to=ELSEWHERE, notice=True))
    await carried(courier)
    assert sorted(channel.tried) == [(ELSEWHERE, "e", None), (HOME, "a", None)]
    assert [(row["state"], row["reason"]) for row in await rows_of(database, table)] == [
        ("failed", "error-refused"),
        ("sent", None),
        ("sent", None),
    ]
    await conversations.open(Address.parse(HOME))
    await outbox.put(outgoing("notice-2", "n2", notice=True))
    await carried(courier)
    assert channel.arrived[HOME] == ["a", "n2"]


async def test_a_moved_conversation_is_followed_in_its_thread(
    courier: Courier, outbox: Outbox, channel: Postcards, conversations: Conversations
) -> None:
    await conversations.moved(Address.parse(ELSEWHERE), -100500)
    await outbox.put(outgoing("k", "1", to=ELSEWHERE))
    await carried(courier)
    assert channel.arrived == {"telegram:-100500:7": ["1"]}
    assert await outbox.message_of("k") is not None


@pytest.mark.requirement("BOT-002.1")
async def test_what_a_dead_process_was_sending_goes_out_first_and_is_counted(
    courier: Courier, outbox: Outbox, channel: Postcards
) -> None:
    await outbox.put(outgoing("k", "1"), outgoing("l", "2"))
    assert await outbox.take(HOME) is not None  # and the process is killed before the receipt
    await carried(courier)
    assert [text for _, text, _ in channel.tried] == ["1", "2"]
    assert await outbox.counts() == {"sent": 2, "doubtful": 1}


async def test_a_courier_ended_in_the_middle_leaves_the_message_to_the_next(
    courier: Courier, outbox: Outbox, channel: Postcards, conversations: Conversations, clock: ManualClock
) -> None:
    channel.answers[HOME] = iter([asyncio.Event()])
    await outbox.put(outgoing("k", "1"))
    async with running(courier):
        await channel.until(lambda: len(channel.tried) == 1)
    assert not channel.arrived[HOME]
    async with running(Courier(outbox, channel, conversations, clock)):
        await channel.until(lambda: len(channel.tried) == 2)
    assert channel.tried == [(HOME, "1", None)] * 2

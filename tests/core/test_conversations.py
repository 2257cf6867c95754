"""Where messages for a conversation go now, and whether we are still let in."""

import pytest

from src.core.conversations import Conversations
from src.core.database import Database
from src.core.inbound import Address
from tests.core.conftest import ManualClock

GROUP = Address("telegram", -500)
TOPIC = Address("telegram", -500, 7)


@pytest.fixture
def conversations(database: Database, clock: ManualClock) -> Conversations:
    return Conversations(database, clock)


async def test_what_we_know_nothing_of_is_where_it_was_and_open(conversations: Conversations) -> None:
    assert await conversations.resolve(TOPIC) == (TOPIC, False)


async def test_a_moved_chat_is_followed_with_its_threads(conversations: Conversations) -> None:
    await conversations.moved(GROUP, -100500)
    assert await conversations.resolve(GROUP) == (Address("telegram", -100500), False)
    assert await conversations.resolve(TOPIC) == (Address("telegram", -100500, 7), False)
    assert await conversations.resolve(Address("terminal", -500)) == (Address("terminal", -500), False)


async def test_a_closed_chat_is_closed_in_every_thread_until_it_is_opened(
    conversations: Conversations,
) -> None:
    await conversations.close(TOPIC)
    assert await conversations.resolve(GROUP) == (GROUP, True)
    assert await conversations.resolve(Address("telegram", -501)) == (Address("telegram", -501), False)
    await conversations.open(GROUP)
    assert await conversations.resolve(TOPIC) == (TOPIC, False)


@pytest.mark.parametrize("closed_first", [True, False])
async def test_what_counts_is_whether_the_new_chat_is_closed(
    conversations: Conversations, closed_first: bool
) -> None:
    new = Address("telegram", -100500)
    if closed_first:
        await conversations.close(GROUP)
    await conversations.moved(GROUP, new.chat)
    assert await conversations.resolve(GROUP) == (new, closed_first)
    await conversations.close(new)
    assert await conversations.resolve(GROUP) == (new, True)
    await conversations.open(new)
    assert await conversations.resolve(GROUP) == (new, False)


async def test_a_circle_of_moves_comes_to_an_end(conversations: Conversations) -> None:
    await conversations.moved(GROUP, -501)
    await conversations.moved(Address("telegram", -501), -500)
    address, closed = await conversations.resolve(GROUP)
    assert address.chat in (-500, -501)
    assert not closed


@pytest.mark.parametrize(
    "address", [Address("telegram", 1), Address("telegram", -100500, 7), Address("terminal", 0)]
)
def test_an_address_is_read_as_it_was_written(address: Address) -> None:
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "telegram", "telegram:1", "telegram:one:0", "telegram:1:0:0"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Address.parse(text)

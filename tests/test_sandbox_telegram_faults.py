"""The Telegram stand-in's trouble on demand: refusals, silence, cut lines, floods."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.sandbox.telegram import (
    Chat,
    Fault,
    Limits,
    ManualClock,
    TelegramStandIn,
    User,
    Wire,
)

GROUP = -1001234
SHORT = aiohttp.ClientTimeout(total=0.3)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
async def wire(telegram: TelegramStandIn) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Wire(session, telegram)


@pytest.fixture
def anna(telegram: TelegramStandIn) -> User:
    return telegram.user(1001, "Анна")


@pytest.fixture
def boris(telegram: TelegramStandIn) -> User:
    return telegram.user(1002, "Борис", username="boris")


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    return telegram.private(anna)


@pytest.fixture
def group(telegram: TelegramStandIn, anna: User, boris: User) -> Chat:
    return telegram.group(GROUP, title="Кино", members=[anna, boris])


# -- faults ----------------------------------------------------------------------------------------------


async def test_faults_that_answer(telegram: TelegramStandIn, wire: Wire, chat: Chat) -> None:
    say = {"chat_id": 1001, "text": "x"}
    for fault, code in (
        (Fault.forbidden("bot was blocked by the user"), 403),
        (Fault.bad_request("chat not found"), 400),
        (Fault.conflict(), 409),
        (Fault.failure(500, "Internal Server Error"), 500),
    ):
        telegram.faults.add("sendMessage", fault)
        assert (await wire.fails("sendMessage", **say))[0] == code
    telegram.faults.add("sendMessage", Fault.status(502, "<html>bad gateway</html>"))
    telegram.faults.add("sendMessage", Fault.garbage_body())
    for status in (502, 200):
        async with wire.session.post(wire.root + "sendMessage", json=say) as response:
            body = await response.text()
            assert response.status == status
            assert not body.endswith("}")
    assert chat.messages == []
    await wire.ok("sendMessage", **say)


async def test_faults_pick_their_calls(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, group: Chat
) -> None:
    telegram.faults.add("*", Fault.bad_request("planned"), times=2, chat=GROUP, skip=1)
    assert await wire.ok("sendMessage", chat_id=GROUP, text="first passes")
    await wire.ok("sendMessage", chat_id=1001, text="other chat")
    for method, more in (("sendMessage", {"text": "x"}), ("sendChatAction", {"action": "typing"})):
        assert await wire.fails(method, chat_id=GROUP, **more) == (400, "Bad Request: planned")
    await wire.ok("sendMessage", chat_id=GROUP, text="used up")
    telegram.faults.add("getMe", Fault.bad_request("always"), times=None)
    for _ in range(3):
        await wire.fails("getMe")
    telegram.faults.clear()
    await wire.ok("getMe")


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (Fault.timeout_after_processing(), 1),
        (Fault.timeout_before_processing(), 0),
        (Fault.hang(30), 0),
        (Fault.slow(30), 0),
    ],
)
async def test_faults_that_keep_silent(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, fault: Fault, sent: int
) -> None:
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(TimeoutError):
        await wire.session.post(wire.root + "sendMessage", json={"chat_id": 1001, "text": "x"}, timeout=SHORT)
    assert len(chat.messages) == sent
    assert [call.answered for call in telegram.calls] == [False]
    await wire.ok("getMe")


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (Fault.close_connection("after"), 1),
        (Fault.close_connection("before"), 0),
        (Fault.hang(0.01), 0),
    ],
)
async def test_faults_that_cut_the_line(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, fault: Fault, sent: int
) -> None:
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.session.post(wire.root + "sendMessage", json={"chat_id": 1001, "text": "x"})
    assert len(chat.messages) == sent
    await wire.ok("getMe")


async def test_slow_answers_come(telegram: TelegramStandIn, wire: Wire, chat: Chat) -> None:
    telegram.faults.add("sendMessage", Fault.slow(0.05))
    assert (await wire.ok("sendMessage", chat_id=1001, text="late"))["text"] == "late"


# -- flood -----------------------------------------------------------------------------------------------


async def test_calls_inside_a_retry_after_window_are_violations(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, boris: User, clock: ManualClock
) -> None:
    telegram.private(boris)
    telegram.faults.add("sendMessage", Fault.retry_after(3))
    refused = await wire.post("sendMessage", chat_id=1001, text="x")
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert telegram.flood_violations == []
    clock.advance(1)
    assert (await wire.post("sendChatAction", chat_id=1001, action="typing"))["parameters"] == {
        "retry_after": 2
    }
    await wire.ok("sendMessage", chat_id=1002, text="another chat")
    [violation] = telegram.flood_violations
    assert (violation.call.method, violation.chat_id, violation.remaining) == ("sendChatAction", 1001, 2.0)
    clock.advance(2)
    await wire.ok("sendMessage", chat_id=1001, text="x")


async def test_the_rate_rule(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, group: Chat, clock: ManualClock
) -> None:
    telegram.limits = Limits(per_chat_per_second=1, per_chat_burst=2, per_group_per_minute=4, retry_after=2)
    for _ in range(2):
        await wire.ok("sendMessage", chat_id=1001, text="x")
    assert (await wire.fails("sendMessage", chat_id=1001, text="x"))[0] == 429
    clock.advance(2)
    await wire.ok("sendMessage", chat_id=1001, text="x")
    for _ in range(4):
        clock.advance(3)
        await wire.ok("sendMessage", chat_id=GROUP, text="x")
    clock.advance(3)
    assert (await wire.fails("sendMessage", chat_id=GROUP, text="x"))[0] == 429
    clock.advance(60)
    await wire.ok("sendMessage", chat_id=GROUP, text="x")
    telegram.limits = Limits(per_second=1, burst=1)
    await wire.ok("sendMessage", chat_id=1001, text="x")
    assert (await wire.fails("sendMessage", chat_id=GROUP, text="x"))[0] == 429

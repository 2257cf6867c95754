"""Polling: nothing is acknowledged before it was stored, and nothing stops it but a refused token."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
import structlog
from structlog.testing import LogCapture

from src.bot.api import open_telegram_api
from src.bot.poller import ALLOWED_UPDATES, Poller, Update, next_offset
from src.core.clock import SystemClock
from src.core.errors import ConciergeError, CredentialsError, ServiceTimeoutError, ServiceUnreachableError
from tests.sandbox.telegram import Chat, Fault, TelegramStandIn, User
from tests.turned_clock import TurnedClock

TOKEN = "4242:TEST-token"


class Store:
    """A store that keeps what it is given; `failures` are raised first."""

    def __init__(self, offset: int | None = None) -> None:
        self.offset = offset
        self.updates: list[Update] = []
        self.given = 0
        self.failures: list[Exception] = []
        self.confirmed_before: list[int] = []
        self.telegram: TelegramStandIn | None = None
        self.changed = asyncio.Event()

    async def load(self) -> int | None:
        return self.offset

    async def store(self, updates: Sequence[Update], offset: int) -> None:
        self.given += 1
        self.changed.set()
        if self.telegram is not None:
            self.confirmed_before.append(self.telegram.confirmed_offset)
        if self.failures:
            raise self.failures.pop(0)
        self.updates += updates
        self.offset = offset

    @property
    def texts(self) -> list[object]:
        messages = [update.get("message") for update in self.updates]
        return [message.get("text") for message in messages if isinstance(message, dict)]

    async def until(self, look: Callable[[], bool], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not look():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(TOKEN) as stand_in:
        yield stand_in


@pytest.fixture
def anna(telegram: TelegramStandIn) -> User:
    return telegram.user(1001)


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    return telegram.private(anna)


@pytest.fixture
def store(telegram: TelegramStandIn) -> Store:
    store = Store()
    store.telegram = telegram
    return store


@pytest.fixture
def logs() -> list[dict[str, object]]:
    capture = LogCapture()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=False
    )
    return capture.entries  # type: ignore[return-value]  # structlog's own alias of the same


@pytest.fixture(autouse=True)
def _logging_as_it_was(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@asynccontextmanager
async def polling(
    telegram: TelegramStandIn, store: Store
) -> AsyncIterator[tuple[asyncio.Task[None], TurnedClock]]:
    """The poller at work; its pauses take no time."""
    clock = TurnedClock()
    async with open_telegram_api(TOKEN, telegram.url, clock=clock, sleep=clock.sleep) as api:
        poller = Poller(
            api,
            load_offset=store.load,
            store=store.store,
            clock=clock,
            poll_seconds=5,
            sleep=clock.sleep,
            jitter=lambda: 0.5,
        )
        task = asyncio.create_task(poller.run())
        try:
            yield task, clock
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, ConciergeError):
                await task


# -- the way it should go


@pytest.mark.requirement("BOT-003")
async def test_updates_are_stored_in_order_and_acknowledged_only_after_that(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    async with polling(telegram, store):
        for number in range(5):
            said = await chat.says(anna, str(number))
            await store.until(lambda: len(store.texts) == number + 1)  # noqa: B023
            assert said.update_id is not None
            assert store.offset == said.update_id + 1
        await telegram.wait_until(lambda: telegram.confirmed_offset == store.offset)
    assert store.texts == ["0", "1", "2", "3", "4"]
    first = store.updates[0]["update_id"]
    assert isinstance(first, int)
    # at the moment a batch was handed over, Telegram still kept all of it
    assert all(confirmed <= first + number for number, confirmed in enumerate(store.confirmed_before))


async def test_it_goes_on_from_the_stored_offset(telegram: TelegramStandIn, chat: Chat, anna: User) -> None:
    said = [await chat.says(anna, str(number)) for number in range(3)]
    assert said[1].update_id is not None
    store = Store(offset=said[1].update_id + 1)
    async with polling(telegram, store):
        await store.until(lambda: store.texts == ["2"])


async def test_what_waited_while_it_was_away_is_never_dropped(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    for number in range(250):
        await chat.says(anna, str(number))
    async with polling(telegram, store):
        await store.until(lambda: len(store.texts) == 250)
    assert store.texts == [str(number) for number in range(250)]
    assert store.given == 3
    assert all("drop_pending_updates" not in call.params for call in telegram.calls)


async def test_every_kind_is_asked_for_by_name(telegram: TelegramStandIn, chat: Chat, store: Store) -> None:
    async with polling(telegram, store):
        call = (await telegram.wait_until(lambda: telegram.calls_of("getUpdates")))[0]
        await telegram.wait_until(lambda: telegram.polling)
    assert call.params["allowed_updates"] == list(ALLOWED_UPDATES)
    assert "stopped_message_generation" in ALLOWED_UPDATES


@pytest.mark.requirement("BOT-003")
async def test_ids_that_begin_anew_below_are_followed() -> None:
    class Rebased:
        """Telegram after a week without updates: what comes now has smaller ids."""

        def __init__(self) -> None:
            self.asked: list[int | None] = []

        async def get_updates(
            self, offset: int | None, *, timeout: float, limit: int, allowed_updates: Sequence[str]
        ) -> list[Update]:
            self.asked.append(offset)
            if len(self.asked) == 1:
                return [{"update_id": 17}]
            raise CredentialsError("Telegram", "enough")

        async def webhook_url(self) -> str:
            return ""

        async def delete_webhook(self) -> None:
            raise AssertionError

        async def renew_polling(self) -> None:
            raise AssertionError

    store, api = Store(offset=900_000_000), Rebased()
    poller = Poller(api, load_offset=store.load, store=store.store, clock=TurnedClock())
    with pytest.raises(CredentialsError):
        await poller.run()
    assert api.asked == [900_000_000, 18]
    assert store.offset == 18


@pytest.mark.parametrize(
    ("updates", "offset", "following"),
    [
        ([{"update_id": 5}, {"update_id": 6}], 5, 7),
        ([{"update_id": 6}, {"update_id": 5}], None, 7),
        ([{"update_id": "7"}, {"update_id": 5}, {}], 5, 6),
        ([{"update_id": True}, {"update_id": None}, {"update_id": 3.5}], 5, 5),
        ([{"unreadable": 1}], None, 0),
        ([{"update_id": 2}], 900, 3),
    ],
)
def test_the_next_offset(updates: list[Update], offset: int | None, following: int) -> None:
    assert next_offset(updates, offset) == following


# -- trouble


@pytest.mark.requirement("BOT-003")
async def test_a_poison_update_hurts_no_other(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    await chat.says(anna, "before")
    telegram.raw_update({"message": {"message_id": "no number", "chat": []}})
    telegram.raw_update({"message": "not even an object"})
    telegram.raw_update({})
    await chat.says(anna, "after")
    async with polling(telegram, store):
        await store.until(lambda: len(store.updates) == 5)
        await telegram.wait_until(lambda: telegram.confirmed_offset == store.offset)
        await chat.says(anna, "later")
        await store.until(lambda: len(store.updates) == 6)
    assert store.texts == ["before", None, "after", "later"]


async def test_updates_without_an_id_are_handed_over_without_a_storm(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    body = '{"ok": true, "result": [{"message": {}}, 7, {"update_id": "x"}]}'
    telegram.faults.add("getUpdates", Fault.status(200, body), times=3)
    await chat.says(anna, "привет")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == [None, None, None, "привет"])
    assert store.updates[:3] == [{"message": {}}, {"unreadable": 7}, {"update_id": "x"}]
    assert len(clock.slept) == 3


@pytest.mark.requirement("BOT-003")
async def test_a_store_that_fails_gets_the_same_updates_again(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store, logs: list[dict[str, object]]
) -> None:
    store.failures = [OSError("disk full"), ValueError("odd"), ServiceUnreachableError("x", "y")]
    await chat.says(anna, "one")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == ["one"])
        assert store.given == 4
        assert telegram.confirmed_offset < (store.offset or 0)
        await telegram.wait_until(lambda: telegram.confirmed_offset == store.offset)
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 3
    assert [entry["event"] for entry in logs].count("poll.store_failed") == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(502),
        Fault.garbage_body(),
        Fault.close_connection("before"),
        Fault.close_connection("after"),
        Fault.failure(500, "Internal Server Error"),
        Fault.bad_request("odd"),
        Fault.forbidden("odd"),
    ],
)
async def test_trouble_is_waited_out_ever_longer(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store, fault: Fault
) -> None:
    telegram.faults.add("getUpdates", fault, times=8)
    await chat.says(anna, "привет")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == ["привет"])
    assert clock.slept[:8] == pytest.approx([0.75, 1.5, 3, 6, 12, 22.5, 22.5, 22.5])


async def test_a_429_is_obeyed(telegram: TelegramStandIn, chat: Chat, anna: User, store: Store) -> None:
    telegram.faults.add("getUpdates", Fault.retry_after(41))
    await chat.says(anna, "привет")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == ["привет"])
    assert clock.slept[0] == 41


async def test_a_batch_that_cannot_be_read_is_asked_for_in_smaller_parts(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    telegram.faults.add("getUpdates", Fault.garbage_body(), times=5)
    await chat.says(anna, "привет")
    async with polling(telegram, store):
        await store.until(lambda: store.texts == ["привет"])
        await telegram.wait_until(lambda: telegram.polling)
    limits = [call.params["limit"] for call in telegram.calls_of("getUpdates")]
    assert limits == [100, 25, 6, 1, 1, 1, 100]


async def test_empty_answers_at_once_make_no_storm(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    telegram.faults.add("getUpdates", Fault.status(200, '{"ok": true, "result": []}'), times=5)
    await chat.says(anna, "привет")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == ["привет"])
    assert clock.slept == [1.0] * 5


# -- two pollers, webhooks, tokens


@pytest.mark.requirement("BOT-003")
async def test_a_second_poller_is_told_once_and_met_politely(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store, logs: list[dict[str, object]]
) -> None:
    telegram.faults.add("getUpdates", Fault.conflict(), times=6)
    await chat.says(anna, "привет")
    async with polling(telegram, store) as (_, clock):
        await store.until(lambda: store.texts == ["привет"])
    warnings = [entry for entry in logs if entry["log_level"] == "warning"]
    assert [entry["event"] for entry in warnings] == ["poll.conflict"]
    assert "another instance polls with this token" in str(warnings[0]["note"])
    assert min(clock.slept) >= 3.0


async def test_a_webhook_is_removed_once_and_said(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store, logs: list[dict[str, object]]
) -> None:
    telegram.world.webhook.url = telegram.world.queue.webhook_url = "https://bot.example.org/hook"
    await chat.says(anna, "привет")
    async with polling(telegram, store):
        await store.until(lambda: store.texts == ["привет"])
    assert telegram.counts["deleteWebhook"] == 1
    assert "drop_pending_updates" not in telegram.calls_of("deleteWebhook")[0].params
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["poll.webhook_removed"]


async def test_a_webhook_that_comes_back_is_not_fought(
    telegram: TelegramStandIn, store: Store, logs: list[dict[str, object]]
) -> None:
    def hooked() -> None:
        telegram.world.webhook.url = telegram.world.queue.webhook_url = "https://bot.example.org/hook"

    hooked()
    async with polling(telegram, store):
        await telegram.wait_for_call("deleteWebhook")
        hooked()
        await telegram.wait_until(lambda: telegram.counts["getWebhookInfo"] >= 4)
    assert telegram.counts["deleteWebhook"] == 1
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == [
        "poll.webhook_removed",
        "poll.conflict",
    ]


@pytest.mark.parametrize("fault", [Fault.failure(401, "Unauthorized"), Fault.failure(404, "Not Found")])
async def test_a_refused_token_ends_it(telegram: TelegramStandIn, store: Store, fault: Fault) -> None:
    telegram.faults.add("getUpdates", fault)
    async with polling(telegram, store) as (task, _):
        with pytest.raises(CredentialsError, match="TELEGRAM_BOT_TOKEN"):
            await asyncio.wait_for(asyncio.shield(task), 5)


# -- the watchdog


class Silent:
    """An API whose polls take `seconds` and then fail as told, on a clock that is turned."""

    def __init__(self, clock: TurnedClock, error: ConciergeError, seconds: float, polls: int) -> None:
        self._clock, self._error, self._seconds, self._left = clock, error, seconds, polls
        self.renewed: list[float] = []

    async def get_updates(
        self, offset: int | None, *, timeout: float, limit: int, allowed_updates: Sequence[str]
    ) -> list[Update]:
        if self._left == 0:
            raise CredentialsError("Telegram", "enough")
        self._left -= 1
        self._clock.advance(self._seconds)
        raise self._error

    async def webhook_url(self) -> str:
        return ""

    async def delete_webhook(self) -> None:
        raise AssertionError

    async def renew_polling(self) -> None:
        self.renewed.append(self._clock.monotonic())


def poller_of(api: Silent, clock: TurnedClock) -> Poller:
    store = Store()
    return Poller(
        api, load_offset=store.load, store=store.store, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0
    )


async def test_silence_gets_fresh_connections_and_then_ends_it() -> None:
    clock = TurnedClock()
    api = Silent(clock, ServiceTimeoutError("Telegram", "silent"), 61.0, polls=20)
    with pytest.raises(ServiceTimeoutError, match="polling gets no answer"):
        await poller_of(api, clock).run()
    assert len(api.renewed) == 1
    assert 90 <= api.renewed[0] < 180
    assert 180 <= clock.monotonic() < 400


async def test_being_offline_is_waited_out_for_ever() -> None:
    clock = TurnedClock()
    api = Silent(clock, ServiceUnreachableError("Telegram", "no network"), 5.0, polls=500)
    with pytest.raises(CredentialsError):
        await poller_of(api, clock).run()
    assert api.renewed == []
    assert clock.monotonic() > 500 * 15


async def test_a_poll_that_hangs_is_cut_off_and_polled_again_over_fresh_connections(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store
) -> None:
    telegram.faults.add("getUpdates", Fault.timeout_before_processing())
    async with open_telegram_api(TOKEN, telegram.url, clock=SystemClock()) as api:
        poller = Poller(
            api,
            load_offset=store.load,
            store=store.store,
            clock=SystemClock(),
            watchdog=0.2,
            poll_seconds=0,
            jitter=lambda: 0.0,
        )
        task = asyncio.create_task(poller.run())
        try:
            await chat.says(anna, "привет")
            await store.until(lambda: store.texts == ["привет"])
            assert poller.silent_for < 0.2
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    assert telegram.counts["getUpdates"] >= 2


async def test_the_steps_are_named_in_the_log(
    telegram: TelegramStandIn, chat: Chat, anna: User, store: Store, logs: list[dict[str, object]]
) -> None:
    await chat.says(anna, "привет")
    async with polling(telegram, store):
        await store.until(lambda: store.texts == ["привет"])
        await telegram.wait_until(lambda: telegram.confirmed_offset == store.offset)
    assert [entry["event"] for entry in logs if str(entry["event"]).startswith("poll.")] == [
        "poll.received",
        "poll.stored",
    ]
    assert "привет" not in str(logs)

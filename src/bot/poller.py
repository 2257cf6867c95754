"""Long polling that loses nothing: an update is acknowledged after it was stored, never before."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog

from src.core.clock import Clock
from src.core.errors import (
    ConciergeError,
    ConflictError,
    CredentialsError,
    RateLimitedError,
    ServiceTimeoutError,
    UnexpectedAnswerError,
)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "stopped_message_generation",  # Bot API 10.3: the library does not know it, so it is listed by hand
)
BATCH = 100
CONFLICT_PAUSE = 4.0
CONFLICT_QUIET = 600.0  # seconds without a conflict until the next one is told again
LONGEST_PAUSE = 30.0
SHORTEST_EMPTY_POLL = 1.0
Update = dict[str, object]
log = structlog.stdlib.get_logger(__name__)


class Updates(Protocol):
    """What the poller needs of the API."""

    async def get_updates(
        self, offset: int | None, *, timeout: float, limit: int, allowed_updates: Sequence[str]
    ) -> list[Update]:
        """Raw updates from `offset` on; raises ServiceErrors."""
        ...

    async def webhook_url(self) -> str:
        """Where updates are delivered to; "" where they are polled."""
        ...

    async def delete_webhook(self) -> None:
        """Go back to polling."""
        ...

    async def renew_polling(self) -> None:
        """Use fresh connections from now on."""
        ...


class Poller:
    """The owned task that fetches updates.

    `load_offset` answers the stored offset, None at the first start. `store(updates, next_offset)` commits
    both durably before it returns; what it is given may be seen again, and may lack a usable update_id.
    """

    def __init__(
        self,
        api: Updates,
        *,
        load_offset: Callable[[], Awaitable[int | None]],
        store: Callable[[Sequence[Update], int], Awaitable[Any]],
        clock: Clock,
        poll_seconds: float = 50.0,
        watchdog: float = 90.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._load_offset = load_offset
        self._store = store
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._watchdog = watchdog
        self._sleep = sleep
        self._jitter = jitter
        self._limit = BATCH
        self._failures = 0
        self._answered = clock.monotonic()
        self._renewed = False
        self._webhook_removed = False
        self._conflict_told: float | None = None

    @property
    def silent_for(self) -> float:
        """Seconds since Telegram last answered a poll, whatever it said."""
        return self._clock.monotonic() - self._answered

    async def run(self) -> None:
        """Poll until cancelled.

        Raises CredentialsError where the token is refused, ServiceTimeoutError where polls stay without any
        answer over fresh connections too.
        """
        self._answered = self._clock.monotonic()
        offset = await self._load_offset()
        while True:
            started = self._clock.monotonic()
            try:
                updates = await self._poll(offset)
            except CredentialsError:
                raise
            except ConciergeError as exc:
                await self._after_failure(exc)
                continue
            self._well()
            if not updates:
                await self._pause_if_short(started)
                continue
            following = next_offset(updates, offset)
            if not await self._stored(updates, following):
                continue
            if following == (offset or 0):
                # nothing there has an id to acknowledge it by: the same comes again, so come back slowly
                await self._sleep(self._back_off())
            offset = following

    async def _poll(self, offset: int | None) -> list[Update]:
        try:
            async with asyncio.timeout(self._watchdog):
                return await self._api.get_updates(
                    offset, timeout=self._poll_seconds, limit=self._limit, allowed_updates=ALLOWED_UPDATES
                )
        except TimeoutError as exc:
            raise ServiceTimeoutError("Telegram", "polling hangs") from exc

    async def _stored(self, updates: list[Update], following: int) -> bool:
        log.debug("poll.received", updates=len(updates), offset=following)
        try:
            await self._store(updates, following)
        except Exception:
            # The entry of updates: whatever the store suffers from, they are not acknowledged and come again.
            log.exception("poll.store_failed", updates=len(updates))
            await self._sleep(self._back_off())
            return False
        log.debug("poll.stored", updates=len(updates), offset=following)
        self._failures = 0
        return True

    def _well(self) -> None:
        self._answered = self._clock.monotonic()
        self._renewed = False
        self._limit = BATCH
        if self._conflict_told is not None and self._answered - self._conflict_told > CONFLICT_QUIET:
            self._conflict_told = None

    async def _pause_if_short(self, started: float) -> None:
        """An empty answer that came at once, again and again, would be a storm."""
        self._failures = 0
        took = self._clock.monotonic() - started
        if took < min(SHORTEST_EMPTY_POLL, self._poll_seconds / 2):
            await self._sleep(SHORTEST_EMPTY_POLL)

    async def _after_failure(self, error: ConciergeError) -> None:
        if not isinstance(error, ServiceTimeoutError):
            self._answered = self._clock.monotonic()
        match error:
            case ConflictError():
                pause = await self._after_conflict()
            case RateLimitedError():
                pause = error.retry_after
            case UnexpectedAnswerError():
                self._limit = max(1, self._limit // 4)  # one of them may be too large to be read with others
                pause = self._back_off()
            case _:
                pause = self._back_off()
        if not isinstance(error, ConflictError):
            log.warning("poll.failed", error=type(error).__name__, detail=str(error), pause=round(pause, 1))
        await self._watch(error)
        await self._sleep(pause)

    async def _watch(self, error: ConciergeError) -> None:
        """No answer for too long: fresh connections first, then the end."""
        if self.silent_for < self._watchdog:
            return
        if self._renewed:
            log.error("poll.dead", seconds=round(self.silent_for))
            raise ServiceTimeoutError("Telegram", "polling gets no answer") from error
        log.warning("poll.renewed", seconds=round(self.silent_for))
        await self._api.renew_polling()
        self._renewed = True
        self._answered = self._clock.monotonic()

    async def _after_conflict(self) -> float:
        try:
            webhook = await self._api.webhook_url()
            if webhook and not self._webhook_removed:
                await self._api.delete_webhook()
                self._webhook_removed = True
                log.warning("poll.webhook_removed", note="a webhook was set, so nothing could be polled")
                return 0.0
        except CredentialsError:
            raise
        except ConciergeError as exc:
            log.debug("poll.webhook_unknown", error=type(exc).__name__)
            webhook = ""
        if self._conflict_told is None:
            note = (
                "somebody sets a webhook again and again"
                if webhook
                else "another instance polls with this token"
            )
            log.warning("poll.conflict", note=f"{note}; stop one of the two")
        self._conflict_told = self._clock.monotonic()
        return CONFLICT_PAUSE + self._jitter()

    def _back_off(self) -> float:
        self._failures += 1
        pause = min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self._failures, 10))
        return float(pause * (0.5 + self._jitter() / 2))


def next_offset(updates: Sequence[Update], offset: int | None) -> int:
    """The offset that acknowledges `updates`; the present one (or 0) where none has a usable update_id.

    Taken from what came, not from what is larger: after a quiet week Telegram may begin anew anywhere.
    """
    ids = [number for update in updates if isinstance(number := update.get("update_id"), int)]
    ids = [number for number in ids if not isinstance(number, bool)]
    return max(ids) + 1 if ids else offset or 0

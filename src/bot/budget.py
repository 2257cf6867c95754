"""What a chat, and the bot as a whole, may be sent: what must arrive goes first, what decorates is dropped.

Telegram counts every kind of call against one limit a chat; topics share it. The figures are its published
ones (about 1 message/s a chat, 20/min a group, 30/s overall) and, for drafts and typing, 20 in 5 s and 40 in
30 s.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import IntEnum

from src.core.clock import Clock
from src.core.errors import RateLimitedError

BURST = 3.0
PER_SECOND = 1.0
PRIVATE = ((5.0, 20), (30.0, 40))  # (seconds, calls)
GROUP = ((60.0, 20),)
OVERALL = ((1.0, 30),)
SPARE_SHARE = 4  # cosmetic calls leave a quarter of every window to what must arrive
PATIENCE = 30.0
NO_CHAT = 0
TICK = 0.001  # a shorter wait may be lost in the clock's rounding
SWEEP_ABOVE = 512
SWEEP_EVERY = 30.0


class Weight(IntEnum):
    """What a call is worth, the most first."""

    FINAL = 0
    CALLBACK = 1
    EDIT = 2
    DRAFT = 3
    TYPING = 4


# Calls that must still be possible at once after this one. Callbacks pass the bucket by.
_RESERVE = {Weight.FINAL: 0.0, Weight.EDIT: 1.0, Weight.DRAFT: 1.0, Weight.TYPING: 1.5}


class _Windows:
    """Calls counted over sliding windows of (seconds, calls)."""

    def __init__(self, windows: tuple[tuple[float, int], ...]) -> None:
        self._windows = windows
        self._longest = max((span for span, _ in windows), default=0.0)
        self._calls: deque[float] = deque(maxlen=max((calls for _, calls in windows), default=0))

    def wait(self, now: float, *, spare: bool) -> float:
        """Seconds until one more call fits; `spare` keeps a share free."""
        longest = 0.0
        for span, calls in self._windows:
            allowed = calls - calls // SPARE_SHARE if spare else calls
            if len(self._calls) >= allowed:
                longest = max(longest, self._calls[-allowed] + span - now)
        return longest

    def count(self, now: float) -> None:
        """One call made now."""
        self._calls.append(now)

    def idle(self, now: float) -> bool:
        """Is nothing counted any more?"""
        return not self._calls or self._calls[-1] + self._longest <= now


class _Chat:
    """One chat's share."""

    def __init__(self, windows: tuple[tuple[float, int], ...], now: float) -> None:
        self.windows = _Windows(windows)
        self.answers_count = windows != GROUP  # in a group anybody may press, and must not silence us by it
        self.closed_until = now
        self.waiting = 0
        self.in_flight = asyncio.Lock()
        self._tokens = BURST
        self._at = now

    def wait(self, weight: Weight, now: float) -> float:
        """Seconds until a call of this weight fits."""
        self._refill(now)
        missing = 1.0 + _RESERVE.get(weight, 0.0) - self._tokens
        bucket = 0.0 if weight is Weight.CALLBACK else missing / PER_SECOND
        window = self.windows.wait(now, spare=weight > Weight.CALLBACK)
        return max(0.0, bucket, window, self.closed_until - now)

    def book(self, weight: Weight, now: float) -> None:
        """Count a call."""
        self._refill(now)
        if weight is not Weight.CALLBACK:  # ten taps in a row may not hold back what they asked for
            self._tokens -= 1.0
        if weight is not Weight.CALLBACK or self.answers_count:
            self.windows.count(now)

    def idle(self, now: float) -> bool:
        """May it be forgotten?"""
        self._refill(now)
        used = self.waiting or self.in_flight.locked() or self.closed_until > now or self._tokens < BURST
        return not used and self.windows.idle(now)

    def _refill(self, now: float) -> None:
        self._tokens = min(BURST, self._tokens + (now - self._at) * PER_SECOND)
        self._at = now


class _Unlimited(_Chat):
    """What names no chat: only a 429 holds it back, beside the bot's own limit."""

    def wait(self, weight: Weight, now: float) -> float:
        """Seconds until a call fits."""
        return max(0.0, self.closed_until - now)

    def book(self, weight: Weight, now: float) -> None:
        """Nothing is counted here."""


class ChatBudget:
    """One budget a chat, for every kind of call. `chat` is 0 (NO_CHAT) for calls that name none: for them the
    bot's own limit alone holds, and they run side by side.

    Calls to a chat go one after another, so that no draft is shown after the message it led to, and nothing
    is on its way any more when Telegram says to wait.
    """

    def __init__(self, clock: Clock, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._chats: dict[int, _Chat] = {}
        self._no_chat = _Unlimited((), clock.monotonic())
        self._overall = _Windows(OVERALL)
        self._gate = asyncio.Lock()
        self._swept = clock.monotonic()

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    @asynccontextmanager
    async def slot(self, chat: int, weight: Weight, *, group: bool | None = None) -> AsyncIterator[bool]:
        """Leave for one call, held while the call is made; False: drop it.

        FINAL waits for its turn and is never dropped; CALLBACK never waits; the others are dropped when there
        is no room, or when something waits for it or is on its way. `group` is told by the sign of `chat` if
        left out. Raises RateLimitedError where a FINAL would have to wait for more than half a minute.
        """
        state = self._state(chat, group)
        if chat == NO_CHAT and weight is Weight.FINAL:
            await self._turn(state)
            yield True
            return
        if chat == NO_CHAT or weight is Weight.CALLBACK:
            yield self._take(state, weight)
            return
        if weight is not Weight.FINAL:
            if state.waiting or state.in_flight.locked() or not self._take(state, weight):
                yield False
                return
            async with state.in_flight:
                yield True
            return
        state.waiting += 1
        try:
            await state.in_flight.acquire()
            try:
                await self._turn(state)
            except BaseException:
                state.in_flight.release()
                raise
        finally:
            state.waiting -= 1
        try:
            yield True
        finally:
            state.in_flight.release()

    def refused(self, chat: int, retry_after: float) -> None:
        """Telegram said 429: nothing goes to this chat for `retry_after` seconds; other chats go on."""
        state = self._state(chat, None)
        state.closed_until = max(state.closed_until, self._clock.monotonic() + retry_after)

    def closed_for(self, chat: int) -> float:
        """Seconds until the chat may be written to again after a 429; 0.0 where it may now."""
        state = self._chats.get(chat) if chat != NO_CHAT else self._no_chat
        return 0.0 if state is None else max(0.0, state.closed_until - self._clock.monotonic())

    def _take(self, state: _Chat, weight: Weight) -> bool:
        now = self._clock.monotonic()
        if state.wait(weight, now) > 0 or self._overall.wait(now, spare=weight > Weight.CALLBACK) > 0:
            return False
        self._book(state, weight, now)
        return True

    def _book(self, state: _Chat, weight: Weight, now: float) -> None:
        state.book(weight, now)
        self._overall.count(now)

    async def _turn(self, state: _Chat) -> None:
        """Wait until a final may go, and count it."""
        while True:
            now = self._clock.monotonic()
            own = state.wait(Weight.FINAL, now)
            if own > PATIENCE:
                raise RateLimitedError("Telegram", f"this chat is closed for {own:.0f} s", own)
            if own > 0:
                await self._sleep(max(own, TICK))
                continue
            async with self._gate:  # first come, first served among chats, and only for the bot's own limit
                if (wait := self._overall.wait(self._clock.monotonic(), spare=False)) > 0:
                    await self._sleep(max(wait, TICK))
                now = self._clock.monotonic()
                if state.wait(Weight.FINAL, now) <= 0 and self._overall.wait(now, spare=False) <= 0:
                    self._book(state, Weight.FINAL, now)
                    return

    def _state(self, chat: int, group: bool | None) -> _Chat:
        state = self._chats.get(chat) if chat != NO_CHAT else self._no_chat
        if state is None:
            now = self._clock.monotonic()
            self._sweep(now)
            grouped = chat < 0 if group is None else group
            state = self._chats[chat] = _Chat(GROUP if grouped else PRIVATE, now)
        return state

    def _sweep(self, now: float) -> None:
        """Forget idle chats, but look at all of them seldom."""
        if len(self._chats) < SWEEP_ABOVE or now - self._swept < SWEEP_EVERY:
            return
        self._swept = now
        self._chats = {chat: state for chat, state in self._chats.items() if not state.idle(now)}

"""The queue of updates: offsets, subscriptions, long polling and its conflicts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .clock import Clock
from .errors import OTHER_POLLER, WEBHOOK_ACTIVE, ApiError, conflict
from .records import Json
from .signals import Signal

KEPT_SECONDS = 24 * 3600
OPT_IN_KINDS = frozenset(
    {"chat_member", "message_reaction", "message_reaction_count", "stopped_message_generation"}
)


@dataclass(slots=True)
class Pending:
    """An update not yet confirmed."""

    update_id: int
    body: Json
    queued_at: float


class UpdateQueue:
    """Unconfirmed updates in order of id. One consumer: a long poll or a webhook."""

    def __init__(self, clock: Clock, signal: Signal, *, first_id: int = 700_000_001) -> None:
        self._clock = clock
        self._signal = signal
        self._pending: deque[Pending] = deque()
        self._next_id = first_id
        self._poller: asyncio.Future[None] | None = None
        self._arrivals: list[Callable[[], None]] = []
        self.allowed: frozenset[str] | None = None
        self.confirmed_offset = 0
        self.webhook_url = ""

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def pending(self) -> list[Json]:
        """Unconfirmed updates, oldest first, as they are delivered."""
        return [entry.body for entry in self._pending]

    @property
    def polling(self) -> bool:
        """Whether a long poll waits at this moment."""
        return self._poller is not None

    def on_arrival(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every queued update (the webhook's alarm clock)."""
        self._arrivals.append(callback)

    def subscribe(self, kinds: Iterable[str] | None) -> None:
        """Remember `allowed_updates`: None leaves it as it was, an empty list restores the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def wants(self, kind: str) -> bool:
        """Whether updates of this kind are delivered to the bot now."""
        return kind not in OPT_IN_KINDS if self.allowed is None else kind in self.allowed

    def put(self, kind: str, payload: Json) -> int | None:
        """Queue one update; None where the bot did not subscribe to the kind."""
        if not self.wants(kind):
            return None
        update_id = self._next_id
        self._next_id += 1
        self._pending.append(
            Pending(update_id, {"update_id": update_id, kind: payload}, self._clock.monotonic())
        )
        self._announce()
        return update_id

    def put_raw(self, update: Json) -> int:
        """Queue an update exactly as given, whatever the subscription; `update_id` is added when missing."""
        body = dict(update)
        update_id = int(body.setdefault("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        entry = Pending(update_id, body, self._clock.monotonic())
        ordered = sorted([*self._pending, entry], key=lambda pending: pending.update_id)
        self._pending = deque(ordered)
        self._announce()
        return update_id

    def _announce(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        for callback in self._arrivals:
            callback()

    def confirm(self, offset: int) -> None:
        """Forget updates below `offset`; a negative one keeps only the last -offset of them."""
        oldest = self._clock.monotonic() - KEPT_SECONDS
        while self._pending and self._pending[0].queued_at < oldest:
            self._pending.popleft()
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            offset = self._pending[0].update_id if self._pending else self._next_id
        while self._pending and self._pending[0].update_id < offset:
            self._pending.popleft()
        self.confirmed_offset = max(self.confirmed_offset, offset)
        self._signal.notify()

    def clear(self) -> None:
        """Drop everything, as drop_pending_updates does."""
        self._pending.clear()

    def first(self) -> Json | None:
        """The oldest unconfirmed update."""
        return self._pending[0].body if self._pending else None

    def _batch(self, limit: int) -> list[Json]:
        return [entry.body for entry, _ in zip(self._pending, range(limit), strict=False)]

    def interrupt(self, error: ApiError) -> None:
        """End a waiting long poll with `error`."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(error)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates: confirm, then up to `limit` updates; waits at most `timeout` seconds for the first."""
        if self.webhook_url:
            raise conflict(WEBHOOK_ACTIVE)
        self.interrupt(conflict(OTHER_POLLER))
        self.confirm(offset)
        if self._pending or timeout <= 0:
            return self._batch(limit)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = mine
        self._signal.notify()
        try:
            async with asyncio.timeout(timeout):
                await mine
        except TimeoutError:
            return []
        finally:
            if self._poller is mine:
                self._poller = None
                self._signal.notify()
        return self._batch(limit)

"""Stopping what runs: an event for the running step, a stored flag for a restart in between."""

import asyncio
from datetime import datetime

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.tables import conversations, inbox


class Stop:
    """Whether the person asked to stop the turn."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def asked(self) -> bool:
        """Whether stopping was asked for."""
        return self._event.is_set()

    def ask(self) -> None:
        """Ask to stop."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until stopping is asked for."""
        await self._event.wait()


class Stops:
    """The running turns of each conversation, so that they can be stopped."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._running: dict[str, set[Stop]] = {}

    async def begin(self, conversation: str, received_at: datetime) -> Stop:
        """A turn starts; its Stop is already asked for where the flag was set after the words came in."""
        stop = Stop()
        self._running.setdefault(conversation, set()).add(stop)
        query = sa.select(conversations.c.stop_at).where(conversations.c.id == conversation)
        async with self._db.read() as connection:
            stop_at = await connection.scalar(query)
        # A stop from the future is one from before the clock was set back.
        if stop_at is not None and received_at <= stop_at <= self._clock.now():
            stop.ask()
        return stop

    def end(self, conversation: str, stop: Stop) -> None:
        """The turn is over."""
        running = self._running.get(conversation, set())
        running.discard(stop)
        if not running:
            self._running.pop(conversation, None)

    async def stop(self, conversation: str, at: datetime | None = None, *, but: Stop | None = None) -> bool:
        """Ask every turn of what came in until `at` to stop, `but` the one that asks; True where there was one."""
        at = at or self._clock.now()
        earlier = sa.and_(
            inbox.c.conversation == conversation,
            inbox.c.state == "new",
            inbox.c.received_at < at,
            inbox.c.kind == "Words",
        )
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(conversations)
                .values(id=conversation, stop_at=at)
                .on_conflict_do_update(index_elements=["id"], set_={"stop_at": at})
            )
            waiting = await connection.scalar(sa.select(sa.func.count()).select_from(inbox).where(earlier))
        running = self._running.get(conversation, set()) - {but}
        for stop in running:
            if stop is not None:
                stop.ask()
        return bool(running or waiting)

"""Stopping what runs: an event for the running step, a stored flag for a restart in between."""

import asyncio
from datetime import datetime

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.tables import conversations


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
        if stop_at is not None and stop_at >= received_at:
            stop.ask()
        return stop

    def end(self, conversation: str, stop: Stop) -> None:
        """The turn is over."""
        running = self._running.get(conversation, set())
        running.discard(stop)
        if not running:
            self._running.pop(conversation, None)

    async def stop(self, conversation: str) -> bool:
        """Ask every turn of the conversation to stop; True where one was running."""
        now = self._clock.now()
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(conversations)
                .values(id=conversation, stop_at=now)
                .on_conflict_do_update(index_elements=["id"], set_={"stop_at": now})
            )
        running = self._running.get(conversation, set())
        for stop in running:
            stop.ask()
        return bool(running)

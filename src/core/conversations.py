"""What we know of a conversation besides its messages: where it moved, and whether it is closed to us."""

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.inbound import Address
from src.core.tables import conversations


class Conversations:
    """The register of moved and closed conversations, by chat."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def moved(self, old: Address, new_chat: int) -> None:
        """The chat got another id: everything for the old one goes to the new one."""
        await self._set(_chat(old), moved_to=str(new_chat))

    async def close(self, address: Address) -> None:
        """The person blocked us or threw us out: notices stop."""
        await self._set(_chat(address), closed_at=self._clock.now())

    async def open(self, address: Address) -> None:
        """We are let in again."""
        await self._set(_chat(address), closed_at=None)

    async def resolve(self, address: Address) -> tuple[Address, bool]:
        """Where messages for `address` go now, and whether it is closed to us."""
        closed = False
        for _ in range(3):  # a chat moves once; a chain would be somebody's joke
            query = sa.select(conversations.c.moved_to, conversations.c.closed_at)
            async with self._db.read() as connection:
                row = (await connection.execute(query.where(conversations.c.id == _chat(address)))).first()
            if row is None:
                break
            closed = row[1] is not None
            if row[0] is None:
                break
            address = Address(address.channel, int(row[0]), address.thread)
        return address, closed

    async def _set(self, ident: str, **values: object) -> None:
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(conversations)
                .values(id=ident, **values)
                .on_conflict_do_update(index_elements=["id"], set_=values)
            )


def _chat(address: Address) -> str:
    return f"{address.channel}:{address.chat}"

"""Buttons and proposals: what a press means, who may press it, and that it acts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import ExpiredError, NotFoundError, RefusedError
from src.core.inbound import Press
from src.core.outbox import button_context
from src.core.secrets import SecretBox
from src.core.tables import buttons, conversations, outbox, proposals

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that this person may press here. `expired` ones still say what they were for.

    A proposal is `used` once it was accepted, and `acting` until it has acted to its end.
    """

    kind: Literal["action", "proposal"]
    id: str
    action: str
    args: str
    outbox_key: str
    expired: bool
    used: bool = False
    acting: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An accepted proposal, ready to act."""

    id: str
    action: str
    args: str
    person: int
    conversation: str
    outbox_key: str
    state: str


class Proposals:
    """The stored side of every button."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock, executor: str) -> None:
        self._db = database
        self._box = box
        self._clock = clock
        self._executor = executor

    async def find(self, press: Press, person: int, conversation: str) -> Pressed:
        """What a pressed button stands for.

        Raises NotFoundError where no such button was ever made (or was forgotten), RefusedError where it is
        somebody else's, or stands on another message or in another conversation.
        """
        kind, table = self._table(press.payload)
        ident = press.payload[2:]
        query = (
            sa.select(table, outbox.c.message, outbox.c.doubtful)
            .join_from(table, outbox, table.c.outbox_key == outbox.c.key, isouter=True)
            .where(table.c.id == ident)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).mappings().first()
            moved = await connection.scalar(_moved_from(row["conversation"])) if row is not None else None
        if row is None:
            raise NotFoundError("no such button")
        if row["person"] != person or not _same_place(row["conversation"], moved, conversation):
            raise RefusedError("somebody else's button")
        # A double of a doubtful send carries the same buttons: both copies are genuine.
        if row["message"] not in (None, press.message) and not row["doubtful"]:
            raise RefusedError("the button of another message")
        used = kind == "proposal" and row["state"] != "open"
        expired = row["expires_at"] <= self._clock.now()
        acting = used and row["state"] == "accepted"
        return Pressed(kind, ident, row["action"], self._args(row), row["outbox_key"], expired, used, acting)

    async def accept(self, ident: str, person: int) -> Proposal:
        """Make an open proposal accepted, once; one that was accepted before is answered as it is.

        Raises ExpiredError where it ran out, RefusedError where it is another person's.
        """
        now = self._clock.now()
        async with self._db.write() as connection:
            query = sa.select(proposals).where(proposals.c.id == ident)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                raise ExpiredError("the proposal is gone")
            if row["person"] != person:
                raise RefusedError("somebody else's proposal")
            if row["state"] != "open":
                return self._proposal(row, row["state"])
            if row["expires_at"] <= now:
                raise ExpiredError("the proposal ran out")
            await connection.execute(
                sa.update(proposals)
                .where(proposals.c.id == ident, proposals.c.state == "open")
                .values(state="accepted", accepted_at=now, owner=self._executor, lease_until=now + LEASE)
            )
        return self._proposal(row, "accepted")

    async def get(self, ident: str) -> Proposal:
        """A proposal by id. Raises NotFoundError."""
        async with self._db.read() as connection:
            row = (
                (await connection.execute(sa.select(proposals).where(proposals.c.id == ident)))
                .mappings()
                .first()
            )
        if row is None:
            raise NotFoundError("no such proposal")
        return self._proposal(row, row["state"])

    async def accepted(self) -> Sequence[str]:
        """Ids of proposals that were accepted and have not acted to the end."""
        mine = sa.or_(proposals.c.owner == self._executor, proposals.c.lease_until < self._clock.now())
        query = (
            sa.select(proposals.c.id)
            .where(proposals.c.state == "accepted", mine)
            .order_by(proposals.c.accepted_at)
        )
        async with self._db.read() as connection:
            return list(await connection.scalars(query))

    async def close(self, ident: str, *, failed: str | None = None) -> None:
        """The proposal acted, or failed for good with the reason's code."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(proposals)
                .where(proposals.c.id == ident)
                .values(state="failed" if failed else "done", reason=failed, done_at=self._clock.now())
            )

    async def revoke(self, person: int) -> None:
        """Close every open proposal of a person who lost the right to them."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(proposals)
                .where(proposals.c.person == person, proposals.c.state == "open")
                .values(state="failed", reason="error-refused")
            )

    def _args(self, row: sa.RowMapping) -> str:
        return self._box.decrypt(row["args"], button_context(row["id"])).decode()

    def _proposal(self, row: sa.RowMapping, state: str) -> Proposal:
        return Proposal(
            row["id"],
            row["action"],
            self._args(row),
            row["person"],
            row["conversation"],
            row["outbox_key"],
            state,
        )

    def _table(self, payload: str) -> tuple[Literal["action", "proposal"], sa.Table]:
        if payload.startswith("b:"):
            return "action", buttons
        if payload.startswith("p:"):
            return "proposal", proposals
        raise NotFoundError("no such button")


def _moved_from(conversation: str) -> sa.Select[str]:
    chat = conversation.rpartition(":")[0]
    return sa.select(conversations.c.moved_to).where(conversations.c.id == chat)


def _same_place(stored: str, moved_to: str | None, pressed: str) -> bool:
    """The same chat, also where it became a supergroup after the button was sent.

    The message's id is compared besides, so the topic need not be: for old messages Telegram does not tell it.
    """
    chat, here = stored.rpartition(":")[0], pressed.rpartition(":")[0]
    return chat == here or (moved_to is not None and here == f"{chat.partition(':')[0]}:{moved_to}")

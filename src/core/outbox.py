"""The only road out for whatever must arrive: stored first, sent at least once, in order within a conversation."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import SecretUnreadableError
from src.core.inbound import ActionButton, Button, DataButton, Outgoing, ProposalButton, Rows
from src.core.secrets import SecretBox
from src.core.tables import buttons, outbox, proposals
from src.core.wake import Wake

BUTTON_LIFE = timedelta(hours=48)
PROPOSAL_LIFE = timedelta(hours=24)
LEASE = timedelta(minutes=2)
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """An outgoing message taken from the outbox. `edits` is the channel's name of the message to replace."""

    id: int
    outgoing: Outgoing
    attempts: int
    doubtful: int
    edits: str | None
    not_before: datetime | None


class Outbox:
    """Stores outgoing messages and their receipts. States: pending, sending, sent, failed."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock, executor: str) -> None:
        self._db = database
        self._box = box
        self._clock = clock
        self._executor = executor
        self.wake = Wake()

    async def put(self, *messages: Outgoing) -> None:
        """Store messages once each, with their buttons, in one transaction; the courier is woken after it."""
        async with self._db.write() as connection:
            for message in messages:
                await self.put_in(connection, message)
        self.wake.set()

    async def put_in(self, connection: AsyncConnection, message: Outgoing) -> None:
        """As put, inside the caller's transaction; the caller wakes the courier after its commit."""
        known = await connection.scalar(sa.select(outbox.c.id).where(outbox.c.key == message.key))
        if known is not None:
            return
        rows = await self.bind(connection, message.rows, message)
        wire = message.model_copy(update={"rows": rows})
        payload = self._box.encrypt(wire.model_dump_json(), _context(message.key))
        await connection.execute(
            self._db.insert(outbox)
            .values(
                key=message.key,
                person=message.person,
                conversation=message.conversation,
                kind="notice" if message.notice else "final",
                payload=payload,
                key_id=self._box.key_id,
                state="pending",
                created_at=self._clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["key"])
        )

    async def bind(self, connection: AsyncConnection, rows: Rows, message: Outgoing) -> Rows:
        """The rows with every action and proposal stored and replaced by its random id.

        Binding the same button to the same message again answers the id it has.
        """
        return tuple(
            [tuple([await self._bind_one(connection, button, message) for button in row]) for row in rows]
        )

    async def bind_rows(self, rows: Rows, message: Outgoing) -> Rows:
        """As bind, in a transaction of its own."""
        async with self._db.write() as connection:
            return await self.bind(connection, rows, message)

    async def _bind_one(self, connection: AsyncConnection, button: Button, message: Outgoing) -> Button:
        if isinstance(button, ActionButton):
            table, prefix, life, extra = buttons, "b", BUTTON_LIFE, {}
        elif isinstance(button, ProposalButton):
            table, prefix, life, extra = proposals, "p", PROPOSAL_LIFE, {"state": "open"}
        else:
            return button
        now = self._clock.now()
        danger = isinstance(button, ProposalButton) and button.danger
        ident = await self._known(connection, table, button, message.key)
        if ident is None:
            ident = secrets.token_urlsafe(12)
            await connection.execute(
                self._db.insert(table).values(
                    id=ident,
                    action=button.action,
                    args=self._box.encrypt(button.args, button_context(ident)),
                    key_id=self._box.key_id,
                    person=message.person,
                    conversation=message.conversation,
                    outbox_key=message.key,
                    created_at=now,
                    expires_at=now + life,
                    **extra,
                )
            )
        return DataButton(label=button.label, data=f"{prefix}:{ident}", danger=danger)

    async def _known(
        self, connection: AsyncConnection, table: sa.Table, button: ActionButton | ProposalButton, key: str
    ) -> str | None:
        """The id that this very button has on this message already."""
        same = sa.select(table.c.id, table.c.args).where(
            table.c.outbox_key == key, table.c.action == button.action, table.c.expires_at > self._clock.now()
        )
        if table is proposals:
            same = same.where(proposals.c.state == "open")
        for ident, args in await connection.execute(same):
            if self._box.decrypt(args, button_context(ident)).decode() == button.args:
                return str(ident)
        return None

    async def recover(self, conversation: str | None = None) -> int:
        """Make what a dead process was sending pending again; answers how many outcomes are unknown.

        `conversation`: only there, for a process that lives and whose sending to it broke.
        """
        mine = sa.or_(outbox.c.owner == self._executor, outbox.c.lease_until < self._clock.now())
        if conversation is not None:
            mine = sa.and_(outbox.c.conversation == conversation, outbox.c.owner == self._executor)
        async with self._db.write() as connection:
            result = await connection.execute(
                sa.update(outbox)
                .where(outbox.c.state == "sending", mine)
                .values(state="pending", doubtful=outbox.c.doubtful + 1)
            )
        return result.rowcount

    async def conversations(self, channel: str) -> list[str]:
        """Conversations of a channel with something to send."""
        query = (
            sa.select(outbox.c.conversation)
            .where(
                outbox.c.state == "pending", outbox.c.conversation.startswith(f"{channel}:", autoescape=True)
            )
            .distinct()
        )
        async with self._db.read() as connection:
            return list(await connection.scalars(query))

    async def take(self, conversation: str) -> Letter | None:
        """The conversation's oldest pending message, marked as being sent when its time has come."""
        query = (
            sa.select(outbox)
            .where(outbox.c.conversation == conversation, outbox.c.state == "pending")
            .order_by(outbox.c.id)
            .limit(1)
            .with_for_update()
        )
        async with self._db.write() as connection:
            while (row := (await connection.execute(query)).mappings().first()) is not None:
                try:
                    payload = self._box.decrypt(row["payload"], _context(row["key"]))
                    outgoing = Outgoing.model_validate_json(payload)
                except (SecretUnreadableError, ValidationError):
                    # Kept for whoever finds its key or the code that wrote it; nothing waits behind it.
                    log.error("outbox.unreadable", key=row["key"])  # noqa: TRY400  known, no traceback
                    lost = sa.update(outbox).where(outbox.c.id == row["id"])
                    await connection.execute(lost.values(state="failed", reason=SecretUnreadableError.code))
                    continue
                return await self._letter(connection, row, outgoing)
        return None

    async def _letter(self, connection: AsyncConnection, row: sa.RowMapping, outgoing: Outgoing) -> Letter:
        now = self._clock.now()
        edits = None
        if outgoing.edits is not None:
            edits = await connection.scalar(sa.select(outbox.c.message).where(outbox.c.key == outgoing.edits))
        not_before = row["not_before"]
        if not_before is None or not_before <= now:
            await connection.execute(
                sa.update(outbox)
                .where(outbox.c.id == row["id"])
                .values(
                    state="sending",
                    attempts=row["attempts"] + 1,
                    owner=self._executor,
                    lease_until=now + LEASE,
                    not_before=None,
                )
            )
            not_before = None
        return Letter(row["id"], outgoing, row["attempts"] + 1, row["doubtful"], edits, not_before)

    async def sent(self, letter: Letter, message: str) -> None:
        """The receipt: the channel took it and calls it `message`."""
        await self._settle(letter, state="sent", message=message, sent_at=self._clock.now(), payload=None)

    async def failed(self, letter: Letter, reason: str) -> None:
        """It will never arrive, for `reason`."""
        await self._settle(letter, state="failed", reason=reason, payload=None)

    async def later(self, letter: Letter, seconds: float, *, doubtful: bool) -> None:
        """Try again in `seconds`; `doubtful` when this attempt may have arrived."""
        await self._settle(
            letter,
            state="pending",
            not_before=self._clock.now() + timedelta(seconds=seconds),
            doubtful=letter.doubtful + (1 if doubtful else 0),
        )

    async def _settle(self, letter: Letter, **values: object) -> None:
        async with self._db.write() as connection:
            await connection.execute(sa.update(outbox).where(outbox.c.id == letter.id).values(**values))

    async def message_of(self, key: str) -> str | None:
        """What the channel calls the message that was sent under `key`; None before it is sent."""
        async with self._db.read() as connection:
            return await connection.scalar(sa.select(outbox.c.message).where(outbox.c.key == key))

    async def counts(self) -> dict[str, int]:
        """How many messages are in each state, and `doubtful`: sends whose outcome was unknown."""
        query = sa.select(outbox.c.state, sa.func.count(), sa.func.sum(outbox.c.doubtful)).group_by(
            outbox.c.state
        )
        async with self._db.read() as connection:
            rows = list(await connection.execute(query))
        counted = {state: number for state, number, _ in rows}
        return counted | {"doubtful": sum(int(doubtful or 0) for _, _, doubtful in rows)}

    async def prune(self) -> None:
        """Forget buttons and proposals that ran out two months ago, and old receipts nobody can press."""
        long_ago = self._clock.now() - timedelta(days=60)
        async with self._db.write() as connection:
            await connection.execute(sa.delete(buttons).where(buttons.c.expires_at < long_ago))
            await connection.execute(
                sa.delete(proposals).where(proposals.c.expires_at < long_ago, proposals.c.state != "accepted")
            )
            await connection.execute(
                sa.delete(outbox).where(
                    outbox.c.state.in_(("sent", "failed")), outbox.c.created_at < long_ago
                )
            )


def button_context(ident: str) -> str:
    """What an encrypted button is bound to."""
    return f"button:{ident}"


def _context(key: str) -> str:
    return f"outbox:{key}"

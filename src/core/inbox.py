"""Everything that came in, stored before it is acknowledged and kept until it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.secrets import SecretBox
from src.core.tables import cursors, inbox

LEASE = timedelta(minutes=2)
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Entry:
    """One update as it is stored. `body` is its bytes, encrypted at rest; `lane` orders it among others."""

    source: str
    key: str
    lane: str
    person: int | None
    conversation: str | None
    kind: str
    body: bytes
    quarantined: str | None = None  # why it cannot be understood


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that still wants its turn."""

    source: str
    key: str
    lane: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry's bytes and when they came in."""

    body: bytes
    received_at: datetime


class Inbox:
    """The durable queue of updates. States: new, done, failed, quarantined."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock, executor: str) -> None:
        self._db = database
        self._box = box
        self._clock = clock
        self._executor = executor

    async def store(
        self, entries: Sequence[Entry], *, cursor: tuple[str, int] | None = None
    ) -> Sequence[Waiting]:
        """Store what is new, with the source's cursor, in one transaction; answers the new ones in order."""
        rows = [self._row(entry) for entry in entries]
        fresh: set[tuple[str, str]] = set()
        async with self._db.write() as connection:
            if rows:
                insert = self._db.insert(inbox).values(rows).on_conflict_do_nothing()
                stored = await connection.execute(insert.returning(inbox.c.source, inbox.c.key))
                fresh = {(row[0], row[1]) for row in stored}
            if cursor is not None:
                name, value = cursor
                await connection.execute(
                    self._db.insert(cursors)
                    .values(name=name, value=value)
                    .on_conflict_do_update(index_elements=["name"], set_={"value": value})
                )
        waiting = [
            Waiting(entry.source, entry.key, entry.lane)
            for entry in entries
            if (entry.source, entry.key) in fresh and not entry.quarantined
        ]
        return list(dict.fromkeys(waiting))  # a batch may name one twice

    def _row(self, entry: Entry) -> dict[str, object]:
        now = self._clock.now()
        return {
            "source": entry.source,
            "key": entry.key,
            "lane": entry.lane,
            "person": entry.person,
            "conversation": entry.conversation,
            "kind": entry.kind,
            "body": self._box.encrypt(entry.body, _context(entry.source, entry.key)),
            "key_id": self._box.key_id,
            "state": "quarantined" if entry.quarantined else "new",
            "reason": entry.quarantined,
            "owner": self._executor,
            "lease_until": now + LEASE,
            "received_at": now,
        }

    async def cursor(self, name: str) -> int | None:
        """The stored cursor of a source, None at its first start."""
        async with self._db.read() as connection:
            return await connection.scalar(sa.select(cursors.c.value).where(cursors.c.name == name))

    async def waiting(self) -> Sequence[Waiting]:
        """Every entry without an answer that is ours or whose lease has run out, oldest first."""
        mine = sa.or_(inbox.c.owner == self._executor, inbox.c.lease_until < self._clock.now())
        query = (
            sa.select(inbox.c.source, inbox.c.key, inbox.c.lane)
            .where(inbox.c.state == "new", mine)
            .order_by(inbox.c.source, inbox.c.key)
        )
        async with self._db.read() as connection:
            return [Waiting(*row) for row in await connection.execute(query)]

    async def read(self, source: str, key: str) -> Stored | None:
        """The entry as it came in; None where it is answered already. Raises SecretUnreadableError."""
        query = sa.select(inbox.c.body, inbox.c.received_at).where(
            inbox.c.source == source, inbox.c.key == key, inbox.c.state == "new"
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None or row[0] is None:
            return None
        return Stored(self._box.decrypt(row[0], _context(source, key)), row[1])

    async def close(
        self, source: str, key: str, *, failed: str | None = None, quarantined: bool = False
    ) -> None:
        """Mark a waiting entry answered (or failed, with the reason's code) and blank its body."""
        state = "quarantined" if quarantined else "failed" if failed else "done"
        values: dict[str, object] = {"state": state, "reason": failed, "done_at": self._clock.now()}
        if not quarantined:  # what could not be understood is kept for whoever mends it
            values["body"] = None
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(inbox)
                .where(inbox.c.source == source, inbox.c.key == key, inbox.c.state == "new")
                .values(**values)
            )

    async def count(self, state: str) -> int:
        """How many entries are in `state`."""
        async with self._db.read() as connection:
            query = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == state)
            return await connection.scalar(query) or 0

    async def prune(self) -> None:
        """Delete answered entries older than a week."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.delete(inbox).where(
                    inbox.c.state.in_(("done", "failed")), inbox.c.received_at < self._clock.now() - KEPT
                )
            )


def _context(source: str, key: str) -> str:
    return f"inbox:{source}:{key}"

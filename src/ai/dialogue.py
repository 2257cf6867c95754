"""The stored conversation: messages, short ids, notes and what it all cost. Everything people said is encrypted."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from src.ai.history import Entry, estimate
from src.ai.ports import Block, Usage
from src.ai.tables import dialogue, handles, notes, spending
from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import NotFoundError, SecretUnreadableError
from src.core.secrets import SecretBox

log = structlog.stdlib.get_logger(__name__)
KEPT = timedelta(days=180)
READ = 400  # stored messages looked at for one request, at least
READ_STEP = 200  # the first one looked at moves in steps, or every message would change the sent prefix
FORGOTTEN = ""  # the conversation of messages that belong to none any more
NOTES = 40
HANDLE = 12  # characters, at most


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person asked to remember."""

    id: int
    text: str


class Dialogue:
    """Messages of each conversation and person, in order."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        self._db = database
        self._box = box
        self._clock = clock

    async def has(self, turn: str, seq: int) -> bool:
        """Whether this message of this turn is stored already: a repeated step asks nothing again."""
        query = sa.select(dialogue.c.id).where(dialogue.c.turn == turn, dialogue.c.seq == seq)
        async with self._db.read() as connection:
            return await connection.scalar(query) is not None

    async def put(
        self,
        conversation: str,
        person: int,
        entry: Entry,
        *,
        extra: dict[str, Any] | None = None,
        paid: tuple[str, Usage, float] | None = None,
    ) -> None:
        """Store a message once, with what it cost (model, usage, US dollars), in one transaction."""
        body = {
            "blocks": list(entry.blocks),
            "model": entry.model,
            "bound": entry.bound,
            "extra": extra or {},
        }
        now = self._clock.now()
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(dialogue)
                .values(
                    conversation=conversation,
                    person=person,
                    turn=entry.turn,
                    seq=entry.seq,
                    role=entry.role,
                    content=self._box.encrypt(_utf8(json.dumps(body, ensure_ascii=False)), _context(entry)),
                    key_id=self._box.key_id,
                    tokens=entry.tokens or estimate(entry.blocks),
                    created_at=now,
                )
                .on_conflict_do_nothing()
            )
            if paid is not None:
                model, usage, usd = paid
                key = f"{entry.turn}:{entry.seq}"
                await connection.execute(_spent(self._db, key, person, model, usage, usd, now))

    async def get(self, turn: str, seq: int) -> tuple[Entry, dict[str, Any]]:
        """A stored message and what it carries besides its blocks. Raises NotFoundError."""
        query = sa.select(dialogue).where(dialogue.c.turn == turn, dialogue.c.seq == seq)
        async with self._db.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFoundError("no such message")
        return self._entry(row)

    async def entries(self, conversation: str, person: int) -> list[Entry]:
        """The newest messages of this conversation with this person, oldest first."""
        mine = sa.and_(dialogue.c.conversation == conversation, dialogue.c.person == person)
        async with self._db.read() as connection:
            count = await connection.scalar(sa.select(sa.func.count()).select_from(dialogue).where(mine)) or 0
            skipped = max(0, count - READ) // READ_STEP * READ_STEP
            query = sa.select(dialogue).where(mine).order_by(dialogue.c.id).offset(skipped)
            rows = list((await connection.execute(query)).mappings())
        return self._readable(rows)

    def _readable(self, rows: Sequence[sa.RowMapping]) -> list[Entry]:
        """The entries, but for turns of which something cannot be read: half a turn is refused by the API."""
        entries, lost = [], set()
        for row in rows:
            try:
                entries.append(self._entry(row)[0])
            except SecretUnreadableError:
                log.error("dialogue.unreadable", turn=row["turn"])  # noqa: TRY400  known, no traceback
                lost.add(row["turn"])
        return [entry for entry in entries if entry.turn not in lost]

    async def extras(self, turn: str) -> list[dict[str, Any]]:
        """What each message of a turn carries besides its blocks, in order."""
        query = sa.select(dialogue).where(dialogue.c.turn == turn).order_by(dialogue.c.seq)
        async with self._db.read() as connection:
            rows = list((await connection.execute(query)).mappings())
        return [self._entry(row)[1] for row in rows]

    async def forget_turn(self, turn: str) -> None:
        """Take a turn out of the conversation: a refused one would be refused again and again.

        Its messages stay readable by turn, for it may be taken up once more after a crash.
        """
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(dialogue).where(dialogue.c.turn == turn).values(conversation=FORGOTTEN)
            )

    async def prune(self) -> None:
        """Forget messages older than half a year."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.delete(dialogue).where(dialogue.c.created_at < self._clock.now() - KEPT)
            )

    def _entry(self, row: sa.RowMapping) -> tuple[Entry, dict[str, Any]]:
        shell = Entry(row["turn"], row["seq"], row["role"], ())
        body = json.loads(self._box.decrypt(row["content"], _context(shell)))
        blocks: tuple[Block, ...] = tuple(body["blocks"])
        entry = Entry(
            shell.turn, shell.seq, shell.role, blocks, body["model"], row["tokens"], body.get("bound")
        )
        return entry, body["extra"]


class Handles:
    """Short ids (t1, r3, d2) that stand for things, stable within a conversation with a person."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._counting = asyncio.Lock()  # tools that run side by side must not count to the same number

    async def give(self, conversation: str, person: int, kind: str, refs: Sequence[str]) -> list[str]:
        """The handles of these references, new ones where there were none; `kind` is one letter."""
        mine = sa.and_(handles.c.conversation == conversation, handles.c.person == person)
        given = []
        async with self._counting, self._db.write() as connection:
            known = {
                row[0]: row[1]
                for row in await connection.execute(sa.select(handles.c.ref, handles.c.handle).where(mine))
            }
            count = sum(1 for handle in known.values() if handle.startswith(kind))
            for ref in refs:
                if ref not in known:
                    count += 1
                    known[ref] = f"{kind}{count}"
                    await connection.execute(
                        self._db.insert(handles).values(
                            conversation=conversation,
                            person=person,
                            handle=known[ref],
                            ref=ref,
                            created_at=self._clock.now(),
                        )
                    )
                given.append(known[ref])
        return given

    async def ref(self, conversation: str, person: int, handle: str) -> tuple[str, datetime]:
        """What a handle stands for, and when it was given. Raises NotFoundError for an invented one."""
        asked = handle.strip().lower()
        query = sa.select(handles.c.ref, handles.c.created_at).where(
            handles.c.conversation == conversation,
            handles.c.person == person,
            # A database may refuse what no handle contains, a NUL for one.
            handles.c.handle == (asked if asked.isalnum() and len(asked) < HANDLE else ""),
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise NotFoundError(
                f"there is no {handle[:12]!r} in this conversation; use an id from a tool result"
            )
        return row[0], row[1]


class Spending:
    """Money. What was spent is stored; what is about to be spent is reserved in this process."""

    def __init__(
        self, database: Database, clock: Clock, *, daily: float | None, daily_person: float | None
    ) -> None:
        self._db = database
        self._clock = clock
        self.daily = daily
        self.daily_person = daily_person
        self._reserved: dict[str, tuple[int, float]] = {}
        self._deciding = asyncio.Lock()

    async def room(self, person: int) -> float | None:
        """US dollars that may still be spent today for this person, reservations counted; None: no limit is set."""
        # Reservations first: a call that ends meanwhile is counted twice rather than not at all.
        held = sum(usd for _, usd in self._reserved.values())
        mine = sum(usd for who, usd in self._reserved.values() if who == person)
        limits = []
        if self.daily is not None:
            limits.append(self.daily - held - await self.today())
        if self.daily_person is not None:
            limits.append(self.daily_person - mine - await self.today(person))
        return min(limits) if limits else None

    async def reserve(self, key: str, person: int, usd: float) -> bool:
        """Set money aside before a call; False where there is no room. Of parallel calls each sees the others'."""
        async with self._deciding:
            room = await self.room(person)
            if room is not None and usd > room:
                return False
            self._reserved[key] = (person, usd)
        return True

    def release(self, key: str) -> None:
        """The call is over: what it really cost is stored."""
        self._reserved.pop(key, None)

    async def add(self, key: str, person: int, model: str, usage: Usage, usd: float) -> None:
        """Store what a call cost that left no message; the same key again changes nothing."""
        async with self._db.write() as connection:
            await connection.execute(_spent(self._db, key, person, model, usage, usd, self._clock.now()))

    async def today(self, person: int | None = None) -> float:
        """US dollars spent since midnight UTC."""
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._sum(spending.c.created_at >= midnight, person)

    async def of_turn(self, turn: str) -> float:
        """US dollars of one turn."""
        return await self._sum(spending.c.key.startswith(f"{turn}:", autoescape=True), None)

    async def month(self, person: int | None = None) -> float:
        """US dollars of the last thirty days."""
        return await self._sum(spending.c.created_at >= self._clock.now() - timedelta(days=30), person)

    async def _sum(self, condition: sa.ColumnElement[bool], person: int | None) -> float:
        query = sa.select(sa.func.coalesce(sa.func.sum(spending.c.usd), 0.0)).where(condition)
        if person is not None:
            query = query.where(spending.c.person == person)
        async with self._db.read() as connection:
            return float(await connection.scalar(query) or 0.0)


class Notes:
    """What a person asked to remember, in their own words."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        self._db = database
        self._box = box
        self._clock = clock

    async def add(self, person: int, key: str, text: str) -> None:
        """Remember `text`; the same call again changes nothing. The oldest beyond forty are forgotten."""
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(notes)
                .values(
                    person=person,
                    key=key,
                    text=self._box.encrypt(text, f"note:{person}"),
                    key_id=self._box.key_id,
                    created_at=self._clock.now(),
                )
                .on_conflict_do_nothing()
            )
            newest = (
                sa.select(notes.c.id).where(notes.c.person == person).order_by(notes.c.id.desc()).limit(NOTES)
            )
            await connection.execute(
                sa.delete(notes).where(notes.c.person == person, notes.c.id.not_in(newest))
            )

    async def of(self, person: int) -> list[Note]:
        """The person's notes, oldest first; one that cannot be read is left out."""
        query = sa.select(notes.c.id, notes.c.text).where(notes.c.person == person).order_by(notes.c.id)
        async with self._db.read() as connection:
            rows = list(await connection.execute(query))
        found = []
        for ident, text in rows:
            try:
                found.append(Note(ident, self._box.decrypt(text, f"note:{person}").decode()))
            except SecretUnreadableError:
                log.error("note.unreadable", note=ident)  # noqa: TRY400  known, no traceback
        return found

    async def forget(self, person: int, ident: int) -> None:
        """Forget one note."""
        async with self._db.write() as connection:
            await connection.execute(sa.delete(notes).where(notes.c.person == person, notes.c.id == ident))


def _utf8(text: str) -> bytes:
    """The text with halves of UTF-16 pairs joined where they meet, and replaced where they stand alone."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _context(entry: Entry) -> str:
    return f"dialogue:{entry.turn}:{entry.seq}"


def _spent(
    database: Database, key: str, person: int, model: str, usage: Usage, usd: float, now: datetime
) -> Any:  # noqa: ANN401  the two dialects' inserts share no base class
    """The row of one call's price, written once."""
    row = {
        "key": key,
        "person": person,
        "model": model,
        "input": usage.input,
        "cache_write": usage.cache_write,
        "cache_read": usage.cache_read,
        "output": usage.output,
        "usd": usd,
        "created_at": now,
    }
    return database.insert(spending).values(row).on_conflict_do_nothing()

"""Who may do what. Decided by numeric id, from the database, at every action."""

import asyncio
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import RefusedError
from src.core.tables import persons, strangers

STRANGERS_KEPT = 1_000
NO_ROLE = "none"


class Role(StrEnum):
    """What a person is here, weakest last."""

    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) <= order.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role here. `accepted_at` is when they accepted the notice about torrents."""

    id: int
    role: Role
    name: str
    language: str
    accepted_at: datetime | None


class Access:
    """The register of persons. OWNER_ID and ALLOWED_IDS come from the settings, the rest from the database."""

    def __init__(
        self, database: Database, clock: Clock, owner_id: int | None, allowed_ids: Sequence[int]
    ) -> None:
        self._db = database
        self._clock = clock
        self._owner_id = owner_id
        self._allowed = frozenset(allowed_ids)
        self._claim: str | None = None
        self._claiming = asyncio.Lock()

    async def person(self, ident: int) -> Person | None:
        """The person with their role now; None for a stranger."""
        return (await self.people({ident})).get(ident)

    async def people(self, idents: Collection[int]) -> dict[int, Person]:
        """Those of these ids who have a role now."""
        async with self._db.read() as connection:
            rows = (await connection.execute(sa.select(persons).where(persons.c.id.in_(idents)))).mappings()
            stored = {row["id"]: row for row in rows}
        found = {}
        for ident in idents:
            row = stored.get(ident)
            role = self._role(ident, row["role"] if row else None)
            if role is not None and row is None:
                found[ident] = Person(ident, role, "", "", None)
            elif role is not None and row is not None:
                found[ident] = Person(ident, role, row["name"], row["language"], row["accepted_at"])
        return found

    def _role(self, ident: int, stored: str | None) -> Role | None:
        if ident == self._owner_id:
            return Role.OWNER
        if stored == Role.OWNER and self._owner_id is not None:
            stored = None  # the settings name another owner
        if stored in list(Role):
            return Role(stored)
        return Role.MEMBER if ident in self._allowed else None

    async def require(self, ident: int, needed: Role) -> Person:
        """The person, where their role covers `needed`. Raises RefusedError."""
        person = await self.person(ident)
        if person is None or not person.role.covers(needed):
            raise RefusedError("this needs another role")
        return person

    async def owner(self) -> int | None:
        """The owner's id; None while nobody has claimed the bot."""
        if self._owner_id is not None:
            return self._owner_id
        async with self._db.read() as connection:
            return await connection.scalar(sa.select(persons.c.id).where(persons.c.role == Role.OWNER))

    async def remember(self, ident: int, *, name: str, language: str) -> None:
        """Keep a person's name, and their language the first time we meet. Strangers are not kept."""
        person = await self.person(ident)
        if person is None or (person.name == name and person.language):
            return
        async with self._db.write() as connection:
            await connection.execute(
                self._db.insert(persons)
                # A role that the settings give is not written down: it ends when they no longer give it.
                .values(id=ident, role=NO_ROLE, name=name, language=language, created_at=self._clock.now())
                .on_conflict_do_update(index_elements=["id"], set_={"name": name})
            )

    async def set_language(self, ident: int, language: str) -> None:
        """The language the person chose."""
        await self._update(ident, language=language)

    async def accept_notice(self, ident: int) -> None:
        """The person accepted the notice about torrents; the first time counts."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(persons)
                .where(persons.c.id == ident, persons.c.accepted_at.is_(None))
                .values(accepted_at=self._clock.now())
            )

    async def _update(self, ident: int, **values: object) -> None:
        async with self._db.write() as connection:
            await connection.execute(sa.update(persons).where(persons.c.id == ident).values(**values))

    async def claim_code(self) -> str | None:
        """The one-time code that makes its bearer the owner; None where there is an owner. New in every process."""
        if await self.owner() is not None:
            return None
        self._claim = self._claim or secrets.token_hex(5)
        return self._claim

    async def claim(self, ident: int, code: str, *, name: str, language: str) -> bool:
        """Make this person the owner if `code` is the one-time code; False otherwise."""
        async with self._claiming:  # the code works once, however many send it at once
            if self._claim is None or not hmac.compare_digest(self._claim.encode(), code.strip().encode()):
                return False
            if await self.owner() is not None:
                return False
            values = {"role": Role.OWNER, "name": name, "language": language}
            async with self._db.write() as connection:
                await connection.execute(
                    self._db.insert(persons)
                    .values(id=ident, created_at=self._clock.now(), **values)
                    .on_conflict_do_update(index_elements=["id"], set_=values)
                )
            self._claim = None
        return True

    async def met_stranger(self, ident: int) -> bool:
        """Count a stranger; True the first time, when they are told their id. At most 1,000 are remembered."""
        async with self._db.write() as connection:
            known = await connection.scalar(sa.select(strangers.c.seen).where(strangers.c.id == ident))
            await connection.execute(
                self._db.insert(strangers)
                .values(id=ident, seen=1, last_at=self._clock.now())
                .on_conflict_do_update(
                    index_elements=["id"], set_={"seen": strangers.c.seen + 1, "last_at": self._clock.now()}
                )
            )
            keep = sa.select(strangers.c.id).order_by(strangers.c.last_at.desc()).limit(STRANGERS_KEPT)
            if known is None:
                await connection.execute(sa.delete(strangers).where(strangers.c.id.not_in(keep)))
        return known is None

"""Questions a turn asks a person while it waits: the answer goes to the turn at once, before the lane."""

import asyncio
import secrets
from datetime import timedelta

import sqlalchemy as sa

from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import ExpiredError
from src.core.secrets import SecretBox
from src.core.tables import questions


class Questions:
    """Open questions by conversation and person. Answers are encrypted at rest and wake the turn that waits."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        self._db = database
        self._box = box
        self._clock = clock
        self._waiting: dict[str, asyncio.Event] = {}

    async def ask(
        self, person: int, conversation: str, kind: str, *, life: timedelta, ident: str | None = None
    ) -> str:
        """Open a question and close the person's earlier one here; the same `ident` again changes nothing."""
        ident = ident or secrets.token_urlsafe(9)
        now = self._clock.now()
        earlier = sa.and_(
            questions.c.conversation == conversation,
            questions.c.person == person,
            questions.c.state == "open",
            questions.c.id != ident,
        )
        async with self._db.write() as connection:
            await connection.execute(sa.update(questions).where(earlier).values(state="closed"))
            await connection.execute(
                self._db.insert(questions)
                .values(
                    id=ident,
                    person=person,
                    conversation=conversation,
                    kind=kind,
                    state="open",
                    created_at=now,
                    expires_at=now + life,
                )
                .on_conflict_do_nothing()
            )
        return ident

    async def answer(self, person: int, conversation: str, text: str) -> str | None:
        """Give `text` to the person's open question here; its id, or None where nothing was asked."""
        mine = sa.and_(
            questions.c.person == person,
            questions.c.conversation == conversation,
            questions.c.state == "open",
            questions.c.expires_at > self._clock.now(),
        )
        async with self._db.write() as connection:
            ident = await connection.scalar(sa.select(questions.c.id).where(mine))
            if ident is None:
                return None
            await connection.execute(
                sa.update(questions)
                .where(questions.c.id == ident)
                .values(state="answered", answer=self._box.encrypt(text, f"question:{ident}"))
            )
        if (event := self._waiting.get(ident)) is not None:
            event.set()
        return str(ident)

    async def wait(self, ident: str, *, timeout: float) -> str:
        """The answer, waiting at most `timeout` seconds. Raises ExpiredError where none came."""
        event = self._waiting.setdefault(ident, asyncio.Event())
        try:
            async with asyncio.timeout(timeout):
                while (answer := await self._stored(ident)) is None:
                    await event.wait()
                    event.clear()
        except TimeoutError as exc:
            raise ExpiredError("no answer came") from exc
        finally:
            self._waiting.pop(ident, None)
        return answer

    async def _stored(self, ident: str) -> str | None:
        query = sa.select(questions.c.state, questions.c.answer).where(questions.c.id == ident)
        async with self._db.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None or row[0] == "closed":
            raise ExpiredError("the question is closed")
        return None if row[1] is None else self._box.decrypt(row[1], f"question:{ident}").decode()

"""The book of downloads: what was asked for, by whom, and how far it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from src.concierge.tables import downloads, followers
from src.core.clock import Clock
from src.core.database import Database
from src.core.errors import NotFoundError, SecretUnreadableError
from src.core.secrets import SecretBox

log = structlog.stdlib.get_logger(__name__)


class DownloadState(StrEnum):
    """How far a download came in our own book."""

    WANTED = "wanted"  # accepted; the client may not know it yet
    ADDED = "added"
    DONE = "done"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Download:
    """One entry of the book."""

    infohash: str
    title: str
    magnet: str
    state: DownloadState
    size_bytes: int | None
    path: str | None
    stalled_since: datetime | None


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who asked for a download and wants to hear of it."""

    infohash: str
    person: int
    conversation: str
    asked_by: str

    def key(self, what: str) -> str:
        """The outbox key of this follower's message about `what`."""
        return f"download:{self.asked_by}:{what}"


class DownloadBook:
    """The store of downloads and their followers. Magnets are encrypted at rest."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        self._db = database
        self._box = box
        self._clock = clock

    async def want(
        self, connection: AsyncConnection, *, infohash: str, title: str, magnet: str, size: int | None
    ) -> None:
        """Write the wish down; a removed or failed one is wanted anew, a live one stays as it is."""
        now = self._clock.now()
        values = {
            "title": title,
            "magnet": self._box.encrypt(magnet, _context(infohash)),
            "key_id": self._box.key_id,
            "state": DownloadState.WANTED,
            "size_bytes": size,
            "added_at": now,
            "done_at": None,
            "stalled_since": None,
        }
        over = downloads.c.state.in_((DownloadState.REMOVED, DownloadState.FAILED))
        await connection.execute(
            self._db.insert(downloads)
            .values(infohash=infohash, **values)
            .on_conflict_do_update(index_elements=["infohash"], set_=values, where=over)
        )

    async def follow(
        self, connection: AsyncConnection, infohash: str, person: int, conversation: str, asked_by: str
    ) -> None:
        """This person wants to hear of it, where they asked last."""
        values = {"conversation": conversation, "asked_by": asked_by}
        await connection.execute(
            self._db.insert(followers)
            .values(infohash=infohash, person=person, created_at=self._clock.now(), **values)
            .on_conflict_do_update(index_elements=["infohash", "person"], set_=values)
        )

    async def asked_by(self, infohash: str, person: int) -> str | None:
        """The proposal by which this person asked for it; None where they do not follow it."""
        query = sa.select(followers.c.asked_by).where(
            followers.c.infohash == infohash, followers.c.person == person
        )
        async with self._db.read() as connection:
            return await connection.scalar(query)

    async def unfollow(self, infohash: str, person: int) -> int:
        """The person hears of it no more; answers how many others still follow."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.delete(followers).where(followers.c.infohash == infohash, followers.c.person == person)
            )
            count = sa.select(sa.func.count()).select_from(followers).where(followers.c.infohash == infohash)
            return await connection.scalar(count) or 0

    async def get(self, infohash: str) -> Download:
        """A download by infohash. Raises NotFoundError."""
        async with self._db.read() as connection:
            query = sa.select(downloads).where(downloads.c.infohash == infohash)
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFoundError("no such download")
        return self._download(row)

    async def followed(self, infohash: str, person: int) -> Download:
        """A download that this person follows. Raises NotFoundError for anybody else's."""
        async with self._db.read() as connection:
            query = (
                sa.select(downloads)
                .join(followers, followers.c.infohash == downloads.c.infohash)
                .where(downloads.c.infohash == infohash, followers.c.person == person)
            )
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFoundError("no such download of this person")
        return self._download(row)

    async def of_person(self, person: int, *, limit: int = 10) -> Sequence[Download]:
        """The person's downloads that were not removed, newest first."""
        query = (
            sa.select(downloads)
            .join(followers, followers.c.infohash == downloads.c.infohash)
            .where(followers.c.person == person, downloads.c.state != DownloadState.REMOVED)
            .order_by(downloads.c.added_at.desc())
            .limit(limit)
        )
        return await self._many(query)

    async def in_state(self, *states: DownloadState) -> Sequence[Download]:
        """Every download in one of `states`, oldest first."""
        return await self._many(
            sa.select(downloads).where(downloads.c.state.in_(states)).order_by(downloads.c.added_at)
        )

    async def followers_of(
        self, infohash: str, *, connection: AsyncConnection | None = None
    ) -> Sequence[Follower]:
        """Everyone who asked for it, as the caller's transaction sees them where one is given."""
        columns = (followers.c.infohash, followers.c.person, followers.c.conversation, followers.c.asked_by)
        query = sa.select(*columns).where(followers.c.infohash == infohash)
        if connection is not None:
            return [Follower(*row) for row in await connection.execute(query)]
        async with self._db.read() as own:
            return [Follower(*row) for row in await own.execute(query)]

    async def mark(
        self,
        infohash: str,
        state: DownloadState,
        *,
        connection: AsyncConnection | None = None,
        **values: object,
    ) -> None:
        """Set the state and whatever else became known, in the caller's transaction where one is given."""
        done = {"done_at": self._clock.now()} if state is DownloadState.DONE else {}
        update = (
            sa.update(downloads).where(downloads.c.infohash == infohash).values(state=state, **done, **values)
        )
        if connection is not None:
            await connection.execute(update)
            return
        async with self._db.write() as own:
            await own.execute(update)

    async def stalled(self, infohash: str, since: datetime | None) -> None:
        """Since when nobody gives data; None: somebody does."""
        async with self._db.write() as connection:
            await connection.execute(
                sa.update(downloads).where(downloads.c.infohash == infohash).values(stalled_since=since)
            )

    async def _many(self, query: sa.Select[tuple[object, ...]]) -> Sequence[Download]:
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [download for row in rows if (download := self._readable(row)) is not None]

    def _readable(self, row: sa.RowMapping) -> Download | None:
        """One row that cannot be read must not hide the others."""
        try:
            return self._download(row)
        except SecretUnreadableError:
            log.error("download.unreadable", infohash=row["infohash"])  # noqa: TRY400  known, no traceback
            return None

    def _download(self, row: sa.RowMapping) -> Download:
        magnet = self._box.decrypt(row["magnet"], _context(row["infohash"])).decode()
        return Download(
            row["infohash"],
            row["title"],
            magnet,
            DownloadState(row["state"]),
            row["size_bytes"],
            row["path"],
            row["stalled_since"],
        )


def _context(infohash: str) -> str:
    return f"download:{infohash}"

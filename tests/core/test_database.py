"""One SQL for two databases: who writes, what a reader may do, and what SQLite is told to promise."""

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from src.concierge.tables import followers
from src.core.database import Database, async_url, open_database
from src.core.errors import NotConfiguredError
from src.core.tables import cursors, strangers
from tests.core.conftest import ANNA, HOME, NOON, rows_of

BERLIN = timezone(timedelta(hours=2))


def cursor_row(name: str, value: int = 1) -> sa.Insert:
    return sa.insert(cursors).values(name=name, value=value)


@pytest.mark.requirement("USER-001.3")
@pytest.mark.parametrize(
    "moment",
    [NOON, NOON.astimezone(BERLIN), datetime(2026, 11, 20, 12, 0, 0, 123_456, tzinfo=UTC)],
    ids=["utc", "another zone", "microseconds"],
)
async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database, moment: datetime) -> None:
    async with database.write() as connection:
        await connection.execute(sa.insert(strangers).values(id=ANNA, last_at=moment))
    (row,) = await rows_of(database, strangers)
    assert row["last_at"] == moment
    assert row["last_at"].tzinfo is UTC


@pytest.mark.requirement("USER-001.3")
async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="must carry its zone"):
        async with database.write() as connection:
            await connection.execute(sa.insert(strangers).values(id=ANNA, last_at=naive))
    assert await rows_of(database, strangers) == []


@pytest.mark.requirement("USER-001.3")
async def test_moments_of_different_zones_are_ordered_by_the_moment(database: Database) -> None:
    async with database.write() as connection:
        for number, moment in enumerate([NOON.astimezone(BERLIN), NOON - timedelta(hours=1)]):
            await connection.execute(sa.insert(strangers).values(id=number, last_at=moment))
    async with database.read() as connection:
        found = list(await connection.scalars(sa.select(strangers.c.id).order_by(strangers.c.last_at)))
    assert found == [1, 0]


async def test_a_reader_cannot_write(database: Database) -> None:
    async def write_through_it() -> None:
        async with database.read() as connection:
            await connection.execute(cursor_row("telegram"))
            await connection.commit()

    with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
        await write_through_it()
    assert await rows_of(database, cursors) == []


async def test_an_error_rolls_the_whole_transaction_back(database: Database) -> None:
    async def broken() -> None:
        async with database.write() as connection:
            await connection.execute(cursor_row("telegram"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await rows_of(database, cursors) == []
    async with database.write() as connection:
        await connection.execute(cursor_row("telegram", 7))
    assert [row["value"] for row in await rows_of(database, cursors)] == [7]


async def test_a_cancelled_transaction_leaves_the_writer_usable(database: Database) -> None:
    inside = asyncio.Event()

    async def write_and_wait() -> None:
        async with database.write() as connection:
            await connection.execute(cursor_row("cancelled"))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as connection:
        await connection.execute(cursor_row("after"))
    assert [row["name"] for row in await rows_of(database, cursors)] == ["after"]


async def test_a_reader_does_not_see_what_is_not_committed(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(cursor_row("telegram"))
        assert await rows_of(database, cursors) == []
    assert len(await rows_of(database, cursors)) == 1


async def test_read_and_add_from_many_tasks_loses_nothing_on_one_row(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(cursor_row("telegram", 0))

    async def add_one() -> None:
        async with database.write() as connection:
            look = sa.select(cursors.c.value).with_for_update()
            value = await connection.scalar(look)
            assert value is not None
            await connection.execute(sa.update(cursors).values(value=value + 1))

    await asyncio.gather(*(add_one() for _ in range(20)))
    assert [row["value"] for row in await rows_of(database, cursors)] == [20]


@pytest.mark.requirement("USER-001.3")
async def test_a_foreign_key_holds(database: Database) -> None:
    orphan = sa.insert(followers).values(
        infohash="a" * 40, person=ANNA, conversation=HOME, asked_by="p", created_at=NOON
    )
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(orphan)


# What only SQLite has to be told.


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "app.db"


@pytest.fixture
def migrated(file: Path, sqlite_template: Path) -> Path:
    file.parent.mkdir(mode=0o700)
    shutil.copy(sqlite_template, file)
    return file


@pytest.mark.requirement("USER-001.3")
@pytest.mark.parametrize("side", ["write", "read"])
async def test_sqlite_promises_what_was_acknowledged(file: Path, side: str) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    async with open_database(f"sqlite:///{file}") as database:
        open_side = database.write if side == "write" else database.read
        async with open_side() as connection:
            found = {name: await connection.scalar(sa.text(f"PRAGMA {name}")) for name in wanted}
            assert await connection.scalar(sa.text("PRAGMA query_only")) == (side == "read")
            assert await connection.scalar(sa.text("PRAGMA busy_timeout")) == 10_000
    assert found == wanted


async def test_a_write_holds_the_lock_from_its_first_moment(file: Path) -> None:
    async with open_database(f"sqlite:///{file}") as database:
        async with database.write():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                await asyncio.to_thread(_begin_immediate, file)
        await asyncio.to_thread(_begin_immediate, file)


def _begin_immediate(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


async def test_there_is_one_writer_at_a_time_and_readers_do_not_wait_for_it(migrated: Path) -> None:
    async with open_database(f"sqlite:///{migrated}") as database:
        order: list[str] = []

        async def write(name: str) -> None:
            async with database.write() as connection:
                order.append(f"{name} in")
                await connection.execute(cursor_row(name))
                order.append(f"{name} out")

        async with asyncio.timeout(5), database.write():
            tasks = [asyncio.create_task(write(name)) for name in "abc"]
            assert await rows_of(database, cursors) == []
            assert order == []
        await asyncio.gather(*tasks)
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]


@pytest.mark.requirement("USER-002.1")
async def test_the_data_folder_and_its_files_are_their_owners_alone(file: Path) -> None:
    async with open_database(f"sqlite:///{file}") as database:
        async with database.write() as connection:
            await connection.execute(sa.text("CREATE TABLE anything (id INTEGER)"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert modes == {"app.db": 0o600, "app.db-wal": 0o600, "app.db-shm": 0o600}


async def test_what_is_deleted_is_gone_from_the_file(migrated: Path) -> None:
    async with open_database(f"sqlite:///{migrated}") as database:
        async with database.write() as connection:
            await connection.execute(cursor_row("a-name-to-be-forgotten"))
        async with database.write() as connection:
            await connection.execute(sa.delete(cursors))
    left = b"".join(path.read_bytes() for path in migrated.parent.iterdir() if path.is_file())
    assert b"a-name-to-be-forgotten" not in left


async def test_a_copy_is_whole_and_private(migrated: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    async with open_database(f"sqlite:///{migrated}") as database:
        async with database.write() as connection:
            await connection.execute(cursor_row("telegram", 42))
        await database.vacuum_into(target)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT value FROM cursors").fetchall() == [(42,)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///app.db", "sqlite+aiosqlite"),
        ("postgresql://me:secret@127.0.0.1/bot", "postgresql+psycopg"),
        ("postgresql+psycopg2://me:secret@127.0.0.1/bot", "postgresql+psycopg"),
        ("postgres://me:secret@127.0.0.1/bot", "postgresql+psycopg"),
    ],
)
def test_the_driver_is_chosen_by_the_database(url: str, driver: str) -> None:
    assert async_url(url).drivername == driver


def test_another_database_is_refused_without_its_password() -> None:
    with pytest.raises(NotConfiguredError, match="DATABASE_URL") as caught:
        async_url("mysql://me:hunter2@127.0.0.1/bot")
    assert "hunter2" not in str(caught.value)

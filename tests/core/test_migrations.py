"""Start-up brings the database to the newest schema: all of it or nothing, after a backup, never backwards."""

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from src.core.database import Database, open_database
from src.core.errors import UnusableInputError
from src.core.tables import cursors, metadata
from src.user.migrate import BACKUPS_KEPT, alembic_config, migrate
from tests.core.conftest import NOON, rows_of

pytestmark = [
    pytest.mark.requirement("USER-001.2"),
    pytest.mark.may_block,  # Alembic reads its scripts on the loop, before there is anything to block
]


async def tables_of(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()))


async def set_revision(database: Database, revision: str) -> None:
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


@pytest.mark.requirement("USER-001.1")
async def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    def difference(connection: sa.Connection) -> list[object]:
        # Of SQLite's defaults Alembic cannot tell '' from nothing.
        defaults = connection.dialect.name == "postgresql"
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": defaults}
        )
        return list(compare_metadata(context, metadata))

    async with open_database(database_url) as database:
        assert await migrate(database, backups=None, now=NOON)
        async with database.read() as connection:
            assert await connection.run_sync(difference) == []
        assert await tables_of(database) == {*metadata.tables, "alembic_version"}


@pytest.mark.requirement("USER-001.1")
async def test_the_names_of_keys_and_constraints_are_those_of_the_code(database_url: str) -> None:
    def names(connection: sa.Connection) -> set[str | None]:
        inspector = sa.inspect(connection)
        found: set[str | None] = set()
        for table in metadata.tables:
            found.add(inspector.get_pk_constraint(table)["name"])
            found.update(key["name"] for key in inspector.get_foreign_keys(table))
            found.update(index["name"] for index in inspector.get_indexes(table))
        return found

    def fresh(connection: sa.Connection) -> set[str | None]:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        return names(connection)

    async with open_database(database_url) as database:
        await migrate(database, backups=None, now=NOON)
        async with database.write() as connection:
            migrated = await connection.run_sync(names)
            assert migrated == await connection.run_sync(fresh)


async def test_running_twice_changes_nothing(database_url: str, tmp_path: Path) -> None:
    async with open_database(database_url) as database:
        assert await migrate(database, backups=tmp_path / "backups", now=NOON)
        async with database.write() as connection:
            await connection.execute(sa.insert(cursors).values(name="telegram", value=42))
        assert not await migrate(database, backups=tmp_path / "backups", now=NOON)
        assert [row["value"] for row in await rows_of(database, cursors)] == [42]
    assert not (tmp_path / "backups").exists()


async def test_a_newer_schema_is_refused_and_left_alone(database_url: str, tmp_path: Path) -> None:
    async with open_database(database_url) as database:
        await migrate(database, backups=None, now=NOON)
        await set_revision(database, "9999")
        before = await tables_of(database)
        with pytest.raises(UnusableInputError, match="newer version"):
            await migrate(database, backups=tmp_path / "backups", now=NOON)
        assert await tables_of(database) == before
        async with database.read() as connection:
            revision = await connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert revision == "9999"
    assert not (tmp_path / "backups").exists()


async def test_a_migration_that_fails_leaves_nothing_behind(database_url: str) -> None:
    async with open_database(database_url) as database:
        async with database.write() as connection:
            await connection.execute(sa.text("CREATE TABLE watchlist (somebody_elses INTEGER)"))
        with pytest.raises(DBAPIError, match="watchlist"):
            await migrate(database, backups=None, now=NOON)
        assert await tables_of(database) == {"watchlist"}
        async with database.write() as connection:
            await connection.execute(sa.text("DROP TABLE watchlist"))
        assert await migrate(database, backups=None, now=NOON)
        assert await rows_of(database, cursors) == []


async def test_two_starts_at_once_end_in_one_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    async with open_database(url) as first, open_database(url) as second:
        await asyncio.gather(*(migrate(one, backups=None, now=NOON) for one in (first, second)))
        assert await tables_of(first) == {*metadata.tables, "alembic_version"}
        assert not await migrate(second, backups=None, now=NOON)


def test_there_is_one_line_of_revisions() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


# The next version of the program, as a process of its own: this source with one more revision.

LATER = """
import os, signal
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "HEAD"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    if os.environ.get("DIE_IN_THE_MIDDLE"):
        os.kill(os.getpid(), signal.SIGKILL)
    op.execute("UPDATE cursors SET value = value + 1")
"""
START = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from src.core.database import open_database
from src.user.migrate import migrate


async def start() -> None:
    async with open_database(sys.argv[1]) as database:
        await migrate(database, backups=Path(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3]))


asyncio.run(start())
"""


@pytest.fixture
def next_version(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "next"
    head = ScriptDirectory.from_config(alembic_config()).get_current_head() or ""
    shutil.copytree(root / "src", folder / "src", ignore=shutil.ignore_patterns("*.pyc.*"))
    (folder / "src" / "user" / "migrations" / "versions" / "9999_later.py").write_text(
        LATER.replace("HEAD", head)
    )
    return folder


async def start(folder: Path, url: str, backups: Path, *, now: datetime = NOON, **env: str) -> int | None:
    """Starts that version's migration; its exit code."""
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        START,
        url,
        str(backups),
        now.isoformat(),
        cwd=folder,
        env={**unmeasured, "PYTHONPATH": str(folder), **env},
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        return await process.wait()


def cursors_in(file: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT value FROM cursors").fetchall()


async def with_data(url: str) -> None:
    async with open_database(url) as database:
        await migrate(database, backups=None, now=NOON)
        async with database.write() as connection:
            await connection.execute(sa.insert(cursors).values(name="telegram", value=42))


async def test_the_next_version_backs_up_then_migrates_and_this_one_refuses_what_it_left(
    next_version: Path, tmp_path: Path
) -> None:
    file, backups = tmp_path / "app.db", tmp_path / "backups"
    backups.mkdir(mode=0o700)
    for number in range(BACKUPS_KEPT + 2):
        (backups / f"app-2026010{number}T000000000000.db").touch()
    (backups / "mine.db").touch()
    await with_data(f"sqlite:///{file}")

    assert await start(next_version, f"sqlite:///{file}", backups) == 0

    assert cursors_in(file) == [(43,)]
    made = backups / "app-20261120T120000000000.db"
    assert cursors_in(made) == [(42,)]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    kept = sorted(path.name for path in backups.iterdir())
    assert kept == [*(f"app-2026010{n}T000000000000.db" for n in range(3, 7)), made.name, "mine.db"]

    async with open_database(f"sqlite:///{file}") as database:
        with pytest.raises(UnusableInputError, match="newer version"):
            await migrate(database, backups=backups, now=NOON + timedelta(hours=1))


async def test_a_kill_in_the_middle_leaves_the_schema_and_the_data_of_before(
    next_version: Path, tmp_path: Path
) -> None:
    file, backups = tmp_path / "app.db", tmp_path / "backups"
    url = f"sqlite:///{file}"
    await with_data(url)
    assert await start(next_version, url, backups, DIE_IN_THE_MIDDLE="1") == -signal.SIGKILL
    async with open_database(url) as database:
        assert not await migrate(database, backups=backups, now=NOON)
        assert "later" not in await tables_of(database)
    assert cursors_in(file) == [(42,)]
    assert stat.S_IMODE(backups.stat().st_mode) == 0o700
    assert await start(next_version, url, backups, now=NOON + timedelta(minutes=1)) == 0
    assert cursors_in(file) == [(43,)]
    assert [cursors_in(backup) for backup in sorted(backups.iterdir())] == [[(42,)], [(42,)]]

"""Brings the database to the newest schema: backup first, one transaction, never a newer schema."""

import asyncio
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from src.core.database import Database
from src.core.errors import UnusableInputError

BACKUPS_KEPT = 5
log = structlog.stdlib.get_logger(__name__)


def alembic_config() -> Config:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def migrate(database: Database, *, backups: Path | None, now: datetime) -> bool:
    """Upgrade to the newest schema; True where something changed.

    A SQLite file with data is copied to `backups` before (VACUUM INTO: whole and consistent). All steps run in
    one transaction. Raises UnusableInputError where the schema is newer than this code.
    """
    config = alembic_config()
    script = await asyncio.to_thread(ScriptDirectory.from_config, config)
    head = script.get_current_head()
    async with database.read() as connection:
        current = await connection.run_sync(_revision)
    if current == head:
        return False
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise UnusableInputError("the database is from a newer version of this program: start that version")
    if current is not None and backups is not None and database.is_sqlite:
        await _back_up(database, backups, now)
    async with database.write() as connection:
        await connection.run_sync(_upgrade, config)
    log.info("database.migrated", before=current, after=head)
    return True


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: sa.Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _back_up(database: Database, folder: Path, now: datetime) -> None:
    target = folder / f"app-{now:%Y%m%dT%H%M%S%f}.db"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    await database.vacuum_into(target)
    await asyncio.to_thread(_keep_newest, folder)
    log.info("database.backed_up", file=target.name)


def _keep_newest(folder: Path) -> None:
    for old in sorted(folder.glob("app-*.db"))[:-BACKUPS_KEPT]:
        old.unlink()

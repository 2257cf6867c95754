"""Brings the database to the newest schema: backup first, one transaction, never a newer schema."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from src.core.database import Database
from src.core.errors import UnusableInputError

if TYPE_CHECKING:
    # At run time it is imported only where something is due: it would cost every start 0.15 s and 12 MiB.
    from alembic.config import Config

BACKUPS_KEPT = 5
FOLDER = Path(__file__).parent / "migrations"
log = structlog.stdlib.get_logger(__name__)


def alembic_config() -> "Config":
    """Where the migrations are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def newest_revision() -> str:
    """The newest revision this code knows, by the names of the migrations' files. Reads the disk."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


async def migrate(database: Database, *, backups: Path | None, now: datetime) -> bool:
    """Upgrade to the newest schema; True where something changed.

    A SQLite file with data is copied to `backups` before (VACUUM INTO: whole and consistent). All steps run in
    one transaction. Raises UnusableInputError where the schema is newer than this code.
    """
    head = await asyncio.to_thread(newest_revision)
    async with database.read() as connection:
        current = await connection.run_sync(_revision)
    if current == head:
        return False
    config = await asyncio.to_thread(alembic_config)
    if current is not None and current not in await asyncio.to_thread(_known, config):
        raise UnusableInputError("the database is from a newer version of this program: start that version")
    if current is not None and backups is not None and database.is_sqlite:
        await _back_up(database, backups, now)
    async with database.write() as connection:
        await connection.run_sync(_upgrade, config)
    log.info("database.migrated", before=current, after=head)
    return True


def _known(config: "Config") -> set[str]:
    from alembic.script import ScriptDirectory

    return {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: sa.Connection, config: "Config") -> None:
    from alembic import command

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

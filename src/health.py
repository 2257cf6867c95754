"""Every configured part asked for real: the owner's /health page and the `doctor` command."""

import asyncio
import shutil
from collections.abc import Awaitable

from src.concierge.general import Health
from src.config import Settings
from src.core.database import Database
from src.core.errors import ConciergeError
from src.core.turns import Spine
from src.search.models import SourceState, Wish
from src.search.service import SearchService
from src.seedbox.ports import Seedbox

ASKED_FOR = Wish(title="Night of the Living Dead")
GIB = 1024**3


async def check_parts(
    settings: Settings, database: Database, service: SearchService, seedbox: Seedbox | None, spine: Spine
) -> list[Health]:
    """One line a part: database, disk, queues, sources, download client."""
    checks = [
        _database(database),
        _disk(settings),
        _queues(spine),
        _seedbox(settings, seedbox),
    ]
    lines = list(await asyncio.gather(*checks))
    return lines + await check_sources(service)


async def _database(database: Database) -> Health:
    async with database.read() as connection:
        await connection.exec_driver_sql("SELECT 1")
    return Health("database", well=True, detail="SQLite" if database.is_sqlite else "Postgres")


async def _disk(settings: Settings) -> Health:
    usage = await asyncio.to_thread(shutil.disk_usage, settings.data_dir)
    free = usage.free / GIB
    return Health("disk", well=free > 1, detail=f"{free:.1f} GiB free", fix="Free some space in DATA_DIR")


async def _queues(spine: Spine) -> Health:
    waiting, stuck = await spine.inbox.count("new"), await spine.inbox.count("quarantined")
    sent = await spine.outbox.counts()
    detail = (
        f"{waiting} waiting, {stuck} quarantined, {sent.get('pending', 0)} to send, "
        f"{sent.get('failed', 0)} failed, {sent['doubtful']} doubtful"
    )
    return Health("queues", well=waiting < 100, detail=detail, fix="See the log")


async def _seedbox(settings: Settings, seedbox: Seedbox | None) -> Health:
    if seedbox is None:
        return Health("seedbox", well=True, detail="none: magnets are handed over")
    try:
        torrents, free = await seedbox.list(), await seedbox.free_bytes()
    except ConciergeError as exc:
        return Health(
            "seedbox", well=False, detail=str(exc), fix=f"Check SEEDBOX_KIND={settings.seedbox_kind}"
        )
    room = "" if free is None else f", {free / GIB:.1f} GiB free"
    return Health("seedbox", well=True, detail=f"{seedbox.name}: {len(torrents)} torrents{room}")


async def check_sources(service: SearchService) -> list[Health]:
    """One real search, one line a source."""
    try:
        found = await service.search(ASKED_FOR, limit=1)
    except ConciergeError as exc:
        return [Health("sources", well=False, detail=str(exc), fix="Set SOURCES")]
    return [
        Health(
            report.name,
            well=report.state in (SourceState.OK, SourceState.EMPTY),
            detail=report.reason or f"{report.found} found in {report.seconds:.1f} s",
            fix="Check its address and PROXY_URL",
        )
        for report in found.sources
    ]


async def told(check: Awaitable[str], name: str, fix: str) -> Health:
    """A check that answers a detail, as a line; its error of ours becomes the detail of a bad one."""
    try:
        return Health(name, well=True, detail=await check)
    except ConciergeError as exc:
        return Health(name, well=False, detail=str(exc), fix=fix)

"""CPU and time to the first poll, memory and CPU share at rest."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import OURS, STOCK, bot
from bench.results import Figure, figure
from tests.sandbox.telegram import TelegramStandIn

COMMAND = "python -m bench --only start"
KINDS: Mapping[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "ours": (OURS, {"OWNER_ID": "1001"}),
    "embedded": (OURS, {"OWNER_ID": "1001", "SEEDBOX_KIND": "embedded", "TORRENT_LISTEN": "127.0.0.1:0"}),
    "stock": (STOCK, {}),
}


@dataclass(slots=True)
class Seen:
    """One kind of process, start by start."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)


async def _start(kind: str, folder: Path, seen: Seen, settle: float, idle: float) -> None:
    module, settings = KINDS[kind]
    async with (
        TelegramStandIn("4242:BENCH-token") as telegram,
        bot(module, telegram, folder, settings) as process,
    ):
        seen.cpu.append(process.cpu_seconds())
        seen.wall.append(time.perf_counter() - process.started)
        if idle:
            await asyncio.sleep(settle)
            seen.memory.append(process.resident_mib())
            before, began = process.cpu_seconds(), time.perf_counter()
            await asyncio.sleep(idle)
            seen.share.append(100 * (process.cpu_seconds() - before) / (time.perf_counter() - began))


async def measure(starts: int, settle: float, idle: float) -> dict[str, Seen]:
    """Each kind started by turns, a first time to warm the caches; then all at rest together."""
    seen = {kind: Seen() for kind in KINDS}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for kind in KINDS:
            await _start(kind, folder / kind, Seen(), 0, 0)
        for _ in range(starts):
            for kind in KINDS:
                await _start(kind, folder / kind, seen[kind], 0, 0)
        rest = {kind: Seen() for kind in KINDS}
        await asyncio.gather(*(_start(kind, folder / kind, rest[kind], settle, idle) for kind in KINDS))
        for kind, found in rest.items():
            seen[kind].memory, seen[kind].share = found.memory, found.share
    return seen


def run(*, starts: int = 5, settle: float = 5.0, idle: float = 10.0) -> list[Figure]:
    """All figures, with and without the embedded download engine."""
    seen = asyncio.run(measure(starts, settle, idle))
    figures = []
    for kind, called in (("ours", "no seedbox"), ("embedded", "embedded engine")):
        for name, unit, values, stock in (
            ("CPU to first poll", "s", seen[kind].cpu, seen["stock"].cpu),
            ("wall to first poll", "s", seen[kind].wall, seen["stock"].wall),
            (f"resident memory after {settle:g} s", "MiB", seen[kind].memory, seen["stock"].memory),
            ("CPU share at rest", "%", seen[kind].share, seen["stock"].share),
        ):
            figures.append(
                figure(
                    f"{name}, {called}",
                    values,
                    unit,
                    baseline=stock,
                    against="stock PTB echo bot",
                    command=COMMAND,
                )
            )
    return figures

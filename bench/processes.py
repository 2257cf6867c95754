"""The real processes, watched from outside: start, memory, idling, answering."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.sandbox.telegram import TelegramStandIn

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0
OURS = ("src", "run")
STOCK = ("bench.baselines.ptb_stock",)


class Watched:
    """A bot in its own process, logging nothing below ERROR."""

    def __init__(self, process: asyncio.subprocess.Process, started: float) -> None:
        self._process = process
        self.started = started

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mib(self) -> float:
        """Resident memory."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@asynccontextmanager
async def bot(
    module: tuple[str, ...], telegram: TelegramStandIn, folder: Path, settings: Mapping[str, str]
) -> AsyncIterator[Watched]:
    """The process, ended on exit; entered as soon as its first poll has come."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    env |= {
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "ERROR",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_BASE_URL": telegram.url,
        "DATA_DIR": str(folder / "data"),
    }
    polls = telegram.counts["getUpdates"]
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, cwd=folder, env={**env, **settings}, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await telegram.wait_until(
            lambda: telegram.counts["getUpdates"] > polls or process.returncode is not None, START_SECONDS
        )
        if process.returncode is not None:
            raise RuntimeError(f"{module} ended with {process.returncode}")
        yield Watched(process, started)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

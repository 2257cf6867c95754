"""The bot as a real process, driven from outside: settings in, log lines and an exit code out."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0


class BotProcess:
    """`python -m src run` with exactly the settings given. Its JSON log is kept, line by line."""

    def __init__(
        self, settings: Mapping[str, str], folder: Path, *, module: Sequence[str] = ("src", "run")
    ) -> None:
        self._settings = dict(settings)
        self._folder = folder
        self._module = tuple(module)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self.lines: list[str] = []
        self.output: list[str] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            await self.kill()

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._alive().pid

    @property
    def returncode(self) -> int | None:
        """How it ended."""
        return None if self._process is None else self._process.returncode

    async def start(self, *, ready: str | None = "bot.started") -> None:
        """Start it and wait until it logged `ready` (None: do not wait)."""
        env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        env |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOG_FORMAT": "json",
        } | self._settings
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *self._module,
            cwd=self._folder,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        self._reader = asyncio.create_task(self._read())
        if ready is not None:
            await self.wait_for_event(ready, timeout=START_SECONDS)

    async def _read(self) -> None:
        process = self._alive()
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("the process has no pipes")
        await asyncio.gather(
            self._collect(process.stdout, self.output), self._collect(process.stderr, self.lines)
        )
        await process.wait()
        async with self._changed:
            self._changed.notify_all()

    async def _collect(self, stream: asyncio.StreamReader, lines: list[str]) -> None:
        async for raw in stream:
            async with self._changed:
                lines.append(raw.decode(errors="replace").rstrip("\n"))
                self._changed.notify_all()

    def events(self, name: str) -> list[dict[str, object]]:
        """The log's records of this event."""
        found = []
        for line in self.lines:
            if name in line and line.startswith("{"):
                record = json.loads(line)
                if record.get("event") == name:
                    found.append(record)
        return found

    async def wait_for_event(self, name: str, *, timeout: float = 10.0, count: int = 1) -> None:
        """Wait until the event was logged `count` times. Raises AssertionError with the log's end."""
        await self.wait_until(lambda: len(self.events(name)) >= count, f"{count} x {name}", timeout=timeout)

    async def wait_until(self, look: Callable[[], bool], what: str, *, timeout: float = 10.0) -> None:
        """Wait until `look` is true of what was printed. Raises AssertionError with the log's end."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                while self.running and not look():
                    await self._changed.wait()
                found = look()
        except TimeoutError:
            found = False
        if not found:
            tail = "\n".join([*self.output[-5:], *self.lines[-25:]])
            raise AssertionError(
                f"{what} did not come; exit code {self.returncode}; the log ends:\n{tail}"
            ) from None

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self._alive().kill()
        await self.ended()

    async def terminate(self, *, timeout: float = 15.0) -> int:
        """SIGTERM, and the exit code."""
        self._alive().send_signal(signal.SIGTERM)
        async with asyncio.timeout(timeout):
            await self.ended()
        return self._alive().returncode or 0

    async def ended(self) -> None:
        """Wait until it is gone and everything it printed was read."""
        if self._reader is not None:
            await self._reader

    def _alive(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the bot was not started")
        return self._process

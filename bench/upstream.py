"""Both stand-ins in processes of their own, and what they saw: `time.monotonic()` is the same in all of them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "4242:BENCH-token"
KEY = "sk-ant-sandbox-0000"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where they listen."""

    claude: str
    telegram: str
    _http: aiohttp.ClientSession

    async def requests(self) -> list[dict[str, Any]]:
        """Every request to the model: what was asked, when it came, when its first text and its end left."""
        async with self._http.get(f"{self.claude}/sandbox/state") as response:
            found: list[dict[str, Any]] = (await response.json())["requests"]
            return found

    async def drafts(self) -> list[dict[str, Any]]:
        """Every draft that was sent: its parameters, and when it was received."""
        parameters = {"method": "sendMessageDraft"}
        async with self._http.get(f"{self.telegram}/control/calls", params=parameters) as response:
            found: list[dict[str, Any]] = (await response.json())["calls"]
            return found

    async def invite(self, chats: Sequence[int]) -> None:
        """Let these people begin their private chats."""
        body = {"messages": [{"user": chat, "text": "hello"} for chat in chats]}
        async with self._http.post(f"{self.telegram}/control/updates", json=body) as response:
            response.raise_for_status()


@asynccontextmanager
async def upstream(*claude: str) -> AsyncIterator[Upstream]:
    """Both, started and ended; `claude` are more arguments for the model's."""
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(_process("tests.sandbox.claude", "--key", KEY, *claude))
        channel = await stack.enter_async_context(_process("tests.sandbox.telegram", "--token", TOKEN))
        addresses = await asyncio.gather(_address(model), _address(channel))
        yield Upstream(*addresses, await stack.enter_async_context(aiohttp.ClientSession()))


@asynccontextmanager
async def _process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments, "--port", "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it complains of every client that leaves early
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    if not address:
        raise RuntimeError("a stand-in did not start")
    return address

"""Bot API calls a second and their tail at 100 at once: our transport under PTB's Bot, beside PTB's own."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bench.results import Figure, figure, percentile
from src.bot.transport import AiohttpRequest

TOKEN = "4242:BENCH-token"
COMMAND = "python -m bench --only calls"
AT_ONCE = 100
ROOT = Path(__file__).resolve().parent.parent
Pair = tuple[float, float]


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    """The Telegram stand-in in a process of its own; its address."""
    arguments = ("--port", "0", "--token", TOKEN, "--count-only")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.telegram", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def burst(url: str, request: BaseRequest, calls: int, at_once: int) -> Pair:
    """Calls a second and their 99th percentile in milliseconds, `at_once` under way all the time."""
    times: list[float] = []
    bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=HTTPXRequest())
    async with request:

        async def worker(share: int) -> None:
            for _ in range(share):
                started = time.perf_counter()
                await bot.get_me()
                times.append(time.perf_counter() - started)

        await asyncio.gather(*(worker(1) for _ in range(at_once)))  # connections are open now
        times.clear()
        started = time.perf_counter()
        await asyncio.gather(*(worker(calls // at_once) for _ in range(at_once)))
        seconds = time.perf_counter() - started
    return len(times) / seconds, percentile(times, 0.99) * 1000


async def measure(calls: int, at_once: int, runs: int) -> tuple[list[Pair], list[Pair]]:
    """Ours and the stock client's, by turns."""
    ours: list[Pair] = []
    stock: list[Pair] = []

    def stock_client() -> BaseRequest:
        return HTTPXRequest(connection_pool_size=256, pool_timeout=30)  # the builder's own default size

    kinds: Sequence[tuple[list[Pair], Callable[[], BaseRequest], int]] = (
        (ours, lambda: AiohttpRequest(token=TOKEN), calls),
        (stock, stock_client, max(at_once, calls // 4)),
    )
    async with stand_in() as url:
        for _ in range(runs):
            for results, client, count in kinds:
                results.append(await burst(url, client(), count, at_once))
    return ours, stock


def run(*, calls: int = 4_000, at_once: int = AT_ONCE, runs: int = 5) -> list[Figure]:
    """Both figures."""
    ours, stock = asyncio.run(measure(calls, at_once, runs))
    against = "stock PTB (HTTPXRequest)"
    note = (
        "getMe against the stand-in in a process of its own, whose speed bounds ours; the stock client's time goes "
        "into its pool, which looks at every idle connection for every idle connection"
    )
    return [
        figure(
            f"Bot API calls/s at {at_once} at once",
            [rate for rate, _ in ours],
            "calls/s",
            baseline=[rate for rate, _ in stock],
            against=against,
            command=COMMAND,
            note=note,
        ),
        figure(
            f"Bot API p99 at {at_once} at once",
            [tail for _, tail in ours],
            "ms",
            baseline=[tail for _, tail in stock],
            against=against,
            command=COMMAND,
            note=note,
        ),
    ]

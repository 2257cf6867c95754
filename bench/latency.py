"""From a person's message to the answer before their eyes, with sources that answer at once."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.processes import OURS, STOCK, bot
from bench.results import Figure, figure, percentile
from tests.sandbox.sources.apibay import ApibayStandIn
from tests.sandbox.telegram import TelegramStandIn

COMMAND = "python -m bench --only latency"
FIRST = 1001
CHATS = 200
FILM = "night of the living dead 1968"
PACE = 0.15  # seconds a chat's turn takes at least: Telegram allows 30 calls a second over all
Rounds = list[list[int]]


def rounds(messages: int, at_once: int) -> Rounds:
    """Who writes together; no chat twice within its own second."""
    people = [FIRST + n % CHATS for n in range(messages)]
    return [people[start : start + at_once] for start in range(0, messages, at_once)]


async def one(telegram: TelegramStandIn, ident: int) -> float:
    """Milliseconds until the answer is there."""
    anna = telegram.user(ident)
    chat = telegram.private(anna)
    started = time.perf_counter()
    said = await chat.says(anna, FILM)
    await chat.wait_for(lambda _: True, timeout=20, after=said)
    return (time.perf_counter() - started) * 1000


async def answers(
    module: tuple[str, ...], settings: Mapping[str, str], folder: Path, plan: Rounds
) -> list[float]:
    """The latencies of one process."""
    times: list[float] = []
    async with TelegramStandIn("4242:BENCH-token") as telegram, bot(module, telegram, folder, settings):
        await one(telegram, FIRST + CHATS)  # the first turn imports and opens what later ones have
        for people in plan:
            began = time.perf_counter()
            times += await asyncio.gather(*(one(telegram, ident) for ident in people))
            await asyncio.sleep(max(0.0, PACE * len(people) - (time.perf_counter() - began)))
    return times


async def measure(messages: int, at_once: int) -> tuple[list[float], list[float]]:
    """Ours, and the stock bot that only echoes."""
    plan = rounds(messages, at_once)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        async with ApibayStandIn() as apibay:
            apibay.add(
                "Night.of.the.Living.Dead.1968.1080p.BluRay.x264-SANDBOX", f"{1:040x}", size=1_500_000_000
            )
            settings = {
                "OWNER_ID": str(FIRST),
                "ALLOWED_IDS": ",".join(str(FIRST + n) for n in range(CHATS + 1)),
                "SOURCES": "piratebay",
                "PIRATEBAY_URLS": apibay.url,
            }
            ours = await answers(OURS, settings, Path(name) / "ours", plan)
            stock = await answers(STOCK, {}, Path(name) / "stock", plan)
    return ours, stock


def run(*, messages: int = 200, many: int = 20) -> list[Figure]:
    """p50 and p99, one chat at a time and many at once."""
    figures = []
    for at_once in (1, many):
        ours, stock = asyncio.run(measure(messages, at_once))
        for label, share in (("p50", 0.5), ("p99", 0.99)):
            figures.append(
                figure(
                    f"message to answer, {at_once} at once, {label}",
                    [percentile(ours, share)],
                    "ms",
                    baseline=[percentile(stock, share)],
                    against="stock PTB, echo only",
                    command=COMMAND,
                    note=f"{messages} messages; ours stores, searches one source, ranks, stores its answer",
                )
            )
    return figures

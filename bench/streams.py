"""From the model's first token to the draft at Telegram, and how long the loop stands still meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anthropic import AsyncAnthropic

from bench.baselines.bare_loop import growing, stock_bot
from bench.upstream import KEY, TOKEN, Upstream
from src.ai.claude_client import open_claude
from src.ai.ports import Message, ModelRequest
from src.bot.api import open_telegram_api
from src.bot.streaming import Pace
from src.bot.surface import TelegramSurface
from src.core.clock import Clock
from src.core.inbound import Address
from src.core.stops import Stop

MODEL = "claude-sonnet-5-5"
THINKING = "Думаю…"
PROBE = 0.005  # seconds
SPREAD = 1.0  # seconds over which streams begin: then all of them run, and nobody writes in the same instant
FASTER = 1_000.0
Stream = Callable[[int, str, bool], Awaitable[None]]  # chat, words, whether the first draft is enough


class FastClock:
    """Runs a thousand times faster: Telegram's own pace (30 calls a second over all) never holds a frame back."""

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Its seconds."""
        return time.monotonic() * FASTER


class NoOutbox:
    """Drafts need none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds from first token to first draft, one a stream; the loop's longest stall in milliseconds.

    `unshown`: streams that ended before there was room for a single draft.
    """

    delays: Sequence[float]
    stall: float
    unshown: int


@asynccontextmanager
async def ours(up: Upstream, clock: Clock) -> AsyncIterator[Stream]:
    """The bot's own way of an answer, wired as app.py wires it: client, surface with its frames, Telegram API."""
    async with (
        open_claude(KEY, up.claude) as claude,
        open_telegram_api(TOKEN, up.telegram, clock=clock) as api,
    ):
        pace = Pace()

        async def stream(chat: int, words: str, short: bool) -> None:
            stop = Stop()
            address = Address("telegram", chat)
            surface = TelegramSurface(api, NoOutbox(), address, pace, key="7", transport="drafts")  # type: ignore[arg-type]  # drafts never ask it
            request = ModelRequest(MODEL, "You talk.", (), (_asks(words),), 2_000)

            def hear(text: str) -> None:
                surface.say(text)
                if short and len(text) > SHORT:
                    stop.ask()

            await surface.begin(THINKING)
            await claude.answer(request, hear, stop)
            await surface.rest()

        yield stream


@asynccontextmanager
async def bare(up: Upstream) -> AsyncIterator[Stream]:
    """The bare loop of the SDK and PTB."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            AsyncAnthropic(api_key=KEY, base_url=up.claude, max_retries=0)
        )
        bot = stock_bot(TOKEN, up.telegram)
        for request in bot._request:  # noqa: SLF001  entering the bot itself would ask who it is
            await stack.enter_async_context(request)

        async def stream(chat: int, words: str, short: bool) -> None:
            end = 0.0

            def enough() -> bool:
                nonlocal end
                end = end or time.monotonic() + 0.1
                return short and time.monotonic() > end

            await growing(client, bot, chat, words, enough)

        yield stream


SHORT = 60  # characters: a third of a second


def _asks(words: str) -> Message:
    return Message("user", ({"type": "text", "text": words},))


async def seen(
    up: Upstream, stream: Stream, first: int, at_once: int, rounds: int, *, short: bool = False
) -> Seen:
    """So many streams at once, so many times, each in a chat of its own from `first` on.

    `short`: a stream is left as soon as its first draft is through.
    """
    chats = range(first, first + at_once * rounds + 1)
    await up.invite(chats)
    await _later(stream, chats[-1], 0.0, short=True)  # imports and connections are there now
    stalls: list[float] = []
    probe = asyncio.create_task(_probe(stalls))
    try:
        for start in range(0, at_once * rounds, at_once):
            together = chats[start : start + at_once]
            await asyncio.gather(
                *(_later(stream, chat, n * SPREAD / at_once, short=short) for n, chat in enumerate(together))
            )
    finally:
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
    begun = {row["asked"]: row["first_text_at"] for row in await up.requests()}
    got = _first_drafts(await up.drafts())
    shown = [chat for chat in chats[:-1] if chat in got]
    delays = [(got[chat] - begun[f"chat {chat}"]) * 1000 for chat in shown]
    return Seen(delays, max(stalls) * 1000, len(chats) - 1 - len(shown))


async def _later(stream: Stream, chat: int, seconds: float, *, short: bool) -> None:
    await asyncio.sleep(seconds)
    await stream(chat, f"chat {chat}", short)


def _first_drafts(drafts: Sequence[dict[str, Any]]) -> dict[int, float]:
    """When each chat's first draft with words of the answer was received."""
    first: dict[int, float] = {}
    for draft in drafts:
        if draft["params"]["text"] != THINKING:
            first.setdefault(int(draft["params"]["chat_id"]), draft["at"])
    return first


async def _probe(stalls: list[float]) -> None:
    """How much later than asked for the loop comes back."""
    while True:
        started = time.monotonic()
        await asyncio.sleep(PROBE)
        stalls.append(time.monotonic() - started - PROBE)

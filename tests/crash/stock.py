"""The same load on a stock python-telegram-bot application, killed at random: how many updates it loses."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass

from tests.crash.people import crowd, gather_people
from tests.sandbox.process import BotProcess
from tests.sandbox.stage import Stage

MODULE = "bench.baselines.ptb_stock"
QUIET = 5.0


@dataclass(frozen=True, slots=True)
class Losses:
    """What the stock application made of it."""

    kills: int
    updates: int
    confirmed: int
    unanswered: int


async def killed_stock(stage: Stage, *, kills: int, seed: int, people: int, seconds: float) -> Losses:
    """Kill it so often at random moments, let it finish, count who never got an answer.

    `seconds` is how long its handler works on an answer. Nobody asks it for downloads.
    """
    dice = random.Random(seed)
    everybody = gather_people(stage, [], dice, people)
    load = asyncio.create_task(crowd(everybody))
    try:
        for _ in range(kills):
            bot = _bot(stage, seconds)
            await bot.start(ready=None)
            with suppress(TimeoutError):
                async with asyncio.timeout(dice.uniform(0.4, 6.0)):
                    await asyncio.shield(bot.ended())
            if not bot.running:
                raise AssertionError("it ended by itself:\n" + "\n".join(bot.lines[-20:]))
            await bot.kill()
    finally:
        load.cancel()
        with suppress(asyncio.CancelledError):
            await load
    await _settle(stage, _bot(stage, seconds))
    asks = [ask for person in everybody for ask in person.asks]
    return Losses(
        kills=kills,
        updates=len(asks),
        confirmed=sum(ask.update_id < stage.telegram.confirmed_offset for ask in asks),
        unanswered=sum(person.unanswered() for person in everybody),
    )


def _bot(stage: Stage, seconds: float) -> BotProcess:
    return BotProcess(stage.settings, stage.folder, module=(MODULE, "--seconds", f"{seconds:.3f}"))


async def _settle(stage: Stage, bot: BotProcess) -> None:
    """A last life: until nothing is pending and no answer has come for a while."""
    telegram = stage.telegram
    await bot.start(ready=None)
    try:
        await telegram.wait_until(lambda: not telegram.pending_updates, 60)
        sent = -1
        while sent != (sent := telegram.counts["sendMessage"]):
            with suppress(AssertionError):
                await telegram.wait_until(lambda: None, QUIET)
    finally:
        await bot.kill()

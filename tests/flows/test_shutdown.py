"""SIGTERM with two hundred busy chats: the process ends in time, and every chat gets exactly its answer afterwards."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.flows.talk import Scene, Talk
from tests.sandbox.sources import Fault
from tests.sandbox.stage import Stage

CHATS = 200
FIRST = 5_001
END_SECONDS = 8.0


@pytest.mark.requirement("DEPLOY-001.2")
@pytest.mark.slow
async def test_sigterm_with_two_hundred_busy_chats_ends_in_time_and_loses_nothing(tmp_path: Path) -> None:
    allowed = ",".join(str(FIRST + number) for number in range(CHATS))
    async with Stage(tmp_path) as stage:
        film = await stage.offer_films()
        people = [stage.telegram.user(FIRST + number, language_code="ru") for number in range(CHATS)]
        talks = [Talk(stage.telegram.private(person), person) for person in people]
        bot = stage.bot(ALLOWED_IDS=allowed, SEEDBOX_KIND="none", LOG_LEVEL="DEBUG")
        await bot.start()
        try:
            for source in (stage.apibay, stage.archive):
                source.faults.add(Fault.HANG)
            await asyncio.gather(*(talk.says("night of the living dead") for talk in talks))
            await bot.wait_for_event("turn.started", count=CHATS, timeout=20)
            started = time.monotonic()
            code = await bot.terminate(timeout=END_SECONDS + 4)
            took = time.monotonic() - started
            assert code == 0
            assert took < END_SECONDS, f"it took {took:.1f} s to stop"
            assert all(talk.chat.bot_messages == [] for talk in talks)
            for source in (stage.apibay, stage.archive):
                source.faults.clear()
            bot = stage.bot(ALLOWED_IDS=allowed, SEEDBOX_KIND="none")
            await bot.start()
            await asyncio.gather(*(talk.hears("(1968)", timeout=60) for talk in talks))
            scene = Scene(stage, bot, film)
            await scene.until([("done", CHATS)], "SELECT state, count(*) FROM inbox GROUP BY state")
            await scene.until([("sent", CHATS)], "SELECT state, count(*) FROM outbox GROUP BY state")
            assert [len(talk.chat.bot_messages) for talk in talks] == [1] * CHATS
        finally:
            if bot.running:
                await bot.kill()


@pytest.mark.requirement("DEPLOY-001.2")
async def test_an_idle_bot_stops_at_once_and_says_so(tmp_path: Path) -> None:
    async with Stage(tmp_path) as stage:
        bot = stage.bot()
        await bot.start()
        started = time.monotonic()
        assert await bot.terminate() == 0
        assert time.monotonic() - started < 5
        assert bot.events("bot.stopping")
        assert bot.events("bot.stopped")

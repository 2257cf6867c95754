"""`make demo`: on a terminal you are the person; with SCRIPT=1, or without a terminal, J1 plays by itself."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.demo.programme import offer_all
from tests.demo.screen import Screen
from tests.sandbox.claude import ClaudeStandIn
from tests.sandbox.claude.talker import Talker
from tests.sandbox.metadata import TmdbStandIn
from tests.sandbox.process import BotProcess
from tests.sandbox.stage import OWNER, Stage
from tests.sandbox.swarm import SeededTorrent
from tests.sandbox.telegram import Chat, SentMessage, User

RATE = 3_000_000  # bytes a second: slow enough to see the progress
LINE = "найди ночь живых мертвецов в 1080p"


async def main() -> int:
    """Set the stage, play, and answer the exit code."""
    scripted = bool(os.environ.get("SCRIPT")) or not sys.stdin.isatty()
    with tempfile.TemporaryDirectory(prefix="concierge-demo-") as folder:
        async with (
            Stage(Path(folder)) as stage,
            ClaudeStandIn(brain=Talker()) as claude,
            TmdbStandIn() as tmdb,
        ):
            print(
                "Sandbox, all on this machine: Telegram, two sources, a BitTorrent swarm, film metadata, and in"
            )
            print(
                "place of Claude a small rule-based talker. All of these are stand-ins; the bot is real.",
                flush=True,
            )
            seeded = await offer_all(stage)
            await stage.swarm.set_rate(RATE)
            anna = stage.telegram.user(
                OWNER, first_name="Анна", language_code=os.environ.get("DEMO_LANGUAGE", "ru")
            )
            chat = stage.telegram.private(anna)
            started = time.monotonic()
            talking = {
                "ANTHROPIC_API_KEY": claude.key,
                "ANTHROPIC_BASE_URL": claude.url,
                "TMDB_API_KEY": tmdb.key,
                "TMDB_BASE_URL": tmdb.url,
            }
            async with stage.bot(LOG_LEVEL="INFO", **talking) as bot:
                print(f"The real bot process is up after {time.monotonic() - started:.1f} s.\n", flush=True)
                if scripted:
                    return await play(stage, chat, anna, seeded, bot)
                await converse(stage, chat, anna)
    return 0


async def play(
    stage: Stage, chat: Chat, anna: User, seeded: dict[str, SeededTorrent], bot: BotProcess
) -> int:
    """J1 by buttons: asked, chosen with reasons, downloaded, compared byte for byte."""
    screen = Screen(chat)
    watching = asyncio.create_task(screen.watch())
    try:
        film = await _journey(chat, anna, seeded)
        await screen.settle()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    code = await bot.terminate()
    folder = stage.data / "downloads"
    equal = film is not None and film.is_in(folder)
    if film is not None:
        for path, digest in film.sha256.items():
            print(f"\nseeded  sha256 {digest}  {path}")
            print(f"on disk sha256 {_digest(folder / film.name / path)}  {folder.name}/{film.name}/{path}")
    print(
        f"\n{'The hashes are equal' if equal else 'THE HASHES DIFFER'}; the bot left with exit code {code}."
    )
    return 0 if equal and code == 0 else 1


async def _journey(chat: Chat, anna: User, seeded: dict[str, SeededTorrent]) -> SeededTorrent | None:
    await chat.says(anna, "/start")
    notice = await chat.wait_for(lambda message: len(message.buttons) > 0)
    await _press_first(chat, anna, notice)
    await chat.wait_for(lambda message: message.message_id > notice.message_id)
    asked = await chat.says(anna, LINE)
    card = await chat.wait_for(
        lambda message: message.message_id > asked.message_id and bool(message.buttons)
    )
    await _press_first(chat, anna, card)
    await chat.wait_for(lambda message: message.text.startswith(("Готово:", "Ready:")), timeout=60.0)
    return next((item for item in seeded.values() if "1080p" in item.name), None)


async def _press_first(chat: Chat, anna: User, message: SentMessage) -> None:
    await chat.press(anna, message, (0, 0))


async def converse(stage: Stage, chat: Chat, anna: User) -> None:
    """The person is you: write, press buttons by number, Ctrl-D to leave."""
    screen = Screen(chat)
    print(
        "You are talking to the bot. Type a title (ночь живых мертвецов 1080p, metropolis), a command (/help),"
    )
    print("or a button's number. Ctrl-D ends the demo.\n", flush=True)
    watching = asyncio.create_task(screen.watch())
    try:
        while (line := await asyncio.to_thread(sys.stdin.readline)) != "":
            text = line.strip()
            button = screen.button(int(text)) if text.isdigit() else None
            if button is not None:
                await chat.press(anna, button[0], button[1])
            elif text:
                screen.mine(text)
                await chat.says(anna, text)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    print(f"\nWhat was downloaded lay in {stage.data.name}/downloads; the demo takes its folder away.")


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "(no file)"


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""One dialogue from outside: the real bot process, the Telegram stand-in, and whatever API the settings point to."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.demo.programme import offer_all
from tests.eval.dialogues import Dialogue, Line
from tests.eval.recordings import Exchange, Message, Recording
from tests.sandbox.process import BotProcess
from tests.sandbox.sources.chaos import Fault, StandIn
from tests.sandbox.stage import OWNER, Stage
from tests.sandbox.telegram import Chat, SentMessage, User

DEFAULT_MODEL = "the bot's default"
TURN_SECONDS = 120.0  # a turn of several model calls and a search
QUIET_SECONDS = 0.7  # nothing new for so long: the answer is complete
NAMES = {"ru": "Анна", "en": "Anna"}


async def play(dialogue: Dialogue, folder: Path, settings: Mapping[str, str]) -> Recording:
    """Play the dialogue with a fresh stage and a fresh bot.

    `settings` (ANTHROPIC_API_KEY and its like) go to the bot as they are and are never stored.
    Raises AssertionError where the bot does not start, a button is missing, or a turn does not end.
    """
    async with Stage(folder) as stage:
        await offer_all(stage)
        _offer_strangers(stage, dialogue)
        anna = stage.telegram.user(
            OWNER, first_name=NAMES[dialogue.language], language_code=dialogue.language
        )
        talk = _Talk(stage.telegram.private(anna), anna)
        async with stage.bot(**settings) as bot:
            await talk.accept_notice(bot)
            _break(stage, dialogue)
            exchanges = [await talk.exchange(bot, line) for line in dialogue.lines]
    model = settings.get("ANTHROPIC_MODEL") or DEFAULT_MODEL
    return Recording(
        dialogue=dialogue.id, recorded_at=datetime.now(UTC), model=model, exchanges=tuple(exchanges)
    )


def _offer_strangers(stage: Stage, dialogue: Dialogue) -> None:
    for name in dialogue.strangers:
        # The same name has the same hash in every run.
        infohash = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        stage.apibay.add(name, infohash=infohash, seeders=4_000)


def _break(stage: Stage, dialogue: Dialogue) -> None:
    services: dict[str, StandIn] = {"internet_archive": stage.archive, "piratebay": stage.apibay}
    for name in dialogue.down:
        services[name].faults.add(Fault.STATUS, status=503)


class _Talk:
    """The person's side; counts what was said, for every message is one turn."""

    def __init__(self, chat: Chat, person: User) -> None:
        self._chat = chat
        self._person = person
        self._turns = 0

    async def accept_notice(self, bot: BotProcess) -> None:
        await self._send(bot, "/start")
        notice = next(message for message in reversed(self._chat.bot_messages) if message.buttons)
        await self._press(bot, notice, (0, 0))

    async def exchange(self, bot: BotProcess, line: Line) -> Exchange:
        """Say or press one line, wait for the end of the turn, and see what is new."""
        before = {message.message_id: message.text for message in self._chat.bot_messages}
        called, began = len(bot.events("tool.called")), time.monotonic()
        if line.says is not None:
            await self._send(bot, line.says)
        else:
            await self._press(bot, *self._find(line.presses or ""))
        new = [one for one in self._chat.bot_messages if before.get(one.message_id) != one.text]
        return Exchange(
            line=line.says or line.presses or "",
            tools=tuple(str(event.get("name")) for event in bot.events("tool.called")[called:]),
            messages=tuple(_seen(message) for message in new),
            seconds=round(time.monotonic() - began, 2),
        )

    def _find(self, label: str) -> tuple[SentMessage, str]:
        for message in reversed(self._chat.bot_messages):
            for found in message.labels:
                if any(part in found for part in label.split("|")):
                    return message, found
        raise AssertionError(f"no button {label!r}\n{self._chat.transcript()}")

    async def _send(self, bot: BotProcess, text: str) -> None:
        await self._chat.says(self._person, text)
        await self._turn_ends(bot)

    async def _press(self, bot: BotProcess, message: SentMessage, button: str | tuple[int, int]) -> None:
        await self._chat.press(self._person, message, button)
        await self._turn_ends(bot)

    async def _turn_ends(self, bot: BotProcess) -> None:
        self._turns += 1
        await bot.wait_for_event("turn.closed", timeout=TURN_SECONDS, count=self._turns)
        # Finals leave by the outbox, after the turn: complete is what has been quiet for a while.
        async with asyncio.timeout(TURN_SECONDS):
            seen = -1
            while seen != len(self._chat.history):
                seen = len(self._chat.history)
                await asyncio.sleep(QUIET_SECONDS)


def _seen(message: SentMessage) -> Message:
    """The model's words stand in front of the card, whose head is bold after an empty line."""
    text = message.text
    heads = [
        _characters(text, int(entity["offset"])) for entity in message.entities if entity["type"] == "bold"
    ]
    starts = [start for start in heads if start == 0 or text[:start].endswith("\n\n")]
    has_bar = re.search("[▓░]{5}", text) is not None
    if has_bar:
        starts = [0]
    elif not message.buttons and message.photo is None:
        starts = []
    words, card = (text[: starts[-1]].strip(), text[starts[-1] :]) if starts else (text, "")
    return Message(words=words, card=card, buttons=tuple(message.labels))


def _characters(text: str, units: int) -> int:
    """Telegram counts in UTF-16 units."""
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))

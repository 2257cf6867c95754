"""A stage on which the bot talks: the flows' scene with Claude's and TMDB's stand-ins beside it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.flows.talk import ALLOWED, FIRST_MEMBER, MEMBERS, Scene, Talk
from tests.sandbox.claude import ClaudeStandIn, Reply, Request, ToolCall
from tests.sandbox.claude.shapes import Json
from tests.sandbox.metadata import TmdbStandIn
from tests.sandbox.process import BotProcess
from tests.sandbox.stage import Stage
from tests.sandbox.swarm import SeededTorrent

FILM = "ночь живых мертвецов"
TITLE = "Night of the Living Dead (1968)"
TITLE_RU = "Ночь живых мертвецов (1968)"
BEST, SMALLEST = "⬇ Лучшее", "⬇ Маленькое"
READY = "Готово:"


@dataclass
class TalkingScene(Scene):
    """A scene with a model to talk to. `tmdb` is None where there is no metadata source."""

    claude: ClaudeStandIn = field(kw_only=True)
    tmdb: TmdbStandIn | None = field(default=None, kw_only=True)

    _members: count[int] = field(default_factory=lambda: count(FIRST_MEMBER + MEMBERS), kw_only=True)

    async def until(
        self, rows: list[tuple[object, ...]], statement: str, *values: object, seconds: float = 10.0
    ) -> None:
        """Wait until the database answers `rows`; AssertionError after so many seconds."""
        found: list[tuple[object, ...]] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (found := await self.sql(statement, *values)) == rows:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"the database answers {found}, not {rows}")

    @property
    def model_settings(self) -> dict[str, str]:
        """What points the bot at the stand-ins."""
        settings = {"ANTHROPIC_API_KEY": self.claude.key, "ANTHROPIC_BASE_URL": self.claude.url}
        if self.tmdb is not None:
            settings |= {"TMDB_API_KEY": self.tmdb.key, "TMDB_BASE_URL": self.tmdb.url}
        return settings

    async def restarted(self, **settings: str) -> None:
        """As Scene.restarted, with the stand-ins."""
        await super().restarted(**(self.model_settings | settings))

    def suicidal(self, event: str, count: int, **settings: str) -> BotProcess:
        """A bot on the same data that kills itself at the `count`-th `event`; not started."""
        chosen = self.stage.settings | {"ALLOWED_IDS": ALLOWED} | self.model_settings | settings
        chosen |= {"CRASH_EVENT": event, "CRASH_COUNT": str(count)}
        return BotProcess(chosen, self.stage.folder, module=("tests.crash.suicidal",))

    async def member(self, name: str = "Анна", language: str = "ru") -> Talk:
        """A new member who has accepted the notice already. There may be any number of them."""
        number, moment = next(self._members), "2026-11-20 12:00:00.000000"
        user = self.stage.telegram.user(number, first_name=name, language_code=language)
        talk = Talk(self.stage.telegram.private(user), user)
        await self.sql(
            "INSERT INTO persons (id, role, name, language, accepted_at, created_at) VALUES (?, 'member', ?, ?, ?, ?)",
            *(number, name, language, moment, moment),
        )
        return talk


@asynccontextmanager
async def open_talking(folder: Path, *, tmdb: bool = True, **settings: str) -> AsyncIterator[TalkingScene]:
    """A stage with the usual films, a model, and a running bot; killed at the end."""
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(Stage(folder))
        claude = await stack.enter_async_context(ClaudeStandIn())
        metadata = await stack.enter_async_context(TmdbStandIn()) if tmdb else None
        film: SeededTorrent = await stage.offer_films()
        scene = TalkingScene(stage, stage.bot(), film, claude=claude, tmdb=metadata)
        try:
            await scene.restarted(**settings)
            yield scene
        finally:
            if scene.bot.running:
                await scene.bot.kill()


def titled(query: str = FILM) -> Reply:
    """The model asks which film is meant."""
    return Reply(tools=[ToolCall("find_title", {"query": query})])


def searched(title: str = "t1", **wishes: object) -> Reply:
    """The model asks the sources."""
    return Reply(tools=[ToolCall("find_releases", {"title": title, **wishes})])


def proposed(release: str) -> Reply:
    """The model proposes a release."""
    return Reply(tools=[ToolCall("download", {"release": release})])


def called(name: str, /, **arguments: object) -> Reply:
    """The model calls one tool."""
    return Reply(tools=[ToolCall(name, arguments)])


def told(request: Request, name: str = "") -> Json:
    """What the last call of this tool was told, as JSON."""
    results = [result for result in request.results if name in ("", result.name)]
    data = json.loads(results[-1].text)
    assert isinstance(data, dict)
    return data


def releases(request: Request) -> list[Json]:
    """The releases of the newest search."""
    return list(told(request, "find_releases")["releases"])


def sent_texts(scene: Scene) -> Iterator[str]:
    """Every text that went to Telegram, drafts included."""
    for call in scene.stage.telegram.calls:
        for name in ("text", "caption"):
            if name in call.params:
                yield str(call.params[name])

"""A whole small world on loopback: Telegram, sources, a swarm, and the bot's settings that point there."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.sandbox.process import BotProcess
from tests.sandbox.sources.apibay import ApibayStandIn
from tests.sandbox.sources.archive import ArchiveStandIn
from tests.sandbox.swarm import SeededTorrent, Swarm
from tests.sandbox.telegram import TelegramStandIn

TOKEN = "4242424242:AAE-sandbox_token_of_nobody_at_all0"
OWNER = 1001
FILM = "Night of the Living Dead"
FILM_RU = "Ночь живых мертвецов"


class Stage:
    """Everything outside the bot. `film` and its smaller brother are seeded and offered by both sources."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.telegram = TelegramStandIn(token=TOKEN, username="concierge_bot", bot_id=4242424242)
        self.archive = ArchiveStandIn()
        self.apibay = ApibayStandIn()
        self.swarm = Swarm()
        self._stack = AsyncExitStack()
        self.settings: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        for part in (self.telegram, self.archive, self.apibay, self.swarm):
            await self._stack.enter_async_context(part)
        self.settings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": self.telegram.url,
            "OWNER_ID": str(OWNER),
            "SOURCES": "internet_archive,piratebay",
            "INTERNET_ARCHIVE_URL": self.archive.url,
            "PIRATEBAY_URLS": self.apibay.url,
            "INTERNET_ARCHIVE_TRACKERS": self.swarm.announce_url,
            "PIRATEBAY_TRACKERS": self.swarm.announce_url,
            "SEEDBOX_KIND": "embedded",
            "TORRENT_LISTEN": "127.0.0.1:0",
            "ALLOW_LOCAL_NETWORK": "true",
            "DATA_DIR": str(self.data),
            "LOG_LEVEL": "DEBUG",
        }
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def bot(self, **settings: str) -> BotProcess:
        """The bot with the stage's settings and these; an empty value takes one away."""
        chosen = {key: value for key, value in (self.settings | settings).items() if value}
        return BotProcess(chosen, self.folder)

    async def offer(
        self, name: str, size: int, *, title: str | None = None, year: int = 1968
    ) -> SeededTorrent:
        """Seed a made-up file under this release name and list it at both sources."""
        item = await self.swarm.seed(name, {f"{name}.mkv": size})
        self.apibay.add(name, infohash=item.infohash, size=size, seeders=120, leechers=4)
        if title is not None:
            self.archive.add(
                f"{name.lower().replace('.', '_')[:60]}",
                title,
                year=year,
                btih=item.infohash,
                torrent=item.torrent,
                size=size,
            )
        return item

    async def offer_films(self) -> SeededTorrent:
        """The usual programme: the wanted release, a smaller one and a big one."""
        wanted = await self.offer(
            "Night.of.the.Living.Dead.1968.1080p.BluRay.x264-SANDBOX",
            3_000_000,
            title=f"{FILM_RU} / {FILM} (1968) 1080p",
        )
        await self.offer("Night.of.the.Living.Dead.1968.720p.WEB-DL.x264-SANDBOX", 900_000)
        await self.offer("Night.of.the.Living.Dead.1968.2160p.UHD.BluRay.x265-SANDBOX", 6_000_000)
        return wanted

"""Delivery of updates to a webhook: in order, one at a time, again until a 2xx."""

from __future__ import annotations

import asyncio

import aiohttp

from .records import Json
from .world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
DEADLINE = aiohttp.ClientTimeout(total=10)


class WebhookSender:
    """Runs while the stand-in is open; idle without a webhook."""

    def __init__(self, world: World, *, retry_seconds: float = 0.2) -> None:
        self._world = world
        self._retry_seconds = retry_seconds
        self._wake = asyncio.Event()
        world.queue.on_arrival(self._wake.set)

    def wake(self) -> None:
        """Look at the queue now (a webhook was just set)."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession(timeout=DEADLINE, trust_env=False) as session:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._drain(session)

    async def _drain(self, session: aiohttp.ClientSession) -> None:
        while (url := self._world.webhook.url) and (update := self._world.queue.first()) is not None:
            problem = await self._deliver(session, url, update)
            if problem is None:
                self._world.queue.confirm(int(update["update_id"]) + 1)
                continue
            self._world.webhook.last_error = problem
            self._world.webhook.last_error_date = int(self._world.clock.time())
            try:
                async with asyncio.timeout(self._retry_seconds):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    async def _deliver(self, session: aiohttp.ClientSession, url: str, update: Json) -> str | None:
        secret = self._world.webhook.secret
        headers = {SECRET_HEADER: secret} if secret else {}
        try:
            async with session.post(url, json=update, headers=headers) as response:
                await response.read()
                if response.status // 100 == 2:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as exc:
            return f"Connection failed: {type(exc).__name__}"

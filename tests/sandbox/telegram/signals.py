"""Waiting for a change of the world without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Signal:
    """Wakes every waiter when anything changed; costs next to nothing while nobody waits."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        """Tell all who wait to look again."""
        if not self._waiters:
            return
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_until(
        self, look: Callable[[], Found | None], timeout: float, explain: Callable[[], str]
    ) -> Found:
        """Return the first true value of `look`; AssertionError with `explain()` after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = look()
                    if found:
                        return found
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            pass
        raise AssertionError(f"nothing of the kind within {timeout:g} s: {explain()}")

"""A bell between tasks of one loop: rung any number of times, heard once."""

import asyncio


class Wake:
    """An event that clears itself when it was waited for."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ring."""
        self._event.set()

    async def wait(self, timeout: float) -> bool:
        """Wait until rung, at most `timeout` seconds; True where it rang."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

"""One call for all who want the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from src.core.errors import ConciergeError

Value = TypeVar("Value")


class Flights(Generic[Value]):
    """Calls under way, by key. The first caller makes the call in its own task; the others wait for it.

    Where the first one is cancelled, one of those who wait makes the call anew. Our errors reach all of them.
    """

    def __init__(self) -> None:
        self._flying: dict[str, asyncio.Future[Value]] = {}

    async def once(self, key: str, make: Callable[[], Awaitable[Value]], *, end: float) -> Value:
        """What `make` returns or raises, called once for all who ask meanwhile.

        Raises TimeoutError for who has waited for another's call till `end` (on the loop's clock); `make` itself has to
        keep its time: cut off from here it could be in the middle of writing.
        """
        while (flying := self._flying.get(key)) is not None:
            left = end - asyncio.get_running_loop().time()
            # waiting so does not cancel what the others wait for, and does not mix up whose end it was
            done, _ = await asyncio.wait([flying], timeout=max(left, 0))
            if not done:
                raise TimeoutError
            if not flying.cancelled():
                return flying.result()
        return await self._lead(key, make)

    async def _lead(self, key: str, make: Callable[[], Awaitable[Value]]) -> Value:
        flying = asyncio.get_running_loop().create_future()
        self._flying[key] = flying
        try:
            value = await make()
        except ConciergeError as exc:
            flying.set_exception(exc)
            flying.exception()  # seen here, should nobody wait
            raise
        else:
            flying.set_result(value)
            return value
        finally:
            del self._flying[key]
            flying.cancel()  # where neither was set: whoever waits makes the call

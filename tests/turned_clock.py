"""A clock that a test turns, and a sleep that turns it: hours of waiting take no time."""

import asyncio
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 11, 20, 12, tzinfo=UTC)


class TurnedClock:
    """`core.clock.Clock` that stands still until it is turned; `slept` has every pause asked for."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The current moment."""
        return EPOCH + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """Seconds turned so far."""
        return self.elapsed

    def time(self) -> float:
        """Seconds since the Unix epoch, for the stand-in."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Turn it forward."""
        self.elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        """Sleep by turning: everybody who is ready runs, then the moment has come."""
        self.slept.append(seconds)
        until = self.elapsed + seconds
        await asyncio.sleep(0)
        self.elapsed = max(self.elapsed, until)
        await asyncio.sleep(0)

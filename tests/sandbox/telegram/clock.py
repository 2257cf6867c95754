"""The stand-in's source of time: the system's, or one a test moves by hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the stand-in asks of time; both values are seconds."""

    def monotonic(self) -> float:
        """Seconds that never go back; used for ages and windows."""
        ...

    def time(self) -> float:
        """Seconds since the Unix epoch; used for message dates."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()

    def time(self) -> float:
        """Return `time.time()`."""
        return time.time()


class ManualClock:
    """A clock that stands still until `advance` is called."""

    def __init__(self, *, epoch: float = 1_790_000_000.0) -> None:
        self._epoch = epoch
        self._elapsed = 0.0

    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._elapsed

    def time(self) -> float:
        """Return the epoch of the clock plus the seconds advanced."""
        return self._epoch + self._elapsed

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        if seconds < 0:
            raise ValueError("time only goes forward")
        self._elapsed += seconds

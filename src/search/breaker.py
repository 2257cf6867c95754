"""When to leave a failing service alone for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from src.core.clock import Clock
from src.core.errors import RateLimitedError

FAILURES = 5
REST = 60.0
LONGEST_REST = 900.0


class Breaker:
    """Opens after `failures` in a row for `rest` seconds on `clock`, then lets one call through to see.

    A service that asked to be left alone for some time is left alone at once, at most 15 minutes.
    """

    def __init__(self, clock: Clock, *, failures: int = FAILURES, rest: float = REST) -> None:
        self._clock = clock
        self._allowed = failures
        self._rest = rest
        self._failed = 0
        self._open_until: float | None = None
        self._probing = False

    def rests_for(self) -> float | None:
        """Seconds for which nobody may ask (0: a probe is under way); None when asking is allowed."""
        if self._open_until is None:
            return None
        left = self._open_until - self._clock.monotonic()
        if left > 0:
            return left
        return 0.0 if self._probing else None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one call that rests_for() allowed: its error counts, its cancellation does not."""
        probe = self._open_until is not None
        self._probing = probe
        try:
            yield
        except Exception as exc:
            self._fail(exc)
            raise
        else:
            self._failed = 0
            if probe:  # a call from before the rest began does not end it
                self._open_until = None
        finally:
            if probe:
                self._probing = False

    def _fail(self, error: Exception) -> None:
        self._failed += 1
        now = self._clock.monotonic()
        if isinstance(error, RateLimitedError):
            self._open_until = now + min(error.retry_after, LONGEST_REST)
        elif self._failed >= self._allowed:
            self._open_until = now + self._rest

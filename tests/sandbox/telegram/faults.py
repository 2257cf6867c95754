"""Trouble on demand, flood windows and an optional rate rule."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from .clock import Clock
from .errors import ApiError, bad_request, conflict, forbidden, too_many_requests
from .records import Call, FloodViolation

When = Literal["before", "after"]


class FaultKind(Enum):
    """What goes wrong."""

    ERROR = auto()
    SLOW = auto()
    HANG = auto()
    SILENCE = auto()
    CLOSE = auto()
    STATUS = auto()
    GARBAGE = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. `processed`: whether the call takes effect all the same."""

    kind: FaultKind
    processed: bool = False
    seconds: float = 0.0
    error: ApiError | None = None
    code: int = 200
    body: bytes = b""
    closed_for: int = 0

    @classmethod
    def retry_after(cls, seconds: int) -> Fault:
        """429; the call's chat, if it names one, stays closed for `seconds` of the clock."""
        return cls(FaultKind.ERROR, error=too_many_requests(seconds), closed_for=seconds)

    @classmethod
    def hang(cls, seconds: float) -> Fault:
        """Accept the request, keep silent for `seconds`, then cut the connection; nothing happens."""
        return cls(FaultKind.HANG, seconds=seconds)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Process and answer after `seconds`."""
        return cls(FaultKind.SLOW, processed=True, seconds=seconds)

    @classmethod
    def timeout_after_processing(cls) -> Fault:
        """The call takes effect, the answer never comes."""
        return cls(FaultKind.SILENCE, processed=True)

    @classmethod
    def timeout_before_processing(cls) -> Fault:
        """The call has no effect and the answer never comes."""
        return cls(FaultKind.SILENCE)

    @classmethod
    def close_connection(cls, when: When = "before") -> Fault:
        """Reset the connection before or after the call took effect."""
        return cls(FaultKind.CLOSE, processed=when == "after")

    @classmethod
    def status(cls, code: int, html: str = "") -> Fault:
        """An HTML page of some proxy."""
        page = html or f"<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>"
        return cls(FaultKind.STATUS, code=code, body=page.encode())

    @classmethod
    def garbage_body(cls, *, processed: bool = False) -> Fault:
        """200 with a body that is not JSON."""
        return cls(FaultKind.GARBAGE, processed=processed, body=b'{"ok":true,"result":{"mess')

    @classmethod
    def forbidden(cls, reason: str) -> Fault:
        """403 with the words after "Forbidden: "."""
        return cls(FaultKind.ERROR, error=forbidden(reason))

    @classmethod
    def bad_request(cls, reason: str) -> Fault:
        """400 with the words after "Bad Request: "."""
        return cls(FaultKind.ERROR, error=bad_request(reason))

    @classmethod
    def conflict(cls, reason: str = "") -> Fault:
        """409 as from a second poller."""
        words = (
            reason
            or "terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        return cls(FaultKind.ERROR, error=conflict(words))

    @classmethod
    def failure(cls, code: int, description: str) -> Fault:
        """Any other refusal, e.g. 500 "Internal Server Error"."""
        return cls(FaultKind.ERROR, error=ApiError(code, description))


@dataclass(slots=True)
class Planned:
    """A fault waiting for its calls; `left` None means for ever; the first `skip` calls pass."""

    method: str
    fault: Fault
    left: int | None
    chat: int | None
    skip: int

    def matches(self, call: Call) -> bool:
        """Whether this call is meant."""
        if self.left == 0 or self.method not in {"*", call.method}:
            return False
        return self.chat is None or self.chat == call.chat_id


class Faults:
    """The script of faults; the earliest added that matches a call is used."""

    def __init__(self) -> None:
        self.planned: list[Planned] = []

    def __bool__(self) -> bool:
        return bool(self.planned)

    def add(
        self, method: str, fault: Fault, *, times: int | None = 1, chat: int | None = None, skip: int = 0
    ) -> Planned:
        """Let the next `times` calls of `method` ("*": any) meet the fault, after `skip` good ones."""
        planned = Planned(method, fault, times, chat, skip)
        self.planned.append(planned)
        return planned

    def clear(self) -> None:
        """Forget every fault not yet used."""
        self.planned.clear()

    def take(self, call: Call) -> Fault | None:
        """The fault this call meets, used up by one."""
        for planned in self.planned:
            if not planned.matches(call):
                continue
            if planned.skip > 0:
                planned.skip -= 1
                continue
            if planned.left is not None:
                planned.left -= 1
                if planned.left == 0:
                    self.planned.remove(planned)
            return planned.fault
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """A rate rule over calls that name a chat; None switches a part off; `retry_after` is in seconds."""

    per_chat_per_second: float | None = None
    per_chat_burst: int = 3
    per_group_per_minute: int | None = None
    per_second: float | None = None
    burst: int = 30
    retry_after: int = 3


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float

    def take(self, now: float, rate: float, capacity: float) -> bool:
        self.tokens = min(capacity, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class FloodControl:
    """Who must be silent until when, and who was not."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until: dict[int | None, float] = {}
        self._buckets: dict[int | None, _Bucket] = {}
        self._minutes: defaultdict[int, deque[float]] = defaultdict(deque)
        self.limits: Limits | None = None
        self.violations: list[FloodViolation] = []

    def close(self, chat_id: int | None, seconds: float) -> None:
        """Open a window during which calls to the chat are violations (None: all calls that name a chat)."""
        self._closed_until[chat_id] = self._clock.monotonic() + seconds

    def check(self, call: Call) -> None:
        """Raise 429 for a call inside a window or over the limits."""
        chat_id = call.chat_id
        if chat_id is None or not (self._closed_until or self.limits):
            return
        now = self._clock.monotonic()
        remaining = max(self._closed_until.get(chat_id, now), self._closed_until.get(None, now)) - now
        if remaining > 0:
            self.violations.append(FloodViolation(call, chat_id, remaining))
            raise too_many_requests(math.ceil(remaining))
        if self.limits is not None and not self._within(self.limits, chat_id, now):
            self.close(chat_id, self.limits.retry_after)
            raise too_many_requests(self.limits.retry_after)

    def _within(self, limits: Limits, chat_id: int, now: float) -> bool:
        if limits.per_chat_per_second is not None and not self._bucket(
            chat_id, now, limits.per_chat_per_second, limits.per_chat_burst
        ):
            return False
        if limits.per_group_per_minute is not None and chat_id < 0:
            recent = self._minutes[chat_id]
            while recent and recent[0] <= now - 60:
                recent.popleft()
            if len(recent) >= limits.per_group_per_minute:
                return False
            recent.append(now)
        return limits.per_second is None or self._bucket(None, now, limits.per_second, limits.burst)

    def _bucket(self, key: int | None, now: float, rate: float, capacity: int) -> bool:
        bucket = self._buckets.setdefault(key, _Bucket(capacity, now))
        return bucket.take(now, rate, capacity)

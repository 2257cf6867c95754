"""Prefix caching as the service does it: marks, a minimum, expiry, and a prefix that must not change by one byte.

The prompt is a row of blocks: tools, system, then messages. A mark (`cache_control`) on a block stores the prompt up
to and with it, if that is at least `least` tokens. A later request reads the longest stored prefix that ends at one
of its marks or at most 20 blocks before one; what lies between that and its last mark is written, the rest is fresh.
A change of model, of `thinking`, `tool_choice` or effort after the system prompt is a change of the messages' prefix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.sandbox.telegram.clock import Clock

from .request import Request, blocks_of
from .shapes import Json, Usage, compact
from .thinking import plain
from .tokens import MESSAGE_FRAME, of_block, of_tool

LEAST = 1_024
LOOKBACK = 20
LIVES = {"5m": 300.0, "1h": 3_600.0}


@dataclass(frozen=True)
class Stop:
    """The end of one block: the fingerprint and the tokens of all up to it, and the mark's ttl if it has one."""

    key: bytes
    tokens: int
    ttl: str | None


@dataclass
class Entry:
    """A stored prefix."""

    ttl: str
    until: float


def stops_of(request: Request) -> list[Stop]:
    """The prompt as a row of stops; the last one's tokens are the whole prompt's."""
    running = hashlib.sha256(request.model.encode())
    stops: list[Stop] = []
    tokens = 0
    last = _last_cacheable(request) if request.body.get("cache_control") else None
    for number, (part, cost, mark) in enumerate(_parts(request)):
        running.update(part.encode())
        tokens += cost
        if number == last and mark is None:
            mark = request.body["cache_control"]
        stops.append(Stop(running.copy().digest(), tokens, (mark.get("ttl") or "5m") if mark else None))
    return stops


def prompt_tokens(request: Request) -> int:
    """Tokens of the whole prompt."""
    return sum(cost for _part, cost, _mark in _parts(request))


class PrefixCache:
    """The stored prefixes; `clock` decides what has expired."""

    def __init__(self, clock: Clock, *, least: int = LEAST) -> None:
        self.least = least
        self._clock = clock
        self._entries: dict[bytes, Entry] = {}

    def take(self, request: Request) -> Usage:
        """Read what is stored, store what is marked; the usage with no output yet."""
        stops = stops_of(request)
        total = stops[-1].tokens
        marks = [
            place for place, stop in enumerate(stops) if stop.ttl is not None and stop.tokens >= self.least
        ]
        read = self._read(stops, marks)
        end = max([read, *(stops[place].tokens for place in marks)])
        hourly = max([read, *(stops[place].tokens for place in marks if stops[place].ttl == "1h")])
        for place in marks:
            ttl = stops[place].ttl or "5m"
            self._entries[stops[place].key] = Entry(ttl, self._clock.monotonic() + LIVES[ttl])
        return Usage(fresh=total - end, created=end - read, read=read, created_1h=hourly - read)

    def forget(self) -> None:
        """As after an hour of silence."""
        self._entries.clear()

    def _read(self, stops: list[Stop], marks: list[int]) -> int:
        best = 0
        for mark in marks:
            for place in range(mark, max(-1, mark - LOOKBACK - 1), -1):
                entry = self._entries.get(stops[place].key)
                if entry is not None and entry.until > self._clock.monotonic():
                    entry.until = self._clock.monotonic() + LIVES[entry.ttl]
                    best = max(best, stops[place].tokens)
                    break
        return best


def _parts(request: Request) -> Iterator[tuple[str, int, Json | None]]:
    body = request.body
    for tool in body.get("tools") or ():
        yield "tool" + compact(plain(tool)), of_tool(tool), tool.get("cache_control")
    for block in blocks_of(body.get("system") or ()):
        yield "system" + compact(plain(block)), of_block(block), block.get("cache_control")
    config = compact([body.get("thinking"), body.get("tool_choice"), request.effort])
    for turn in request.turns:
        for number, block in enumerate(turn.blocks):
            head = f"{config}{turn.role}" if number == 0 else ""
            frame = MESSAGE_FRAME if number == 0 else 0
            config = ""
            yield head + compact(plain(block)), frame + of_block(block), block.get("cache_control")


def _last_cacheable(request: Request) -> int | None:
    before = len(request.body.get("tools") or ()) + len(blocks_of(request.body.get("system") or ()))
    kinds = [block["type"] for turn in request.turns for block in turn.blocks]
    places = [place for place, kind in enumerate(kinds) if kind not in {"thinking", "redacted_thinking"}]
    return before + places[-1] if places else None

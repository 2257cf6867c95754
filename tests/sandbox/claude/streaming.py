"""Sending an answer as a stream: at its pace, and with the faults that were asked for."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from . import wire
from .errors import WORDS
from .records import Exchange
from .script import Answer, Cut, Endless, Garbage, Pace, Stall, StreamError
from .wire import Event


class CutError(Exception):
    """The connection was ended by the script."""


@dataclass
class Sender:
    """One stream on its way out. `closing` is set when the stand-in shuts down."""

    response: web.StreamResponse
    exchange: Exchange
    pace: Pace
    chunk: int | None
    closing: asyncio.Event
    tokens: int = 0

    async def send(self, events: Iterable[Event]) -> None:
        """The events in order, each when it is due."""
        per_second = self.pace.per_second
        begin = self.exchange.started + self.pace.first
        for event in events:
            if event.name == "content_block_delta":
                due = begin + (self.tokens / per_second if per_second else 0.0)
                await self._until(due)
                self.tokens += event.tokens
            if event.speaks and self.exchange.first_text_at is None:
                self.exchange.first_text_at = time.monotonic()
            await self.write(event.as_bytes())

    async def write(self, data: bytes) -> None:
        """Bytes as they are, in chunks if letters are to be split."""
        for piece in [data] if self.chunk is None else _chunks(data, self.chunk):
            await self.response.write(piece)
            if self.chunk is not None:
                await asyncio.sleep(0)

    async def wait(self, seconds: float | None, pings: float | None) -> None:
        """Say nothing (or only pings) for so long; None: until the client leaves or the stand-in closes."""
        until = None if seconds is None else time.monotonic() + seconds
        while not self.closing.is_set() and (until is None or time.monotonic() < until):
            rest = pings if until is None else min(pings or seconds or 0.0, until - time.monotonic())
            try:
                await asyncio.wait_for(self.closing.wait(), rest)
            except TimeoutError:
                if pings is not None:
                    await self.write(wire.PING.as_bytes())

    async def _until(self, due: float) -> None:
        rest = due - time.monotonic()
        if rest > 0:
            await asyncio.sleep(rest)


def check_place(answer: Answer | None, events: list[Event]) -> None:
    """ValueError if the answer names a place that its reply does not have."""
    if isinstance(answer, Cut | Stall | StreamError | Garbage):
        wire.place_of(events, answer.after)


async def play(sender: Sender, events: list[Event], request: web.Request, request_id: str) -> None:
    """The whole stream of the exchange's answer; CutError when it ends too early."""
    match sender.exchange.answer:
        case Cut() as cut:
            place = wire.place_of(events, cut.after)
            await sender.send(events[:place])
            if cut.inside and place < len(events):
                data = events[place].as_bytes()
                await sender.write(data[: len(data) // 2])
            if not cut.clean:
                await hang_up(request, reset=cut.reset)
            raise CutError
        case Stall() as stall:
            place = wire.place_of(events, stall.after)
            await sender.send(events[:place])
            await sender.wait(stall.seconds, stall.pings)
            await sender.send(events[place:])
        case StreamError() as fault:
            place = wire.place_of(events, fault.after)
            await sender.send(events[:place])
            words = fault.message or WORDS.get(fault.kind, "Internal server error")
            await sender.send([wire.error_event(fault.kind, words, request_id)])
            raise CutError
        case Garbage() as garbage:
            place = wire.place_of(events, garbage.after)
            await sender.send(events[:place])
            await sender.write(garbage.data)
            await sender.send(events[place:])
        case _:
            await sender.send(events)


async def play_endless(sender: Sender, answer: Endless, events: Iterable[Event]) -> None:
    """Until the client leaves or the stand-in closes."""
    for event in events:
        if sender.closing.is_set():
            return
        await sender.send([event])
        await asyncio.sleep(answer.every)


async def hang_up(request: web.Request, *, reset: bool = False) -> None:
    """End the connection; `reset`: with a RST."""
    transport = request.transport
    if transport is not None:
        # What was written must leave first, or the client sees an earlier cut than the script says.
        await asyncio.sleep(0.005)
        if reset:
            linger = struct.pack("ii", 1, 0)  # closing with unsent data kept for 0 s sends a RST
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()


def _chunks(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]

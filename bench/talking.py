"""Talking: first token to draft, a round of tools, the loop's longest stall, memory. Ours beside bare loops.

In this process with the bot's real classes, not in the bot's own process; the stand-ins are processes of their own.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from bench import rounds, streams
from bench.results import Figure, figure, percentile
from bench.streams import FastClock, Seen
from bench.upstream import upstream
from src.core.clock import SystemClock

COMMAND = "python -m bench --only talking"
STOCK = "bare loop of SDK and PTB"
ROOT = Path(__file__).resolve().parent.parent
RATE = 50  # tokens a second
FIRST = 0.2  # seconds before the first token: too soon for a word that it is thought about
SLOW_FIRST = 1.0
STATUSES = 8
THOUSAND = 1_000
FAST = "Telegram's 30 calls/s lifted, for the bare loop knows no limit; "
Pair = tuple[Seen, Seen]


async def side_by_side(at_once: Sequence[int], once: int, tokens: int) -> tuple[dict[int, Pair], Seen]:
    """Ours and the bare loop's, by the number of streams, and ours of the most with Telegram's limit kept.

    A single stream is measured `once` times.
    """
    found: dict[int, Pair] = {}
    starts = count(1001, 1000)
    async with upstream("--mode", "text", *_paced(tokens, FIRST)) as up:
        for streaming in at_once:
            times, short = (once, True) if streaming == 1 else (1, False)
            async with streams.ours(up, FastClock()) as stream:
                ours = await streams.seen(up, stream, next(starts), streaming, times, short=short)
            async with streams.bare(up) as stream:
                bare = await streams.seen(up, stream, next(starts), streaming, times, short=short)
            found[streaming] = ours, bare
        async with streams.ours(up, SystemClock()) as stream:
            return found, await streams.seen(up, stream, next(starts), max(at_once), 1)


async def behind_a_status(tokens: int) -> Seen:
    """The first words behind a frame that only said that it is being thought about."""
    async with (
        upstream("--mode", "text", *_paced(tokens, SLOW_FIRST)) as up,
        streams.ours(up, FastClock()) as stream,
    ):
        return await streams.seen(up, stream, 1001, STATUSES, 1, short=True)


def _paced(tokens: int, first: float) -> tuple[str, ...]:
    return "--tokens", str(tokens), "--first", str(first), "--rate", str(RATE)


def memory(conversations: int, *, bare: bool) -> float:
    """MiB grown by a thousand conversations, measured in a process of its own."""
    command = [sys.executable, "-m", "bench.memory", "--conversations", str(conversations)]
    done = subprocess.run(
        command + ["--bare"] * bare, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    grown: float = json.loads(done.stdout)["mib"]
    return max(0.01, grown * THOUSAND / conversations)


def run(
    *,
    at_once: Sequence[int] = (1, 20, 50),
    once: int = 10,
    tokens: int = 150,
    turns: int = 10,
    conversations: int = 120,
) -> list[Figure]:
    """All figures."""
    figures = []
    pairs, limited = asyncio.run(side_by_side(at_once, once, tokens))
    for streaming, (ours, bare) in pairs.items():
        counts = f"{len(ours.delays)} streams of ours, {len(bare.delays)} of the bare loop"
        note = FAST + f"{RATE} tokens/s, begun within {streams.SPREAD:g} s; {counts}"
        figures += _delays(f"first token to draft, {streaming} streams", ours, bare.delays, STOCK, note)
    ours, bare = pairs[max(pairs)]
    stall = f"longest stall of the loop, {max(pairs)} streams"
    figures.append(figure(stall, [ours.stall], "ms", baseline=[bare.stall], against=STOCK, command=COMMAND))
    figures += _behind_a_status(tokens, pairs[min(pairs)][0].delays)
    figures += _limited(max(pairs), limited, ours.delays)
    figures += _rounds(asyncio.run(rounds.ours(turns)), asyncio.run(rounds.bare(turns)))
    note = (
        f"{conversations} conversations of 3 turns measured; Agent, SQLite and engine, not the bot's process"
    )
    return [
        *figures,
        figure(
            "memory a thousand conversations",
            [memory(conversations, bare=False)],
            "MiB",
            baseline=[memory(conversations, bare=True)],
            against="the messages in a dict",
            command=COMMAND,
            note=note,
        ),
    ]


def _behind_a_status(tokens: int, fast: Sequence[float]) -> list[Figure]:
    seen = asyncio.run(behind_a_status(tokens))
    name, against = f"first token to draft behind a status, {STATUSES}", "ours without that frame before it"
    note = f'the frame "{streams.THINKING}" was shown within the second before'
    return _delays(name, seen, fast, against, note)


def _limited(many: int, seen: Seen, fast: Sequence[float]) -> list[Figure]:
    note = f"{seen.unshown} of {many} ended before there was room for a draft"
    return _delays(
        f"first token to draft, {many} within 30 calls/s", seen, fast, "ours without the limit", note
    )


def _delays(name: str, ours: Seen, beside: Sequence[float], against: str, note: str) -> list[Figure]:
    return [
        figure(
            f"{name}, {label}",
            [percentile(ours.delays, share)],
            "ms",
            baseline=[percentile(beside, share)],
            against=against,
            command=COMMAND,
            note=note,
        )
        for label, share in (("p50", 0.5), ("p99", 0.99))
    ]


def _rounds(ours: Sequence[float], bare: Sequence[float]) -> list[Figure]:
    note = f"{len(ours)} rounds through Agent, SQLite and the engine: tool_use's end to the next request, less the tool"
    return [
        figure(
            f"a round of tools, {label}",
            [percentile(ours, share)],
            "ms",
            baseline=[percentile(bare, share)],
            against="bare loop that stores nothing",
            command=COMMAND,
            note=note,
        )
        for label, share in (("p50", 0.5), ("p99", 0.99))
    ]

"""What a round of tools costs between the model's two answers, beyond the tool itself."""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from anthropic import AsyncAnthropic

from bench.baselines.bare_loop import ticking
from bench.core import open_core
from bench.upstream import KEY, upstream
from src.ai.claude_client import open_claude


async def ours(turns: int) -> list[float]:
    """Milliseconds a round through Agent, SQLite and the durable engine; six rounds a turn, the first turn left out."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with (
            upstream("--mode", "ticks") as up,
            open_claude(KEY, up.claude) as model,
            open_core(Path(folder), model) as core,
        ):
            for chat in range(turns + 1):
                reply = await core.says(chat + 1, f"turn {chat}")
                assert reply.text == "Done.", reply
            return _later(between(await up.requests(), core.ticks.took), turns)


async def bare(turns: int) -> list[float]:
    """The same of a loop that stores nothing."""
    took: list[float] = []
    async with (
        upstream("--mode", "ticks") as up,
        AsyncAnthropic(api_key=KEY, base_url=up.claude, max_retries=0) as client,
    ):
        for chat in range(turns + 1):
            took += await ticking(client, f"turn {chat}")
        return _later(between(await up.requests(), took), turns)


def _later(rounds: list[float], turns: int) -> list[float]:
    """Without the first turn's, which imports and connects."""
    return rounds[len(rounds) // (turns + 1) :]


def between(requests: Sequence[dict[str, Any]], took: Sequence[float]) -> list[float]:
    """Milliseconds from the end of each tool_use answer to the next request, without the tool's own."""
    gaps = [
        later["started"] - earlier["ended_at"]
        for earlier, later in pairwise(requests)
        if earlier["stop"] == "tool_use"
    ]
    return [(gap - own) * 1000 for gap, own in zip(gaps, took, strict=True)]

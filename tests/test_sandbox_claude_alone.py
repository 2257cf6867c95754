"""The Claude stand-in as a process of its own, as benches start it."""

import asyncio
import sys
import time
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parent.parent
BODY = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "stream": True,
    "messages": [{"role": "user", "content": "hi"}],
}


@pytest.mark.parametrize("mode", ["talker", "text", "obedient"])
async def test_it_runs_alone_and_tells_when_it_spoke(mode: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sandbox.claude", "--key", "k", "--mode", mode, "--tokens", "20"),
        *("--first", "0.02", "--rate", "1000"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        headers = {"x-api-key": "k", "anthropic-version": "2026-10-21"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.post(f"{url}/v1/messages", json=BODY) as answer:
                first = 0.0
                async for line in answer.content:
                    if b"text_delta" in line and not first:
                        first = time.monotonic()
            async with session.get(f"{url}/sandbox/state") as answer:
                state = await answer.json()
            async with session.post(f"{url}/sandbox/reset") as answer:
                assert answer.status == 200
            async with session.get(f"{url}/sandbox/state") as answer:
                assert (await answer.json())["requests"] == []
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)
    (exchange,) = state["requests"]
    assert exchange["end"] == "done"
    assert exchange["started"] + 0.015 <= exchange["first_text_at"] <= first
    assert process.returncode == 0

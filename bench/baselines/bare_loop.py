"""The least that talking can be: the SDK's stream helper, PTB's own client, nothing stored, nothing limited.

`growing` shows one answer as drafts, at once and then once a second. `ticking` is a loop of tool calls that lives in
memory. Both know nothing of src.
"""

import time
from collections.abc import Callable
from typing import Any

from anthropic import AsyncAnthropic
from telegram import Bot
from telegram.request import HTTPXRequest

MODEL = "claude-sonnet-5-5"
MAX_TOKENS = 2_000
INTERVAL = 1.0
TOOL: Any = {
    "name": "tick",
    "description": "Tick.",
    "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
}


def stock_bot(token: str, base: str) -> Bot:
    """PTB's bot as its builder makes it."""
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=30)
    return Bot(token, base_url=f"{base}/bot", request=request, get_updates_request=HTTPXRequest())


async def growing(client: AsyncAnthropic, bot: Bot, chat: int, words: str, until: Callable[[], bool]) -> None:
    """One answer on its way to one chat, until its end or until `until` says so."""
    shown = 0.0
    async with client.messages.stream(
        model=MODEL, max_tokens=MAX_TOKENS, messages=[{"role": "user", "content": words}]
    ) as stream:
        text = ""
        async for piece in stream.text_stream:
            text += piece
            if time.monotonic() - shown >= INTERVAL:
                shown = time.monotonic()
                await bot.send_message_draft(chat, 1, text)
            if until():
                return


async def ticking(client: AsyncAnthropic, words: str) -> list[float]:
    """Tool calls until there is an answer; how long each tool took itself, in seconds."""
    messages: list[Any] = [{"role": "user", "content": words}]
    took: list[float] = []
    while True:
        async with client.messages.stream(
            model=MODEL, max_tokens=MAX_TOKENS, tools=[TOOL], messages=messages
        ) as stream:
            message = await stream.get_final_message()
        calls = [block for block in message.content if block.type == "tool_use"]
        if not calls:
            return took
        started = time.monotonic()
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "tick"} for call in calls]
        took.append(time.monotonic() - started)
        blocks = [block.model_dump(exclude_none=True, exclude={"parsed_output"}) for block in message.content]
        messages += [{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]

"""Asking the stand-in, for tests: with the real SDK, and with bare HTTP where the SDK would not send such a thing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from io import BytesIO
from typing import Any, Self

import aiohttp
from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient
from anthropic.types import Message

from .server import ClaudeStandIn
from .shapes import Json

MODEL = "claude-sonnet-5-5"


def tool(name: str, *required: str, **properties: str) -> Json:
    """A tool definition; properties as name=type."""
    schema = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }
    return {"name": name, "description": f"{name} of the sandbox", "input_schema": schema}


FILM_TOOLS: list[Json] = [
    tool("find_title", "query", query="string", year="integer"),
    tool("find_releases", "title_id", title_id="string", wishes="string"),
    tool("release_details", "release", release="string"),
    tool("why_not", "release", release="string"),
    tool("download", "release", release="string"),
    tool("downloads"),
    tool("preferences", quality="string"),
    tool("watchlist", "action", action="string", title_id="string"),
    tool("remember", "text", text="string"),
    tool("ask_person", "question", question="string"),
]


def person(text: str) -> Json:
    """A message of the person."""
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def results(message: Message | Json, *texts: str, error: bool = False) -> Json:
    """The results of a message's calls, in order; the last text serves for the rest."""
    content = message["content"] if isinstance(message, dict) else message.to_dict()["content"]
    assert isinstance(content, list)
    calls = [str(block["id"]) for block in content if block["type"] == "tool_use"]
    told = [*texts, *([texts[-1]] * (len(calls) - len(texts)))]
    return {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": error}
            for call, text in zip(calls, told, strict=True)
        ],
    }


def again(message: Message) -> Json:
    """An answer as it is sent back: exactly what came, nulls included."""
    return {"role": "assistant", "content": message.to_dict()["content"]}


def sdk_client(claude: ClaudeStandIn, *, retries: int = 0, timeout: float = 5) -> AsyncAnthropic:
    """The SDK's client for a stand-in; the caller closes it."""
    return AsyncAnthropic(
        api_key=claude.key,
        base_url=claude.url,
        max_retries=retries,
        timeout=timeout,
        http_client=DefaultAsyncHttpxClient(verify=False),
    )


class Asker:
    """The SDK's client and a bare session, both on one stand-in."""

    def __init__(self, claude: ClaudeStandIn, session: aiohttp.ClientSession) -> None:
        self.claude = claude
        self._session = session

    @cached_property
    def sdk(self) -> AsyncAnthropic:
        """The SDK's client; made when first used, and without certificates, whose loading takes 40 ms."""
        return sdk_client(self.claude)

    @classmethod
    @asynccontextmanager
    async def on(cls, claude: ClaudeStandIn) -> AsyncIterator[Self]:
        """An asker while the context lasts."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            asker = cls(claude, session)
            try:
                yield asker
            finally:
                if "sdk" in vars(asker):
                    await asker.sdk.close()

    async def stream(self, messages: list[Json] | str, **rest: Any) -> Message:  # noqa: ANN401 - the SDK's own fields
        """The final message of a stream."""
        async with self.sdk.messages.stream(**_asked(messages, rest)) as stream:
            return await stream.get_final_message()

    async def events(self, messages: list[Json] | str, **rest: Any) -> list[Json]:  # noqa: ANN401 - as above
        """The events of a stream as the SDK parsed them."""
        stream = await self.sdk.messages.create(stream=True, **_asked(messages, rest))
        return [event.to_dict() async for event in stream]

    async def create(self, messages: list[Json] | str, **rest: Any) -> Message:  # noqa: ANN401 - as above
        """A plain answer."""
        answer = await self.sdk.messages.create(**_asked(messages, rest))
        assert isinstance(answer, Message)
        return answer

    async def post(
        self,
        body: Json | bytes | BytesIO,
        *,
        path: str = "/v1/messages",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        """Status and body of a bare POST; `headers` replace the key and the version."""
        usual = {"x-api-key": self.claude.key, "anthropic-version": "2026-10-21"}
        sent = {"data": body} if isinstance(body, bytes | BytesIO) else {"json": body}
        async with self._session.post(self.claude.url + path, headers=headers or usual, **sent) as answer:
            found = await answer.json()
            return answer.status, found

    async def get(self, path: str) -> Json:
        """The JSON of a GET."""
        usual = {"x-api-key": self.claude.key, "anthropic-version": "2026-10-21"}
        async with self._session.get(self.claude.url + path, headers=usual) as answer:
            found: Json = await answer.json()
            return found


def _asked(messages: list[Json] | str, rest: Json) -> Json:
    told = [person(messages)] if isinstance(messages, str) else messages
    return {"model": MODEL, "max_tokens": 2_000, "messages": told} | rest

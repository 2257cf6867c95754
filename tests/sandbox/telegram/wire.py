"""A bare HTTP client of the stand-in: what a bot's library would send, without one."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from .records import Json
from .server import TelegramStandIn


class Wire:
    """`ok` gives a call's result, `fails` its refusal as (code, description); else AssertionError."""

    def __init__(self, session: aiohttp.ClientSession, telegram: TelegramStandIn) -> None:
        self.session = session
        self.root = f"{telegram.url}/bot{telegram.token}/"

    async def post(self, method: str, **params: object) -> Json:
        """The whole body of the answer to a JSON request."""
        async with self.session.post(self.root + method, json=params) as response:
            body: Json = await response.json()
            assert response.status == body.get("error_code", 200)
            return body

    async def ok(self, method: str, **params: object) -> Any:  # noqa: ANN401 - the JSON of any method
        """The result of a call that must succeed."""
        body = await self.post(method, **params)
        assert body["ok"] is True, body
        return body["result"]

    async def fails(self, method: str, **params: object) -> tuple[int, str]:
        """Code and description of a call that must fail."""
        body = await self.post(method, **params)
        assert body["ok"] is False, body
        return body["error_code"], body["description"]

    async def upload(self, method: str, files: dict[str, bytes], **params: object) -> Json:
        """The whole body of the answer to a multipart request; a file is named <field>.bin."""
        form = aiohttp.FormData()
        for name, value in params.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, data in files.items():
            form.add_field(name, data, filename=f"{name}.bin")
        async with self.session.post(self.root + method, data=form) as response:
            body: Json = await response.json()
            return body

"""A small door for other processes: put updates in, read counts, calls and messages."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .records import Call, Json, SentMessage

if TYPE_CHECKING:
    from .server import TelegramStandIn


class Control:
    """Serves /control/<name>; answers are JSON, 404 for unknown names, 400 for bad bodies.

    POST updates: `{"count", "chats", "first_user", "text"}` (`{n}` in the text is the number) or
    `{"messages": [{"user", "text"}]}`; answers `{"update_ids": [first, last], "queued"}`.
    POST press: `{"user", "message_id", "button"}`. POST raw: any update object.
    GET counts; GET calls?method=&since= (place of the first wanted call); GET messages?chat=.
    """

    def __init__(self, telegram: TelegramStandIn) -> None:
        self._telegram = telegram

    async def serve(self, request: web.BaseRequest, name: str) -> web.Response:
        """Answer one control request."""
        try:
            body: Any = json.loads(await request.read() or b"{}") if request.method == "POST" else {}
            answer = await self._dispatch(request, name, body)
        except (KeyError, ValueError, AssertionError) as exc:
            return web.json_response({"error": f"{type(exc).__name__}: {exc}"}, status=400)
        if answer is None:
            return web.json_response({"error": "unknown control request"}, status=404)
        return web.json_response(answer)

    async def _dispatch(self, request: web.BaseRequest, name: str, body: Json) -> Json | None:
        match request.method, name:
            case "POST", "updates":
                return await self._updates(body)
            case "POST", "press":
                return await self._press(body)
            case "POST", "raw":
                return {"update_id": self._telegram.raw_update(body)}
            case "GET", "counts":
                return self._counts()
            case "GET", "calls":
                return self._calls(request.query.get("method", ""), int(request.query.get("since", "0")))
            case "GET", "messages":
                chat = self._telegram.chat(int(request.query["chat"]))
                return {"messages": [_message(message) for message in chat.messages]}
        return None

    async def _updates(self, body: Json) -> Json:
        wanted = body.get("messages")
        if wanted is None:
            chats, first = int(body.get("chats", 1)), int(body.get("first_user", 1001))
            text = str(body.get("text", "text {n}"))
            wanted = [
                {"user": first + n % chats, "text": text.replace("{n}", str(n))}
                for n in range(int(body["count"]))
            ]
        ids: list[int] = []
        for item in wanted:
            user = self._telegram.user(int(item["user"]), str(item.get("name", "Анна")))
            sent = await self._telegram.private(user).says(user, str(item["text"]))
            if sent.update_id is not None:
                ids.append(sent.update_id)
        return {"update_ids": [ids[0], ids[-1]] if ids else [], "queued": len(ids)}

    async def _press(self, body: Json) -> Json:
        user = self._telegram.user(int(body["user"]))
        chat = self._telegram.chat(int(body.get("chat", user.id)))
        press = await chat.press(user, int(body["message_id"]), str(body["button"]))
        return {"callback_query_id": press.id, "update_id": press.update_id}

    def _counts(self) -> Json:
        chats = self._telegram.world.chats.values()
        return {
            "calls": dict(self._telegram.counts),
            "total": sum(self._telegram.counts.values()),
            "pending": len(self._telegram.world.queue),
            "confirmed_offset": self._telegram.confirmed_offset,
            "bot_messages": sum(
                m.sender is self._telegram.world.bot for c in chats for m in c.messages.values()
            ),
            "flood_violations": len(self._telegram.flood_violations),
        }

    def _calls(self, method: str, since: int) -> Json:
        calls = self._telegram.calls
        rows = [_call(call) for call in calls[since:] if method in {"", call.method}]
        return {"calls": rows, "next": len(calls)}


def _call(call: Call) -> Json:
    return {"method": call.method, "params": call.params, "at": call.at, "answer": call.answer}


def _message(message: SentMessage) -> Json:
    body = asdict(message)
    body.pop("attachment")
    return body

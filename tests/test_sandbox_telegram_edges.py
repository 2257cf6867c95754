"""The Telegram stand-in at its edges: junk in every field of every method, a process of its own."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.telegram import PNG, TelegramStandIn
from tests.sandbox.telegram.errors import ApiError
from tests.sandbox.telegram.methods import CANONICAL, NAMED
from tests.sandbox.telegram.params import FLAGS, INTEGERS, STRUCTURES, Params, normalised

GO = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
JUNK: tuple[object, ...] = (
    None,
    "",
    "x",
    -1,
    0,
    2**70,
    1.5,
    True,
    [],
    [[]],
    [{}],
    [None],
    {},
    {"type": []},
    [{"type": {}}],
    "[{}]",
    {"x": []},
)
NESTED: tuple[dict[str, object], ...] = (
    {"entities": [{"type": [], "offset": 0, "length": 1}]},
    {"entities": [{"type": "text_link", "offset": 0, "length": 1, "url": []}]},
    {"entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "http://[x"}]},
    {"reaction": [{"type": "emoji", "emoji": {}}]},
    {"scope": {"type": "chat_member", "chat_id": 1001, "user_id": []}},
    {"scope": {"type": [], "chat_id": []}},
    {"reply_parameters": {"message_id": [], "allow_sending_without_reply": {}}},
    {"reply_markup": {"inline_keyboard": [[{"text": "x", "url": {}}]]}},
    {"reply_markup": {"inline_keyboard": [[{"text": "x", "copy_text": []}]]}},
    {"reply_markup": {"inline_keyboard": [[{"text": [], "callback_data": {}}]]}},
    {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x", "style": []}]]}},
    {"reply_markup": {"inline_keyboard": [["x"]]}},
    {"media": {"type": [], "media": []}},
    {"media": {"type": "photo", "media": "attach://none"}},
    {"media": {"type": "photo", "media": "http://[x"}},
    {"commands": [{"command": [], "description": {}}]},
    {"menu_button": {"type": []}},
)


def _base(telegram: TelegramStandIn) -> dict[str, object]:
    chat = telegram.private(telegram.user(1001))
    message = telegram.world.new_message(chat.state, telegram.world.bot)
    message.text = "old"
    telegram.world.store(message)
    return {
        "chat_id": 1001,
        "message_id": message.id,
        "text": "x",
        "caption": "c",
        "photo": "https://example.org/p.jpg",
        "document": "https://example.org/d.pdf",
        "draft_id": 1,
        "action": "typing",
        "name": "n",
        "user_id": 1001,
        "commands": [{"command": "a", "description": "b"}],
        "media": {"type": "photo", "media": "https://example.org/p.jpg"},
        "message_ids": [999],
        "url": "",
    }


def _answer(telegram: TelegramStandIn, method: str, values: dict[str, object]) -> object:
    try:
        return NAMED[method](telegram.world, Params(values, {"photo2": PNG}, {}))
    except ApiError as error:
        return error


@pytest.mark.parametrize("method", sorted(NAMED))
async def test_no_junk_breaks_a_method(method: str) -> None:
    telegram = TelegramStandIn()
    texts = {
        "text",
        "caption",
        "photo",
        "document",
        "action",
        "name",
        "url",
        "parse_mode",
        "file_id",
        "language_code",
    }
    spoilt = [{field: value} for field in sorted(INTEGERS | FLAGS | STRUCTURES | texts) for value in JUNK]
    for change in (*spoilt, *NESTED):
        answer = _answer(telegram, method, normalised(_base(telegram) | change))
        if isinstance(answer, ApiError):
            assert answer.description.startswith(("Bad Request: ", "Forbidden: ")), (
                change,
                answer.description,
            )
        else:
            json.dumps(answer)


def test_every_method_answers_to_its_name_in_any_case() -> None:
    assert all(CANONICAL[name.lower()] == name for name in NAMED)


# -- its own process -------------------------------------------------------------------------------------


async def test_it_runs_alone_and_is_driven_from_outside(root: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.sandbox.telegram",
        "--token",
        "7:T",
        cwd=root,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        async with aiohttp.ClientSession(url) as session:
            wanted = {"count": 10, "chats": 2, "text": "film {n}"}
            async with session.post("/control/updates", json=wanted) as response:
                assert (await response.json())["queued"] == 10
            async with session.get("/bot7:T/getUpdates") as response:
                updates = (await response.json())["result"]
            assert [u["message"]["text"] for u in updates][:2] == ["film 0", "film 1"]
            say = {"chat_id": 1001, "text": "x", "reply_markup": GO}
            async with session.post("/bot7:T/sendMessage", json=say) as response:
                message_id = (await response.json())["result"]["message_id"]
            press = {"user": 1001, "message_id": message_id, "button": "Go"}
            async with session.post("/control/press", json=press) as response:
                assert response.status == 200
            async with session.get("/control/counts") as response:
                counts = await response.json()
            assert (counts["pending"], counts["bot_messages"]) == (11, 1)
            assert counts["calls"] == {"getUpdates": 1, "sendMessage": 1}
            async with session.get("/control/messages?chat=1001") as response:
                assert (await response.json())["messages"][-1]["text"] == "x"
            async with session.get("/control/calls?method=sendMessage") as response:
                assert (await response.json())["calls"][0]["params"]["text"] == "x"
            async with session.post("/control/press", json={"user": 1}) as response:
                assert response.status == 400
            async with session.get("/control/nothing") as response:
                assert response.status == 404
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0

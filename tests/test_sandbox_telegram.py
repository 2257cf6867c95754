"""The Telegram stand-in's strictness: tokens, updates, texts, keyboards, who may be written to."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.sandbox.telegram import Chat, ManualClock, TelegramStandIn, User, Wire

Json = dict[str, Any]
GROUP = -1001234


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
async def wire(telegram: TelegramStandIn) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Wire(session, telegram)


@pytest.fixture
def anna(telegram: TelegramStandIn) -> User:
    return telegram.user(1001, "Анна")


@pytest.fixture
def boris(telegram: TelegramStandIn) -> User:
    return telegram.user(1002, "Борис")


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    return telegram.private(anna)


@pytest.fixture
def group(telegram: TelegramStandIn, anna: User, boris: User) -> Chat:
    return telegram.group(GROUP, title="Кино", members=[anna, boris])


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def button(label: str = "Go", **action: object) -> Json:
    return {"text": label, **(action or {"callback_data": "go"})}


# -- tokens, bodies, unknown methods ---------------------------------------------------------------------


async def test_wrong_tokens_and_unknown_methods(telegram: TelegramStandIn, wire: Wire) -> None:
    for path, status in (("/bot1:other/getMe", 401), ("/botnonsense/getMe", 404), ("/elsewhere", 404)):
        async with wire.session.post(telegram.url + path) as response:
            body = await response.json()
            assert (response.status, body["ok"], body["error_code"]) == (status, False, status)
    assert await wire.fails("sendTelepathy") == (404, "Not Found")
    assert (await wire.ok("GETME"))["username"] == "concierge_bot"


async def test_json_form_multipart_and_get_mean_the_same(
    telegram: TelegramStandIn, wire: Wire, chat: Chat
) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 2}]
    plain = {"chat_id": 1001, "text": "hi", "entities": entities, "disable_notification": True}
    form = {"chat_id": "1001", "text": "hi", "entities": json.dumps(entities), "disable_notification": "true"}
    await wire.ok("sendMessage", **plain)
    async with wire.session.post(wire.root + "sendMessage", data=form) as response:
        assert response.status == 200
    assert (await wire.upload("sendMessage", {}, **form))["ok"]
    async with wire.session.get(wire.root + "sendMessage", params=form) as response:
        assert response.status == 200
    assert all(call.params == plain for call in telegram.calls)
    assert [(m.text, m.entities, m.silent) for m in chat.messages] == [("hi", tuple(entities), True)] * 4


async def test_bodies_that_are_not_json(wire: Wire) -> None:
    for body in (b"{", b"[1]", b"\xff\xfe"):
        headers = {"Content-Type": "application/json"}
        async with wire.session.post(wire.root + "getMe", data=body, headers=headers) as response:
            assert response.status == 400


async def test_every_call_is_recorded_with_its_answer(
    telegram: TelegramStandIn, wire: Wire, chat: Chat
) -> None:
    await wire.ok("sendMessage", chat_id=1001, text="one")
    await wire.fails("sendMessage", chat_id=77, text="two")
    first, second = telegram.calls
    assert first.ok
    assert first.answer is not None
    assert first.answer["result"]["text"] == "one"
    assert (second.ok, second.params["text"], second.processed) == (False, "two", False)
    assert telegram.counts["sendMessage"] == 2


# -- getUpdates ------------------------------------------------------------------------------------------


async def test_an_update_stays_until_a_higher_offset(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    sent = [await chat.says(anna, text) for text in ("a", "b", "c")]
    ids = [message.update_id for message in sent]
    for _ in range(2):
        assert [u["update_id"] for u in await wire.ok("getUpdates")] == ids
    assert [u["update_id"] for u in await wire.ok("getUpdates", offset=ids[1], limit=1)] == [ids[1]]
    assert telegram.confirmed_offset == ids[1]
    assert len(telegram.pending_updates) == 2
    assert ids[2] is not None
    assert await wire.ok("getUpdates", offset=ids[2] + 1) == []
    assert telegram.pending_updates == []


async def test_a_negative_offset_keeps_only_the_last(wire: Wire, chat: Chat, anna: User) -> None:
    last = [await chat.says(anna, str(n)) for n in range(5)][-2:]
    wanted = [message.update_id for message in last]
    assert [u["update_id"] for u in await wire.ok("getUpdates", offset=-2)] == wanted
    assert [u["update_id"] for u in await wire.ok("getUpdates")] == wanted


async def test_limit_is_clamped(wire: Wire, chat: Chat, anna: User) -> None:
    for n in range(120):
        await chat.says(anna, str(n))
    assert len(await wire.ok("getUpdates", limit=1000)) == 100
    assert len(await wire.ok("getUpdates", limit=0)) == 1


async def test_updates_are_kept_for_a_day(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User, clock: ManualClock
) -> None:
    await chat.says(anna, "old")
    clock.advance(24 * 3600 + 1)
    await chat.says(anna, "new")
    assert [u["message"]["text"] for u in await wire.ok("getUpdates")] == ["new"]


async def test_a_long_poll_waits_and_returns_at_once_when_something_comes(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(wire.ok("getUpdates", timeout=30))
    await telegram.wait_until(lambda: telegram.polling)
    before = loop.time()
    await chat.says(anna, "wake")
    assert [u["message"]["text"] for u in await waiting] == ["wake"]
    assert loop.time() - before < 1
    before = loop.time()
    assert await wire.ok("getUpdates", offset=telegram.pending_updates[-1]["update_id"] + 1, timeout=1) == []
    assert 0.9 < loop.time() - before < 3


async def test_a_second_poller_ends_the_first(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    first = asyncio.create_task(wire.post("getUpdates", timeout=30))
    await telegram.wait_until(lambda: telegram.polling)
    second = asyncio.create_task(wire.post("getUpdates", timeout=30))
    refused = await first
    assert refused["error_code"] == 409
    assert refused["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await telegram.wait_until(lambda: telegram.polling)
    await chat.says(anna, "for the second")
    assert len((await second)["result"]) == 1


async def test_a_poll_whose_client_dies_loses_nothing(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    waiting = asyncio.create_task(wire.post("getUpdates", timeout=30))
    await telegram.wait_until(lambda: telegram.polling)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await telegram.wait_until(lambda: not telegram.polling)
    await chat.says(anna, "still here")
    assert len(await wire.ok("getUpdates")) == 1


async def test_allowed_updates_are_honoured_and_remembered(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    sent = await chat.says(anna, "kept by default")
    assert await chat.reacts(anna, sent, "👍") is None
    await wire.ok("getUpdates", allowed_updates=["message_reaction", "callback_query"])
    assert (await chat.says(anna, "not subscribed")).update_id is None
    assert await chat.reacts(anna, sent, "👍") is not None
    await wire.ok("getUpdates")
    assert await chat.reacts(anna, sent, "🔥") is not None
    await wire.ok("getUpdates", allowed_updates=[])
    assert (await chat.says(anna, "default again")).update_id is not None
    assert await chat.reacts(anna, sent, "🔥") is None


async def test_stopped_generation_needs_its_name_in_the_list(wire: Wire, chat: Chat, anna: User) -> None:
    await wire.ok("getUpdates", allowed_updates=["message"])
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=9, text="so", can_stop=True)
    assert await chat.stops_generation(anna, 9) is None
    await wire.ok("getUpdates", allowed_updates=["message", "stopped_message_generation"])
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=9, text="so", can_stop=True)
    assert await chat.stops_generation(anna) is not None
    [update] = await wire.ok("getUpdates")
    stopped = update["stopped_message_generation"]
    assert (stopped["chat"]["id"], stopped["draft_id"]) == (1001, "9")


async def test_raw_updates_go_through_as_they_are(telegram: TelegramStandIn, wire: Wire) -> None:
    await wire.ok("getUpdates", allowed_updates=["message"])
    first = telegram.raw_update({"message": {"no": "fields"}})
    telegram.raw_update({"update_id": first + 10, "brand_new_kind": {}})
    assert telegram.raw_update({"x": 1}) == first + 11
    assert [u["update_id"] for u in await wire.ok("getUpdates")] == [first, first + 10, first + 11]


# -- webhooks --------------------------------------------------------------------------------------------


async def test_a_webhook_excludes_polling(telegram: TelegramStandIn, wire: Wire) -> None:
    waiting = asyncio.create_task(wire.post("getUpdates", timeout=30))
    await telegram.wait_until(lambda: telegram.polling)
    assert (await wire.fails("setWebhook", url="http://example.org/x"))[0] == 400
    await wire.ok("setWebhook", url="http://127.0.0.1:9/hook", allowed_updates=["message"])
    assert (await waiting)["description"] == "Conflict: terminated by setWebhook request"
    assert await wire.fails("getUpdates") == (
        409,
        (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        ),
    )
    info = await wire.ok("getWebhookInfo")
    assert (info["url"], info["allowed_updates"]) == ("http://127.0.0.1:9/hook", ["message"])
    await wire.ok("deleteWebhook", drop_pending_updates=True)
    assert await wire.ok("getUpdates") == []


async def test_a_webhook_is_called_in_order_until_it_says_200(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User
) -> None:
    got: list[tuple[str, str]] = []

    async def hook(request: web.BaseRequest) -> web.Response:
        update = await request.json()
        got.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=500 if len(got) == 1 else 200)

    runner = web.ServerRunner(web.Server(hook))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await chat.says(anna, "before")
        port = runner.addresses[0][1]
        await wire.ok("setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="s-1")
        await chat.says(anna, "after")
        await telegram.wait_until(lambda: not telegram.pending_updates)
    finally:
        await runner.cleanup()
    assert got == [("before", "s-1"), ("before", "s-1"), ("after", "s-1")]
    assert "500" in (await wire.ok("getWebhookInfo"))["last_error_message"]


# -- texts and entities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("🎬" * 2049, "message is too long"),
    ],
)
async def test_text_limits(wire: Wire, chat: Chat, text: str, reason: str) -> None:
    assert await wire.fails("sendMessage", chat_id=1001, text=text) == (400, f"Bad Request: {reason}")


async def test_the_longest_text_passes_trimmed(wire: Wire, chat: Chat) -> None:
    sent = await wire.ok("sendMessage", chat_id=1001, text="  " + "🎬" * 2048 + "\n")
    assert sent["text"] == "🎬" * 2048


@pytest.mark.parametrize(
    ("entities", "reason"),
    [
        (
            [{"type": "bold", "offset": 0, "length": 99}],
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 99",
        ),
        (
            [{"type": "bold", "offset": 99, "length": 1}],
            "entity begins after the end of the text at UTF-16 offset 99",
        ),
        (
            [{"type": "bold", "offset": -1, "length": 1}],
            "entity begins after the end of the text at UTF-16 offset -1",
        ),
        (
            [{"type": "bold", "offset": 1, "length": 1}],
            "entity begins in a middle of a UTF-16 symbol at byte offset 1",
        ),
        (
            [{"type": "bold", "offset": 0, "length": 1}],
            "entity ends in a middle of a UTF-16 symbol at byte offset 1",
        ),
        (
            [{"type": "shiny", "offset": 0, "length": 2}],
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            [{"type": "text_link", "offset": 0, "length": 2}],
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            [{"type": "text_link", "offset": 0, "length": 2, "url": "magnet:?xt=1"}],
            "entity URL 'magnet:?xt=1' is invalid: Unsupported URL protocol",
        ),
        ([{"type": "bold", "offset": 0}], "can't parse MessageEntity: Can't find field \"length\""),
        (["bold"], "can't parse MessageEntity: expected an Object"),
        ("bold", "can't parse entities JSON object"),
        ([{"type": "bold", "offset": 2, "length": 1}] * 101, "ENTITIES_TOO_LONG"),
    ],
)
async def test_entities_are_checked(wire: Wire, chat: Chat, entities: object, reason: str) -> None:
    refused = await wire.fails("sendMessage", chat_id=1001, text="🎬 film", entities=entities)
    assert refused == (400, f"Bad Request: {reason}")


async def test_trimming_moves_entities(wire: Wire, chat: Chat) -> None:
    sent = await wire.ok(
        "sendMessage", chat_id=1001, text="  🎬 film  ", entities=[{"type": "bold", "offset": 5, "length": 6}]
    )
    assert (sent["text"], sent["entities"]) == ("🎬 film", [{"type": "bold", "offset": 3, "length": 4}])


async def test_parse_mode_and_lone_surrogates_are_refused(wire: Wire, chat: Chat) -> None:
    code, words = await wire.fails("sendMessage", chat_id=1001, text="<b>x</b>", parse_mode="HTML")
    assert code == 400
    assert "entities only" in words
    body = b'{"chat_id": 1001, "text": "\\ud83d"}'
    headers = {"Content-Type": "application/json"}
    async with wire.session.post(wire.root + "sendMessage", data=body, headers=headers) as response:
        assert (await response.json())["description"] == "Bad Request: strings must be encoded in UTF-8"


# -- keyboards -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[button(callback_data="я" * 33)]], "BUTTON_DATA_INVALID"),
        ([[button(callback_data="")]], "BUTTON_DATA_INVALID"),
        ([[button(copy_text={"text": "x" * 257})]], "BUTTON_COPY_TEXT_INVALID"),
        ([[button(copy_text={"text": ""})]], "BUTTON_COPY_TEXT_INVALID"),
        (
            [[button(url="magnet:?xt=urn:btih:1")]],
            "inline keyboard button URL 'magnet:?xt=urn:btih:1' is invalid: Unsupported URL protocol",
        ),
        (
            [[button(url="http://localhost/x")]],
            "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
        ),
        (
            [[{"text": "bare"}]],
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ([[button(callback_data="a", url="https://example.org")]], "BUTTON_TYPE_INVALID"),
        (
            [[button(callback_data="a", style="loud")]],
            "can't parse inline keyboard button: invalid button style specified",
        ),
        ([[button(" ")]], "BUTTON_TEXT_INVALID"),
        ([[button()] * 9], "REPLY_MARKUP_TOO_LONG"),
        ([[button()] * 4] * 26, "REPLY_MARKUP_TOO_LONG"),
        ("rows", 'field "inline_keyboard" must be of type Array'),
    ],
)
async def test_keyboards_are_checked(wire: Wire, chat: Chat, rows: object, reason: str) -> None:
    markup = {"inline_keyboard": rows}
    refused = await wire.fails("sendMessage", chat_id=1001, text="x", reply_markup=markup)
    assert refused == (400, f"Bad Request: {reason}")
    assert chat.messages == []


async def test_good_buttons_are_seen(wire: Wire, chat: Chat) -> None:
    first = [button("Скачать", callback_data="я" * 32, style="success"), button("Ещё", callback_data="more")]
    second = [button("Сайт", url="https://example.org/x"), button("Копия", copy_text={"text": "x" * 256})]
    await wire.ok("sendMessage", chat_id=1001, text="x", reply_markup=keyboard(first, second))
    [message] = chat.messages
    assert message.labels == ("Скачать", "Ещё", "Сайт", "Копия")
    assert message.button("Скачать").style == "success"
    assert message.button("more").text == "Ещё"
    assert message.button((1, 0)).url == "https://example.org/x"
    assert message.button("Копи").copy_text == "x" * 256
    with pytest.raises(AssertionError, match="no button"):
        message.button("Нет такой")


# -- who and where ---------------------------------------------------------------------------------------


async def test_chats_replies_and_threads_must_exist(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User, boris: User
) -> None:
    unknown = telegram.private(boris, started=False)
    for chat_id, words in ((5, "chat not found"), (1002, "chat not found"), ("", "chat_id is empty")):
        assert await wire.fails("sendMessage", chat_id=chat_id, text="x") == (400, f"Bad Request: {words}")
    assert unknown.messages == []
    missing = {"message_id": 999}
    assert await wire.fails("sendMessage", chat_id=1001, text="x", reply_parameters=missing) == (
        400,
        "Bad Request: message to be replied not found",
    )
    lenient = missing | {"allow_sending_without_reply": True}
    assert "reply_to_message" not in await wire.ok(
        "sendMessage", chat_id=1001, text="x", reply_parameters=lenient
    )
    said = await chat.says(anna, "hello")
    answer = await wire.ok(
        "sendMessage", chat_id=1001, text="x", reply_parameters={"message_id": said.message_id}
    )
    assert answer["reply_to_message"]["text"] == "hello"
    assert await wire.fails("sendMessage", chat_id=1001, text="x", message_thread_id=3) == (
        400,
        "Bad Request: message thread not found",
    )


async def test_blocked_kicked_and_deactivated(
    telegram: TelegramStandIn, wire: Wire, chat: Chat, group: Chat, anna: User
) -> None:
    telegram.block(anna)
    for method, more in (("sendMessage", {"text": "x"}), ("sendChatAction", {"action": "typing"})):
        assert await wire.fails(method, chat_id=1001, **more) == (
            403,
            "Forbidden: bot was blocked by the user",
        )
    draft = {"chat_id": 1001, "draft_id": 1, "text": "x"}
    assert (await wire.fails("sendMessageDraft", **draft))[0] == 403
    telegram.unblock(anna)
    assert await wire.ok("sendMessage", chat_id=1001, text="x")
    group.kicks_bot(anna)
    assert await wire.fails("sendMessage", chat_id=GROUP, text="x") == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )
    states = [
        (u["my_chat_member"]["chat"]["id"], u["my_chat_member"]["new_chat_member"]["status"])
        for u in await wire.ok("getUpdates")
    ]
    assert states == [(1001, "kicked"), (1001, "member"), (GROUP, "kicked")]
    anna.deactivated = True
    assert await wire.fails("sendMessage", chat_id=1001, text="x") == (403, "Forbidden: user is deactivated")


async def test_migration(telegram: TelegramStandIn, wire: Wire, anna: User) -> None:
    old = telegram.basic_group(-55, title="Кино", members=[anna])
    assert (await wire.ok("sendMessage", chat_id=-55, text="x"))["chat"]["type"] == "group"
    new = await old.migrate_to_supergroup(-10055)
    refused = await wire.post("sendMessage", chat_id=-55, text="x")
    assert refused == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -10055},
    }
    assert (await wire.ok("sendMessage", chat_id=-10055, text="x"))["message_id"] == 2
    services = [u["message"] for u in await wire.ok("getUpdates")]
    assert (services[0]["chat"]["id"], services[0]["migrate_to_chat_id"]) == (-55, -10055)
    assert (services[1]["chat"]["id"], services[1]["migrate_from_chat_id"]) == (-10055, -55)
    assert new.id == -10055


async def test_message_ids_of_supergroups_count_alone(
    wire: Wire, chat: Chat, group: Chat, anna: User
) -> None:
    await chat.says(anna, "one")
    await chat.says(anna, "two")
    assert (await wire.ok("sendMessage", chat_id=GROUP, text="x"))["message_id"] == 1
    assert (await wire.ok("sendMessage", chat_id=1001, text="x"))["message_id"] == 3

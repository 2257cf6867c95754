"""The Telegram stand-in's moving parts: drafts, edits, presses, files, groups, waiting."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.sandbox.telegram import (
    PNG,
    Chat,
    CommandScope,
    ManualClock,
    MenuCommand,
    TelegramStandIn,
    User,
    Wire,
)

GROUP = -1001234
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
GO = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


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
    return telegram.user(1002, "Борис", username="boris")


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    return telegram.private(anna)


@pytest.fixture
def group(telegram: TelegramStandIn, anna: User, boris: User) -> Chat:
    return telegram.group(GROUP, title="Кино", members=[anna, boris])


# -- drafts ----------------------------------------------------------------------------------------------


async def test_a_draft_lives_thirty_seconds_after_its_last_frame(
    wire: Wire, chat: Chat, clock: ManualClock
) -> None:
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=7)
    clock.advance(29)
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=7, text="more")
    clock.advance(29)
    assert [(d.text, d.updates) for d in (chat.draft,) if d] == [("more", 2)]
    clock.advance(1)
    assert chat.draft is None
    assert [frame.text for frame in chat.draft_frames] == ["", "more"]


async def test_a_bot_message_ends_the_draft_and_a_new_id_replaces_it(
    wire: Wire, chat: Chat, anna: User
) -> None:
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=7, text="one")
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=8, text="two")
    await chat.says(anna, "still typing?")
    await wire.ok("sendChatAction", chat_id=1001, action="typing")
    await wire.fails("sendMessage", chat_id=1001, text="")
    assert chat.draft is not None
    assert (chat.draft.draft_id, chat.draft.updates) == (8, 1)
    await wire.ok("sendMessage", chat_id=1001, text="final")
    assert chat.draft is None


async def test_draft_refusals(wire: Wire, chat: Chat, group: Chat) -> None:
    draft = {"chat_id": 1001, "draft_id": 1, "text": "x"}
    for change, words in (
        ({"draft_id": 0}, "RANDOM_ID_INVALID"),
        ({"chat_id": GROUP}, "TEXTDRAFT_PEER_INVALID"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"message_thread_id": 5}, "message thread not found"),
    ):
        assert await wire.fails("sendMessageDraft", **draft | change) == (400, f"Bad Request: {words}")
    assert chat.draft is None


async def test_drafts_of_two_topics_are_two(telegram: TelegramStandIn, wire: Wire, anna: User) -> None:
    chat = telegram.private(anna, topics=True)
    topic = chat.topic("Кино")
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=1, text="outside")
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=1, text="inside", message_thread_id=topic)
    await wire.ok("sendMessage", chat_id=1001, text="done", message_thread_id=topic)
    assert chat.draft_in(topic) is None
    assert chat.draft is not None
    assert (await wire.ok("getMe"))["has_topics_enabled"] is True


async def test_the_stop_button(telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User) -> None:
    await wire.ok("getUpdates", allowed_updates=["stopped_message_generation"])
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=1, text="no button")
    with pytest.raises(AssertionError, match="no Stop button"):
        await chat.stops_generation(anna)
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=1, text="x", can_stop=True, keep_on_stop=True)
    assert await chat.stops_generation(anna, 1)
    assert chat.draft is not None
    assert chat.draft.stopped
    with pytest.raises(AssertionError, match="no Stop button"):
        await chat.stops_generation(anna, 1)
    assert await chat.stops_generation(anna, 99, forged=True)
    assert len(telegram.pending_updates) == 2


# -- edits and deletions ---------------------------------------------------------------------------------


async def test_edits(wire: Wire, chat: Chat, anna: User) -> None:
    sent = await wire.ok("sendMessage", chat_id=1001, text="one", reply_markup=GO)
    edit = {"chat_id": 1001, "message_id": sent["message_id"], "text": "one", "reply_markup": GO}
    assert await wire.fails("editMessageText", **edit) == (400, NOT_MODIFIED)
    edited = await wire.ok("editMessageText", **edit | {"text": "two"})
    assert (edited["text"], edited["reply_markup"], "edit_date" in edited) == ("two", GO, True)
    without = await wire.ok("editMessageText", chat_id=1001, message_id=sent["message_id"], text="two")
    assert "reply_markup" not in without
    [message] = chat.messages
    assert (message.text, message.edited, message.labels) == ("two", 2, ())
    assert [version.text for version in chat.history] == ["one", "two", "two"]
    said = await chat.says(anna, "mine")
    for message_id, words in (
        (999, "message to edit not found"),
        (said.message_id, "message can't be edited"),
        (0, "message identifier is not specified"),
    ):
        refused = await wire.fails("editMessageText", chat_id=1001, message_id=message_id, text="x")
        assert refused == (400, f"Bad Request: {words}")


async def test_captions_and_media(wire: Wire, chat: Chat) -> None:
    text = await wire.ok("sendMessage", chat_id=1001, text="text")
    photo = (await wire.upload("sendPhoto", {"photo": PNG}, chat_id=1001, caption="Метрополис"))["result"]
    at_text = {"chat_id": 1001, "message_id": text["message_id"]}
    at_photo = {"chat_id": 1001, "message_id": photo["message_id"]}
    assert (await wire.fails("editMessageCaption", **at_text, caption="x"))[1] == (
        "Bad Request: there is no caption in the message to edit"
    )
    assert (await wire.fails("editMessageText", **at_photo, text="x"))[1] == (
        "Bad Request: there is no text in the message to edit"
    )
    assert (await wire.fails("editMessageCaption", **at_photo, caption="Метрополис"))[1] == NOT_MODIFIED
    assert (await wire.fails("editMessageCaption", **at_photo, caption="x" * 1025))[1] == (
        "Bad Request: message caption is too long"
    )
    await wire.ok("editMessageReplyMarkup", **at_photo, reply_markup=GO)
    assert (await wire.fails("editMessageReplyMarkup", **at_photo, reply_markup=GO))[1] == NOT_MODIFIED
    media = {"type": "photo", "media": "attach://fresh", "caption": "Носферату"}
    assert (await wire.upload("editMessageMedia", {"fresh": PNG + b"2"}, **at_text, media=media))["ok"]
    first, second = chat.messages
    assert first.photo is not None
    assert (first.text, first.photo.data) == ("Носферату", PNG + b"2")
    assert (second.text, second.labels) == ("Метрополис", ("Go",))


async def test_deletions(wire: Wire, chat: Chat, group: Chat, anna: User, clock: ManualClock) -> None:
    said = await chat.says(anna, "secret")
    ids = [(await wire.ok("sendMessage", chat_id=1001, text=str(n)))["message_id"] for n in range(3)]
    await wire.ok("deleteMessage", chat_id=1001, message_id=said.message_id)
    assert (await wire.fails("deleteMessage", chat_id=1001, message_id=said.message_id))[1] == (
        "Bad Request: message to delete not found"
    )
    await wire.ok("deleteMessages", chat_id=1001, message_ids=[*ids[:2], 999])
    assert [message.text for message in chat.messages] == ["2"]
    assert (await wire.fails("editMessageText", chat_id=1001, message_id=ids[0], text="x"))[1] == (
        "Bad Request: message to edit not found"
    )
    foreign = await group.says(anna, "/start")
    assert (await wire.fails("deleteMessage", chat_id=GROUP, message_id=foreign.message_id))[1] == (
        "Bad Request: message can't be deleted"
    )
    clock.advance(49 * 3600)
    assert (await wire.fails("deleteMessage", chat_id=1001, message_id=ids[2]))[1] == (
        "Bad Request: message can't be deleted for everyone"
    )


async def test_rarer_refusals(wire: Wire, chat: Chat, anna: User) -> None:
    await wire.upload("sendPhoto", {"photo": PNG}, chat_id=1001)
    here = {"chat_id": 1001, "message_id": chat.messages[-1].message_id}
    there = {"chat_id": 1001, "message_id": 999}
    thumb = {"type": "emoji", "emoji": "👍"}
    for method, params, words in (
        (
            "editMessageReplyMarkup",
            here | {"reply_markup": {"force_reply": True}},
            "inline keyboard expected",
        ),
        ("editMessageReplyMarkup", here | {"reply_markup": "x"}, "can't parse reply markup JSON object"),
        (
            "editMessageMedia",
            here | {"media": {"type": "game"}},
            'can\'t parse InputMedia: type "game" is not allowed',
        ),
        ("editMessageText", {"inline_message_id": "1", "text": "x"}, "MESSAGE_ID_INVALID"),
        ("deleteMessages", {"chat_id": 1001, "message_ids": []}, "message identifiers are not specified"),
        (
            "deleteMessages",
            {"chat_id": 1001, "message_ids": list(range(101))},
            "too many message identifiers specified",
        ),
        ("setMessageReaction", here | {"reaction": [thumb, thumb]}, "REACTIONS_TOO_MANY"),
        ("setMessageReaction", there | {"reaction": [thumb]}, "message to react not found"),
        ("pinChatMessage", there, "message to pin not found"),
        ("sendPhoto", {"chat_id": 1001, "photo": "x", "caption": "я" * 1025}, "message caption is too long"),
        (
            "sendMessage",
            {"chat_id": 1001, "text": "x", "reply_markup": {"x": 1}},
            "object expected as reply markup",
        ),
        ("leaveChat", {"chat_id": 1001}, "chat member status can't be changed in private chats"),
        ("sendMessage", {"chat_id": "1001x", "text": "x"}, "chat not found"),
        (
            "sendMessage",
            {"chat_id": 1001, "text": "x", "message_thread_id": "y"},
            "invalid message_thread_id specified",
        ),
    ):
        assert await wire.fails(method, **params) == (400, f"Bad Request: {words}")
    await wire.ok("sendMessage", chat_id=1001, text="x", reply_markup={"keyboard": [["Да"]]})
    assert chat.reply_keyboard == {"keyboard": [["Да"]]}
    last = {"chat_id": 1001, "message_id": chat.messages[-1].message_id}
    assert (await wire.fails("editMessageText", **last, text="y"))[
        1
    ] == "Bad Request: message can't be edited"
    await chat.deletes(last["message_id"])
    assert len(chat.messages) == 1


# -- presses and reactions -------------------------------------------------------------------------------


async def test_a_press_is_answered_once(wire: Wire, chat: Chat, anna: User) -> None:
    await wire.ok("sendMessage", chat_id=1001, text="card", reply_markup=GO)
    press = await chat.press(anna, chat.messages[-1], "Go")
    [update] = await wire.ok("getUpdates")
    query = update["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("go", 1001, "card")
    assert press.answered is None
    await wire.ok("answerCallbackQuery", callback_query_id=query["id"], text="Готово", show_alert=True)
    answer = await press.answer()
    assert (answer.text, answer.show_alert) == ("Готово", True)
    assert await wire.fails("answerCallbackQuery", callback_query_id=query["id"]) == (400, TOO_OLD)
    assert await wire.fails("answerCallbackQuery", callback_query_id="1") == (400, TOO_OLD)


async def test_an_old_press_cannot_be_answered(
    wire: Wire, chat: Chat, anna: User, clock: ManualClock
) -> None:
    press = await chat.press_raw(anna, 5, "forged")
    assert (await wire.ok("getUpdates"))[0]["callback_query"]["message"]["date"] == 0
    clock.advance(61)
    assert await wire.fails("answerCallbackQuery", callback_query_id=press.id) == (400, TOO_OLD)
    with pytest.raises(AssertionError, match="answer to press"):
        await press.answer(timeout=0.01)


async def test_only_buttons_that_are_shown_are_pressed(wire: Wire, chat: Chat, anna: User) -> None:
    sent = await wire.ok("sendMessage", chat_id=1001, text="card", reply_markup=GO)
    old = chat.messages[-1]
    await wire.ok("editMessageText", chat_id=1001, message_id=sent["message_id"], text="gone")
    with pytest.raises(AssertionError, match="no button"):
        await chat.press(anna, old, "Go")
    await wire.ok("deleteMessage", chat_id=1001, message_id=sent["message_id"])
    with pytest.raises(AssertionError, match="not in the chat"):
        await chat.press(anna, old, "Go")


async def test_reactions_and_pins(wire: Wire, chat: Chat, group: Chat, anna: User) -> None:
    said = await chat.says(anna, "hi")
    here = {"chat_id": 1001, "message_id": said.message_id}
    await wire.ok("setMessageReaction", **here, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert chat.state.reactions == {said.message_id: ["👍"]}
    for reaction, words in (("🧱", "REACTION_INVALID"), (None, "REACTION_INVALID")):
        item = {"type": "emoji", "emoji": reaction}
        assert (await wire.fails("setMessageReaction", **here, reaction=[item]))[1] == f"Bad Request: {words}"
    await wire.ok("pinChatMessage", **here)
    assert (await wire.ok("getChat", chat_id=1001))["pinned_message"]["text"] == "hi"
    there = await group.says(anna, "/pin")
    refused = await wire.fails("pinChatMessage", chat_id=GROUP, message_id=there.message_id)
    assert refused[1] == "Bad Request: not enough rights to manage pinned messages in the chat"


# -- files -----------------------------------------------------------------------------------------------


async def test_files_go_both_ways(telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User) -> None:
    data = b"d4:infoe"
    await chat.sends_document(anna, "film.torrent", data, caption="вот")
    document = (await wire.ok("getUpdates"))[0]["message"]["document"]
    assert document["file_name"] == "film.torrent"
    file = await wire.ok("getFile", file_id=document["file_id"])
    root = f"{telegram.url}/file/bot{telegram.token}/"
    async with wire.session.get(root + file["file_path"]) as response:
        assert await response.read() == data
    async with wire.session.get(root + "documents/none") as response:
        assert response.status == 404
    assert (await wire.fails("getFile", file_id="zz"))[0] == 400
    again = await wire.ok("sendDocument", chat_id=1001, document=document["file_id"])
    assert again["document"]["file_id"] == document["file_id"]
    sent = await wire.upload("sendDocument", {"document": b"magnet:?"}, chat_id=1001, caption="магнит")
    assert sent["result"]["document"]["file_name"] == "document.bin"
    last = chat.messages[-1]
    assert last.document is not None
    assert (last.document.data, last.text) == (b"magnet:?", "магнит")


async def test_bad_photos(telegram: TelegramStandIn, wire: Wire, chat: Chat, anna: User) -> None:
    for data, words in ((b"", "file must be non-empty"), (b"text", "IMAGE_PROCESS_FAILED")):
        refused = await wire.upload("sendPhoto", {"photo": data}, chat_id=1001)
        assert refused["description"] == f"Bad Request: {words}"
    poster = "https://image.example.org/p.jpg"
    assert (await wire.ok("sendPhoto", chat_id=1001, photo=poster))["photo"][-1]["width"] > 0
    assert chat.messages[-1].photo is not None
    assert chat.messages[-1].photo.url == poster
    telegram.world.unreachable_urls.add(poster)
    await chat.sends_document(anna, "a.txt", b"a")
    document_id = telegram.pending_updates[-1]["message"]["document"]["file_id"]
    for photo, words in (
        (poster, "failed to get HTTP URL content"),
        ("no-such-id", "wrong file identifier/HTTP URL specified"),
        (document_id, "can't use file of type Document as Photo"),
        ("", "there is no photo in the request"),
    ):
        assert await wire.fails("sendPhoto", chat_id=1001, photo=photo) == (400, f"Bad Request: {words}")


# -- the bot about itself --------------------------------------------------------------------------------


async def test_command_menus(telegram: TelegramStandIn, wire: Wire) -> None:
    menu = [{"command": "start", "description": "Начать"}]
    await wire.ok("setMyCommands", commands=menu, language_code="ru", scope={"type": "all_private_chats"})
    assert telegram.commands == {
        CommandScope("all_private_chats", language="ru"): (MenuCommand("start", "Начать"),)
    }
    assert await wire.ok("getMyCommands") == []
    assert await wire.ok("getMyCommands", language_code="ru", scope={"type": "all_private_chats"}) == menu
    for bad in ([{"command": "Start!", "description": "x"}], [{"command": "start", "description": ""}]):
        assert (await wire.fails("setMyCommands", commands=bad))[0] == 400
    await wire.ok("setMyDescription", description="Кино", language_code="ru")
    assert await wire.ok("getMyDescription", language_code="ru") == {"description": "Кино"}
    assert await wire.ok("getMyDescription") == {"description": ""}


# -- groups ----------------------------------------------------------------------------------------------


async def test_privacy_mode(
    telegram: TelegramStandIn, wire: Wire, group: Chat, anna: User, boris: User
) -> None:
    posted = await wire.ok("sendMessage", chat_id=GROUP, text="card")
    heard = [
        (await group.says(anna, text)).update_id is not None
        for text in (
            "просто так",
            "/find дюна",
            "/find@concierge_bot",
            "/find@other_bot",
            "@concierge_bot привет",
        )
    ]
    assert heard == [False, True, True, False, True]
    assert (await group.says(anna, "да", reply_to=posted["message_id"])).update_id is not None
    own = await group.says(boris, "кому")
    assert (await group.says(anna, "тебе", reply_to=own)).update_id is None
    assert (await group.edits(boris, own, "@concierge_bot тебе")).update_id is not None
    assert (await group.joins(telegram.user(1003, "Вера"))).update_id is not None
    telegram.privacy_mode = False
    assert (await group.says(anna, "теперь всё")).update_id is not None
    assert (await wire.ok("getMe"))["can_read_all_group_messages"] is True


async def test_topics(telegram: TelegramStandIn, wire: Wire, anna: User, group: Chat) -> None:
    forum = telegram.group(-1009, title="Форум", members=[anna], forum=True)
    topic = forum.topic("Кино")
    assert (await forum.says(anna, "/find", thread=topic)).thread == topic
    message = (await wire.ok("getUpdates"))[-1]["message"]
    assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
    assert "forum_topic_created" in message["reply_to_message"]
    await wire.ok("sendMessage", chat_id=-1009, text="x", message_thread_id=topic)
    assert (await wire.fails("createForumTopic", chat_id=-1009, name="Ещё"))[1] == (
        "Bad Request: not enough rights to create a topic"
    )
    forum.promotes_bot(anna)
    made = await wire.ok("createForumTopic", chat_id=-1009, name="Ещё")
    await wire.ok("sendMessage", chat_id=-1009, text="x", message_thread_id=made["message_thread_id"])
    assert (await wire.fails("createForumTopic", chat_id=GROUP, name="x"))[1] == (
        "Bad Request: the chat is not a forum"
    )


async def test_a_reply_in_a_plain_supergroup_names_a_thread_that_takes_no_messages(
    wire: Wire, group: Chat, anna: User
) -> None:
    posted = await wire.ok("sendMessage", chat_id=GROUP, text="card")
    await group.says(anna, "второй", reply_to=posted["message_id"])
    message = (await wire.ok("getUpdates"))[-1]["message"]
    assert message["message_thread_id"] == posted["message_id"]
    assert "is_topic_message" not in message
    refused = await wire.fails("sendMessage", chat_id=GROUP, text="x", message_thread_id=posted["message_id"])
    assert refused[1] == "Bad Request: message thread not found"


async def test_members(telegram: TelegramStandIn, wire: Wire, group: Chat, anna: User, boris: User) -> None:
    await group.leaves(boris)
    statuses = [
        (await wire.ok("getChatMember", chat_id=GROUP, user_id=user))["status"] for user in (1001, 1002, 4242)
    ]
    assert statuses == ["member", "left", "member"]
    assert (await wire.fails("getChatMember", chat_id=GROUP, user_id=5))[0] == 400
    with pytest.raises(AssertionError, match="cannot write"):
        await group.says(boris, "@concierge_bot ау")


# -- waiting ---------------------------------------------------------------------------------------------


async def test_waiting_sees_sends_and_edits(wire: Wire, chat: Chat) -> None:
    waiting = asyncio.create_task(chat.wait_for(lambda m: "50%" in m.text))
    sent = await wire.ok("sendMessage", chat_id=1001, text="0%")
    for text in ("50%", "100%"):
        await wire.ok("editMessageText", chat_id=1001, message_id=sent["message_id"], text=text)
    seen = await waiting
    assert (seen.text, seen.edited) == ("50%", 1)
    assert (await chat.wait_for(lambda m: "%" in m.text)).text == "100%"
    assert (await chat.wait_for(lambda m: True, after=seen)).text == "100%"


async def test_waiting_in_vain_prints_the_conversation(wire: Wire, chat: Chat, anna: User) -> None:
    await chat.says(anna, "есть кто?")
    await wire.ok("sendMessage", chat_id=1001, text="есть", reply_markup=GO)
    with pytest.raises(AssertionError, match=r"(?s)Анна: есть кто\?.*bot: есть.*\[Go\]"):
        await chat.wait_for(lambda m: "нет" in m.text, timeout=0.01)
    with pytest.raises(AssertionError):
        await chat.wait_for(lambda m: "кто" in m.text, timeout=0.01)
    assert (await chat.wait_for(lambda m: "кто" in m.text, by_bot=False)).sender_id == 1001


async def test_waiting_for_calls_and_drafts(telegram: TelegramStandIn, wire: Wire, chat: Chat) -> None:
    call = asyncio.create_task(telegram.wait_for_call("sendChatAction"))
    draft = asyncio.create_task(chat.wait_for_draft(lambda frame: "так" in frame.text))
    await wire.ok("sendMessageDraft", chat_id=1001, draft_id=3, text="так")
    await wire.ok("sendChatAction", chat_id=1001, action="typing")
    assert (await call).params["action"] == "typing"
    assert (await draft).draft_id == 3
    assert (await wire.fails("sendChatAction", chat_id=1001, action="dancing"))[0] == 400

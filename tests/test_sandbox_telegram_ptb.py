"""python-telegram-bot parses everything the Telegram stand-in answers."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CopyTextButton,
    ForumTopic,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.sandbox.telegram import PNG, Chat, Fault, TelegramStandIn, User

GROUP = -1001234
EVERY_KIND = [*Update.ALL_TYPES, "stopped_message_generation"]


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def bot(telegram: TelegramStandIn) -> AsyncIterator[Bot]:
    made = Bot(telegram.token, base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot")
    async with made:
        yield made


@pytest.fixture
def anna(telegram: TelegramStandIn) -> User:
    return telegram.user(1001, "Анна", last_name="К.", username="anna")


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    return telegram.private(anna)


async def test_identity_and_menus(telegram: TelegramStandIn, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (4242, "concierge_bot", False)
    commands = (BotCommand("start", "Начать"), BotCommand("help", "Помощь"))
    await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code="ru")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), language_code="ru") == commands
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), language_code="ru")
    assert telegram.commands == {}
    await bot.set_my_description("Кино")
    assert (await bot.get_my_description()).description == "Кино"
    await bot.set_my_short_description("К")
    assert (await bot.get_my_short_description()).short_description == "К"
    assert (await bot.get_my_name()).name == ""
    assert (await bot.get_chat_menu_button()).type == "default"
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_messages(bot: Bot, chat: Chat, anna: User) -> None:
    said = await chat.says(anna, "найди Метрополис")
    keyboard = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton("Скачать", callback_data="p1", style="success")],
            [InlineKeyboardButton("Магнит", copy_text=CopyTextButton("magnet:?xt=urn:btih:0"))],
        ]
    )
    sent = await bot.send_message(
        1001,
        "🎬 Метрополис",
        entities=[MessageEntity("bold", 3, 10)],
        reply_markup=keyboard,
        reply_parameters=ReplyParameters(said.message_id),
    )
    assert sent.parse_entities() == {sent.entities[0]: "Метрополис"}
    assert sent.reply_markup == keyboard
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "найди Метрополис"
    edited = await bot.edit_message_text("готово", 1001, sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("готово", 1001, sent.message_id)
    assert await bot.send_message_draft(1001, 5, "думаю", api_kwargs={"can_stop": True, "keep_on_stop": True})
    assert chat.draft is not None
    assert chat.draft.can_stop
    assert chat.draft.keep_on_stop
    await bot.send_chat_action(1001, "typing")
    await bot.set_message_reaction(1001, said.message_id, "👍")
    await bot.pin_chat_message(1001, sent.message_id)
    await bot.unpin_chat_message(1001)
    await bot.delete_message(1001, sent.message_id)
    assert await bot.delete_messages(1001, [said.message_id])
    assert chat.messages == []


async def test_files(bot: Bot, chat: Chat, anna: User) -> None:
    photo = await bot.send_photo(
        1001, PNG, caption="Носферату", caption_entities=[MessageEntity("bold", 0, 9)]
    )
    again = await bot.send_photo(1001, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    await bot.send_photo(1001, "https://image.example.org/p.jpg")
    edited = await bot.edit_message_caption(1001, photo.message_id, caption="Nosferatu")
    assert isinstance(edited, Message)
    assert edited.caption == "Nosferatu"
    media = InputMediaPhoto(PNG + b"2", caption="Метрополис")
    await bot.edit_message_media(media, 1001, photo.message_id)
    document = InputMediaDocument(InputFile(b"d4:infoe", filename="a.torrent", attach=True))
    await bot.edit_message_media(document, 1001, photo.message_id)
    sent = await bot.send_document(1001, b"d4:infoe", filename="film.torrent", caption="файл")
    assert sent.document is not None
    assert sent.document.file_name == "film.torrent"
    await bot.edit_message_reply_markup(
        1001,
        sent.message_id,
        reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="x")),
    )
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"d4:infoe"
    first, *_, last = chat.messages
    assert first.document is not None
    assert first.document.name == "a.torrent"
    assert last.labels == ("x",)


async def test_every_kind_of_update(telegram: TelegramStandIn, bot: Bot, chat: Chat, anna: User) -> None:
    await bot.get_updates(allowed_updates=EVERY_KIND)
    boris = telegram.user(1002, "Борис")
    group = telegram.basic_group(-77, title="Кино", members=[anna, boris])
    said = await chat.says(anna, "/start@concierge_bot #кино https://example.org")
    await chat.edits(anna, said, "иначе")
    await chat.sends_sticker(anna)
    await chat.sends_voice(anna)
    await chat.sends_photo(anna, caption="список")
    await chat.sends_document(anna, "a.torrent", b"x")
    await chat.forwards(anna, "из канала", origin=boris)
    await chat.forwards(anna, "от скрытого", origin="Некто")
    await chat.reacts(anna, said, "👍")
    await chat.press_raw(anna, 12345, "forged")
    await chat.press_raw(anna, said, "forged")
    await chat.stops_generation(anna, 5, forged=True)
    await group.joins(telegram.user(1003, "Вера"))
    await group.leaves(boris)
    new = await group.migrate_to_supergroup(GROUP)
    new.promotes_bot(anna)
    new.kicks_bot(anna)
    telegram.block(anna)
    updates = await bot.get_updates()
    assert len(updates) == len(telegram.pending_updates) == 19
    messages = [update.message for update in updates if update.message]
    assert [entity.type for entity in messages[0].entities] == ["bot_command", "hashtag", "url"]
    assert messages[1].sticker
    assert messages[2].voice
    assert messages[3].photo
    assert messages[4].document
    assert [m.forward_origin.type for m in messages if m.forward_origin] == ["user", "hidden_user"]
    assert [m.migrate_to_chat_id for m in messages if m.migrate_to_chat_id] == [GROUP]
    queries = [update.callback_query for update in updates if update.callback_query]
    assert [query.message.is_accessible for query in queries if query.message] == [False, True]
    assert updates[11].api_kwargs["stopped_message_generation"]["draft_id"] == "5"
    changes = [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member]
    assert changes == ["administrator", "kicked", "kicked"]
    assert updates[8].message_reaction is not None


async def test_chats(telegram: TelegramStandIn, bot: Bot, chat: Chat, anna: User) -> None:
    forum = telegram.group(GROUP, title="Кино", members=[anna], forum=True, bot_is_admin=True)
    topic = await bot.create_forum_topic(GROUP, "Нуар")
    assert isinstance(topic, ForumTopic)
    sent = await bot.send_message(GROUP, "x", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    full = await bot.get_chat(GROUP)
    assert (full.is_forum, full.title) == (True, "Кино")
    assert (await bot.get_chat(1001)).username == "anna"
    assert (await bot.get_chat_member(GROUP, 4242)).status == "administrator"
    assert (await bot.get_chat_member(GROUP, 1001)).status == "member"
    assert len(await bot.get_chat_administrators(GROUP)) == 1
    assert await bot.get_chat_member_count(GROUP) == 2
    assert await bot.leave_chat(GROUP)
    assert (await bot.get_chat_member(GROUP, 4242)).status == "kicked"
    assert len(forum.messages) == 2


async def test_presses(bot: Bot, chat: Chat, anna: User) -> None:
    button = InlineKeyboardButton("Go", callback_data="go")
    await bot.send_message(1001, "card", reply_markup=InlineKeyboardMarkup.from_button(button))
    press = await chat.press(anna, chat.messages[-1], (0, 0))
    [update] = await bot.get_updates()
    assert update.callback_query is not None
    await update.callback_query.answer("ok")
    assert (await press.answer()).text == "ok"
    with pytest.raises(BadRequest, match="too old"):
        await update.callback_query.answer("ok")


async def test_errors_become_the_librarys(
    telegram: TelegramStandIn, bot: Bot, chat: Chat, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Otherwise building RetryAfter itself raises the library's deprecation warning.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    old = telegram.basic_group(-77, title="Кино", members=[anna])
    await old.migrate_to_supergroup(GROUP)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-77, "x")
    assert moved.value.new_chat_id == GROUP
    for fault, kind in (
        (Fault.conflict(), Conflict),
        (Fault.status(502), NetworkError),
        (Fault.close_connection("after"), NetworkError),
        (Fault.forbidden("bot was blocked by the user"), Forbidden),
    ):
        telegram.faults.add("sendMessage", fault)
        with pytest.raises(kind):
            await bot.send_message(1001, "x")
    assert len(chat.messages) == 1
    telegram.faults.add("sendMessage", Fault.timeout_after_processing())
    with pytest.raises(TimedOut):
        await bot.send_message(1001, "y", read_timeout=0.2)
    assert len(chat.messages) == 2
    telegram.faults.add("sendMessage", Fault.retry_after(7))
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(1001, "z")
    assert flood.value.retry_after == timedelta(seconds=7)
    stranger = Bot("5:nobody", base_url=f"{telegram.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_a_hundred_at_once(telegram: TelegramStandIn, bot: Bot) -> None:
    chats = [telegram.private(telegram.user(2000 + n)) for n in range(100)]
    calls: list[Coroutine[None, None, Message]] = [
        bot.send_message(chat.id, str(chat.id), pool_timeout=30) for chat in chats
    ]
    sent = await asyncio.gather(*calls)
    assert len({message.message_id for message in sent}) == 100
    assert all(chat.messages[0].text == str(chat.id) for chat in chats)

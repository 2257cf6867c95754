"""Calls to Telegram: what goes over, what each refusal becomes, and that no limit is passed."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr
from telegram import BotCommandScopeAllPrivateChats

from src.bot.api import TelegramApi, open_telegram_api
from src.bot.budget import Weight
from src.core.errors import (
    ChatMovedError,
    ConciergeError,
    ConflictError,
    CredentialsError,
    NotConfiguredError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
    UnusableInputError,
)
from src.core.inbound import Address, CopyButton, DataButton, Rows, Span, Style, Text, UrlButton, plain
from tests.sandbox.telegram import Chat, CommandScope, Fault, MenuCommand, TelegramStandIn, User
from tests.turned_clock import TurnedClock

TOKEN = "4242:SECRET-token_of-this-test"
WORD = TOKEN.partition(":")[2]
ANNA = Address("telegram", 1001)
BORIS = Address("telegram", 1002)
HELLO: Text = (Span(text="🎬 "), Span(text="Metropolis", style=Style.BOLD), Span(text=" 1927"))
ROWS: Rows = ((DataButton(label="Качать", data="p:1"),),)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def telegram(clock: TurnedClock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(TOKEN, clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
def anna(telegram: TelegramStandIn) -> User:
    return telegram.user(ANNA.chat)


@pytest.fixture
def chat(telegram: TelegramStandIn, anna: User) -> Chat:
    telegram.private(telegram.user(BORIS.chat, "Борис"))
    return telegram.private(anna)


@pytest.fixture
async def api(telegram: TelegramStandIn, clock: TurnedClock, chat: Chat) -> AsyncIterator[TelegramApi]:
    async with open_telegram_api(SecretStr(TOKEN), telegram.url, clock=clock, sleep=clock.sleep) as opened:
        yield opened


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def whole_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


# -- what goes over


async def test_a_text_with_styles_and_every_button(
    api: TelegramApi, telegram: TelegramStandIn, chat: Chat
) -> None:
    rows: Rows = (
        (DataButton(label="Качать", data="p:1"), DataButton(label="Удалить", data="p:2", danger=True)),
        (
            CopyButton(label="Магнит", text="magnet:?x"),
            UrlButton(label="Archive", url="https://archive.org/x"),
        ),
    )
    message_id = await api.send_text(ANNA, HELLO, rows)
    message = chat.messages[-1]
    assert (message.message_id, message.text) == (message_id, "🎬 Metropolis 1927")
    assert message.entities == ({"type": "bold", "offset": 3, "length": 10},)
    assert message.labels == ("Качать", "Удалить", "Магнит", "Archive")
    assert [message.button(label).style for label in ("Качать", "Удалить")] == [None, "danger"]
    assert message.button("Магнит").copy_text == "magnet:?x"
    assert telegram.calls[-1].params["link_preview_options"] == {"is_disabled": True}


async def test_a_reply_survives_the_message_it_replies_to(api: TelegramApi, chat: Chat, anna: User) -> None:
    said = await chat.says(anna, "найди")
    await api.send_text(ANNA, HELLO, reply_to=said.message_id)
    assert chat.messages[-1].reply_to == said.message_id
    await api.send_text(ANNA, HELLO, reply_to=99_999)
    assert chat.messages[-1].reply_to is None


async def test_topics_are_kept(api: TelegramApi, telegram: TelegramStandIn, anna: User) -> None:
    group = telegram.group(-100500, title="Кино", members=[anna], forum=True)
    thread = group.topic("Немое кино")
    address = Address("telegram", -100500, thread)
    await api.send_text(address, HELLO)
    await api.send_document(address, "a.torrent", b"x")
    assert [message.thread for message in group.messages if message.by_bot and not message.service] == [
        thread
    ] * 2


async def test_photos_and_documents(api: TelegramApi, chat: Chat) -> None:
    await api.send_photo(ANNA, "https://image.example.org/p.jpg", HELLO, ROWS)
    photo = chat.messages[-1]
    assert photo.photo is not None
    assert photo.photo.url == "https://image.example.org/p.jpg"
    assert (photo.text, photo.labels) == ("🎬 Metropolis 1927", ("Качать",))
    await api.send_document(ANNA, "Метрополис.torrent", b"d4:infoe", HELLO, ROWS)
    document = chat.messages[-1]
    assert document.document is not None
    assert (document.document.name, document.document.data) == ("Метрополис.torrent", b"d4:infoe")
    assert document.entities == ({"type": "bold", "offset": 3, "length": 10},)


@pytest.mark.parametrize("weight", [Weight.FINAL, Weight.EDIT])
async def test_edits_of_texts_captions_and_buttons(
    api: TelegramApi, chat: Chat, clock: TurnedClock, weight: Weight
) -> None:
    text = await api.send_text(ANNA, plain("50 %"), ROWS)
    card = await api.send_photo(ANNA, "https://image.example.org/p.jpg", plain("50 %"), ROWS)
    clock.advance(10)
    assert await api.edit_text(ANNA, text, plain("60 %"), weight=weight)
    clock.advance(10)
    assert await api.edit_text(ANNA, card, HELLO, weight=weight)
    clock.advance(10)
    assert await api.edit_rows(ANNA, card, ROWS, weight=weight)
    shown = {message.message_id: message for message in chat.messages}
    assert (shown[text].text, shown[text].labels) == ("60 %", ())
    assert (shown[card].text, shown[card].labels) == ("🎬 Metropolis 1927", ("Качать",))


async def test_a_caption_met_before_costs_one_call(
    telegram: TelegramStandIn, clock: TurnedClock, chat: Chat, api: TelegramApi
) -> None:
    card = await api.send_photo(ANNA, "https://image.example.org/p.jpg", plain("1 %"))
    async with open_telegram_api(
        TOKEN, telegram.url, clock=clock, sleep=clock.sleep
    ) as fresh:  # after a restart
        for percent in (2, 3, 4):
            assert await fresh.edit_text(ANNA, card, plain(f"{percent} %"))
    assert telegram.counts["editMessageText"] == 1
    assert telegram.counts["editMessageCaption"] == 3
    assert chat.messages[-1].text == "4 %"


@pytest.mark.parametrize("weight", [Weight.FINAL, Weight.EDIT])
async def test_an_edit_that_changes_nothing_is_a_success(
    api: TelegramApi, clock: TurnedClock, weight: Weight
) -> None:
    message = await api.send_text(ANNA, HELLO, ROWS)
    clock.advance(10)
    assert await api.edit_text(ANNA, message, HELLO, ROWS, weight=weight)


async def test_deleting_twice_is_deleting(api: TelegramApi, chat: Chat) -> None:
    message = await api.send_text(ANNA, HELLO)
    await api.delete(ANNA, message)
    assert chat.messages == []
    await api.delete(ANNA, message)


async def test_drafts_typing_reactions_and_answers(
    api: TelegramApi, chat: Chat, anna: User, clock: TurnedClock
) -> None:
    said = await chat.says(anna, "найди")
    assert await api.typing(ANNA)
    assert await api.draft(ANNA, 7, HELLO, can_stop=True)
    draft = chat.draft
    assert draft is not None
    assert (draft.draft_id, draft.text, draft.can_stop, draft.keep_on_stop) == (
        7,
        "🎬 Metropolis 1927",
        True,
        False,
    )
    clock.advance(5)
    assert await api.draft(ANNA, 7, ())
    clock.advance(5)
    assert await api.react(ANNA, said.message_id, "👍")
    message = await api.send_text(ANNA, HELLO, ROWS)
    press = await chat.press(anna, message, "Качать")
    assert await api.answer_callback(press.id, "я" * 500, alert=True, address=ANNA)
    answer = await press.answer()
    assert (answer.text, answer.show_alert) == ("я" * 200, True)


async def test_of_a_long_draft_the_end_is_shown(api: TelegramApi, chat: Chat) -> None:
    assert await api.draft(ANNA, 7, plain("a" * 4096 + "конец"))
    assert chat.draft is not None
    assert chat.draft.text == "конец"


@pytest.mark.requirement("BOT-001")
async def test_command_menus(api: TelegramApi, telegram: TelegramStandIn) -> None:
    await api.set_commands([("start", "Начать")], language="ru", scope=BotCommandScopeAllPrivateChats())
    await api.set_commands([("start", "Begin")])
    assert telegram.commands == {
        CommandScope("all_private_chats", language="ru"): (MenuCommand("start", "Начать"),),
        CommandScope("default"): (MenuCommand("start", "Begin"),),
    }


async def test_who_the_bot_is(api: TelegramApi) -> None:
    profile = await api.me()
    assert (profile.id, profile.username, profile.reads_groups) == (4242, "concierge_bot", False)


async def test_files_people_send(api: TelegramApi, chat: Chat, anna: User, telegram: TelegramStandIn) -> None:
    sent = await chat.sends_document(anna, "my film list.csv", b"title\nThe General\n")
    assert sent.document is not None
    assert await api.file(sent.document.file_id, 1000) == b"title\nThe General\n"
    with pytest.raises(UnusableInputError):
        await api.file(sent.document.file_id, 5)
    with pytest.raises(UnusableInputError):
        await api.file("no-such-file", 1000)
    telegram.faults.add("file", Fault.status(404))
    with pytest.raises(NotFoundError):
        await api.file(sent.document.file_id, 1000)


# -- updates


@pytest.mark.requirement("BOT-003")
async def test_updates_come_raw_whatever_they_look_like(
    api: TelegramApi, telegram: TelegramStandIn, chat: Chat, anna: User
) -> None:
    await api.get_updates(None, timeout=0, limit=100, allowed_updates=["message", "callback_query"])
    assert telegram.calls[-1].params["allowed_updates"] == ["message", "callback_query"]
    telegram.raw_update({"message": {"this": "lacks everything the library needs"}})
    telegram.raw_update({"brand_new_kind": [1, 2]})
    await chat.says(anna, "привет")
    updates = await api.get_updates(None, timeout=0, limit=100, allowed_updates=["message"])
    assert [sorted(update) for update in updates] == [
        ["message", "update_id"],
        ["brand_new_kind", "update_id"],
        ["message", "update_id"],
    ]
    last = updates[-1]["update_id"]
    assert isinstance(last, int)
    assert await api.get_updates(last + 1, timeout=0, limit=100, allowed_updates=["message"]) == []
    assert telegram.confirmed_offset == last + 1


async def test_updates_that_are_no_objects_are_still_handed_over(
    api: TelegramApi, telegram: TelegramStandIn
) -> None:
    telegram.faults.add(
        "getUpdates", Fault.status(200, '{"ok": true, "result": [7, {"update_id": 1}, null]}')
    )
    updates = await api.get_updates(None, timeout=0, limit=100, allowed_updates=["message"])
    assert updates == [{"unreadable": 7}, {"update_id": 1}, {"unreadable": None}]
    telegram.faults.add("getUpdates", Fault.status(200, '{"ok": true, "result": {"a": 1}}'))
    with pytest.raises(UnexpectedAnswerError):
        await api.get_updates(None, timeout=0, limit=100, allowed_updates=["message"])


async def test_a_webhook_is_seen_and_removed(api: TelegramApi, telegram: TelegramStandIn) -> None:
    assert await api.webhook_url() == ""
    telegram.world.webhook.url = telegram.world.queue.webhook_url = "https://bot.example.org/hook"
    with pytest.raises(ConflictError):
        await api.get_updates(None, timeout=0, limit=1, allowed_updates=["message"])
    assert await api.webhook_url() == "https://bot.example.org/hook"
    await api.delete_webhook()
    assert await api.webhook_url() == ""


# -- refusals


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.forbidden("bot was blocked by the user"), RefusedError),
        (Fault.bad_request("chat not found"), RefusedError),
        (Fault.bad_request("not enough rights to send text messages to the chat"), RefusedError),
        (Fault.bad_request("message thread not found"), NotFoundError),
        (Fault.bad_request("can't parse entities"), UnusableInputError),
        (Fault.failure(413, "Request Entity Too Large"), UnusableInputError),
        (Fault.failure(401, "Unauthorized"), CredentialsError),
        (Fault.failure(404, "Not Found"), CredentialsError),
        (Fault.status(502), ServiceUnavailableError),
        (Fault.garbage_body(), UnexpectedAnswerError),
        (Fault.status(200, '{"ok": true, "result": {"odd": 1}}'), UnexpectedAnswerError),
        (Fault.status(200, '{"ok": false, "error_code": 7}'), UnexpectedAnswerError),
        (Fault.close_connection("after"), ServiceTimeoutError),
        (Fault.close_connection("before"), ServiceTimeoutError),
        (Fault.status(302), ServiceTimeoutError),
    ],
)
async def test_each_refusal_becomes_ours_with_its_cause_and_is_not_tried_again(
    api: TelegramApi, telegram: TelegramStandIn, fault: Fault, error: type[ConciergeError]
) -> None:
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(error) as caught:
        await api.send_text(ANNA, HELLO)
    assert type(caught.value) is error
    assert caught.value.__cause__ is not None
    assert WORD not in whole_text(caught.value)
    assert telegram.counts["sendMessage"] == 1


async def test_a_group_that_moved_says_where(api: TelegramApi, telegram: TelegramStandIn, anna: User) -> None:
    group = telegram.basic_group(-77, title="Кино", members=[anna])
    await group.migrate_to_supergroup(-10077)
    with pytest.raises(ChatMovedError) as caught:
        await api.send_text(Address("telegram", -77), HELLO)
    assert caught.value.new_chat_id == -10077


@pytest.mark.parametrize("gone", [True, False])
async def test_edits_of_what_is_gone_or_foreign(api: TelegramApi, chat: Chat, anna: User, gone: bool) -> None:
    said = await chat.says(anna, "моё")
    with pytest.raises(NotFoundError):
        await api.edit_text(ANNA, 99_999 if gone else said.message_id, HELLO)


async def test_nothing_listens_there(clock: TurnedClock) -> None:
    async with open_telegram_api(TOKEN, f"http://127.0.0.1:{free_port()}", clock=clock) as api:
        with pytest.raises(ServiceUnreachableError):
            await api.send_text(ANNA, HELLO)
        assert not await api.typing(BORIS)


@pytest.mark.requirement("INFRA-002")
async def test_a_refused_token_is_named_with_where_to_get_one(
    telegram: TelegramStandIn, clock: TurnedClock
) -> None:
    async with open_telegram_api("4242:another-SECRET", telegram.url, clock=clock) as api:
        with pytest.raises(CredentialsError) as caught:
            await api.me()
    assert "TELEGRAM_BOT_TOKEN" in str(caught.value)
    assert "@BotFather" in str(caught.value)
    assert "SECRET" not in whole_text(caught.value)


@pytest.mark.parametrize(
    "token", ["", "SECRET", "1:", ":SECRET", "1:SEC/RET", "1:SEC RET", "1:SECRET\n/x", "é:SECRET"]
)
async def test_what_cannot_be_a_token_is_told_before_any_call(clock: TurnedClock, token: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        async with open_telegram_api(token, "http://127.0.0.1:1", clock=clock):
            pass
    assert "TELEGRAM_BOT_TOKEN" in str(caught.value)
    assert "SEC" not in whole_text(caught.value).replace("SECRET-token", "")


@pytest.mark.parametrize(
    "root", ["", "api.telegram.org", "ftp://api.telegram.org", "http://", "http://a:b:c"]
)
async def test_an_address_that_is_none(clock: TurnedClock, root: str) -> None:
    with pytest.raises(NotConfiguredError, match="TELEGRAM_BASE_URL"):
        async with open_telegram_api(TOKEN, root, clock=clock):
            pass


@pytest.mark.requirement("INFRA-003")
async def test_no_token_in_any_error_or_log(
    api: TelegramApi,
    telegram: TelegramStandIn,
    clock: TurnedClock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    faults = (
        Fault.garbage_body(),
        Fault.status(502),
        Fault.close_connection("after"),
        Fault.failure(401, "Unauthorized"),
        Fault.bad_request("button URL is invalid"),
        Fault.status(200, "[]"),
    )
    calls: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: api.send_text(ANNA, HELLO),
        lambda: api.get_updates(None, timeout=0, limit=1, allowed_updates=["message"]),
        lambda: api.file("x", 10),
    )
    texts = []
    for fault in faults:
        for call in calls:
            telegram.faults.add("*", fault)
            with pytest.raises(ConciergeError) as caught:
                await call()
            texts.append(whole_text(caught.value))
    written = capfd.readouterr()
    logged = [record.getMessage() + str(record.exc_info) for record in caplog.records]
    assert len(texts) == 18
    assert WORD not in "".join([*texts, *logged, written.out, written.err, repr(api), repr(vars(api))])


# -- the budget


@pytest.mark.requirement("BOT-002")
async def test_a_429_is_obeyed_by_every_kind_of_call_and_other_chats_go_on(
    api: TelegramApi, telegram: TelegramStandIn, clock: TurnedClock, chat: Chat
) -> None:
    telegram.faults.add("sendMessageDraft", Fault.retry_after(9), chat=ANNA.chat)
    assert not await api.draft(ANNA, 7, HELLO)
    clock.advance(5)
    assert not await api.draft(ANNA, 7, HELLO)
    assert not await api.typing(ANNA)
    assert not await api.react(ANNA, 1, "👍")
    assert not await api.edit_text(ANNA, 1, HELLO, weight=Weight.EDIT)
    assert await api.draft(BORIS, 7, HELLO)
    assert telegram.counts["sendMessageDraft"] == 2
    await api.send_text(ANNA, HELLO)
    assert clock.monotonic() >= 9.0
    assert [message.text for message in chat.messages] == ["🎬 Metropolis 1927"]
    assert telegram.flood_violations == []


async def test_a_refused_final_says_how_long_and_the_next_one_waits(
    api: TelegramApi, telegram: TelegramStandIn, clock: TurnedClock
) -> None:
    telegram.faults.add("sendMessage", Fault.retry_after(20))
    with pytest.raises(RateLimitedError) as caught:
        await api.send_text(ANNA, HELLO)
    assert caught.value.retry_after == 20
    await api.send_text(ANNA, HELLO)
    assert clock.monotonic() >= 20
    assert telegram.flood_violations == []


@pytest.mark.requirement("BOT-002")
async def test_a_storm_of_streams_passes_no_limit_and_loses_no_final(
    telegram: TelegramStandIn, clock: TurnedClock
) -> None:
    people = [telegram.private(telegram.user(number)) for number in range(2001, 2013)]

    async with open_telegram_api(TOKEN, telegram.url, clock=clock, sleep=clock.sleep) as api:

        async def talk(chat: Chat) -> None:
            address = Address("telegram", chat.id)
            for turn in range(3):
                await api.typing(address)
                for frame in range(8):
                    await api.draft(address, turn + 1, plain(f"{turn}.{frame}"))
                    await clock.sleep(0.3)
                for part in range(3):
                    await api.send_text(address, plain(f"{turn}-{part}"))

        await asyncio.gather(*(talk(chat) for chat in people))
    wanted = [f"{turn}-{part}" for turn in range(3) for part in range(3)]
    assert all([message.text for message in chat.messages] == wanted for chat in people)
    assert telegram.flood_violations == []
    for chat in people:
        moments = sorted(call.at for call in telegram.calls if call.chat_id == chat.id)
        for span, most in ((5.0, 20), (30.0, 40)):
            assert max(sum(first <= at < first + span for at in moments) for first in moments) <= most


async def test_cosmetic_calls_never_raise(
    api: TelegramApi, telegram: TelegramStandIn, clock: TurnedClock
) -> None:
    telegram.faults.add("setMessageReaction", Fault.garbage_body(), times=None)
    telegram.faults.add("*", Fault.status(502), times=None)
    calls: tuple[Callable[[], Awaitable[bool]], ...] = (
        lambda: api.draft(ANNA, 7, HELLO),
        lambda: api.typing(ANNA),
        lambda: api.react(ANNA, 1, "👍"),
        lambda: api.answer_callback("1", "x"),
        lambda: api.edit_text(ANNA, 1, HELLO, weight=Weight.EDIT),
        lambda: api.edit_caption(ANNA, 1, HELLO, weight=Weight.EDIT),
        lambda: api.edit_rows(ANNA, 1, weight=Weight.EDIT),
    )
    for call in calls:
        clock.advance(10)
        assert not await call()
    assert sum(telegram.counts.values()) == len(calls)

"""Answers to presses, reactions and pins."""

from __future__ import annotations

from tests.sandbox.telegram.checks import utf16_length
from tests.sandbox.telegram.errors import QUERY_TOO_OLD, bad_request
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import CallbackAnswer, words
from tests.sandbox.telegram.world import World

from .method import Method
from .sending import sendable_chat

ANSWER_LIMIT = 200
REACTIONS = words(
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥 🌚 "
    "🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ "
    "🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡 "
)


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery: once, and while the query is fresh."""
    callback = world.callbacks.get(params.text("callback_query_id"))
    now = world.clock.monotonic()
    if callback is None or callback.answer is not None or now - callback.created > world.callback_seconds:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if utf16_length(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answer = CallbackAnswer(text or None, params.flag("show_alert"), params.text("url") or None, now)
    world.signal.notify()
    return True


def set_message_reaction(world: World, params: Params) -> bool:
    """setMessageReaction: at most one emoji of Telegram's list; an empty list takes it away."""
    chat = sendable_chat(world, params)
    message = chat.live(params.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    reactions = params.array("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = [
        item.get("emoji") for item in reactions if isinstance(item, dict) and item.get("type") == "emoji"
    ]
    if len(emoji) != len(reactions) or not all(isinstance(e, str) and e in REACTIONS for e in emoji):
        raise bad_request("REACTION_INVALID")
    chat.reactions[message.id] = [str(item) for item in emoji]
    world.signal.notify()
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    """pinChatMessage: in groups only by an administrator."""
    chat = sendable_chat(world, params)
    if chat.kind != "private" and not chat.bot_is_admin:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message = chat.live(params.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
    world.signal.notify()
    return True


def unpin_chat_message(world: World, params: Params) -> bool:
    """unpinChatMessage: the given message, or the last pinned one."""
    chat = sendable_chat(world, params)
    message_id = params.optional_integer("message_id")
    if message_id is None and chat.pinned:
        message_id = chat.pinned[-1]
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    world.signal.notify()
    return True


METHODS: dict[str, Method] = {
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
}

"""Methods about chats: details, members, topics, leaving."""

from __future__ import annotations

from tests.sandbox.telegram.errors import bad_request
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import Json
from tests.sandbox.telegram.shapes import chat_full_json, member_json
from tests.sandbox.telegram.world import ChatState, World

from .method import Method

TOPIC_COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def get_chat(world: World, params: Params) -> Json:
    """getChat."""
    chat = world.chat(params.chat_id)
    world.writable(chat)
    return chat_full_json(chat)


def get_chat_member(world: World, params: Params) -> Json:
    """getChatMember."""
    chat = world.chat(params.chat_id)
    user = world.users.get(params.integer("user_id"))
    if user is None:
        raise bad_request("user not found")
    return member_json(chat, user, bot_id=world.bot.id)


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """getChatAdministrators: the bot alone, where it is one."""
    chat = world.chat(params.chat_id)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    return [member_json(chat, world.bot, bot_id=world.bot.id)] if chat.bot_is_admin else []


def get_chat_member_count(world: World, params: Params) -> int:
    """getChatMemberCount."""
    return len(world.chat(params.chat_id).members) + 1


def leave_chat(world: World, params: Params) -> bool:
    """leaveChat."""
    chat = world.chat(params.chat_id)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.kicked = True
    return True


def open_topic(world: World, chat: ChatState, name: str, colour: int, *, by_bot: bool) -> int:
    """Add a topic with its service message; its id is that message's."""
    author = world.bot if by_bot else next(iter(chat.members.values()), world.bot)
    message = world.new_message(chat, author)
    message.service = {"forum_topic_created": {"name": name, "icon_color": colour}}
    message.thread = message.id
    chat.topics[message.id] = name
    world.store(message)
    return message.id


def create_forum_topic(world: World, params: Params) -> Json:
    """createForumTopic: forums where the bot is an administrator, and private chats with topics."""
    chat = world.chat(params.chat_id)
    world.writable(chat)
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if chat.kind == "supergroup" and not chat.bot_is_admin:
        raise bad_request("not enough rights to create a topic")
    name = params.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    colour = params.integer("icon_color", TOPIC_COLOURS[0])
    if colour not in TOPIC_COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    thread = open_topic(world, chat, name, colour, by_bot=True)
    return {"message_thread_id": thread, "name": name, "icon_color": colour}


METHODS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "createForumTopic": create_forum_topic,
}

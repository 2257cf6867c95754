"""Methods about the bot itself: identity, command menus, descriptions."""

from __future__ import annotations

import re

from tests.sandbox.telegram.errors import bad_request
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import CommandScope, Json, MenuCommand
from tests.sandbox.telegram.world import World

from .method import Method

COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, params: Params) -> Json:
    """getMe."""
    topics = any(chat.forum for chat in world.chats.values() if chat.kind == "private")
    return world.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": topics,
        "allows_users_to_create_topics": topics,
        "can_manage_bots": False,
    }


def _language(params: Params) -> str:
    language = params.text("language_code")
    if LANGUAGE.fullmatch(language) is None:
        raise bad_request("LANG_CODE_INVALID")
    return language


def _scope(world: World, params: Params) -> CommandScope:
    raw = params.object("scope") or {"type": "default"}
    kind = str(raw.get("type"))
    language = _language(params)
    if kind in PLAIN_SCOPES:
        return CommandScope(kind, language=language)
    if kind not in {"chat", "chat_administrators", "chat_member"}:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = world.chat(raw.get("chat_id"))
    user = raw.get("user_id") if kind == "chat_member" else None
    if kind == "chat_member" and not isinstance(user, int):
        raise bad_request("user not found")
    return CommandScope(kind, chat.id, user, language)


def _command(raw: object) -> MenuCommand:
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = str(raw.get("command", "")).lstrip("/"), str(raw.get("description", "")).strip()
    if COMMAND_NAME.fullmatch(name) is None:
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return MenuCommand(name, description)


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands."""
    raw = params.array("commands")
    if raw is None:
        raise bad_request("parameter commands is required")
    if len(raw) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = tuple(_command(item) for item in raw)
    scope = _scope(world, params)
    if commands:
        world.profile.commands[scope] = commands
    else:
        world.profile.commands.pop(scope, None)
    world.signal.notify()
    return True


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands."""
    world.profile.commands.pop(_scope(world, params), None)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """getMyCommands: those of exactly this scope and language."""
    commands = world.profile.commands.get(_scope(world, params), ())
    return [{"command": item.command, "description": item.description} for item in commands]


def _setter(kind: str) -> Method:
    def set_text(world: World, params: Params) -> bool:
        text = params.text(kind)
        if len(text) > TEXT_LIMITS[kind]:
            raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
        world.profile.texts[kind, _language(params)] = text
        return True

    return set_text


def _getter(kind: str) -> Method:
    def get_text(world: World, params: Params) -> Json:
        texts = world.profile.texts
        return {kind: texts.get((kind, _language(params))) or texts.get((kind, ""), "")}

    return get_text


def set_menu_button(world: World, params: Params) -> bool:
    """setChatMenuButton."""
    chat_id = params.optional_integer("chat_id")
    world.profile.menu_buttons[chat_id] = params.object("menu_button") or {"type": "default"}
    return True


def get_menu_button(world: World, params: Params) -> Json:
    """getChatMenuButton."""
    buttons = world.profile.menu_buttons
    return buttons.get(params.optional_integer("chat_id")) or buttons.get(None) or {"type": "default"}


def _true(world: World, params: Params) -> bool:
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "logOut": _true,
    "close": _true,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
    "setChatMenuButton": set_menu_button,
    "getChatMenuButton": get_menu_button,
}

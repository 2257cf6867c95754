"""Methods that change or remove messages."""

from __future__ import annotations

from tests.sandbox.telegram.checks import caption_text, message_text
from tests.sandbox.telegram.errors import NOT_MODIFIED, ApiError, bad_request
from tests.sandbox.telegram.keyboards import reply_markup
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import Json
from tests.sandbox.telegram.shapes import message_json
from tests.sandbox.telegram.world import ChatState, Message, World

from .files import named_file
from .method import Method
from .sending import sendable_chat

DELETABLE_SECONDS = 48 * 3600


def _editable(world: World, params: Params) -> Message:
    if params.values.get("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = sendable_chat(world, params)
    message_id = params.integer("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.live(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    foreign_keyboard = message.markup is not None and "inline_keyboard" not in message.markup
    if message.sender is not world.bot or message.service or foreign_keyboard:
        raise bad_request("message can't be edited")
    return message


def _changed(world: World, message: Message, before: tuple[object, ...]) -> Json:
    if message.content() == before:
        raise bad_request(NOT_MODIFIED)
    message.edited += 1
    message.edit_date = int(world.clock.time())
    world.show(message)
    return message_json(message)


def edit_text(world: World, params: Params) -> Json:
    """editMessageText; a missing reply_markup removes the keyboard."""
    text, entities = message_text(params)
    message = _editable(world, params)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    markup = reply_markup(params, inline_only=True)
    before = message.content()
    message.text, message.entities, message.markup = text, entities, markup
    return _changed(world, message, before)


def edit_caption(world: World, params: Params) -> Json:
    """editMessageCaption; a missing reply_markup removes the keyboard."""
    text, entities = caption_text(params)
    message = _editable(world, params)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    markup = reply_markup(params, inline_only=True)
    before = message.content()
    message.text, message.entities, message.markup = text, entities, markup
    return _changed(world, message, before)


def edit_media(world: World, params: Params) -> Json:
    """editMessageMedia with InputMediaPhoto or InputMediaDocument; a text may become media."""
    media = params.object("media")
    if not media:
        raise bad_request("media is empty")
    kind = str(media.get("type"))
    if kind not in {"photo", "document"}:
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is not allowed')
    inner = Params(media, params.files, params.names)
    caption, entities = caption_text(inner)
    message = _editable(world, params)
    markup = reply_markup(params, inline_only=True)
    file = named_file(world, inner, inner.text("media"), kind, "media")
    before = message.content()
    message.text, message.entities, message.markup, message.file = caption, entities, markup, file
    return _changed(world, message, before)


def edit_markup(world: World, params: Params) -> Json:
    """editMessageReplyMarkup."""
    message = _editable(world, params)
    markup = reply_markup(params, inline_only=True)
    before = message.content()
    message.markup = markup
    return _changed(world, message, before)


def _delete_refusal(world: World, chat: ChatState, message: Message) -> ApiError | None:
    own = message.sender is world.bot
    if chat.kind != "private" and not own and not chat.bot_is_admin:
        return bad_request("message can't be deleted")
    if world.clock.time() - message.date > DELETABLE_SECONDS and not chat.bot_is_admin:
        return bad_request("message can't be deleted for everyone")
    return None


def remove(world: World, message: Message) -> None:
    """Delete for everybody."""
    message.deleted = True
    if message.id in message.chat.pinned:
        message.chat.pinned.remove(message.id)
    world.show(message)


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage."""
    chat = sendable_chat(world, params)
    message = chat.live(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    refusal = _delete_refusal(world, chat, message)
    if refusal is not None:
        raise refusal
    remove(world, message)
    return True


def delete_messages(world: World, params: Params) -> bool:
    """deleteMessages: 1 to 100 ids, missing ones are skipped."""
    chat = sendable_chat(world, params)
    ids = params.array("message_ids") or []
    if not 1 <= len(ids) <= 100 or not all(isinstance(item, int) for item in ids):
        raise bad_request(
            "message identifiers are not specified" if not ids else "too many message identifiers specified"
        )
    messages = [found for item in ids if (found := chat.live(item)) is not None]
    for message in messages:
        refusal = _delete_refusal(world, chat, message)
        if refusal is not None:
            raise refusal
    for message in messages:
        remove(world, message)
    return True


METHODS: dict[str, Method] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}

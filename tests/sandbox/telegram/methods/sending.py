"""Methods that put something into a chat: messages, photos, documents, drafts, actions."""

from __future__ import annotations

from tests.sandbox.telegram.checks import caption_text, draft_text, message_text
from tests.sandbox.telegram.errors import bad_request
from tests.sandbox.telegram.keyboards import reply_markup
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import ChatAction, Draft, Json, words
from tests.sandbox.telegram.shapes import message_json
from tests.sandbox.telegram.world import ChatState, Message, StoredFile, World

from .files import get_file, given_file
from .method import Method

ACTIONS = words(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note cancel"
)


def checked_thread(chat: ChatState, params: Params) -> int | None:
    """The topic a call names; it must exist."""
    thread = params.optional_integer("message_thread_id")
    if not thread:
        return None
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    return thread


def checked_reply(chat: ChatState, params: Params) -> int | None:
    """The message replied to, None where there is none or it is gone and that is allowed."""
    reply = params.object("reply_parameters") or {}
    target = reply.get("message_id", params.optional_integer("reply_to_message_id"))
    lenient = reply.get("allow_sending_without_reply", params.flag("allow_sending_without_reply"))
    if not isinstance(target, int) or target <= 0:
        return None
    if chat.live(target) is not None:
        return target
    if lenient:
        return None
    raise bad_request("message to be replied not found")


def sendable_chat(world: World, params: Params) -> ChatState:
    """The chat of a call, able to receive."""
    chat = world.chat(params.chat_id)
    world.writable(chat)
    return chat


def _post(
    world: World, params: Params, text: str, entities: list[Json], file: StoredFile | None = None
) -> Json:
    chat = sendable_chat(world, params)
    thread = checked_thread(chat, params)
    reply_to = checked_reply(chat, params)
    markup = reply_markup(params)
    if thread is None and reply_to is not None:
        replied = chat.messages[reply_to].thread
        thread = replied if replied in chat.topics else None
    message = Message(
        chat=chat,
        id=world.next_message_id(chat),
        sender=world.bot,
        date=int(world.clock.time()),
        text=text,
        entities=entities,
        file=file,
        markup=markup,
        reply_to=reply_to,
        thread=thread,
        silent=params.flag("disable_notification"),
    )
    if markup is not None and "inline_keyboard" not in markup:
        chat.reply_keyboard = None if "remove_keyboard" in markup else markup
    world.store(message)
    return message_json(message)


def send_message(world: World, params: Params) -> Json:
    """sendMessage."""
    text, entities = message_text(params)
    return _post(world, params, text, entities)


def _send_file(world: World, params: Params, kind: str) -> Json:
    caption, entities = caption_text(params)
    sendable_chat(world, params)
    return _post(world, params, caption, entities, given_file(world, params, kind, kind))


def send_photo(world: World, params: Params) -> Json:
    """sendPhoto: by file_id, address or upload."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Json:
    """sendDocument: by file_id, address or upload."""
    return _send_file(world, params, "document")


def send_message_draft(world: World, params: Params) -> bool:
    """sendMessageDraft: private chats only, draft_id non-zero; a new id replaces the shown draft."""
    text, entities = draft_text(params)
    chat = world.chat(params.chat_id)
    if chat.kind != "private":
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    world.writable(chat)
    draft_id = params.integer("draft_id")
    if draft_id == 0:
        raise bad_request("RANDOM_ID_INVALID")
    thread = checked_thread(chat, params)
    shown = world.visible_draft(chat, thread)
    updates = shown.updates + 1 if shown is not None and shown.draft_id == draft_id else 1
    draft = Draft(
        draft_id=draft_id,
        text=text,
        entities=tuple(entities),
        thread=thread,
        can_stop=params.flag("can_stop"),
        keep_on_stop=params.flag("keep_on_stop"),
        updates=updates,
        at=world.clock.monotonic(),
    )
    chat.drafts[thread] = draft
    chat.draft_frames.append(draft)
    world.signal.notify()
    return True


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction."""
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = sendable_chat(world, params)
    thread = checked_thread(chat, params)
    chat.actions.append(ChatAction(action, thread, world.clock.monotonic()))
    world.signal.notify()
    return True


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMessageDraft": send_message_draft,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
}

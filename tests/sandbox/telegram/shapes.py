"""The Bot API's JSON of messages and members."""

from __future__ import annotations

from .records import Json
from .world import ChatState, Message, StoredFile, User


def message_json(message: Message, *, with_reply: bool = True) -> Json:
    """The Message object; the replied-to message comes without its own reply, as Telegram sends it."""
    body: Json = {
        "message_id": message.id,
        "from": message.sender.json(),
        "chat": message.chat.json(),
        "date": message.date,
    }
    if message.edit_date is not None:
        body["edit_date"] = message.edit_date
    if message.thread is not None:
        body["message_thread_id"] = message.thread
        if message.thread in message.chat.topics:
            body["is_topic_message"] = True
    if with_reply:
        _add_reply(body, message)
    _add_content(body, message)
    return body | message.origin | message.service


def _add_reply(body: Json, message: Message) -> None:
    # In a forum Telegram makes every message without an own reply a reply to its topic's first one.
    target_id = message.reply_to
    if target_id is None and message.thread in message.chat.topics and message.thread != message.id:
        target_id = message.thread
    target = message.chat.live(target_id) if target_id is not None else None
    if target is not None:
        body["reply_to_message"] = message_json(target, with_reply=False)


def _add_content(body: Json, message: Message) -> None:
    if message.file is not None:
        body |= file_json(message.file, message.media)
        if message.text:
            body["caption"] = message.text
            if message.entities:
                body["caption_entities"] = message.entities
    elif message.text:
        body["text"] = message.text
        if message.entities:
            body["entities"] = message.entities
    if message.markup and "inline_keyboard" in message.markup:
        body["reply_markup"] = message.markup


def file_json(file: StoredFile, extra: Json) -> Json:
    """The media fields of a message: `{"photo": [sizes]}` or `{kind: object}`."""
    size = len(file.data) if file.data is not None else 100_000
    if file.kind == "photo":
        return {"photo": [_photo_size(file, side, size) for side in (90, 320, 800)]}
    body: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": size}
    if file.kind == "document":
        body |= {"file_name": file.name, "mime_type": file.mime}
    return {file.kind: body | extra}


def _photo_size(file: StoredFile, side: int, size: int) -> Json:
    largest = side == 800
    return {
        "file_id": file.file_id if largest else f"{file.file_id}.{side}",
        "file_unique_id": file.unique_id if largest else f"{file.unique_id}.{side}",
        "width": side * 2 // 3,
        "height": side,
        "file_size": size if largest else min(size, side * 40),
    }


def chat_full_json(chat: ChatState) -> Json:
    """The ChatFullInfo object of getChat."""
    body = chat.json() | {
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    pinned = chat.live(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        body["pinned_message"] = message_json(pinned, with_reply=False)
    return body


def member_json(chat: ChatState, user: User, *, bot_id: int) -> Json:
    """The ChatMember object: administrator, member, left or kicked."""
    if user.id == bot_id and (chat.kicked or chat.blocked):
        return {"status": "kicked", "user": user.json(), "until_date": 0}
    if user.id == bot_id and chat.bot_is_admin:
        return _administrator(user)
    present = user.id == bot_id or user.id in chat.members
    return {"status": "member" if present else "left", "user": user.json()}


def _administrator(user: User) -> Json:
    rights = (
        "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
        "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories "
        "can_pin_messages can_manage_topics"
    )
    body: Json = {
        "status": "administrator",
        "user": user.json(),
        "can_be_edited": False,
        "is_anonymous": False,
    }
    return body | dict.fromkeys(rights.split(), True)

"""The persons' side: say, press, wait, look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .checks import TEXT_LIMIT, detected_entities, entity_text, utf16_length
from .methods.chats import TOPIC_COLOURS, open_topic
from .methods.editing import remove
from .records import CallbackAnswer, Json, SentMessage
from .shapes import member_json, message_json
from .view import ChatView, MessageRef
from .world import Callback, ChatState, Message, StoredFile, User, World

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x18\xdd\x8d\xb0\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Press:
    """A pressed button; the bot owes it one answer."""

    def __init__(self, world: World, callback: Callback, update_id: int | None) -> None:
        self._world = world
        self._callback = callback
        self.update_id = update_id

    @property
    def id(self) -> str:
        """The callback_query_id."""
        return self._callback.id

    @property
    def answered(self) -> CallbackAnswer | None:
        """The answer, None as long as the button still spins."""
        return self._callback.answer

    async def answer(self, timeout: float = 5.0) -> CallbackAnswer:
        """Wait for the bot's answer; AssertionError when none comes within `timeout` seconds."""
        return await self._world.signal.wait_until(
            lambda: self._callback.answer, timeout, lambda: f"answer to press {self._callback.id}"
        )


class Chat(ChatView):
    """One chat as the people in it see it. What they do becomes an update where the bot may see it."""

    def __init__(self, world: World, state: ChatState, adopt: Callable[[ChatState], Chat]) -> None:
        super().__init__(world, state)
        self._adopt = adopt

    # -- saying ------------------------------------------------------------------------------------------

    async def says(
        self,
        user: User,
        text: str,
        *,
        reply_to: MessageRef | None = None,
        thread: int | None = None,
        entities: list[Json] | None = None,
    ) -> SentMessage:
        """Send a text; commands, mentions, hashtags and links become entities unless given."""
        if not 1 <= utf16_length(text) <= TEXT_LIMIT:
            raise AssertionError("Telegram's apps send 1 to 4096 units; use raw_update for anything else")
        message = self._new(user, reply_to, thread)
        message.text = text
        message.entities = detected_entities(text) if entities is None else entities
        return self._send(message)

    async def edits(self, user: User, message: MessageRef, text: str) -> SentMessage:
        """Change an own message; the bot gets edited_message."""
        stored = self._stored(message)
        if stored.sender is not user:
            raise AssertionError("only the author edits a message")
        stored.text, stored.entities = text, detected_entities(text)
        stored.edited += 1
        stored.edit_date = int(self._world.clock.time())
        if self._bot_sees(stored):
            stored.update_id = self._world.queue.put("edited_message", message_json(stored))
        return self._world.show(stored)

    async def deletes(self, message: MessageRef) -> None:
        """Delete for everybody; bots are not told."""
        remove(self._world, self._stored(message))

    async def sends_sticker(self, user: User, emoji: str = "👍", *, thread: int | None = None) -> SentMessage:
        """Send a static sticker."""
        extra = {
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "type": "regular",
            "emoji": emoji,
        }
        file = self._world.new_file("sticker", "sticker.webp", b"RIFF", mime="image/webp")
        return self._send_file(user, file, extra=extra, thread=thread)

    async def sends_voice(
        self, user: User, data: bytes = b"OggS", *, seconds: int = 3, thread: int | None = None
    ) -> SentMessage:
        """Send a voice note."""
        file = self._world.new_file("voice", "voice.ogg", data, mime="audio/ogg")
        return self._send_file(
            user, file, extra={"duration": seconds, "mime_type": "audio/ogg"}, thread=thread
        )

    async def sends_photo(
        self, user: User, data: bytes = PNG, caption: str = "", *, thread: int | None = None
    ) -> SentMessage:
        """Send a photo."""
        file = self._world.new_file("photo", "photo.jpg", data, mime="image/jpeg")
        return self._send_file(user, file, caption=caption, thread=thread)

    async def sends_document(
        self,
        user: User,
        name: str,
        data: bytes,
        *,
        caption: str = "",
        mime: str = "application/octet-stream",
        thread: int | None = None,
    ) -> SentMessage:
        """Send a file."""
        file = self._world.new_file("document", name, data, mime=mime)
        return self._send_file(user, file, caption=caption, thread=thread)

    async def forwards(self, user: User, text: str, *, origin: User | str) -> SentMessage:
        """Forward a text of another user, or of a hidden one given by name."""
        message = self._new(user, None, None)
        message.text, message.entities = text, detected_entities(text)
        if isinstance(origin, User):
            source: Json = {"type": "user", "sender_user": origin.json()}
        else:
            source = {"type": "hidden_user", "sender_user_name": origin}
        message.origin = {"forward_origin": source | {"date": message.date - 3600}}
        return self._send(message)

    async def reacts(self, user: User, message: MessageRef, emoji: str | None) -> int | None:
        """React (None takes it back); bots get it when subscribed, in groups only as administrators."""
        if self.state.kind != "private" and not self.state.bot_is_admin:
            return None
        new = [] if emoji is None else [{"type": "emoji", "emoji": emoji}]
        body: Json = {
            "chat": self.state.json(),
            "message_id": self._stored(message).id,
            "user": user.json(),
            "date": int(self._world.clock.time()),
            "old_reaction": [],
            "new_reaction": new,
        }
        return self._world.queue.put("message_reaction", body)

    # -- pressing ----------------------------------------------------------------------------------------

    async def press(self, user: User, message: MessageRef, wanted: str | tuple[int, int]) -> Press:
        """Press a callback button of the message as it is now (label, callback data or (row, column))."""
        button = self.current(message).button(wanted)
        if button.callback_data is None:
            raise AssertionError(f"button {button.text!r} is not a callback button")
        return await self.press_raw(user, message, button.callback_data)

    async def press_raw(self, user: User, message: MessageRef, data: str) -> Press:
        """Forge a press: any user, any message id, any data."""
        message_id = message if isinstance(message, int) else message.message_id
        callback = self._world.new_callback()
        stored = self.state.live(message_id)
        shown: Json = (
            {"chat": self.state.json(), "message_id": message_id, "date": 0}
            if stored is None
            else message_json(stored)
        )
        body: Json = {
            "id": callback.id,
            "from": user.json(),
            "message": shown,
            "chat_instance": str(abs(self.id) * 7919),
            "data": data,
        }
        return Press(self._world, callback, self._world.queue.put("callback_query", body))

    async def stops_generation(
        self, user: User, draft_id: int | None = None, *, thread: int | None = None, forged: bool = False
    ) -> int | None:
        """Press Stop on the shown draft; `forged` skips the check that there is one. The update id."""
        draft = self.draft_in(thread)
        shown = (
            draft is not None and draft.can_stop and not draft.stopped and draft_id in {None, draft.draft_id}
        )
        if not shown and not forged:
            raise AssertionError(f"no Stop button to press: {draft}\n{self.transcript()}")
        if shown and draft is not None:
            draft_id = draft.draft_id
            if draft.keep_on_stop:
                self.state.drafts[thread] = replace(draft, stopped=True)
            else:
                del self.state.drafts[thread]
        body: Json = {
            "chat": self.state.json(),
            "draft_id": str(draft_id) if self._world.draft_id_as_text else draft_id,
        }
        if thread is not None:
            body["message_thread_id"] = thread
        return self._world.queue.put("stopped_message_generation", body)

    # -- coming and going --------------------------------------------------------------------------------

    async def joins(self, user: User) -> SentMessage:
        """A person joins the group."""
        self.state.members[user.id] = user
        return self._service(user, {"new_chat_members": [user.json()]})

    async def leaves(self, user: User) -> SentMessage:
        """A person leaves the group."""
        self.state.members.pop(user.id, None)
        return self._service(user, {"left_chat_member": user.json()})

    def adds_bot(self, user: User) -> int | None:
        """A person brings the bot (back) in."""
        return self._set_flag("kicked", user, on=False)

    def kicks_bot(self, user: User) -> int | None:
        """A person throws the bot out; 403 from now on."""
        return self._set_flag("kicked", user, on=True)

    def set_blocked(self, blocked: bool) -> int | None:
        """The person of a private chat blocks or unblocks the bot."""
        person = self.state.peer
        if person is None:
            raise AssertionError("only a person blocks the bot")
        return self._set_flag("blocked", person, on=blocked)

    def promotes_bot(self, user: User, *, admin: bool = True) -> int | None:
        """A person makes the bot an administrator, or no longer."""
        return self._set_flag("bot_is_admin", user, on=admin)

    def topic(self, name: str) -> int:
        """A person opens a topic; its message_thread_id."""
        if not self.state.forum:
            raise AssertionError("the chat has no topics")
        thread = open_topic(self._world, self.state, name, TOPIC_COLOURS[0], by_bot=False)
        message = self.state.messages[thread]
        message.update_id = self._world.queue.put("message", message_json(message))
        return thread

    async def migrate_to_supergroup(self, new_id: int) -> Chat:
        """Upgrade the basic group: both service messages are queued, the old id answers 400 from now on."""
        old = self.state
        if old.kind != "group":
            raise AssertionError("only a basic group migrates")
        successor = ChatState(new_id, "supergroup", title=old.title)
        successor.members = dict(old.members)
        successor.bot_is_admin = old.bot_is_admin
        chat = self._adopt(successor)
        author = next(iter(old.members.values()))
        self._service(author, {"migrate_to_chat_id": new_id})
        old.migrated_to = new_id
        chat._service(author, {"migrate_from_chat_id": old.id, "new_chat_title": old.title})
        return chat

    # -- inside ------------------------------------------------------------------------------------------

    def _set_flag(self, name: str, user: User, *, on: bool) -> int | None:
        bot = self._world.bot
        before = member_json(self.state, bot, bot_id=bot.id)
        setattr(self.state, name, on)
        body: Json = {
            "chat": self.state.json(),
            "from": user.json(),
            "date": int(self._world.clock.time()),
            "old_chat_member": before,
            "new_chat_member": member_json(self.state, bot, bot_id=bot.id),
        }
        return self._world.queue.put("my_chat_member", body)

    def _new(self, user: User, reply_to: MessageRef | None, thread: int | None) -> Message:
        if self.state.blocked or self.state.migrated_to is not None or user.id not in self.state.members:
            raise AssertionError(f"{user.first_name} cannot write to chat {self.id}")
        if thread is not None and thread not in self.state.topics:
            raise AssertionError(f"no topic {thread} in chat {self.id}")
        self.state.started = True
        message = self._world.new_message(self.state, user)
        message.thread = thread
        if reply_to is not None:
            target = self._stored(reply_to)
            message.reply_to = target.id
            # In supergroups a reply belongs to the thread of its root message, forum or not.
            if thread is None and self.state.kind == "supergroup":
                message.thread = target.thread or target.id
        return message

    def _send(self, message: Message) -> SentMessage:
        self._world.store(message)
        if not self._bot_sees(message):
            return self.state.history[-1]
        message.update_id = self._world.queue.put("message", message_json(message))
        version = replace(self.state.history[-1], update_id=message.update_id)
        self.state.history[-1] = version
        return version

    def _send_file(
        self,
        user: User,
        file: StoredFile,
        *,
        caption: str = "",
        extra: Json | None = None,
        thread: int | None = None,
    ) -> SentMessage:
        message = self._new(user, None, thread)
        message.file, message.media = file, extra or {}
        message.text, message.entities = caption, detected_entities(caption)
        return self._send(message)

    def _service(self, user: User, service: Json) -> SentMessage:
        message = self._world.new_message(self.state, user)
        message.service = service
        return self._send(message)

    def _bot_sees(self, message: Message) -> bool:
        chat = self.state
        if chat.kind == "private":
            return True
        if chat.kicked:
            return False
        if chat.bot_is_admin or not self._world.privacy_mode or message.service:
            return True
        target = chat.live(message.reply_to) if message.reply_to is not None else None
        return (target is not None and target.sender is self._world.bot) or self._is_addressed(message)

    def _is_addressed(self, message: Message) -> bool:
        name = f"@{self._world.bot.username}".lower()
        for entity in message.entities:
            part = entity_text(message.text, entity).lower()
            if entity["type"] == "mention" and part == name:
                return True
            if entity["type"] == "text_mention" and entity["user"]["id"] == self._world.bot.id:
                return True
            if entity["type"] == "bot_command" and ("@" not in part or part.endswith(name)):
                return True
        return False

"""Users, chats, messages and files as Telegram's servers hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from .clock import Clock
from .errors import ApiError, bad_request, forbidden
from .records import (
    Attachment,
    Button,
    CallbackAnswer,
    ChatAction,
    CommandScope,
    Draft,
    Json,
    MenuCommand,
    SentMessage,
)
from .signals import Signal
from .updates import UpdateQueue

DRAFT_SECONDS = 30.0
ChatKind = Literal["private", "group", "supergroup"]


@dataclass(slots=True)
class User:
    """A Telegram account."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    last_name: str | None = None
    deactivated: bool = False

    def json(self) -> Json:
        """The User object of the Bot API."""
        body: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for key in ("last_name", "username", "language_code"):
            value = getattr(self, key)
            if value is not None:
                body[key] = value
        return body


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on Telegram's servers; `path` is what getFile tells; `data` is None for a mere address."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    path: str
    data: bytes | None
    url: str | None = None


@dataclass(slots=True)
class Message:
    """A stored message; `text` is the caption where there is a `file`."""

    chat: ChatState
    id: int
    sender: User
    date: int
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    file: StoredFile | None = None
    media: Json = field(default_factory=dict)
    markup: Json | None = None
    reply_to: int | None = None
    thread: int | None = None
    silent: bool = False
    service: Json = field(default_factory=dict)
    origin: Json = field(default_factory=dict)
    edited: int = 0
    edit_date: int | None = None
    deleted: bool = False
    update_id: int | None = None

    def content(self) -> tuple[object, ...]:
        """What two versions must differ in, else an edit is refused as "not modified"."""
        file_id = self.file.unique_id if self.file else None
        return self.text, self.entities, file_id, self.markup

    def keyboard(self) -> tuple[tuple[Button, ...], ...]:
        """The inline keyboard, if any."""
        rows = (self.markup or {}).get("inline_keyboard", ())
        return tuple(tuple(_button(button) for button in row) for row in rows)

    def attachment(self) -> Attachment | None:
        """The file as a person sees it."""
        file = self.file
        return Attachment(file.kind, file.name, file.file_id, file.data, file.url) if file else None


def _button(raw: Json) -> Button:
    copy = raw.get("copy_text")
    return Button(
        text=raw["text"],
        callback_data=raw.get("callback_data"),
        url=raw.get("url"),
        copy_text=copy["text"] if copy else None,
        style=raw.get("style"),
    )


@dataclass(slots=True)
class Callback:
    """A pressed button waiting for answerCallbackQuery."""

    id: str
    created: float
    answer: CallbackAnswer | None = None


class ChatState:
    """One chat with all it holds. `history` has every version of every message, oldest first."""

    def __init__(
        self, chat_id: int, kind: ChatKind, *, title: str | None = None, forum: bool = False
    ) -> None:
        self.id = chat_id
        self.kind: ChatKind = kind
        self.title = title
        self.forum = forum
        self.peer: User | None = None
        self.members: dict[int, User] = {}
        self.topics: dict[int, str] = {}
        self.messages: dict[int, Message] = {}
        self.history: list[SentMessage] = []
        self.drafts: dict[int | None, Draft] = {}
        self.draft_frames: list[Draft] = []
        self.actions: list[ChatAction] = []
        self.pinned: list[int] = []
        self.reactions: dict[int, list[str]] = {}
        self.last_ids = count(1)
        self.started = True
        self.blocked = False
        self.kicked = False
        self.bot_is_admin = False
        self.migrated_to: int | None = None
        self.reply_keyboard: Json | None = None
        self.last_author_is_bot = False

    def json(self) -> Json:
        """The Chat object of the Bot API."""
        body: Json = {"id": self.id, "type": self.kind}
        if self.peer is not None:
            person = self.peer.json()
            body |= {key: person[key] for key in ("first_name", "last_name", "username") if key in person}
            return body
        body["title"] = self.title
        if self.forum:
            body["is_forum"] = True
        return body

    def live(self, message_id: int) -> Message | None:
        """The message, unless it never existed or was deleted."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message


@dataclass(slots=True)
class Webhook:
    """The webhook as setWebhook left it; `url` is "" where there is none."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass(slots=True)
class Profile:
    """What the bot told Telegram about itself; texts are keyed by (kind, language)."""

    commands: dict[CommandScope, tuple[MenuCommand, ...]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)


class World:
    """Everything behind the API of one bot."""

    def __init__(self, bot: User, clock: Clock) -> None:
        self.bot = bot
        self.clock = clock
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, ChatState] = {}
        self.files: dict[str, StoredFile] = {}
        self.files_by_path: dict[str, StoredFile] = {}
        self.unreachable_urls: set[str] = set()
        self.callbacks: dict[str, Callback] = {}
        self.signal = Signal()
        self.queue = UpdateQueue(clock, self.signal)
        self.profile = Profile()
        self.webhook = Webhook()
        self.privacy_mode = True
        self.callback_seconds = 60.0
        # The public server writes the id as decimal text although its documentation says integer.
        self.draft_id_as_text = True
        self._box = count(1)
        self._file_ids = count(1)
        self._callback_ids = count(4_000_000_000_001)

    def chat(self, chat_id: int | str | None) -> ChatState:
        """Find the chat an API call names; 400 "chat not found" otherwise."""
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        if isinstance(chat_id, int):
            found = self.chats.get(chat_id)
            if found is not None and found.started:
                return found
        raise bad_request("chat not found")

    def writable(self, chat: ChatState) -> None:
        """Raise what Telegram answers where the bot cannot write to the chat."""
        if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        refusal = _refusal(chat)
        if refusal is not None:
            raise refusal

    def next_message_id(self, chat: ChatState) -> int:
        """Ids of private chats and basic groups come from the bot's one box; a supergroup counts alone."""
        return next(chat.last_ids if chat.kind == "supergroup" else self._box)

    def store(self, message: Message) -> SentMessage:
        """Keep a new message and show it."""
        message.chat.messages[message.id] = message
        message.chat.last_author_is_bot = message.sender is self.bot
        if message.sender is self.bot:
            message.chat.drafts.pop(message.thread, None)
        return self.show(message)

    def show(self, message: Message) -> SentMessage:
        """Add the present version of a message to its chat's history and wake those who wait."""
        chat = message.chat
        version = SentMessage(
            chat_id=chat.id,
            message_id=message.id,
            seq=len(chat.history),
            text=message.text,
            entities=tuple(message.entities),
            buttons=message.keyboard() if message.markup else (),
            attachment=message.attachment(),
            date=message.date,
            at=self.clock.monotonic(),
            edited=message.edited,
            by_bot=message.sender is self.bot,
            sender_id=message.sender.id,
            sender_name=message.sender.first_name,
            thread=message.thread,
            reply_to=message.reply_to,
            silent=message.silent,
            deleted=message.deleted,
            service=message.service,
            update_id=message.update_id,
        )
        chat.history.append(version)
        self.signal.notify()
        return version

    def visible_draft(self, chat: ChatState, thread: int | None) -> Draft | None:
        """The draft shown now: at most 30 s after its last frame."""
        draft = chat.drafts.get(thread)
        if draft is not None and self.clock.monotonic() - draft.at >= DRAFT_SECONDS:
            del chat.drafts[thread]
            return None
        return draft

    def new_message(self, chat: ChatState, sender: User) -> Message:
        """A message with its id and date, not stored yet."""
        return Message(chat, self.next_message_id(chat), sender, int(self.clock.time()))

    def new_callback(self) -> Callback:
        """A fresh press."""
        callback = Callback(str(next(self._callback_ids)), self.clock.monotonic())
        self.callbacks[callback.id] = callback
        return callback

    def new_file(
        self, kind: str, name: str, data: bytes | None, *, mime: str, url: str | None = None
    ) -> StoredFile:
        """Keep a file; its id works for its kind only."""
        number = next(self._file_ids)
        suffix = name.rsplit(".", 1)[-1] if "." in name else "bin"
        path = f"{kind}s/file_{number}.{suffix}"
        file = StoredFile(f"{kind}-id-{number:06d}", f"uniq{number:06d}", kind, name, mime, path, data, url)
        self.files[file.file_id] = file
        self.files_by_path[path] = file
        return file


def _refusal(chat: ChatState) -> ApiError | None:
    if chat.kicked:
        return forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.blocked:
        return forbidden("bot was blocked by the user")
    if chat.peer is not None and chat.peer.deactivated:
        return forbidden("user is deactivated")
    return None

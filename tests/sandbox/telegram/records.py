"""What tests read: calls the bot made, and messages, drafts and answers as a person sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def words(text: str) -> frozenset[str]:
    """The words of a table written as one text."""
    return frozenset(text.split())


@dataclass(slots=True)
class Call:
    """One request of the bot. `at` is the clock's monotonic time; `answer` is the body sent, None until then.

    `answered` is False where a fault kept the answer from the bot; `processed` tells whether it took effect.
    """

    method: str
    params: Json
    at: float
    files: dict[str, bytes] = field(default_factory=dict)
    answer: Json | None = None
    answered: bool = False
    processed: bool = False

    @property
    def ok(self) -> bool:
        """Whether the call succeeded in the world, told or not."""
        return self.answer is not None and self.answer.get("ok") is True

    @property
    def chat_id(self) -> int | None:
        """The numeric chat of the call, if it names one."""
        chat = self.params.get("chat_id")
        return chat if isinstance(chat, int) else None


@dataclass(frozen=True, slots=True)
class Button:
    """One button of an inline keyboard; exactly one of the three actions is set for the kinds used here."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    copy_text: str | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; `data` is None where the bot gave only a URL."""

    kind: str
    name: str
    file_id: str
    data: bytes | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One version of a message. `seq` is its place in the chat's history; `edited` counts edits before it."""

    chat_id: int
    message_id: int
    seq: int
    text: str
    entities: tuple[Json, ...]
    buttons: tuple[tuple[Button, ...], ...]
    attachment: Attachment | None
    date: int
    at: float
    edited: int
    by_bot: bool
    sender_id: int
    sender_name: str
    thread: int | None
    reply_to: int | None
    silent: bool
    deleted: bool
    service: Json
    update_id: int | None = None

    @property
    def photo(self) -> Attachment | None:
        """The attachment if it is a photo."""
        return self.attachment if self.attachment and self.attachment.kind == "photo" else None

    @property
    def document(self) -> Attachment | None:
        """The attachment if it is a document."""
        return self.attachment if self.attachment and self.attachment.kind == "document" else None

    @property
    def labels(self) -> tuple[str, ...]:
        """All button labels in reading order."""
        return tuple(button.text for row in self.buttons for button in row)

    def button(self, wanted: str | tuple[int, int]) -> Button:
        """Find a button by (row, column), exact label, callback data or part of the label, in this order."""
        if isinstance(wanted, tuple):
            return self.buttons[wanted[0]][wanted[1]]
        flat = [button for row in self.buttons for button in row]
        for test in (
            lambda b: b.text == wanted,
            lambda b: b.callback_data == wanted,
            lambda b: wanted in b.text,
        ):
            for button in flat:
                if test(button):
                    return button
        raise AssertionError(f"no button {wanted!r} among {list(self.labels)} on message {self.message_id}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A streamed draft as a person sees it; `updates` counts the frames with this id so far."""

    draft_id: int
    text: str
    entities: tuple[Json, ...]
    thread: int | None
    can_stop: bool
    keep_on_stop: bool
    updates: int
    at: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The bot's answer to a press."""

    text: str | None
    show_alert: bool
    url: str | None
    at: float


@dataclass(frozen=True, slots=True)
class ChatAction:
    """A "typing" of the bot."""

    action: str
    thread: int | None
    at: float


@dataclass(frozen=True, slots=True)
class FloodViolation:
    """A call made to a chat while a 429 told the bot to wait; `remaining` is in seconds."""

    call: Call
    chat_id: int | None
    remaining: float


@dataclass(frozen=True, slots=True)
class CommandScope:
    """Where a command menu applies; `language` is "" for everybody."""

    kind: str
    chat_id: int | None = None
    user_id: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One line of the command menu."""

    command: str
    description: str

"""What people see of a chat, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .records import ChatAction, Draft, Json, SentMessage
from .world import ChatState, Message, World

MessageRef = SentMessage | int


class ChatView:
    """One chat as the people in it see it."""

    def __init__(self, world: World, state: ChatState) -> None:
        self._world = world
        self.state = state

    @property
    def id(self) -> int:
        """The chat id."""
        return self.state.id

    @property
    def history(self) -> list[SentMessage]:
        """Every version of every message, deletions too, oldest first."""
        return self.state.history

    @property
    def messages(self) -> list[SentMessage]:
        """The messages as they stand now, in order of sending."""
        newest: dict[int, SentMessage] = {}
        for version in self.state.history:
            newest[version.message_id] = version
        return [version for version in newest.values() if not version.deleted]

    @property
    def bot_messages(self) -> list[SentMessage]:
        """The bot's messages as they stand now."""
        return [message for message in self.messages if message.by_bot]

    @property
    def draft(self) -> Draft | None:
        """The draft shown now outside topics."""
        return self.draft_in(None)

    def draft_in(self, thread: int | None) -> Draft | None:
        """The draft shown now in a topic."""
        return self._world.visible_draft(self.state, thread)

    @property
    def draft_frames(self) -> list[Draft]:
        """Every draft frame ever received."""
        return self.state.draft_frames

    @property
    def actions(self) -> list[ChatAction]:
        """Every chat action ever received."""
        return self.state.actions

    @property
    def reply_keyboard(self) -> Json | None:
        """The reply keyboard last shown, None when removed."""
        return self.state.reply_keyboard

    def current(self, message: MessageRef) -> SentMessage:
        """The present version of a message; AssertionError when it is gone."""
        wanted = message if isinstance(message, int) else message.message_id
        for version in reversed(self.state.history):
            if version.message_id == wanted:
                if version.deleted:
                    break
                return version
        raise AssertionError(f"message {wanted} is not in the chat\n{self.transcript()}")

    def transcript(self, last: int = 30) -> str:
        """The conversation in lines, as it stands now."""
        lines = [_line(message) for message in self.messages[-last:]]
        lines += [f"  (draft {draft.draft_id}) {draft.text!r}" for draft in self.state.drafts.values()]
        return "\n".join([f"chat {self.id} ({self.state.kind}):", *lines])

    async def wait_for(
        self,
        predicate: Callable[[SentMessage], Any],
        timeout: float = 5.0,
        *,
        by_bot: bool = True,
        after: SentMessage | None = None,
    ) -> SentMessage:
        """The newest message that fits, or the first version (send or edit) to come that does.

        With `after`, only versions later than that one count, the first of them that fits.
        """
        history = self.state.history

        def fits(version: SentMessage) -> bool:
            return not version.deleted and version.by_bot >= by_bot and bool(predicate(version))

        if after is None:
            for version in reversed(self.messages):
                if fits(version):
                    return version
        at = len(history) if after is None else after.seq + 1

        def look() -> SentMessage | None:
            nonlocal at
            while at < len(history):
                at += 1
                if fits(history[at - 1]):
                    return history[at - 1]
            return None

        return await self._world.signal.wait_until(look, timeout, self.transcript)

    async def wait_for_draft(
        self, predicate: Callable[[Draft], Any] = lambda draft: True, timeout: float = 5.0
    ) -> Draft:
        """The first draft frame that fits, past ones included."""
        return await self._world.signal.wait_until(
            lambda: next((frame for frame in self.state.draft_frames if predicate(frame)), None),
            timeout,
            self.transcript,
        )

    def _stored(self, message: MessageRef) -> Message:
        wanted = message if isinstance(message, int) else message.message_id
        stored = self.state.live(wanted)
        if stored is None:
            raise AssertionError(f"message {wanted} is not in the chat\n{self.transcript()}")
        return stored


def _line(message: SentMessage) -> str:
    who = "bot" if message.by_bot else message.sender_name
    marks = f" (edited {message.edited})" if message.edited else ""
    if message.attachment is not None:
        marks += f" <{message.attachment.kind} {message.attachment.name}>"
    body = message.text or (str(message.service) if message.service else "")
    rows = "".join(f"\n      [{'] ['.join(button.text for button in row)}]" for row in message.buttons)
    return f"  {message.message_id} {who}{marks}: {body}{rows}"

"""The person's side of a chat on a terminal."""

from __future__ import annotations

import asyncio

from tests.sandbox.telegram import Chat, SentMessage


class Screen:
    """Prints what the person would see: their words, the bot's messages, drafts and edits, buttons as numbers."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._shown: dict[int, tuple[str, str]] = {}
        self._mine: set[str] = set()
        self._draft = ""
        self._buttons: dict[int, tuple[SentMessage, tuple[int, int]]] = {}

    async def watch(self) -> None:
        """Print changes until cancelled."""
        while True:
            self.refresh()
            await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Print what is left."""
        await asyncio.sleep(0.2)
        self.refresh()

    def mine(self, text: str) -> None:
        """What the person just typed need not be printed again."""
        self._mine.add(text)

    def button(self, number: int) -> tuple[SentMessage, tuple[int, int]] | None:
        """What stands behind a number."""
        return self._buttons.get(number)

    def refresh(self) -> None:
        """Print whatever changed since the last look."""
        draft = self._chat.draft
        if draft is not None and draft.text and draft.text != self._draft:
            self._draft = draft.text
            print(f"    … {draft.text}", flush=True)
        for message in self._chat.messages:
            look = (message.text, str(message.buttons))
            if self._shown.get(message.message_id) == look:
                continue
            edited = message.message_id in self._shown
            self._shown[message.message_id] = look
            self._print(message, edited=edited)

    def _print(self, message: SentMessage, *, edited: bool) -> None:
        if not message.by_bot:
            if message.text not in self._mine:
                print(f"\nАнна: {message.text}", flush=True)
            return
        mark = "  ✎ " if edited else "Бот: "
        lines = message.text.splitlines() or ["(picture)"]
        if edited and len(lines) > 1:
            lines = [f"{lines[0]} | " + " | ".join(lines[1:])]
        print(f"\n{mark}{lines[0]}" if not edited else f"{mark}{lines[0]}")
        for line in lines[1:]:
            print(f"     {line}")
        if not edited:
            self._print_buttons(message)

    def _print_buttons(self, message: SentMessage) -> None:
        if message.buttons:
            self._buttons.clear()
        for row_number, row in enumerate(message.buttons):
            labels = []
            for column, button in enumerate(row):
                number = len(self._buttons) + 1
                self._buttons[number] = (message, (row_number, column))
                labels.append(f"[{number}] {button.text}")
            print("     " + "  ".join(labels), flush=True)

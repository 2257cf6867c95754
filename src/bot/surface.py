"""How a running turn shows itself on Telegram: a draft in private chats, typing in groups, edits of progress."""

from src.bot.api import TelegramApi
from src.bot.budget import Weight
from src.core.errors import ConciergeError
from src.core.inbound import Address, Inbound, Rows, Text, plain
from src.core.outbox import Outbox


class TelegramSurface:
    """One turn's (or one download's) view of one chat. Nothing here must arrive, so nothing here raises."""

    def __init__(
        self, api: TelegramApi, outbox: Outbox, address: Address, *, private: bool, key: str = ""
    ) -> None:
        self._api = api
        self._outbox = outbox
        self._address = address
        self._private = private
        self._draft = int(key[-9:] or 0) + 1 if key.isdigit() else 1  # a draft's id is never zero

    async def working(self, text: str) -> None:
        """A draft with `text` in a private chat, a typing sign elsewhere."""
        if self._private:
            await self._api.draft(self._address, self._draft, plain(text))
        else:
            await self._api.typing(self._address)

    async def progress(self, message_key: str, text: Text, rows: Rows) -> bool:
        """Edit a message sent before; False where there was no room for the edit."""
        message = await self._outbox.message_of(message_key)
        if message is None:
            return False
        try:
            return await self._api.edit_text(self._address, int(message), text, rows, weight=Weight.EDIT)
        except ConciergeError:
            return False

    async def fetch(self, handle: str, max_bytes: int) -> bytes:
        """A file that the person sent."""
        return await self._api.file(handle, max_bytes)

    async def rest(self) -> None:
        """A draft goes by itself when the answer arrives."""


def surface_of(api: TelegramApi, outbox: Outbox, inbound: Inbound) -> TelegramSurface:
    """The surface of the turn that `inbound` starts."""
    return TelegramSurface(api, outbox, inbound.conversation, private=inbound.private, key=inbound.key)

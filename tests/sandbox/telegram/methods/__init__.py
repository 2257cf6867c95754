"""The Bot API methods the stand-in knows, by lower-case name (Telegram ignores the case)."""

from __future__ import annotations

from . import chats, editing, interaction, polling, profile, sending
from .method import Method

NAMED: dict[str, Method] = {
    **chats.METHODS,
    **editing.METHODS,
    **interaction.METHODS,
    **polling.METHODS,
    **profile.METHODS,
    **sending.METHODS,
}
CANONICAL: dict[str, str] = {name.lower(): name for name in (*NAMED, "getUpdates")}

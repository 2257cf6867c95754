"""What a tool may touch. The person comes from the update that began the turn, never from the model."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from src.ai.dialogue import Handles
from src.core.access import Access, Person, Role
from src.core.clock import Clock
from src.core.inbound import Surface
from src.core.stops import Stop
from src.core.texts import Phrases


@dataclass(frozen=True, slots=True)
class ToolContext:
    """One call's surroundings. `call` is unique for ever and keys whatever the call stores; `said` are the
    person's own words of this turn."""

    turn: str
    call: str
    person: Person
    conversation: str
    private: bool
    said: str
    phrases: Phrases
    access: Access
    handles: Handles
    surface: Surface
    stop: Stop
    clock: Clock

    async def require(self, needed: Role) -> Person:
        """The person's right as it is now. Raises RefusedError."""
        return await self.access.require(self.person.id, needed)

    async def handle(self, kind: str, refs: list[str]) -> list[str]:
        """Short ids of things, in this conversation with this person."""
        return await self.handles.give(self.conversation, self.person.id, kind, refs)

    async def ref(self, handle: str) -> tuple[str, datetime]:
        """What a short id stands for. Raises NotFoundError."""
        return await self.handles.ref(self.conversation, self.person.id, handle)

    def reference(self) -> str:
        """A number that leads the owner to the log."""
        return secrets.token_hex(3)

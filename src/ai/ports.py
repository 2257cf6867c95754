"""The face of a language model, and the events that a turn hears while it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from src.core.stops import Stop

Block = dict[str, Any]  # one content block exactly as the API gave it: it is replayed unchanged
Effort = Literal["low", "medium", "high"]


class StopKind(StrEnum):
    """Why an answer ended."""

    END = "end_turn"
    TOOLS = "tool_use"
    LENGTH = "max_tokens"
    REFUSAL = "refusal"
    PAUSE = "pause_turn"
    CONTEXT = "model_context_window_exceeded"
    SEQUENCE = "stop_sequence"
    STOPPED = "stopped"  # by the person


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer as the API counted them: fresh input, written to and read from the cache, output."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation, as it is sent."""

    role: Literal["user", "assistant"]
    content: Sequence[Block]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call. `messages` end with the user; `marks` says after which of them the cache may be cut (by index)."""

    model: str
    system: str
    tools: Sequence[Mapping[str, Any]]
    messages: Sequence[Message]
    max_tokens: int
    effort: Effort = "medium"
    marks: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said: blocks to be replayed unchanged, why it ended, what it cost in tokens."""

    model: str
    blocks: Sequence[Block]
    stop: StopKind
    usage: Usage

    @property
    def text(self) -> str:
        """The words meant for the person."""
        return "\n\n".join(block["text"] for block in self.blocks if block.get("type") == "text")

    @property
    def calls(self) -> Sequence[Block]:
        """The tool calls, in order."""
        return [block for block in self.blocks if block.get("type") == "tool_use"]


Hear = Callable[[str], None]  # the text of the answer so far, as it grows


class ChatModel(Protocol):
    """A model that answers in a stream. Built and closed by app.py; safe to call concurrently."""

    async def answer(self, request: ModelRequest, hear: Hear, stop: Stop) -> Answer:
        """The whole answer; `hear` is called with the text so far whenever it grew.

        When `stop` is asked for, the stream is ended and what there is comes back with StopKind.STOPPED.
        Raises CredentialsError (401, 403), OutOfFundsError (402), RateLimitedError (429), ServiceUnavailableError
        (5xx, 529, cut stream), ServiceTimeoutError, ContextFullError, UnexpectedAnswerError (400: a bug of ours).
        """
        ...

    async def check(self, model: str) -> None:
        """Whether the key is good and the model there, at no cost. Raises as `answer`; BlockedError: no such model."""
        ...

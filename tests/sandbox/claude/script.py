"""What a test says the model answers: replies, failures, and streams that go wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from .request import Request
from .shapes import Json, StopReason

Place: TypeAlias = int | str
RefusalCategory = Literal["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"]


@dataclass(frozen=True)
class ToolCall:
    """A call; `raw` replaces the streamed JSON text (the broken, the half-quoted), `id` is made if not given."""

    name: str
    input: Mapping[str, object] = field(default_factory=dict)
    raw: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class Thought:
    """A thinking block in a row of blocks; shown as the request's `display` has it, unless `shown` says."""

    text: str
    shown: bool | None = None


Part: TypeAlias = str | ToolCall | Thought


@dataclass(frozen=True)
class Pace:
    """When the stream speaks: `first` seconds before its first delta, then `per_second` tokens (None: all at once)."""

    first: float = 0.0
    per_second: float | None = None


@dataclass(frozen=True)
class Reply:
    """An answer: thinking, text, calls in that order, or `parts` in any order.

    `stop` None: tool_use if there are calls, else end_turn. "max_tokens" cuts the last block in half, a tool input
    too. `progress` None: text beside calls in the middle of a tool loop comes back as thinking, as the newest models
    do it; False keeps it text. `chunk`: bytes per write, so that letters are split. `model`: the name in the answer.
    """

    text: str = ""
    tools: Sequence[ToolCall] = ()
    thinking: str | None = None
    parts: Sequence[Part] = ()
    stop: StopReason | None = None
    category: RefusalCategory | None = None
    progress: bool | None = None
    pace: Pace | None = None
    chunk: int | None = None
    model: str | None = None

    @property
    def row(self) -> tuple[Part, ...]:
        """Its parts in order."""
        if self.parts:
            return tuple(self.parts)
        row: list[Part] = [] if self.thinking is None else [Thought(self.thinking)]
        return (*row, *([self.text] if self.text else ()), *self.tools)


@dataclass(frozen=True)
class Fail:
    """An error before the stream; `kind` and `message` have the usual ones, `headers` go out as they are."""

    status: int
    message: str | None = None
    kind: str | None = None
    retry_after: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True)
class Cut:
    """The connection ends: before the headers ("nothing"), or `after` so many events, or the first of that name.

    `inside` sends half of the next event too; `reset` closes with a RST; `clean` ends the body as if it were whole.
    """

    after: Place = "message_start"
    reply: Reply = field(default_factory=lambda: Reply("This sentence will not be finished."))
    inside: bool = False
    reset: bool = False
    clean: bool = False


@dataclass(frozen=True)
class Stall:
    """Nothing for `seconds` (None: until the client leaves) `after` a place, then the rest; `pings` apart."""

    seconds: float | None = None
    after: Place = "message_start"
    reply: Reply = field(default_factory=lambda: Reply("After a while."))
    pings: float | None = None


@dataclass(frozen=True)
class StreamError:
    """An `error` event `after` a place, and the end."""

    after: Place = "content_block_delta"
    kind: str = "overloaded_error"
    message: str | None = None
    reply: Reply = field(default_factory=lambda: Reply("This sentence will not be finished."))


@dataclass(frozen=True)
class Garbage:
    """`data` in the middle of an otherwise right stream, `after` a place."""

    data: bytes
    after: Place = "content_block_delta"
    reply: Reply = field(default_factory=lambda: Reply("Whole in spite of it."))


@dataclass(frozen=True)
class Endless:
    """Text, or with `tool` a tool input, that never ends: one delta every `every` seconds."""

    text: str = "and so on "
    every: float = 0.001
    tool: str | None = None


BROKEN_JSON = b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "del\n\n'
BROKEN_UTF8 = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"\xd0\xff\xfe"}}\n\n'
)
UNKNOWN_EVENT = b'event: weather_report\ndata: {"type":"weather_report","sky":"clear"}\n\n'
COMMENT = b": nobody reads this\n\n"
NOT_SSE = b"<html><body>502 Bad Gateway</body></html>\n\n"

Answer: TypeAlias = Reply | Fail | Cut | Stall | StreamError | Garbage | Endless
Brain: TypeAlias = Callable[[Request], Answer]
Scripted: TypeAlias = Answer | Brain
Predicate: TypeAlias = Callable[[Request], bool]


@dataclass
class Rule:
    """Answers for the requests that a predicate picks; the last one stays if `always`."""

    fits: Predicate
    answers: deque[Scripted]
    always: bool


class Script:
    """Rules first, in the order they were added; then the queue; then the brain, if there is one."""

    def __init__(self, brain: Brain | None = None) -> None:
        self.brain = brain
        self._rules: list[Rule] = []
        self._queue: deque[Scripted] = deque()

    def add(self, answers: Sequence[Scripted]) -> None:
        """At the end of the queue."""
        self._queue.extend(answers)

    def when(self, fits: Predicate, answers: Sequence[Scripted], *, always: bool) -> None:
        """A new rule."""
        self._rules.append(Rule(fits, deque(answers), always))

    def take(self, request: Request) -> Answer | None:
        """The answer that is due; None if nothing was said about such a request."""
        for rule in self._rules:
            if rule.answers and rule.fits(request):
                last = rule.always and len(rule.answers) == 1
                return _play(rule.answers[0] if last else rule.answers.popleft(), request)
        if self._queue:
            return _play(self._queue.popleft(), request)
        return _play(self.brain, request) if self.brain is not None else None

    @property
    def left(self) -> int:
        """Answers not yet given, those of `always` rules not counted."""
        return len(self._queue) + sum(len(rule.answers) for rule in self._rules if not rule.always)

    def clear(self) -> None:
        """Forget all answers; the brain stays."""
        self._queue.clear()
        self._rules.clear()


def inner(answer: Answer) -> Reply:
    """The reply inside an answer that has one."""
    match answer:
        case Reply():
            return answer
        case Cut() | Stall() | StreamError() | Garbage():
            return answer.reply
        case _:
            return Reply()


def paced(reply: Reply, pace: Pace | None) -> Reply:
    """The reply at this pace unless it has one of its own."""
    return reply if reply.pace is not None or pace is None else replace(reply, pace=pace)


def _play(scripted: Scripted, request: Request) -> Answer:
    return scripted(request) if callable(scripted) else scripted


def summary(request: Request) -> Json:
    """What a request asked for, short enough for an error message."""
    return {
        "model": request.model,
        "messages": len(request.turns),
        "last": request.turns[-1].text[:200] or [result.name for result in request.fresh_results],
        "tools": sorted(request.tools),
    }

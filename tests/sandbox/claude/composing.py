"""From a scripted reply to the exact message: blocks, cuts, stop reason, tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .request import Request
from .script import Reply, Thought, ToolCall
from .shapes import MODELS, Json, StopReason, compact
from .thinking import ThinkingRules
from .tokens import estimate

UNSAID = "Let me think about what the person wants here."


@dataclass(frozen=True)
class Plan:
    """The message as it will be: `raws` holds the JSON text of the tool inputs by block index."""

    blocks: list[Json]
    raws: dict[int, str]
    stop: StopReason
    stop_sequence: str | None
    details: Json | None
    output: int
    thinking: int


@dataclass(frozen=True)
class Draft:
    """One block being made: `text` is what it says (for a call, the JSON text), `weight` its tokens."""

    kind: str
    text: str
    weight: int
    hidden: bool = False
    name: str = ""
    id: str = ""
    input: Json = field(default_factory=dict)

    def cut(self, tokens: int) -> Draft:
        """The beginning of it, about so many tokens."""
        kept = self.text[: len(self.text) * tokens // max(1, self.weight)]
        return replace(self, text=kept, weight=max(0, tokens), input={})

    def as_json(self) -> Json:
        """The block."""
        if self.kind == "tool_use":
            return {"type": "tool_use", "id": self.id, "name": self.name, "input": self.input}
        if self.kind == "thinking":
            return {"type": "thinking", "thinking": "" if self.hidden else self.text, "_weight": self.weight}
        return {"type": "text", "text": self.text}


class Composer:
    """Makes plans. `always_thinks`: replies without a thought get one where the model would think by itself."""

    def __init__(
        self, rules: ThinkingRules, new_id: Callable[[], str], *, always_thinks: bool = False
    ) -> None:
        self._rules = rules
        self._new_id = new_id
        self._always_thinks = always_thinks

    def plan(self, request: Request, reply: Reply, room: int) -> Plan:
        """`room`: tokens left in the context after the prompt."""
        drafts = [self._draft(request, reply, part) for part in self._row(request, reply)]
        stop: StopReason = reply.stop or ("tool_use" if reply.tools or _calls(drafts) else "end_turn")
        drafts, found = _stopped(drafts, request.stop_sequences)
        if found is not None:
            stop = "stop_sequence"
        if (
            reply.stop == "max_tokens"
            and sum(draft.weight for draft in drafts) <= request.max_tokens
            and drafts
        ):
            drafts[-1] = drafts[-1].cut(drafts[-1].weight // 2)
        if request.max_tokens and sum(draft.weight for draft in drafts) > min(request.max_tokens, room):
            stop = "max_tokens" if request.max_tokens <= room else "model_context_window_exceeded"
            drafts = _fitted(drafts, min(request.max_tokens, room))
        return self._finished(
            request, [draft for draft in drafts if _says_something(draft)], stop, found, reply
        )

    def _row(self, request: Request, reply: Reply) -> list[str | ToolCall | Thought]:
        row = list(reply.row)
        kind = (request.thinking or {}).get("type", MODELS[request.model].unasked)
        if self._always_thinks and kind == "adaptive" and not any(isinstance(part, Thought) for part in row):
            row.insert(0, Thought(UNSAID))
        return row

    def _draft(self, request: Request, reply: Reply, part: str | ToolCall | Thought) -> Draft:
        match part:
            case Thought():
                hidden = not (shows_thinking(request) if part.shown is None else part.shown)
                return Draft("thinking", part.text, estimate(part.text), hidden)
            case ToolCall():
                raw = part.raw if part.raw is not None else compact(dict(part.input))
                weight = estimate(part.name) + estimate(raw)
                given = dict(part.input) if part.raw is None else _read(part.raw)
                return Draft(
                    "tool_use", raw, weight, name=part.name, id=part.id or self._new_id(), input=given
                )
            case _ if _is_progress(request, reply):
                return Draft("thinking", part, estimate(part), not shows_thinking(request))
            case _:
                return Draft("text", part, estimate(part))

    def _finished(
        self, request: Request, drafts: list[Draft], stop: StopReason, found: str | None, reply: Reply
    ) -> Plan:
        blocks = self._rules.seal(request, [draft.as_json() for draft in drafts])
        self._rules.remember(blocks, paused=stop == "pause_turn")
        details: Json | None = None
        if stop == "refusal":
            details = {"type": "refusal", "category": reply.category, "explanation": None}
        return Plan(
            blocks=blocks,
            raws={number: draft.text for number, draft in enumerate(drafts) if draft.kind == "tool_use"},
            stop=stop,
            stop_sequence=found,
            details=details,
            output=max(1, sum(draft.weight for draft in drafts)),
            thinking=sum(draft.weight for draft in drafts if draft.kind == "thinking"),
        )


def shows_thinking(request: Request) -> bool:
    """Whether thinking comes back as text: asked for, or with up-front thinking off, or on the older models."""
    thinking = request.thinking or {}
    kind = thinking.get("type")
    return thinking.get("display") == "summarized" or kind == "between_tools" or kind == "enabled"


def _is_progress(request: Request, reply: Reply) -> bool:
    if reply.progress is not None:
        return reply.progress
    calls = any(isinstance(part, ToolCall) for part in reply.row)
    return calls and request.continues_tools and MODELS[request.model].progress_is_thinking


def _calls(drafts: list[Draft]) -> bool:
    return any(draft.kind == "tool_use" for draft in drafts)


def _says_something(draft: Draft) -> bool:
    return draft.kind != "text" or bool(draft.text.strip())


def _stopped(drafts: list[Draft], sequences: tuple[str, ...]) -> tuple[list[Draft], str | None]:
    for number, draft in enumerate(drafts):
        places = [
            (draft.text.find(one), one) for one in sequences if draft.kind == "text" and one in draft.text
        ]
        if places:
            place, found = min(places)
            kept = draft.text[:place]
            return [*drafts[:number], replace(draft, text=kept, weight=estimate(kept))], found
    return drafts, None


def _fitted(drafts: list[Draft], limit: int) -> list[Draft]:
    fitted: list[Draft] = []
    for draft in drafts:
        if draft.weight > limit:
            return [*fitted, draft.cut(limit)] if limit else fitted
        fitted.append(draft)
        limit -= draft.weight
    return fitted


def _read(raw: str) -> Json:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

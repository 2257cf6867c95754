"""Server-sent events: a plan as the events that the SDK expects, and the bytes of one event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .composing import Plan
from .errors import error_body
from .script import Endless, Place
from .shapes import Json, Usage, compact
from .tokens import estimate

PIECE = 16
JSON_PIECES = 3


@dataclass(frozen=True)
class Event:
    """One event; `tokens` is what it adds to the output, `speaks` that it is the kind a person sees."""

    name: str
    data: Json
    tokens: int = 0
    speaks: bool = False

    def as_bytes(self) -> bytes:
        """The event on the wire. A lone surrogate goes out escaped, as JSON allows."""
        text = compact(self.data)
        try:
            return f"event: {self.name}\ndata: {text}\n\n".encode()
        except UnicodeEncodeError:
            return f"event: {self.name}\ndata: {json.dumps(self.data)}\n\n".encode()


PING = Event("ping", {"type": "ping"})


def message(plan: Plan, usage: Usage, identity: str, model: str) -> Json:
    """The whole message, as a plain answer has it."""
    return _frame(usage, identity, model) | {
        "content": plan.blocks,
        "stop_reason": plan.stop,
        "stop_sequence": plan.stop_sequence,
        "stop_details": plan.details,
        "usage": replace(usage, output=plan.output, thinking=plan.thinking).as_json(),
    }


def events(plan: Plan, usage: Usage, identity: str, model: str, *, fine: bool = False) -> Iterator[Event]:
    """The same message as a stream; `fine`: deltas of about one token, otherwise of some sixteen letters."""
    yield start(usage, identity, model)
    for index, block in enumerate(plan.blocks):
        yield _event("content_block_start", index=index, content_block=_empty(block))
        if index == 0:
            yield PING
        yield from _deltas(index, block, plan.raws.get(index, ""), fine=fine)
        yield _event("content_block_stop", index=index)
    total = replace(usage, output=plan.output, thinking=plan.thinking)
    delta = {"stop_reason": plan.stop, "stop_sequence": plan.stop_sequence, "stop_details": plan.details}
    yield _event("message_delta", delta=delta, usage=total.as_delta())
    yield _event("message_stop")


def start(usage: Usage, identity: str, model: str) -> Event:
    """message_start: the frame of a message with nothing in it."""
    return _event("message_start", message=_frame(replace(usage, output=1), identity, model))


def endless(answer: Endless, usage: Usage, identity: str, model: str, call: str) -> Iterator[Event]:
    """A message without an end."""
    yield start(usage, identity, model)
    if answer.tool is None:
        yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        while True:
            yield _text(0, answer.text)
    block = {"type": "tool_use", "id": call, "name": answer.tool, "input": {}}
    yield _event("content_block_start", index=0, content_block=block)
    yield _json(0, '{"query": "')
    while True:
        yield _json(0, answer.text)


def error_event(kind: str, words: str, request_id: str) -> Event:
    """An `error` event in the middle of a stream."""
    return Event("error", error_body(kind, words, request_id))


def place_of(row: list[Event], after: Place) -> int:
    """How many events stand before a place: a number as it is, a name up to and with its first event."""
    if isinstance(after, int):
        return min(after, len(row))
    for number, event in enumerate(row):
        if event.name == after or event.data.get("delta", {}).get("type") == after:
            return number + 1
    raise ValueError(f"this answer has no event {after!r}: {sorted({event.name for event in row})}")


def pieces(text: str, width: int) -> list[str]:
    """The text in pieces of so many characters."""
    return [text[place : place + width] for place in range(0, len(text), width)]


def _event(kind: str, **rest: object) -> Event:
    return Event(kind, {"type": kind, **rest})


def _frame(usage: Usage, identity: str, model: str) -> Json:
    return {
        "id": identity,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage.as_json(),
    }


def _empty(block: Json) -> Json:
    match block["type"]:
        case "tool_use":
            return block | {"input": {}}
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case _:
            return {"type": "text", "text": ""}


def _deltas(index: int, block: Json, raw: str, *, fine: bool) -> Iterator[Event]:
    match block["type"]:
        case "tool_use":
            yield _json(index, "")
            width = 4 if fine else max(1, min(PIECE, -(-len(raw) // JSON_PIECES)))
            yield from (_json(index, piece) for piece in pieces(raw, width))
        case "thinking":
            for piece in pieces(block["thinking"], _width(block["thinking"], fine=fine)):
                yield _delta(index, estimate(piece), type="thinking_delta", thinking=piece)
            yield _delta(index, 0, type="signature_delta", signature=block["signature"])
        case _:
            yield from (
                _text(index, piece) for piece in pieces(block["text"], _width(block["text"], fine=fine))
            )


def _width(text: str, *, fine: bool) -> int:
    if not fine:
        return PIECE
    return 4 if text.isascii() else 2


def _delta(index: int, tokens: int, **delta: object) -> Event:
    data = {"type": "content_block_delta", "index": index, "delta": delta}
    return Event("content_block_delta", data, tokens, speaks=delta["type"] == "text_delta")


def _text(index: int, piece: str) -> Event:
    return _delta(index, estimate(piece), type="text_delta", text=piece)


def _json(index: int, piece: str) -> Event:
    return _delta(index, estimate(piece), type="input_json_delta", partial_json=piece)

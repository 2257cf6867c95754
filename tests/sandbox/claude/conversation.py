"""The messages of a request: roles, blocks, and the pairing of tool calls with their results."""

from __future__ import annotations

import re

from .errors import invalid
from .request import Turn, blocks_of
from .shapes import Json

ROLES = ("user", "assistant", "system")
CALL_ID = re.compile(r"^[a-zA-Z0-9_-]+$")
CALL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,200}$")
MOST_MESSAGES = 100_000
KEYS: dict[str, frozenset[str]] = {
    "text": frozenset({"type", "text", "cache_control", "citations"}),
    "image": frozenset({"type", "source", "cache_control"}),
    "document": frozenset({"type", "source", "cache_control", "title", "context", "citations"}),
    "tool_use": frozenset({"type", "id", "name", "input", "cache_control", "caller", "toolset_name"}),
    "tool_result": frozenset({"type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name"}),
    "thinking": frozenset({"type", "thinking", "signature"}),
    "redacted_thinking": frozenset({"type", "data"}),
}
OF_ROLE: dict[str, frozenset[str]] = {
    "user": frozenset({"text", "image", "document", "tool_result"}),
    "assistant": frozenset({"text", "tool_use", "thinking", "redacted_thinking"}),
    "system": frozenset({"text"}),
}


def check_conversation(body: Json) -> tuple[Turn, ...]:
    """The messages, neighbours of one role joined as the API does; 400 with the place of the first fault."""
    messages = body.get("messages")
    if messages is None:
        raise invalid("messages: Field required")
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    if len(messages) > MOST_MESSAGES:
        raise invalid(f"messages: at most {MOST_MESSAGES} messages are allowed")
    turns = [_turn(index, message, last=index == len(messages) - 1) for index, message in enumerate(messages)]
    if turns[0].role != "user":
        raise invalid('messages: first message must use the "user" role')
    _check_pairs(turns)
    return _joined(turns)


def check_text_block(place: str, block: object) -> None:
    """A text block that says something."""
    if not isinstance(block, dict) or block.get("type") != "text":
        raise invalid(f"{place}.type: Input should be 'text'")
    _check_keys(place, block)
    text = block.get("text")
    if not isinstance(text, str):
        raise invalid(f"{place}.text.text: Input should be a valid string")
    if not text:
        raise invalid(f"{place}: text content blocks must be non-empty")
    if not text.strip():
        raise invalid(f"{place}: text content blocks must contain non-whitespace text")


def _turn(index: int, message: object, *, last: bool) -> Turn:
    place = f"messages.{index}"
    if not isinstance(message, dict):
        raise invalid(f"{place}: Input should be a valid dictionary")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise invalid(f"{place}.role: Input should be {', '.join(map(repr, ROLES))}")
    for extra in set(message) - {"role", "content"}:
        raise invalid(f"{place}.{extra}: Extra inputs are not permitted")
    if not isinstance(content, str | list):
        raise invalid(f"{place}.content: Input should be a valid list")
    if not content and not (last and role == "assistant"):
        raise invalid(
            f"{place}: all messages must have non-empty content except for the optional final assistant one"
        )
    if isinstance(content, str) and not content.strip():
        raise invalid(f"{place}: text content blocks must contain non-whitespace text")
    if isinstance(content, list):
        for number, block in enumerate(content):
            _check_block(f"{place}.content.{number}", role, block)
    return Turn(role, blocks_of(content), index)


def _check_keys(place: str, block: Json) -> None:
    kind = str(block["type"])
    for extra in set(block) - KEYS[kind]:
        raise invalid(f"{place}.{kind}.{extra}: Extra inputs are not permitted")


def _check_block(place: str, role: str, block: object) -> None:
    if not isinstance(block, dict):
        raise invalid(f"{place}: Input should be a valid dictionary")
    kind = block.get("type")
    if kind not in KEYS:
        raise invalid(f"{place}.type: Input tag {kind!r} does not match any of the expected tags")
    if kind not in OF_ROLE[role]:
        raise invalid(f"{place}: `{kind}` blocks are not allowed in {role} messages")
    _check_keys(place, block)
    match kind:
        case "text":
            check_text_block(place, block)
        case "tool_use":
            _check_call(place, block)
        case "tool_result":
            _check_result(place, block)
        case "thinking":
            _check_strings(place, block, "thinking", "signature")
        case "redacted_thinking":
            _check_strings(place, block, "data")
        case _:
            if not isinstance(block.get("source"), dict):
                raise invalid(f"{place}.{kind}.source: Field required")


def _check_strings(place: str, block: Json, *names: str) -> None:
    for name in names:
        if not isinstance(block.get(name), str):
            raise invalid(f"{place}.{block['type']}.{name}: Field required")


def _check_call(place: str, block: Json) -> None:
    if not isinstance(block.get("id"), str) or not CALL_ID.match(block["id"]):
        raise invalid(f"{place}.tool_use.id: String should match pattern '{CALL_ID.pattern}'")
    if not isinstance(block.get("name"), str) or not CALL_NAME.match(block["name"]):
        raise invalid(f"{place}.tool_use.name: String should match pattern '{CALL_NAME.pattern}'")
    if not isinstance(block.get("input"), dict):
        raise invalid(f"{place}.tool_use.input: Input should be a valid dictionary")


def _check_result(place: str, block: Json) -> None:
    if not isinstance(block.get("tool_use_id"), str):
        raise invalid(f"{place}.tool_result.tool_use_id: Field required")
    if not isinstance(block.get("is_error") or False, bool):
        raise invalid(f"{place}.tool_result.is_error: Input should be a valid boolean")
    content = block.get("content")
    if content is None or isinstance(content, str):
        return
    if not isinstance(content, list):
        raise invalid(f"{place}.tool_result.content: Input should be a valid list")
    for index, inner in enumerate(content):
        inside = f"{place}.tool_result.content.{index}"
        if not isinstance(inner, dict) or inner.get("type") not in {"text", "image", "document"}:
            raise invalid(f"{inside}.type: Input should be 'text', 'image' or 'document'")
        _check_block(inside, "user", inner)


def _check_pairs(turns: list[Turn]) -> None:
    seen: set[str] = set()
    for place, turn in enumerate(turns):
        calls = [str(block["id"]) for block in turn.of("tool_use")]
        if len(set(calls)) < len(calls) or seen & set(calls):
            raise invalid("messages: `tool_use` ids must be unique")
        seen.update(calls)
        before = {str(block["id"]) for block in turns[place - 1].of("tool_use")} if place else set()
        _check_known(turn, before)
        if calls:
            _check_answered(turn, calls, turns[place + 1] if place + 1 < len(turns) else None)


def _check_known(turn: Turn, before: set[str]) -> None:
    found: set[str] = set()
    for number, block in enumerate(turn.blocks):
        place = f"messages.{turn.index}.content.{number}"
        if block["type"] != "tool_result":
            continue
        call = str(block["tool_use_id"])
        if call not in before:
            raise invalid(
                f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {call}. Each `tool_result` block "
                "must have a corresponding `tool_use` block in the previous message."
            )
        if call in found:
            raise invalid(
                f"{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {call}"
            )
        if len(found) < number:
            raise invalid(f"{place}: `tool_result` blocks must come first in the content of a message")
        found.add(call)


def _check_answered(turn: Turn, calls: list[str], after: Turn | None) -> None:
    answered = (
        {str(block["tool_use_id"]) for block in after.of("tool_result")} if after is not None else set()
    )
    missing = [call for call in calls if call not in answered]
    if missing:
        raise invalid(
            f"messages.{turn.index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the "
            "next message."
        )


def _joined(turns: list[Turn]) -> tuple[Turn, ...]:
    joined: list[Turn] = []
    for turn in turns:
        if joined and joined[-1].role == turn.role:
            joined[-1] = Turn(turn.role, joined[-1].blocks + turn.blocks, joined[-1].index)
        else:
            joined.append(turn)
    return tuple(joined)

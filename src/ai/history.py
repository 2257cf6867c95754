"""What of a conversation is sent to the model. Pure: stored entries in, messages out.

Trimming goes in large steps, so that the prefix before the cache mark stays the same for many turns, and it
never separates a tool call from its result: whole turns go, oldest first, and never while a turn is under way.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from src.ai.ports import Block, Message

KEPT_TOKENS = 24_000
TRIMMED_TO = 12_000
OLD_RESULT = 600  # characters of a tool result of an earlier turn: later turns need its ids, not its prose
CHARACTERS_A_TOKEN = 3  # rough, and on the safe side for Cyrillic
THINKING = ("thinking", "redacted_thinking")


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored message. `model` is whose words they are (None for the person's and tools').

    `bound` is the Fingerprint of everything that was sent before them.
    """

    turn: str
    seq: int
    role: str
    blocks: tuple[Block, ...]
    model: str | None = None
    tokens: int = 0
    bound: str | None = None


class Fingerprint:
    """What stands before a place of a conversation, thinking left out: equal prefixes give equal prints."""

    def __init__(self, system: str, tools: Sequence[Mapping[str, Any]]) -> None:
        self._hash = hashlib.sha256(_json([system, *tools]))

    def add(self, entry: Entry) -> None:
        """One more message."""
        said = [block for block in entry.blocks if block.get("type") not in THINKING]
        self._hash.update(_json([entry.role, said]))

    def now(self) -> str:
        """The print so far."""
        return self._hash.hexdigest()[:32]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def estimate(blocks: Sequence[Block]) -> int:
    """Tokens of content, roughly."""
    return len(json.dumps(list(blocks), ensure_ascii=False)) // CHARACTERS_A_TOKEN + 4


def in_turns(entries: Sequence[Entry], current: str | None = None) -> list[list[Entry]]:
    """The turns, each whole, in the order in which they began, up to `current`, which is answered now.

    A pressed answer may begin a turn while another runs; what began later does not stand before what a turn thinks.
    A turn whose own beginning is gone is left out.
    """
    turns: dict[str, list[Entry]] = {}
    for entry in entries:
        turns.setdefault(entry.turn, []).append(entry)
    names = list(turns)
    if current in turns:
        names = names[: names.index(str(current)) + 1]
    return [turns[name] for name in names if turns[name][0].seq == 0]


def trimmed(entries: Sequence[Entry], current: str | None = None) -> list[Entry]:
    """The entries that are sent: all of them until KEPT_TOKENS is passed; then what is left of a large step.

    In one step the tool results of all earlier turns are compacted and the oldest turns go, down to TRIMMED_TO.
    Where the steps fall depends on the entries alone, so between two of them the sent prefix never changes; a
    step is made where a turn begins, for what a turn thinks is bound to what stood before it.
    """
    kept: list[list[Entry]] = []
    for turn in in_turns(entries, current):
        begun = turn[:1]
        if _size(kept) + _size([begun]) > KEPT_TOKENS:
            kept = [[_compacted_entry(entry) for entry in earlier] for earlier in kept]
            while kept and _size(kept) + _size([begun]) > TRIMMED_TO:
                kept.pop(0)
        kept.append(turn)
    return [entry for turn in kept for entry in turn]


def _size(turns: Sequence[Sequence[Entry]]) -> int:
    return sum(entry.tokens for turn in turns for entry in turn)


def _compacted_entry(entry: Entry) -> Entry:
    blocks = compact(entry.blocks)
    return entry if blocks == entry.blocks else replace(entry, blocks=blocks, tokens=estimate(blocks))


def messages(entries: Sequence[Entry], model: str, before: Fingerprint) -> list[Message]:
    """The messages of one request to `model`; `before` stands for what comes first and is moved to their end.

    Thinking is bound to the model that thought it and to every byte before it: another model's, or one whose
    prefix was trimmed or changed by a new version of ours, would be refused, and is left out.
    """
    sent: list[Message] = []
    for entry in entries:
        keeps = entry.model == model and entry.bound == before.now()
        blocks = [block for block in entry.blocks if keeps or block.get("type") not in THINKING]
        before.add(entry)
        if not blocks:
            continue
        if sent and sent[-1].role == entry.role:
            sent[-1] = replace(sent[-1], content=[*sent[-1].content, *blocks])
        else:
            sent.append(Message("user" if entry.role == "user" else "assistant", blocks))
    return sent


def compact(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Tool results cut to what later turns need: they begin with the ids."""
    return tuple(_compacted(block) for block in blocks)


def _compacted(block: Block) -> Block:
    if block.get("type") != "tool_result" or not isinstance(block.get("content"), str):
        return block
    content: str = block["content"]
    if len(content) <= OLD_RESULT:
        return block
    return {**block, "content": content[:OLD_RESULT] + " ...(shortened)"}


def answered(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with every open tool call of an unfinished turn answered: a call without a result is a 400."""
    fixed: list[Entry] = []
    for index, entry in enumerate(entries):
        fixed.append(entry)
        calls = [block["id"] for block in entry.blocks if block.get("type") == "tool_use"]
        if not calls:
            continue
        following = entries[index + 1] if index + 1 < len(entries) else None
        given = {block.get("tool_use_id") for block in following.blocks} if following is not None else set()
        missing = [call for call in calls if call not in given]
        if missing:
            results: tuple[Block, ...] = tuple(
                {"type": "tool_result", "tool_use_id": call, "content": "not done", "is_error": True}
                for call in missing
            )
            fixed.append(Entry(entry.turn, entry.seq + 1, "user", results, None, estimate(results)))
    return fixed


def marks(sent: Sequence[Message]) -> tuple[int, ...]:
    """Where the cache is cut: after the last message, and after the last one of the request before."""
    ends = [index for index, message in enumerate(sent) if message.role == "user"]
    return tuple(ends[-2:])

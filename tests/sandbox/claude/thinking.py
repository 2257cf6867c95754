"""Thinking blocks: sealed to model, text and everything before them, and checked when they come back.

A signature carries all that is needed to judge it, so a stand-in that was started anew still knows its own blocks.
What the real service checks is taken from its pages on preserved thinking (September 2026): a block may not be
edited, is of use to its own model only, and is void once `system`, `tools` or an earlier message has changed; blocks
may be left out from the front, not from the middle. Cache marks and absent fields do not count as a change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .errors import ApiError, invalid
from .request import Request, Turn, blocks_of
from .shapes import Json, compact

MARK = b"claude-sandbox"
KINDS = frozenset({"thinking", "redacted_thinking"})
UNCHANGEABLE = (
    "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must "
    "remain as they were in the original response."
)
EXPECTED = (
    "Expected `thinking` or `redacted_thinking`, but found `{found}`. The thinking blocks of a turn must be sent back "
    "complete and unchanged while its tool calls are being answered."
)
PREFIX = (
    "thinking block is not valid here: `system`, `tools` or a message before it has changed since it was created, or "
    "a thinking block before it was left out. Send the conversation back unchanged or remove the block."
)
Foreign = Literal["reject", "drop"]


@dataclass(frozen=True)
class Seal:
    """What a signature says: the model, the prefix and the block before, the shown text, the tokens it cost."""

    model: str
    prefix: str
    previous: str
    text: str
    weight: int


def digest(text: str) -> str:
    """Sixteen hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def sign(seal: Seal) -> str:
    """The signature of a block."""
    payload = json.dumps([seal.model, seal.prefix, seal.previous, seal.text, seal.weight]).encode()
    return base64.b64encode(hmac.new(MARK, payload, "sha256").digest()[:12] + payload).decode()


def open_signature(signature: str) -> Seal | None:
    """The seal of a signature; None if it is not one of ours."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        return None
    if not hmac.compare_digest(raw[:12], hmac.new(MARK, raw[12:], "sha256").digest()[:12]):
        return None
    return Seal(*json.loads(raw[12:]))


def plain(block: Json) -> Json:
    """A block without its cache mark and without fields that are null, its own fields in one order."""
    return {key: block[key] for key in sorted(block) if key != "cache_control" and block[key] is not None}


class Prefix:
    """The running fingerprint of everything before a place in the conversation, thinking left out."""

    def __init__(self, system: Iterable[Json], tools: Iterable[Json]) -> None:
        self._hash = hashlib.sha256()
        self._role = ""
        for part in (*map(plain, tools), {}, *map(plain, system)):
            self._hash.update(compact(part).encode())

    def add(self, role: str, block: Json) -> None:
        """One more block."""
        if block["type"] in KINDS:
            return
        if role != self._role:
            self._hash.update(role.encode())
            self._role = role
        self._hash.update(compact(plain(block)).encode(errors="surrogatepass"))

    def now(self) -> str:
        """The fingerprint so far."""
        return self._hash.hexdigest()[:16]


def prefix_of(request: Request) -> Prefix:
    """The fingerprint at the beginning of a request's messages."""
    return Prefix(blocks_of(request.body.get("system") or ()), request.body.get("tools") or ())


class ThinkingRules:
    """Seals new blocks and judges old ones. `foreign`: what becomes of blocks of another model."""

    def __init__(self, *, prefix_check: bool = True, foreign: Foreign = "reject") -> None:
        self.prefix_check = prefix_check
        self.foreign: Foreign = foreign
        self._loops: dict[str, tuple[str, ...]] = {}
        self._paused: set[str] = set()

    def seal(self, request: Request, blocks: Iterable[Json]) -> list[Json]:
        """The answer's blocks, every thinking block with its signature; `_weight` on a block is its tokens."""
        prefix = prefix_of(request)
        previous = ""
        for turn in request.turns:
            for block in turn.blocks:
                prefix.add(turn.role, block)
                previous = digest(block["signature"]) if block["type"] == "thinking" else previous
        sealed: list[Json] = []
        for block in blocks:
            if block["type"] == "thinking":
                seal = Seal(
                    request.model, prefix.now(), previous, digest(block["thinking"]), block["_weight"]
                )
                block = {"type": "thinking", "thinking": block["thinking"], "signature": sign(seal)}
                previous = digest(block["signature"])
            prefix.add("assistant", block)
            sealed.append(block)
        return sealed

    def remember(self, blocks: list[Json], *, paused: bool) -> None:
        """An answer has gone out: its calls bind its thinking, a paused one may be sent back as the last message."""
        signatures = tuple(block["signature"] for block in blocks if block["type"] == "thinking")
        for block in blocks:
            if block["type"] == "tool_use":
                self._loops[block["id"]] = signatures
        if paused:
            self._paused.add(_fingerprint(blocks))

    def check(self, request: Request) -> Request:
        """400, or the request with the blocks dropped that the model cannot read."""
        request = replace(request, turns=tuple(self._read(request)))
        self._check_loop(request)
        return request

    def may_end_with(self, turn: Turn) -> bool:
        """True for a paused answer that comes back to be continued."""
        return any(_fingerprint(turn.blocks[start:]) in self._paused for start in range(len(turn.blocks)))

    def _read(self, request: Request) -> Iterator[Turn]:
        prefix = prefix_of(request)
        latest = max((turn.index for turn in request.turns if turn.role == "assistant"), default=-1)
        previous: str | None = None
        for turn in request.turns:
            kept: list[Json] = []
            for number, block in enumerate(turn.blocks):
                if block["type"] != "thinking":
                    prefix.add(turn.role, block)
                    kept.append(block)
                    continue
                place = f"messages.{turn.index}.content.{number}"
                if self._judge(place, block, request.model, turn.index == latest, prefix.now(), previous):
                    previous = digest(block["signature"])
                    kept.append(block)
            yield replace(turn, blocks=tuple(kept))

    def _judge(
        self, place: str, block: Json, model: str, latest: bool, prefix: str, previous: str | None
    ) -> bool:
        seal = open_signature(block["signature"])
        if seal is None:
            raise _bad_signature(place)
        if seal.text != digest(block["thinking"]):
            raise invalid(f"{place}: {UNCHANGEABLE}") if latest else _bad_signature(place)
        if seal.model != model:
            if self.foreign == "reject":
                raise _bad_signature(place)
            return False
        if self.prefix_check and (seal.prefix != prefix or previous not in {None, seal.previous}):
            raise invalid(f"{place}: {PREFIX}")
        return True

    def _check_loop(self, request: Request) -> None:
        start = 0
        for place, turn in enumerate(request.turns):
            if turn.role == "user" and not any(turn.of("tool_result")):
                start = place
        for turn in request.turns[start:]:
            expected: list[str] = []
            for block in turn.of("tool_use"):
                expected += [one for one in self._loops.get(block["id"], ()) if one not in expected]
            if any((seal := open_signature(one)) is None or seal.model != request.model for one in expected):
                continue
            found = [block["signature"] for block in turn.of("thinking")]
            if not _within(expected, found):
                kind = turn.blocks[0]["type"]
                raise invalid(f"messages.{turn.index}.content.0.type: {EXPECTED.format(found=kind)}")


def weight(block: Json) -> int:
    """Tokens of a thinking block: what it cost to think, not what is shown."""
    seal = open_signature(str(block.get("signature", "")))
    return seal.weight if seal is not None else 0


def _bad_signature(place: str) -> ApiError:
    return invalid(f"{place}: Invalid `signature` in `thinking` block")


def _fingerprint(blocks: Iterable[Json]) -> str:
    return digest(compact([plain(block) for block in blocks]))


def _within(expected: list[str], found: list[str]) -> bool:
    rest = iter(found)
    return all(one in rest for one in expected)

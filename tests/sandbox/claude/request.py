"""A request as the scripts, the rules and the talker see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .shapes import Json


@dataclass(frozen=True)
class Turn:
    """One message with its content always as a list of blocks; `index` is its place in the request's `messages`."""

    role: str
    blocks: tuple[Json, ...]
    index: int

    def of(self, kind: str) -> Iterator[Json]:
        """The blocks of one type."""
        return (block for block in self.blocks if block.get("type") == kind)

    @property
    def text(self) -> str:
        """Its text blocks, joined by newlines."""
        return "\n".join(str(block["text"]) for block in self.of("text"))


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered: the call's name and input beside the result's text."""

    id: str
    name: str
    input: Json
    text: str
    is_error: bool


@dataclass(frozen=True)
class Tool:
    """A tool the request offers."""

    name: str
    description: str
    schema: Json

    @property
    def properties(self) -> Mapping[str, Json]:
        """Name -> schema of its arguments."""
        found = self.schema.get("properties")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Request:
    """A valid request; `body` is what came, `headers` are without the key."""

    body: Json
    headers: Mapping[str, str] = field(repr=False)
    turns: tuple[Turn, ...] = field(repr=False)

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def max_tokens(self) -> int:
        return int(self.body.get("max_tokens", 0))

    @property
    def stream(self) -> bool:
        return self.body.get("stream") is True

    @property
    def system(self) -> str:
        """The system prompt's text."""
        return "\n".join(str(block["text"]) for block in blocks_of(self.body.get("system") or ()))

    @property
    def stop_sequences(self) -> tuple[str, ...]:
        return tuple(self.body.get("stop_sequences") or ())

    @property
    def thinking(self) -> Json | None:
        """The `thinking` field as given."""
        given = self.body.get("thinking")
        return given if isinstance(given, dict) else None

    @property
    def effort(self) -> str | None:
        """`output_config.effort` as given."""
        config = self.body.get("output_config")
        return config.get("effort") if isinstance(config, dict) else None

    @cached_property
    def tools(self) -> Mapping[str, Tool]:
        """The offered tools by name."""
        return {
            str(tool["name"]): Tool(
                str(tool["name"]), str(tool.get("description") or ""), tool.get("input_schema") or {}
            )
            for tool in self.body.get("tools") or ()
        }

    @property
    def asked(self) -> str:
        """The text of the last message that is the person's (not only tool results)."""
        for turn in reversed(self.turns):
            if turn.role == "user" and any(turn.of("text")):
                return turn.text
        return ""

    @property
    def continues_tools(self) -> bool:
        """True when the last message carries tool results."""
        return bool(self.turns) and any(self.turns[-1].of("tool_result"))

    @cached_property
    def results(self) -> tuple[ToolResult, ...]:
        """Every tool result of the conversation, oldest first."""
        calls = {block["id"]: block for turn in self.turns for block in turn.of("tool_use")}
        return tuple(
            _result(calls.get(block["tool_use_id"], {}), block)
            for turn in self.turns
            for block in turn.of("tool_result")
        )

    @property
    def fresh_results(self) -> tuple[ToolResult, ...]:
        """The tool results of the last message."""
        if not self.turns:
            return ()
        ids = {block["tool_use_id"] for block in self.turns[-1].of("tool_result")}
        return tuple(result for result in self.results if result.id in ids)

    @property
    def called(self) -> tuple[str, ...]:
        """Names of the tools called since the person's last words, in order."""
        names: list[str] = []
        for turn in self.turns:
            if turn.role == "user" and any(turn.of("text")) and not any(turn.of("tool_result")):
                names = []
            names += [str(block["name"]) for block in turn.of("tool_use")]
        return tuple(names)


def blocks_of(content: object) -> tuple[Json, ...]:
    """Content as blocks: a string is one text block; what is neither is nothing."""
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    if isinstance(content, list | tuple):
        return tuple(block for block in content if isinstance(block, dict))
    return ()


def text_of(content: object) -> str:
    """The text of a content, its text blocks joined by newlines."""
    return "\n".join(
        str(block.get("text", "")) for block in blocks_of(content) if block.get("type") == "text"
    )


def _result(call: Json, block: Json) -> ToolResult:
    return ToolResult(
        id=str(block["tool_use_id"]),
        name=str(call.get("name", "")),
        input=call.get("input") or {},
        text=text_of(block.get("content") or ""),
        is_error=block.get("is_error") is True,
    )

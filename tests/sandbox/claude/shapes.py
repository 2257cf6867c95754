"""Shapes shared by the stand-in's modules: JSON, usage, models and their rules, prices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Json = dict[str, Any]
StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
]
MILLION = Decimal(1_000_000)
CONTEXT = 1_000_000
MOST_OUTPUT = 128_000


def compact(value: object) -> str:
    """JSON in the order given, nothing escaped that need not be: what counts as "the same bytes"."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer; the prompt is the sum of the first three, `created_1h` is part of `created`."""

    fresh: int
    created: int
    read: int
    output: int = 0
    thinking: int = 0
    created_1h: int = 0

    @property
    def prompt(self) -> int:
        return self.fresh + self.created + self.read

    def as_json(self) -> Json:
        """The `usage` of a message."""
        return self.as_delta() | {
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.created - self.created_1h,
                "ephemeral_1h_input_tokens": self.created_1h,
            },
            "service_tier": "standard",
        }

    def as_delta(self) -> Json:
        """The cumulative `usage` of a message_delta."""
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.created,
            "cache_read_input_tokens": self.read,
            "output_tokens": self.output,
            "output_tokens_details": {"thinking_tokens": self.thinking},
        }


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; above `threshold` prompt tokens the whole request costs `above`."""

    input: Decimal
    output: Decimal
    read: Decimal
    write_5m: Decimal
    write_1h: Decimal
    threshold: int | None = None
    above: Price | None = None

    def cost(self, usage: Usage) -> Decimal:
        """US dollars for one answer."""
        if self.threshold is not None and self.above is not None and usage.prompt > self.threshold:
            return self.above.cost(usage)
        return (
            self.input * usage.fresh
            + self.read * usage.read
            + self.write_5m * (usage.created - usage.created_1h)
            + self.write_1h * usage.created_1h
            + self.output * usage.output
        ) / MILLION


def price(
    given: str,
    produced: str,
    read: str | None = None,
    *,
    threshold: int | None = None,
    above: Price | None = None,
) -> Price:
    """A price from dollars in words; reads 0.1, writes 1.25 and 2 times the input price unless told."""
    base = Decimal(given)
    cached = Decimal(read) if read is not None else base / 10
    return Price(base, Decimal(produced), cached, base * Decimal("1.25"), base * 2, threshold, above)


PRICES: Mapping[str, Price] = {
    "claude-haiku-5-5": price("0.10", "0.50", threshold=100_000, above=price("0.50", "2.50")),
    "claude-sonnet-5-5": price("2", "10", "0.10"),
    "claude-opus-5-5": price("4", "20", "0.20"),
    "claude-sonnet-5": price("2", "10"),
    "claude-haiku-4-5": price("1", "5"),
}
DEFAULT_PRICE = price("2", "10")


@dataclass(frozen=True)
class Model:
    """What a model accepts: kinds of `thinking`, the one it has unasked, sampling, forced tools, prefill."""

    name: str
    thinking: frozenset[str]
    unasked: str | None
    sampling: bool = False
    forced_tools: bool = False
    prefill: bool = False
    progress_is_thinking: bool = False

    def as_json(self, context: int) -> Json:
        """An entry of /v1/models."""
        return {
            "type": "model",
            "id": self.name,
            "display_name": self.name.replace("-", " ").title(),
            "created_at": "2026-09-28T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": context,
            "max_tokens": MOST_OUTPUT,
        }


def _newest(name: str) -> Model:
    return Model(name, frozenset({"adaptive", "between_tools"}), "adaptive", progress_is_thinking=True)


def _fifth(name: str) -> Model:
    return Model(name, frozenset({"adaptive", "disabled"}), "adaptive", forced_tools=True)


def _older(name: str) -> Model:
    return Model(
        name, frozenset({"enabled", "disabled"}), None, sampling=True, forced_tools=True, prefill=True
    )


TALKER = "sandbox-talker"
OBEDIENT = "sandbox-obedient"
MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        _newest("claude-sonnet-5-5"),
        _newest("claude-haiku-5-5"),
        _newest("claude-opus-5-5"),
        _newest("claude-fable-5-2"),
        _fifth("claude-sonnet-5"),
        _fifth("claude-opus-5"),
        _older("claude-haiku-4-5"),
        _newest(TALKER),
        _newest(OBEDIENT),
    )
}

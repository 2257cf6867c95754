"""A strict Messages API on loopback: scripted, obedient or talking; real prefix caching, faults, records, prices."""

from .records import Exchange, Refusal
from .request import Request, Tool, ToolResult, Turn
from .script import (
    BROKEN_JSON,
    BROKEN_UTF8,
    COMMENT,
    NOT_SSE,
    UNKNOWN_EVENT,
    Answer,
    Brain,
    Cut,
    Endless,
    Fail,
    Garbage,
    Pace,
    Reply,
    Stall,
    StreamError,
    Thought,
    ToolCall,
)
from .server import KEY, ClaudeStandIn, RateLimit, UnscriptedError
from .shapes import MODELS, OBEDIENT, PRICES, TALKER, Price, Usage, price
from .tokens import estimate

__all__ = [
    "BROKEN_JSON",
    "BROKEN_UTF8",
    "COMMENT",
    "KEY",
    "MODELS",
    "NOT_SSE",
    "OBEDIENT",
    "PRICES",
    "TALKER",
    "UNKNOWN_EVENT",
    "Answer",
    "Brain",
    "ClaudeStandIn",
    "Cut",
    "Endless",
    "Exchange",
    "Fail",
    "Garbage",
    "Pace",
    "Price",
    "RateLimit",
    "Refusal",
    "Reply",
    "Request",
    "Stall",
    "StreamError",
    "Thought",
    "Tool",
    "ToolCall",
    "ToolResult",
    "Turn",
    "UnscriptedError",
    "Usage",
    "estimate",
    "price",
]

"""The token estimate: plain and repeatable, so that tests can do the sums; no real tokenizer agrees with it.

ASCII characters count a quarter of a token each, all others half a token, rounded up per text. A message and a tool
cost a few tokens of frame, a picture or a document page a flat sum.
"""

from __future__ import annotations

from .shapes import Json, compact
from .thinking import weight

MESSAGE_FRAME = 4
TOOL_FRAME = 8
PICTURE = 1_500


def estimate(text: str) -> int:
    """Tokens of a text: ceil(ascii / 4 + others / 2)."""
    length = len(text)
    ascii_count = length if text.isascii() else sum(map(str.isascii, text))
    return -(-(ascii_count + 2 * (length - ascii_count)) // 4)


def of_block(block: Json) -> int:
    """Tokens of one content block of a message or of the system prompt."""
    match block.get("type"):
        case "text":
            return estimate(str(block["text"]))
        case "tool_use" | "server_tool_use":
            return estimate(str(block["name"])) + estimate(compact(block["input"]))
        case "tool_result":
            content = block.get("content") or ""
            return MESSAGE_FRAME + (
                estimate(content) if isinstance(content, str) else sum(map(of_block, content))
            )
        case "image" | "document":
            return PICTURE
        case "thinking":
            return weight(block)
        case _:
            return estimate(compact(block))


def of_tool(tool: Json) -> int:
    """Tokens of one tool definition."""
    return TOOL_FRAME + estimate(
        compact({key: value for key, value in tool.items() if key != "cache_control"})
    )

"""`python -m tests.sandbox.claude --port P`: the stand-in alone, with the talker; prints its url.

GET /sandbox/state lists the requests with `started` and `first_text_at` in `time.monotonic()` seconds, which other
processes of this machine share; POST /sandbox/reset forgets them.
"""

from __future__ import annotations

import argparse
import asyncio
import signal

from .obedient import Obedient
from .request import Request
from .script import Brain, Pace, Reply, ToolCall
from .server import KEY, ClaudeStandIn
from .talker import Talker

LINE = "Nosferatu came to the cinema in 1922 and has not left it since. "


TICKS = 6  # tool calls of one turn with --mode ticks


def ticks(request: Request) -> Reply:
    """One call of the tool `tick` after the other, and a word at the end."""
    number = len(request.called)
    return Reply(tools=[ToolCall("tick", {"number": number})]) if number < TICKS else Reply("Done.")


def brain(mode: str, tokens: int) -> Brain:
    """The named brain; "text" answers everything with about so many tokens of text, "ticks" calls `tick`, six times."""
    text = (LINE * (1 + 4 * tokens // len(LINE)))[: 4 * tokens]
    brains: dict[str, Brain] = {
        "talker": Talker(),
        "obedient": Obedient(),
        "text": lambda _request: Reply(text),
        "ticks": ticks,
    }
    return brains[mode]


async def serve(claude: ClaudeStandIn) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with claude:
        print(claude.url, flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve, on uvloop where it is installed."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox.claude")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--mode", choices=("talker", "obedient", "text", "ticks"), default="talker")
    parser.add_argument("--tokens", type=int, default=200, help="length of the answer with --mode text")
    parser.add_argument("--first", type=float, default=0.0, help="seconds before the first delta")
    parser.add_argument("--rate", type=float, default=None, help="tokens per second; all at once without it")
    given = parser.parse_args()
    claude = ClaudeStandIn(
        key=given.key,
        port=given.port,
        brain=brain(given.mode, given.tokens),
        pace=Pace(first=given.first, per_second=given.rate),
    )
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(claude))
    else:
        uvloop.run(serve(claude))


if __name__ == "__main__":
    main()

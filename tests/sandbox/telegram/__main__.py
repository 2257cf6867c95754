"""`python -m tests.sandbox.telegram --port P --token T`: the stand-in alone; prints its url."""

from __future__ import annotations

import argparse
import asyncio
import signal

from .server import TelegramStandIn


async def serve(port: int, token: str, *, keep_calls: bool) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with TelegramStandIn(token, port=port, keep_calls=keep_calls) as telegram:
        print(telegram.url, flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve, on uvloop where it is installed."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox.telegram")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="4242:TEST-token")
    parser.add_argument("--count-only", action="store_true", help="count calls without keeping them")
    arguments = parser.parse_args()
    work = serve(arguments.port, arguments.token, keep_calls=not arguments.count_only)
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


if __name__ == "__main__":
    main()

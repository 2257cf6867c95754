"""`python -m bench.memory --conversations 1000 [--bare]`: resident memory grown by so many talks, as JSON.

Three turns each through Agent, SQLite and engine in this process, the model a few lines that answer at once; `--bare`
keeps the same messages in a dict. Not the bot's process: no channel, no sources, no courier.
"""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.core import open_core
from src.ai.ports import Answer, Hear, ModelRequest, StopKind, Usage
from src.core.redaction import Redactor
from src.core.stops import Stop
from src.logger import configure_logging

TURNS = 3
WARM = 32
AT_ONCE = 16
WORDS = "Найди что-нибудь тихое на вечер, лучше чёрно-белое и недлинное. "
TEXT = "Nosferatu came to the cinema in 1922 and has not left it since. " * 4


class Says:
    """A model that answers everything at once with the same words."""

    async def answer(self, request: ModelRequest, hear: Hear, stop: Stop) -> Answer:
        """As the port says."""
        hear(TEXT)
        return Answer(
            request.model, ({"type": "text", "text": TEXT},), StopKind.END, Usage(input=900, output=70)
        )

    async def check(self, model: str) -> None:
        """Always there."""


def resident_mib() -> float:
    """This process's resident memory."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def through_the_core(conversations: int) -> float:
    """MiB grown."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with open_core(Path(folder), Says()) as core:
            chats = iter(range(1, conversations + WARM + 1))

            async def talk(count: int) -> None:
                for chat in (next(chats) for _ in range(count)):
                    for turn in range(TURNS):
                        await core.says(chat, f"{WORDS}{chat} {turn}")

            await asyncio.gather(*(talk(WARM // AT_ONCE) for _ in range(AT_ONCE)))
            before = resident_mib()
            await asyncio.gather(*(talk(conversations // AT_ONCE) for _ in range(AT_ONCE)))
            return resident_mib() - before


def in_a_dict(conversations: int) -> float:
    """MiB grown by the messages alone."""
    before = resident_mib()
    kept = {
        chat: [
            {"role": role, "content": [{"type": "text", "text": f"{words}{chat} {turn}"}]}
            for turn in range(TURNS)
            for role, words in (("user", WORDS), ("assistant", TEXT))
        ]
        for chat in range(conversations)
    }
    grown = resident_mib() - before
    assert len(kept) == conversations
    return grown


def main() -> None:
    """Read the arguments and print the figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=1_000)
    parser.add_argument("--bare", action="store_true")
    arguments = parser.parse_args()
    configure_logging("ERROR", "console", Redactor(()), sys.stderr)
    started, count = time.monotonic(), arguments.conversations
    grown = in_a_dict(count) if arguments.bare else asyncio.run(through_the_core(count))
    print(json.dumps({"mib": round(grown, 3), "seconds": round(time.monotonic() - started, 1)}))


if __name__ == "__main__":
    main()

"""`make eval`: the dialogues against the real API. Without a key it says what it would do and ends with 0.

`make eval ARGS="ru-01 en"` plays those whose id begins so.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.eval.dialogues import Dialogue, load_dialogues
from tests.eval.drive import play
from tests.eval.recordings import RECORDINGS, judge, store, stored

PASSED_ON = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "ANTHROPIC_BACKGROUND_MODEL")
ALSO = ("DAILY_BUDGET_USD", "TMDB_API_KEY", "PROXY_URL")


def main(arguments: list[str]) -> int:
    """Play what was chosen; 0 when everything is as it must be, 1 when not, 2 when nothing is called so."""
    dialogues = load_dialogues(tuple(arguments))
    if not dialogues:
        print(f"No dialogue begins with {' or '.join(arguments)}.", file=sys.stderr)
        return 2
    settings = {name: os.environ[name] for name in (*PASSED_ON, *ALSO) if os.environ.get(name)}
    if "ANTHROPIC_API_KEY" not in settings:
        print(_plan(dialogues))
        return 0
    return asyncio.run(_play_all(dialogues, settings))


def _plan(dialogues: list[Dialogue]) -> str:
    turns = sum(len(dialogue.lines) for dialogue in dialogues)
    kept = len(stored())
    return (
        "ANTHROPIC_API_KEY is not set, so nothing was asked and nothing was paid.\n"
        f"With a key, `make eval` would play {len(dialogues)} dialogues ({turns} turns) through the real bot process,\n"
        "a stand-in Telegram and stand-in sources on this machine, and the real Messages API. It would check which\n"
        "tools were called, which facts and buttons were shown, and the voice's rules, and store what was said under\n"
        f"tests/eval/recordings/<day>/ ({kept} recordings there now), which `make test` judges again offline.\n"
        "Rules cannot prove wit: read the recordings."
    )


async def _play_all(dialogues: list[Dialogue], settings: dict[str, str]) -> int:
    faulty = 0
    for dialogue in dialogues:
        findings = await _play_one(dialogue, settings)
        faulty += bool(findings)
        print(f"{'FAULTY' if findings else 'good  '} {dialogue.id}: {dialogue.about}", flush=True)
        for finding in findings:
            print(f"         {finding}", flush=True)
    print(
        f"\n{len(dialogues) - faulty} of {len(dialogues)} as they must be; recordings in {RECORDINGS.name}/."
    )
    print("Rules cannot prove wit: read them.")
    return 1 if faulty else 0


async def _play_one(dialogue: Dialogue, settings: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="concierge-eval-") as folder:
        try:
            recording = await play(dialogue, Path(folder), settings)
        except (AssertionError, TimeoutError) as exc:
            return [f"could not be played: {str(exc).partition(chr(10))[0] or 'it never ended'}"]
    await asyncio.to_thread(store, recording)
    return judge(dialogue, recording)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

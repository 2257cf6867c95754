"""`python -m tests.crash --kills 150 --seed 1`: the long run. Exit 1 unless all but explained doubles is zero.

`--talking --kills 100`: the same by talking to a model, killed at its steps, its tools' and its replies'.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.ordeal import Kill, Ordeal, plan, prepare
from tests.crash.stock import killed_stock
from tests.crash.talking import prepare_talking, report, talking_plan
from tests.sandbox.claude import ClaudeStandIn
from tests.sandbox.stage import Stage

GAVE_UP = "Несколько раз пробовал ответить"
HOPELESS = 25
ONE_TURN = ("step.started", "turn.started", "step.done", "turn.started", "step.started")


async def run(kills: int, seed: int, people: int, films: int) -> bool:
    """The kills under load, then one turn killed ten times. True where nothing was lost."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        async with Stage(Path(folder)) as stage:
            ordeal = await prepare(stage, seed=seed, people=people, films=films, tell=_tell)
            try:
                await ordeal.suffer(plan(kills, random.Random(seed)))
                clean = _report(ordeal, (await ordeal.settle()).lines(), kills, seed)
                await one_turn(ordeal, 10)
                audit = await ordeal.settle()
                print("\nOne turn killed 10 times more, everything together:")
                print("\n".join(audit.lines()))
            except BaseException:
                print(stage.telegram.summary()[-3000:])
                raise
            seconds = statistics.median(ordeal.log.seconds)
    told = await hopeless()
    await beside(kills, seed, people, seconds)
    print(f"{time.monotonic() - started:.0f} s")
    return clean and audit.clean and told


async def hopeless() -> bool:
    """A turn that dies every time: after 20 attempts the person is told, and the next question is answered."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        async with Stage(Path(folder)) as stage:
            ordeal = await prepare(stage, seed=1, people=1, films=1, tell=_tell)
            person = ordeal.people[0]
            await person.wants_nothing_known()
            await person.wants_nothing_known()
            kills = 0
            while (
                not any(message.text.startswith(GAVE_UP) for message in person.sends()) and kills < HOPELESS
            ):
                await ordeal.life(Kill("turn.started", 1, 5.0))
                kills += 1
            await ordeal.settle()
            sends = [message.text for message in person.sends()]
    told = [text for text in sends if text.startswith(GAVE_UP)]
    answered = any(text.startswith(person.asks[1].subject) for text in sends)
    print(
        f"\nA turn that dies every time: told after {kills} kills ({len(told)} x), the next one answered: {answered}"
    )
    return bool(told) and answered


async def beside(kills: int, seed: int, people: int, seconds: float) -> None:
    """The same load on a stock PTB application whose handler takes as long as one of our turns."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        async with Stage(Path(folder)) as stage:
            losses = await killed_stock(
                stage, kills=min(kills, 30), seed=seed, people=people, seconds=seconds
            )
    print(f"\nA stock PTB application, {losses.kills} SIGKILLs at random, {seconds:.3f} s an answer:")
    print(f"updates sent {losses.updates}, confirmed {losses.confirmed}, never answered {losses.unanswered}")


async def one_turn(ordeal: Ordeal, times: int) -> None:
    """One question whose turn is killed again and again, before its answer could be stored."""
    person = ordeal.people[0]
    await person.wants_nothing_known()
    for number in range(times):
        await ordeal.life(Kill(ONE_TURN[number % len(ONE_TURN)]))


async def run_talking(kills: int, seed: int, people: int, films: int) -> bool:
    """The kills under talk. True where nothing was lost, doubled without reason, out of order or paid twice."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        async with Stage(Path(folder)) as stage, ClaudeStandIn() as claude:
            ordeal = await prepare_talking(stage, claude, seed=seed, people=people, films=films, tell=_tell)
            try:
                await ordeal.suffer(talking_plan(kills, random.Random(seed)))
                found = await ordeal.settle_talking()
            except BaseException:
                print(stage.telegram.summary()[-3000:])
                raise
    print("\n".join(report(ordeal, found, kills, seed)))
    print(f"{time.monotonic() - started:.0f} s")
    return found.clean


def _report(ordeal: Ordeal, lines: list[str], kills: int, seed: int) -> bool:
    print(f"\n{kills} SIGKILLs, seed {seed}:")
    for name, count in sorted(ordeal.log.killed.items()):
        print(f"  killed {name:36}{count:6}")
    for name, count in sorted(ordeal.log.missed.items()):
        print(f"  not met in time, killed at random: {name} {count}")
    print("\n".join(lines))
    letters = sum(len(keys) for keys in ordeal.log.being_sent)
    print(f"{'letters being sent at a kill':44}{letters:6}")
    for line in sorted(set(ordeal.log.errors)):
        print(f"  logged: {line}")
    return ordeal.examine().clean


def _tell(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--talking", action="store_true", help="by talking to a model")
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--films", type=int, default=60)
    arguments = parser.parse_args()
    work = run_talking if arguments.talking else run
    clean = asyncio.run(work(arguments.kills, arguments.seed, arguments.people, arguments.films))
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()

"""A process with an engine of its own, for test_engine: one engine a process, and SIGKILL wants a process.

Given a plan as JSON on its command line, it runs workflows whose steps write a journal, and prints one JSON line
for each: what became of it. Nothing of tests is imported: `src` may be a changed copy.
"""

import asyncio
import functools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from src.core.engine import Engine, GaveUpError, Steps, open_engine
from src.core.redaction import Redactor
from src.logger import configure_logging, take_over_dbos

SECRET = "correct-horse-battery-staple"


class Plan(TypedDict):
    """What to do. `runs` are started together, list after list; a step named in `die` kills the process.

    `answers` says by workflow what its steps answer, where it is not text. `prune` forgets old workflows at
    the end; `close` ends as the program does, else the process ends at once.
    """

    url: str
    journal: str
    steps: list[str]
    runs: list[list[str]]
    die: str
    answers: dict[str, str]
    prune: bool
    close: bool


ANSWERS: dict[str, Callable[[], Any]] = {
    "text": lambda: "Ночь ✓",
    "nested": lambda: {"found": [1, 2.5, None, True, {"title": "Ночь"}]},
    "object": object,
    "bytes": lambda: b"\x00",
    "moment": lambda: datetime(2026, 11, 20, tzinfo=UTC),
    "raise": lambda: _fail(),
}


def _fail() -> None:
    raise ZeroDivisionError(f"the password is {SECRET}")


def _write(journal: Path, line: str) -> None:
    with journal.open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


class Worker:
    """The handlers of the plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._journal = Path(plan["journal"])

    async def work(self, ident: str, steps: Steps) -> None:
        """Every step writes itself down; its result, which may come from a checkpoint, is written down as well."""
        for name in self._plan["steps"]:
            result = await steps.step(name, functools.partial(self._step, ident, name))
            _write(self._journal, f"{ident} {name} -> {json.dumps(result, ensure_ascii=False)}")

    async def _step(self, ident: str, name: str) -> Any:  # noqa: ANN401  some steps answer what they must not
        _write(self._journal, f"{ident} {name}")
        if name == self._plan["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return ANSWERS[self._plan["answers"].get(ident, "text")]()


async def _told(engine: Engine, ident: str) -> None:
    outcome = "done"
    try:
        await engine.run("work", ident)
    except GaveUpError:
        outcome = "gave up"
    except Exception as exc:  # noqa: BLE001  whatever it is, the test wants to see it
        outcome = f"{type(exc).__name__}: {exc}"
    print(json.dumps({"ident": ident, "outcome": outcome}), flush=True)


async def run(plan: Plan) -> None:
    """The whole plan."""
    worker = Worker(plan)
    handlers: dict[str, Callable[[str, Steps], Awaitable[None]]] = {"work": worker.work}
    async with open_engine(plan["url"], handlers, executor="here", take_over_log=take_over_dbos) as engine:
        for together in plan["runs"]:
            await asyncio.gather(*(_told(engine, ident) for ident in together))
        if plan["prune"]:
            await engine.prune()
        if not plan["close"] and not any(name.startswith("COVERAGE_") for name in os.environ):
            os._exit(0)  # the engine takes a second to stop; what is measured must end by itself


if __name__ == "__main__":
    configure_logging("INFO", "json", Redactor([SECRET]))
    asyncio.run(run(json.loads(sys.argv[1])))

"""The ordeal: the bot under load, killed again and again, then left alone to finish."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.crash import audit
from tests.crash.audit import Audit
from tests.crash.people import Person, crowd, gather_people, offer
from tests.crash.suicidal import COUNT, EVENT
from tests.sandbox.process import BotProcess
from tests.sandbox.stage import OWNER, Stage

STEPS = (
    "poll.received",
    "update.stored",
    "poll.stored",
    "turn.started",
    "step.started",
    "step.done",
    "turn.done",
    "turn.closed",
    "outbox.sending",
    "outbox.delivered",
    "outbox.sent",
    "proposal.accepted",
    "proposal.started",
    "proposal.acted",
    "proposal.closed",
    "download.adding",
    "download.added",
    "download.finishing",
    "download.finished",
)
STEP_SECONDS = 12.0
SETTLE_SECONDS = 120.0
Print = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL: at the `count`-th `event` of a life, or after `seconds` of it where there is no event."""

    event: str | None
    count: int = 1
    seconds: float = STEP_SECONDS


def plan(kills: int, dice: random.Random, *, random_share: float = 0.3) -> list[Kill]:
    """So many kills: every named step in turn, and some at any moment, from the first import on."""
    at_random = int(kills * random_share)
    kinds = [Kill(None, 0, dice.uniform(0.4, 6.0)) for _ in range(at_random)]
    kinds += [Kill(STEPS[n % len(STEPS)], dice.choice((1, 1, 2, 3))) for n in range(kills - at_random)]
    dice.shuffle(kinds)
    return kinds


@dataclass(slots=True)
class Log:
    """What the lives left behind."""

    killed: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    being_sent: list[list[str]] = field(default_factory=list)
    added: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def take(self, bot: BotProcess) -> None:
        """Keep of a life's log what counts: torrents added, and anything that looks like a bug."""
        self.added.update(str(record["infohash"]) for record in bot.events("seedbox.added"))
        self.steps.update(str(record["step"]) for record in bot.events("step.started"))
        bad = ('"level": "error"', '"level": "critical"')
        self.errors += [line[:1500] for line in bot.lines if any(mark in line for mark in bad)]
        self.seconds += _turn_seconds(bot)


def _turn_seconds(bot: BotProcess) -> list[float]:
    """How long each turn of a life took."""
    started, ended = (
        {
            str(record.get("turn")): datetime.fromisoformat(str(record["timestamp"]))
            for record in bot.events(name)
        }
        for name in ("turn.started", "turn.done")
    )
    return [(ended[turn] - started[turn]).total_seconds() for turn in started.keys() & ended.keys()]


class Ordeal:
    """One stage, one crowd, many lives of the bot."""

    def __init__(self, stage: Stage, people: Sequence[Person], tell: Print) -> None:
        self.stage = stage
        self.people = list(people)
        self.log = Log()
        self._tell = tell
        self._settings = stage.settings | {
            "ALLOWED_IDS": ",".join(str(OWNER + n) for n in range(len(self.people))),
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def bot(self, kill: Kill | None = None, **settings: str) -> BotProcess:
        """A life that ends as `kill` says."""
        chosen = self._settings | settings
        if kill is None or kill.event is None:
            return BotProcess(chosen, self.stage.folder)
        chosen |= {EVENT: kill.event, COUNT: str(kill.count)}
        return BotProcess(chosen, self.stage.folder, module=("tests.crash.suicidal",))

    async def enter(self, *, with_wish: bool = False) -> None:
        """A first, quiet life in which everybody accepts the notice; `with_wish`: and gets the card of a film.

        That card's button is pressed when the life is over: what it does is for the next ones.
        """
        async with self.bot() as bot:
            await asyncio.gather(*(person.enter() for person in self.people))
            if with_wish:
                await asyncio.gather(*(person.wants_film(person.films.pop()) for person in self.people))
                await self.stage.telegram.wait_until(lambda: not audit.unfinished(self.people), 20)
            await bot.kill()
            self.died(bot, "quiet")
        for person in self.people:
            await person.press_what_came()

    async def suffer(self, kills: Sequence[Kill], **settings: str) -> None:
        """The kills, one life each, under the load."""
        load = asyncio.create_task(crowd(self.people))
        try:
            for number, kill in enumerate(kills, 1):
                await self.life(kill, **settings)
                if number % 10 == 0:
                    self._tell(f"{number} of {len(kills)} kills")
                if load.done():
                    load.result()
        finally:
            load.cancel()
            with suppress(asyncio.CancelledError):
                await load

    async def life(self, kill: Kill, **settings: str) -> None:
        """Start, die as planned."""
        bot = self.bot(kill, **settings)
        try:
            await bot.start(ready=None)
            await self._dies(bot, kill)
        finally:
            if bot.running:
                await bot.kill()

    async def _dies(self, bot: BotProcess, kill: Kill) -> None:
        name = kill.event or "at random"
        try:
            async with asyncio.timeout(kill.seconds):
                await asyncio.shield(bot.ended())
        except TimeoutError:
            if kill.event is not None:
                self.log.missed[kill.event] += 1
                name = "at random"
            await bot.kill()
        if bot.returncode != -9:
            raise AssertionError(
                f"the bot ended by itself ({bot.returncode}):\n" + "\n".join(bot.lines[-30:])
            )
        self.died(bot, name)

    def died(self, bot: BotProcess, name: str) -> None:
        """Note how a life ended and what it was sending."""
        self.log.killed[name] += 1
        self.log.take(bot)
        self.log.being_sent.append(audit.being_sent(self.stage.data / "app.db"))

    async def settle(self, **settings: str) -> Audit:
        """A last life that is left alone until everything is answered, or nothing more comes."""
        async with self.bot(None, **settings) as bot:
            with suppress(AssertionError):
                await self.stage.telegram.wait_until(
                    lambda: not self.stage.telegram.pending_updates and not audit.unfinished(self.people),
                    SETTLE_SECONDS,
                )
            with suppress(AssertionError):  # whatever comes after everything is there comes too often
                await self.stage.telegram.wait_until(lambda: None, 1.5)
            if not bot.running:
                raise AssertionError("the bot ended by itself:\n" + "\n".join(bot.lines[-30:]))
            await bot.kill()
            self.log.take(bot)
        return self.examine()

    def examine(self) -> Audit:
        """The counts of everything so far."""
        return audit.examine(
            self.people,
            known=audit.stored(self.stage.data / "app.db"),
            confirmed=self.stage.telegram.confirmed_offset,
            doubtful=audit.counted(self.log.being_sent),
            added=self.log.added,
            downloads=self.stage.data / "downloads",
        )


async def prepare(
    stage: Stage, *, seed: int, people: int, films: int, tell: Print, with_wish: bool = False
) -> Ordeal:
    """A stage with films and people who have accepted the notice, and pressed Download once `with_wish`."""
    offered = await offer(stage, films)
    dice = random.Random(seed)
    ordeal = Ordeal(stage, gather_people(stage, offered, dice, people), tell)
    await ordeal.enter(with_wish=with_wish)
    return ordeal


def changed_code(root: Path, target: Path) -> Path:
    """A copy of src as a later version may be: another APPLICATION_VERSION, other step names. For PYTHONPATH."""
    shutil.copytree(root / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    engine = target / "src" / "core" / "engine.py"
    text = engine.read_text(encoding="utf-8")
    assert 'APPLICATION_VERSION = "' in text, "the constant has moved"
    engine.write_text(text.replace('APPLICATION_VERSION = "', 'APPLICATION_VERSION = "9'), encoding="utf-8")
    renamed = 0
    for path in (target / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "steps.step(" in text:
            renamed += text.count('steps.step("')
            path.write_text(text.replace('steps.step("', 'steps.step("later-'), encoding="utf-8")
    assert renamed >= 3, "the steps have moved"
    return target

"""The short ordeal: a kill at every kind of step, changed code, and the audit's own eyes."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.crash.audit import Audit, examine
from tests.crash.ordeal import STEPS, Kill, Ordeal, changed_code, prepare
from tests.crash.people import Person
from tests.sandbox.process import ROOT
from tests.sandbox.stage import Stage
from tests.sandbox.telegram import TelegramStandIn

pytestmark = [pytest.mark.requirement("BOT-003"), pytest.mark.timeout(300)]


def quiet(_line: str) -> None:
    """The long run tells how far it is; a test does not."""


def checked(audit: Audit, ordeal: Ordeal) -> None:
    """Fail with the whole report."""
    report = "\n".join([*audit.lines(), *sorted(set(ordeal.log.errors))])
    assert audit.clean, report
    assert audit.answers > 0, report
    assert audit.downloads > 0, report


@pytest.mark.quick
async def test_two_kills_lose_nothing(tmp_path: Path) -> None:
    """The quick version: killed in the middle of adding a download and in the middle of sending an answer."""
    async with Stage(tmp_path) as stage:
        ordeal = await prepare(stage, seed=3, people=1, films=2, tell=quiet, with_wish=True)
        await ordeal.people[0].wants_nothing_known()
        await ordeal.life(Kill("download.added"))
        await ordeal.life(Kill("outbox.delivered"))
        assert ordeal.log.killed.keys() >= {"download.added", "outbox.delivered"}
        checked(await ordeal.settle(), ordeal)


@pytest.mark.slow
@pytest.mark.requirement("SEEDBOX-002")
async def test_a_kill_at_every_kind_of_step_loses_nothing(tmp_path: Path) -> None:
    """A dozen kills under load, one person's updates after the other's: every named step of a film's way."""
    dice = random.Random(11)
    kills = [Kill(name, dice.choice((1, 2)), 6.0) for name in dice.sample(STEPS, 9)]
    kills += [Kill(None, 0, dice.uniform(0.5, 4.0)) for _ in range(3)]
    dice.shuffle(kills)
    async with Stage(tmp_path) as stage:
        ordeal = await prepare(stage, seed=12, people=3, films=8, tell=quiet)
        await ordeal.suffer(kills)
        assert sum(ordeal.log.killed.values()) == len(kills) + 1
        checked(await ordeal.settle(), ordeal)


@pytest.mark.slow
async def test_one_turn_killed_ten_times_is_answered_once(tmp_path: Path) -> None:
    """No number of crashes below the limit makes the bot give up, and none doubles the answer."""
    async with Stage(tmp_path) as stage:
        ordeal = await prepare(stage, seed=4, people=1, films=1, tell=quiet, with_wish=True)
        await ordeal.people[0].wants_nothing_known()
        for number in range(10):
            await ordeal.life(Kill(("turn.started", "step.started", "step.done")[number % 3]))
        checked(await ordeal.settle(), ordeal)


@pytest.mark.slow
@pytest.mark.parametrize("event", ["step.done", "download.added"])
async def test_changed_code_answers_what_the_old_code_began(tmp_path: Path, event: str) -> None:
    """Killed between steps, then another version constant and other step names: every answer arrives."""
    later = changed_code(ROOT, tmp_path / "later")
    async with Stage(tmp_path) as stage:
        ordeal = await prepare(stage, seed=5, people=1, films=1, tell=quiet, with_wish=True)
        await ordeal.people[0].wants_nothing_known()
        await ordeal.life(Kill(event))
        checked(await ordeal.settle(PYTHONPATH=str(later)), ordeal)
        assert ordeal.log.killed[event] == 1
        assert any(name.startswith("later-") for name in ordeal.log.steps), "the changed code did not run"


# The audit itself must see what it is there for: here a bot made of four lines answers, rightly and wrongly.


class Answers:
    """A person with three questions, and what some bot says to them."""

    def __init__(self, person: Person, bot: Bot, downloads: Path) -> None:
        self.person = person
        self.doubtful: Counter[str] = Counter()
        self.known = {ask.update_id for ask in person.asks}
        self._bot = bot
        self._downloads = downloads

    async def say(self, *numbers: int) -> None:
        """Answer the questions of these places, in this order."""
        for number in numbers:
            await self._bot.send_message(
                self.person.chat.id, f"{self.person.asks[number].subject}\nНичего не нашлось."
            )

    def key(self, number: int) -> str:
        """The outbox key of an answer."""
        return f"turn:telegram:{self.person.asks[number].update_id:020d}:answer"

    def audit(self) -> Audit:
        """What the audit makes of it; all updates were confirmed."""
        last = self.person.asks[-1].update_id + 1
        return examine(
            [self.person],
            known=self.known,
            confirmed=last,
            doubtful=self.doubtful,
            added={},
            downloads=self._downloads,
        )


@asynccontextmanager
async def answers(folder: Path) -> AsyncIterator[Answers]:
    """A stand-in, a person, a bot that says what it is told to."""
    async with TelegramStandIn() as telegram:
        anna = telegram.user(1001)
        person = Person(telegram, anna, telegram.private(anna), [], random.Random(1))
        for _ in range(3):
            await person.wants_nothing_known()
        request = HTTPXRequest()
        bot = Bot(
            telegram.token,
            base_url=f"{telegram.url}/bot",
            request=request,
            get_updates_request=HTTPXRequest(),
        )
        async with bot:
            yield Answers(person, bot, folder)


async def test_the_audit_accepts_what_is_right(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 1, 2)
        assert given.audit().clean
        assert given.audit().answers == 3


async def test_the_audit_misses_an_answer(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 2)
        assert (given.audit().missing, given.audit().clean) == (1, False)


async def test_the_audit_sees_a_lost_update(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 1, 2)
        given.known.remove(given.person.asks[1].update_id)
        assert (given.audit().lost, given.audit().clean) == (1, False)


async def test_the_audit_sees_wrong_order(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(1, 0, 2)
        assert (given.audit().disordered, given.audit().clean) == (1, False)


async def test_the_audit_tells_explained_doubles_from_others(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 1, 1, 2)
        assert (given.audit().unexplained, given.audit().clean) == (1, False)
        given.doubtful[given.key(1)] = 1
        assert (given.audit().unexplained, given.audit().explained, given.audit().clean) == (0, 1, True)
        given.doubtful[given.key(1)] = 0
        given.doubtful[given.key(0)] = 5
        assert not given.audit().clean, "a kill while another key was sent explains nothing"


async def test_the_audit_sees_a_late_double(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 1, 0, 2)
        given.doubtful[given.key(0)] = 1
        assert (given.audit().disordered, given.audit().clean) == (1, False)


async def test_the_audit_sees_what_nobody_asked_for(tmp_path: Path) -> None:
    async with answers(tmp_path) as given:
        await given.say(0, 1, 2)
        given.person.asks.pop()
        assert (given.audit().strange, given.audit().clean) == (1, False)

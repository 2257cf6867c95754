"""The ordeal by talking: Claude's stand-in beside Telegram's, words instead of titles, and who paid what twice."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.crash.audit import Audit
from tests.crash.ordeal import Kill, Ordeal, Print
from tests.crash.people import BUTTON, Film, Person, gather_people, offer
from tests.crash.talking_audit import Asked, Life, TalkingAudit, notes_of, paid, stored_answers
from tests.sandbox.claude import ClaudeStandIn, Reply, Request, ToolCall
from tests.sandbox.process import BotProcess
from tests.sandbox.stage import Stage
from tests.sandbox.telegram import SentMessage

TALKING_STEPS = (
    "model.answered",
    "tool.called",
    "tool.done",
    "step.started",
    "step.done",
    "outbox.sending",
    "outbox.delivered",
    "outbox.sent",
    "turn.started",
    "turn.done",
    "update.stored",
)
WANTS = re.compile(r"найди (?P<name>.+) (?P<year>\d{4}) №(?P<number>\d+)")
MARKER = re.compile(r"№(\d+)")


def subject(number: int) -> str:
    """The first line of the answer to the words with this number."""
    return f"Ответ №{number}."


def marker(request: Request) -> int:
    """The number in the words that the request is about."""
    return int(MARKER.findall(request.asked)[-1])


def brain(request: Request) -> Reply:
    """The same answer to the same request, always: a title, its releases, and the number; or a note, and the number."""
    called, wanted = request.called, list(WANTS.finditer(request.asked))
    if wanted and not called:
        found = wanted[-1]
        return _calls("find_title", query=found["name"], year=int(found["year"]))
    if wanted and called == ("find_title",):
        handle = re.search(r'"id":\s*"(t\d+)"', request.fresh_results[-1].text)
        assert handle is not None, request.fresh_results[-1].text
        return _calls("find_releases", title=handle.group(1))
    if not wanted and not called:
        return _calls("remember", words=f"запомни №{marker(request)}")
    return Reply(subject(marker(request)))


def _calls(name: str, **arguments: object) -> Reply:
    return Reply(tools=[ToolCall(name, arguments)])


@dataclass(slots=True)
class Talker(Person):
    """Somebody who talks: looks films up, downloads some of them, has things remembered."""

    numbers: count[int] = field(default_factory=count)
    remembered: list[str] = field(default_factory=list)
    _subjects: dict[str, str] = field(default_factory=dict)

    async def wants_film(self, film: Film) -> None:
        """Ask for a film; its button is pressed when its card is there."""
        number = next(self.numbers)
        self._subjects[film.title] = subject(number)
        await self._says(f"найди {film.name} {film.year} №{number}", subject(number))
        self._unpressed.append(film)
        await self._wait(lambda: self._card(film) is not None, 1.0)

    async def wants_nothing_known(self) -> None:
        """Words without a button behind them: a film is only looked up, or something is to be remembered."""
        number = next(self.numbers)
        if self.films and self.dice.random() < 0.6:
            film = self.dice.choice(self.films)
            await self._says(f"найди {film.name} {film.year} №{number}", subject(number))
            return
        await self._says(f"запомни №{number}", subject(number))
        self.remembered.append(f"telegram:{self.asks[-1].update_id:020d}")

    def _card(self, film: Film) -> SentMessage | None:
        wanted = self._subjects.get(film.title)
        return next(
            (m for m in self.sends() if m.text.startswith(f"{wanted}\n") and BUTTON in m.labels), None
        )


class TalkingOrdeal(Ordeal):
    """One stage, one model, several talkers, many lives."""

    def __init__(self, stage: Stage, claude: ClaudeStandIn, people: list[Talker], tell: Print) -> None:
        super().__init__(stage, people, tell)
        self.talkers = people
        self.claude = claude
        self.lives: list[Life] = []
        self._settings |= {
            "ANTHROPIC_API_KEY": claude.key,
            "ANTHROPIC_BASE_URL": claude.url,
            "SOURCES": "piratebay",
        }

    def died(self, bot: BotProcess, name: str) -> None:
        """Note what was stored when the life ended."""
        super().died(bot, name)
        self.lives.append(Life(time.monotonic(), stored_answers(self._database)))

    async def settle_talking(self) -> TalkingAudit:
        """As settle, with the model's counts."""
        await self.settle()
        return self.examine()

    def examine(self) -> TalkingAudit:
        """The counts of everything so far, the model's among them."""
        common: Audit = super().examine()
        turns = {
            _number(ask.subject): f"telegram:{ask.update_id:020d}" for p in self.people for ask in p.asks
        }
        asked = [
            Asked(turns[marker(one.request)], len(one.request.called), one.started, one.end == "done")
            for one in self.claude.requests
        ]
        found = TalkingAudit.of(common)
        paid(found, asked, self.lives)
        notes_of(found, self._database, [turn for person in self.talkers for turn in person.remembered])
        found.strange += len(self.claude.refused) + len(self.claude.unscripted)
        found.trouble += [f"Claude refused: {one.message}" for one in self.claude.refused]
        return found

    @property
    def _database(self) -> Path:
        return self.stage.data / "app.db"


def _number(line: str) -> int:
    return int(MARKER.findall(line)[-1])


def talking_plan(kills: int, dice: random.Random) -> list[Kill]:
    """So many kills: every step of model, tool and reply in turn, and a quarter of them at any moment."""
    at_random = kills // 4
    kinds = [Kill(None, 0, dice.uniform(0.4, 6.0)) for _ in range(at_random)]
    steps = [TALKING_STEPS[n % len(TALKING_STEPS)] for n in range(kills - at_random)]
    kinds += [Kill(name, dice.choice((1, 1, 2, 3, 5))) for name in steps]
    dice.shuffle(kinds)
    return kinds


async def prepare_talking(
    stage: Stage, claude: ClaudeStandIn, *, seed: int, people: int, films: int, tell: Print
) -> TalkingOrdeal:
    """A stage with films, a model with its brain, and talkers who have accepted the notice."""
    offered = await offer(stage, films)
    claude.brain = brain
    dice, numbers = random.Random(seed), count(1)
    talkers = [
        Talker(one.telegram, one.user, one.chat, one.films, one.dice, numbers=numbers)
        for one in gather_people(stage, offered, dice, people)
    ]
    ordeal = TalkingOrdeal(stage, claude, talkers, tell)
    await ordeal.enter()
    return ordeal


def report(ordeal: TalkingOrdeal, found: TalkingAudit, kills: int, seed: int) -> list[str]:
    """What is printed at the end."""
    rows = [f"\n{kills} SIGKILLs while talking, seed {seed}:"]
    rows += [f"  killed {name:36}{number:6}" for name, number in sorted(ordeal.log.killed.items())]
    rows += [
        f"  not met in time, killed at random: {name} {number}"
        for name, number in sorted(ordeal.log.missed.items())
    ]
    rows += found.lines()
    return rows + [f"  logged: {line}" for line in sorted(set(ordeal.log.errors))]

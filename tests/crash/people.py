"""The load: several chats that ask for films, press Download and ask for things that do not exist."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.sandbox.stage import OWNER, Stage
from tests.sandbox.swarm import SeededTorrent
from tests.sandbox.telegram import Chat, SentMessage, TelegramStandIn, User

BYTES = 150_000
BYTES_PER_SECOND = 250_000
PATIENCE = 4  # unanswered questions after which a person waits
ANSWER_SECONDS = 4.0
BUTTON = "⬇ Лучшее"
ADDING = "Добавляю…"
QUEUED = "Сначала закончу с прошлым"
READY = "Готово: "
ACCEPT = "Понятно, принимаю"
FILMS = (
    ("Night of the Living Dead", 1968),
    ("The General", 1926),
    ("Nosferatu", 1922),
    ("Metropolis", 1927),
    ("Sita Sings the Blues", 2008),
    ("Big Buck Bunny", 2008),
    ("Sintel", 2010),
    ("Tears of Steel", 2012),
    ("Elephants Dream", 2006),
    ("Sherlock Jr", 1924),
    ("Safety Last", 1923),
    ("The Gold Rush", 1925),
    ("The Kid", 1921),
    ("The Lost World", 1925),
    ("A Trip to the Moon", 1902),
    ("The Great Train Robbery", 1903),
    ("Carnival of Souls", 1962),
    ("House on Haunted Hill", 1959),
    ("The Last Man on Earth", 1964),
    ("Charade", 1963),
    ("His Girl Friday", 1940),
    ("Detour", 1945),
    ("Plan 9 from Outer Space", 1959),
    ("The Phantom of the Opera", 1925),
    ("The Hunchback of Notre Dame", 1923),
    ("The Cabinet of Dr Caligari", 1920),
    ("Battleship Potemkin", 1925),
    ("Intolerance", 1916),
    ("Steamboat Bill Jr", 1928),
    ("Seven Chances", 1925),
    ("Our Hospitality", 1923),
    ("The Navigator", 1924),
    ("Go West", 1925),
    ("Battling Butler", 1926),
    ("College", 1927),
    ("Sunrise", 1927),
    ("The Thief of Bagdad", 1924),
    ("The Mark of Zorro", 1920),
    ("The Black Pirate", 1926),
    ("Way Down East", 1920),
    ("Broken Blossoms", 1919),
    ("Orphans of the Storm", 1921),
    ("The Golem", 1920),
    ("Faust", 1926),
    ("Waxworks", 1924),
    ("The Hands of Orlac", 1924),
    ("Warning Shadows", 1923),
    ("Destiny", 1921),
    ("Dr Mabuse the Gambler", 1922),
    ("Spies", 1928),
    ("Strike", 1925),
    ("Mother", 1926),
    ("Aelita", 1924),
    ("Man with a Movie Camera", 1929),
    ("Fear and Desire", 1953),
    ("The Little Shop of Horrors", 1960),
    ("A Bucket of Blood", 1959),
    ("The Terror", 1963),
    ("Dementia 13", 1963),
    ("Blood and Sand", 1922),
)


@dataclass(frozen=True, slots=True)
class Film:
    """One film on offer and what the bot calls it."""

    name: str
    year: int
    item: SeededTorrent

    @property
    def title(self) -> str:
        """As it stands on cards and in notices."""
        return f"{self.name} ({self.year})"


@dataclass(frozen=True, slots=True)
class Ask:
    """A text that wants exactly one answer. `subject` is the first line of it."""

    chat: int
    update_id: int
    subject: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A Download button pressed: wants one progress message, one torrent and one done notice."""

    chat: int
    update_id: int
    proposal: str
    film: Film


@dataclass(slots=True)
class Person:
    """Somebody in a private chat. Asks again and again; does not wait for ever."""

    telegram: TelegramStandIn
    user: User
    chat: Chat
    films: list[Film]
    dice: random.Random
    asks: list[Ask] = field(default_factory=list)
    presses: list[Pressed] = field(default_factory=list)
    _unpressed: list[Film] = field(default_factory=list)

    async def enter(self) -> None:
        """Accept the notice about torrents, once, before anything is killed."""
        await self.chat.says(self.user, "/start")
        notice = await self.chat.wait_for(lambda m: ACCEPT in m.labels, timeout=15)
        await self.chat.press(self.user, notice, ACCEPT)
        await self.chat.wait_for(lambda m: "Принято" in m.text, timeout=15)

    async def live(self) -> None:
        """Ask and press until cancelled."""
        while True:
            if self.films and self.dice.random() < 0.4:
                await self.wants_film(self.films.pop())
            else:
                await self.wants_nothing_known()
            await self.press_what_came()
            if self.unanswered() >= PATIENCE:
                await self._wait(lambda: self.unanswered() < PATIENCE, ANSWER_SECONDS)
            await self._wait(lambda: False, self.dice.uniform(0.05, 1.2))

    async def wants_film(self, film: Film) -> None:
        """Ask for a film that is on offer; its button is pressed when the card is there."""
        await self._says(f"{film.name} {film.year}", film.title)
        self._unpressed.append(film)
        await self._wait(lambda: self._card(film) is not None, 1.0)

    async def wants_nothing_known(self) -> None:
        """Ask for something that nobody has: the answer names it, so every answer can be told from the others."""
        number, letters = len(self.asks), ""
        while number or not letters:
            number, digit = divmod(number, 16)
            letters = "bdfgklmnprstvzxh"[digit] + "aeio"[digit % 4] + letters
        await self._says(f"Qu{letters}", f"Qu{letters}")

    async def press_what_came(self) -> None:
        """Press Download on the cards that have come."""
        for film in list(self._unpressed):
            card = self._card(film)
            if card is None:
                continue
            self._unpressed.remove(film)
            data = card.button(BUTTON).callback_data or ""
            press = await self.chat.press_raw(self.user, card, data)
            assert press.update_id is not None
            self.presses.append(Pressed(self.chat.id, press.update_id, data.removeprefix("p:"), film))

    def unanswered(self) -> int:
        """How many questions have no answer yet."""
        said = {first_line(message) for message in self.sends()}
        return sum(ask.subject not in said for ask in self.asks)

    def sends(self) -> list[SentMessage]:
        """Every message the bot sent, as it was when it was sent, in order."""
        return [version for version in self.chat.history if version.by_bot and not version.edited]

    async def _says(self, text: str, subject: str) -> None:
        said = await self.chat.says(self.user, text)
        assert said.update_id is not None
        self.asks.append(Ask(self.chat.id, said.update_id, subject))

    def _card(self, film: Film) -> SentMessage | None:
        return next((m for m in self.sends() if first_line(m) == film.title and BUTTON in m.labels), None)

    async def _wait(self, look: Callable[[], object], seconds: float) -> None:
        """Until `look` is true, for at most so long."""
        try:
            await self.telegram.wait_until(look, seconds)
        except AssertionError:
            return


def first_line(message: SentMessage) -> str:
    """What a message is about."""
    return message.text.partition("\n")[0]


async def offer(stage: Stage, films: int) -> list[Film]:
    """Seed that many films, slowly enough that a kill can hit a running download."""
    found = []
    for name, year in FILMS[:films]:
        release = f"{name.replace(' ', '.')}.{year}.1080p.BluRay.x264-SANDBOX"
        found.append(Film(name, year, await stage.offer(release, BYTES)))
    await stage.swarm.set_rate(BYTES_PER_SECOND)
    return found


def gather_people(stage: Stage, films: list[Film], dice: random.Random, count: int) -> list[Person]:
    """So many people, the owner first, each with all films in an order of their own."""
    people = []
    for ident in range(OWNER, OWNER + count):
        user = stage.telegram.user(ident, first_name="Анна")
        mine = dice.sample(films, len(films))
        people.append(
            Person(stage.telegram, user, stage.telegram.private(user), mine, random.Random(dice.random()))
        )
    return people


async def crowd(people: list[Person]) -> None:
    """Everybody at once, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(person.live())

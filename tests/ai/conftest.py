"""A migrated database, the Messages API stand-in, and an agent with a few plain tools over both."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from structlog.testing import capture_logs

from src.ai.agent import Agent, Voice
from src.ai.agent import Reply as Said
from src.ai.claude_client import Bounds, ClaudeClient, open_claude
from src.ai.context import ToolContext
from src.ai.dialogue import Dialogue, Handles, Notes, Spending
from src.ai.history import Entry
from src.ai.ports import Block, Effort
from src.ai.tools import Toolbox, ToolResult, View, tool, tools_of
from src.core.access import Access, Person, Role
from src.core.capability import TurnContext
from src.core.database import Database, open_database
from src.core.engine import Json
from src.core.errors import NotFoundError, ServiceTimeoutError
from src.core.inbound import Address, Content, Inbound, Words
from src.core.outbox import Outbox
from src.core.secrets import SecretBox
from src.core.stops import Stop
from src.core.texts import Phrases, Texts
from tests.core.conftest import (
    ANNA,
    BORIS,
    HOME,
    NOON,
    ManualClock,
    box,
    clock,
    database,
    executor,
    migrated_url,
    sqlite_template,
    template,
    texts,
)
from tests.core.turns_worker import Screen
from tests.sandbox.claude import Answer, ClaudeStandIn, Reply, Thought, ToolCall

__all__ = [
    "box",
    "clock",
    "database",
    "executor",
    "migrated_url",
    "sqlite_template",
    "template",
    "texts",
]

SONNET = "claude-sonnet-5-5"
OPUS = "claude-opus-5-5"
SYSTEM = "You find films. " * 400  # long enough to be cached
PATIENT = Bounds(silence=10.0, longest=20.0, characters=10_000)  # for a busy machine
SHORT = Bounds(silence=0.15, longest=2.0, characters=10_000)


class KilledError(BaseException):
    """The process died here."""


class Pages:
    """Steps without an engine: what finished is remembered by name. `die_before`, `die_after`: where the process ends.

    After a step's work and before its checkpoint lies the window in which work may be done twice.
    """

    def __init__(self, *, die_before: str = "", die_after: str = "") -> None:
        self.done: dict[str, Json] = {}
        self.names: list[str] = []
        self._die_before = die_before
        self._die_after = die_after

    def again(self) -> "Pages":
        """The same checkpoints in a new process."""
        pages = Pages()
        pages.done = dict(self.done)
        return pages

    async def step(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """As the port says."""
        self.names.append(name)
        if name == self._die_before:
            raise KilledError(name)
        if name not in self.done:
            result = await work()
            if name == self._die_after:
                raise KilledError(name)
            self.done[name] = result
        return self.done[name]


@dataclass
class Bench:
    """What the tools do, told by the test and remembered: `log` holds begins and ends in their order."""

    log: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    together: int = 0

    @tool(needs=Role.GUEST)
    async def look(self, context: ToolContext, word: str) -> ToolResult:
        """Look a word up.

        Args:
            word: what to look up
        """
        self.log.append(f"look {word}")
        handles = await context.handle("t", [word])
        return ToolResult({"word": word, "id": handles[0]}, views=(View(kind="word", ref={"word": word}),))

    @tool(needs=Role.GUEST)
    async def meet(self, context: ToolContext, word: str) -> ToolResult:
        """Wait until `together` calls run at once.

        Args:
            word: any word
        """
        self.log.append(f"begin {word}")
        self.waiting += 1
        if self.waiting >= self.together:
            self.gate.set()
        await self.gate.wait()
        self.log.append(f"end {word}")
        return ToolResult({"met": word})

    @tool(needs=Role.GUEST, reads_only=False)
    async def write(self, context: ToolContext, word: str) -> ToolResult:
        """Write a word down.

        Args:
            word: what to write
        """
        self.log.append(f"begin {word}")
        await asyncio.sleep(0)
        self.log.append(f"end {word}")
        return ToolResult({"written": word, "call": context.call})

    @tool(needs=Role.GUEST)
    async def recall(self, context: ToolContext, handle: str) -> ToolResult:
        """What a short id stands for.

        Args:
            handle: an id (t...)
        """
        ref, _ = await context.ref(handle)
        return ToolResult({"ref": ref})

    @tool(needs=Role.GUEST)
    async def fail(self, context: ToolContext, how: Literal["timeout", "missing", "bug"]) -> ToolResult:
        """Fail.

        Args:
            how: in which way
        """
        if how == "timeout":
            raise ServiceTimeoutError("Internet Archive", "no answer in time")
        if how == "missing":
            raise NotFoundError("no such word")
        raise ZeroDivisionError("secret-of-the-bug")

    @tool(needs=Role.GUEST, reads_only=False)
    async def keep(self, context: ToolContext, words: str) -> ToolResult:
        """What the person themselves said, as a tool sees it.

        Args:
            words: anything
        """
        return ToolResult({"said": context.said})


@dataclass
class World:
    """One agent with everything it stands on."""

    database: Database
    clock: ManualClock
    dialogue: Dialogue
    handles: Handles
    spending: Spending
    notes: Notes
    access: Access
    outbox: Outbox
    phrases: Phrases
    bench: Bench
    agent: Agent
    heard: list[str] = field(default_factory=list)
    count: int = 0

    def context(
        self,
        turn: str,
        content: Content,
        steps: Pages,
        stop: Stop,
        *,
        person: int = ANNA,
        chat: int | None = None,
    ) -> TurnContext:
        """A turn's surroundings."""
        place = Address("telegram", person if chat is None else chat)
        inbound = Inbound("telegram", turn, person, place, chat is None, content, name="Anna")
        return TurnContext(
            turn=turn,
            person=Person(person, Role.OWNER if person == ANNA else Role.MEMBER, "Name", "en", NOON),
            inbound=inbound,
            phrases=self.phrases,
            steps=steps,
            surface=Screen(),
            outbox=self.outbox,
            clock=self.clock,
            stop=stop,
            received_at=NOON,
        )

    async def says(
        self,
        text: str,
        *,
        turn: str = "",
        steps: Pages | None = None,
        stop: Stop | None = None,
        person: int = ANNA,
        chat: int | None = None,
        model: str = SONNET,
        forwarded: bool = False,
        limit: float | None = None,
        effort: Effort = "medium",
        max_tokens: int = 2_000,
        hear: Callable[[str], None] | None = None,
    ) -> Said:
        """Run a turn with these words; the same `turn` again is the same turn after a crash."""
        self.count += 1
        ident = turn or f"telegram:{self.count:06}"
        context = self.context(
            ident,
            Words(text, forwarded=forwarded),
            steps or Pages(),
            stop or Stop(),
            person=person,
            chat=chat,
        )
        voice = Voice(model, effort, max_tokens, "<context>\nnow: noon\n</context>\n", limit)
        return await self.agent.turn(context, text, voice, hear or self.heard.append)

    async def entries(self, person: int = ANNA) -> Sequence[Entry]:
        """The stored conversation."""
        return await self.dialogue.entries(str(Address("telegram", person)), person)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged. The console's renderer would read source files inside the loop."""
    with capture_logs() as captured:
        yield captured


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    """The Messages API."""
    async with ClaudeStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def client(claude: ClaudeStandIn) -> AsyncIterator[ClaudeClient]:
    """The real client."""
    async with open_claude(claude.key, claude.url, PATIENT) as opened:
        yield opened


@pytest.fixture
async def hasty(claude: ClaudeStandIn) -> AsyncIterator[ClaudeClient]:
    """The real client, short of patience."""
    async with open_claude(claude.key, claude.url, SHORT) as opened:
        yield opened


@pytest.fixture
async def lite(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database."""
    shutil.copy(sqlite_template, tmp_path / "app.db")
    async with open_database(f"sqlite:///{tmp_path / 'app.db'}") as opened:
        yield opened


Build = Callable[..., World]
Around = Callable[..., ToolContext]


@pytest.fixture
def build(
    lite: Database, box: SecretBox, clock: ManualClock, executor: str, texts: Texts, client: ClaudeClient
) -> Build:
    """Worlds over one database: what a process that starts anew finds."""

    def make(
        *,
        daily: float | None = None,
        daily_person: float | None = None,
        tools: Sequence[object] = (),
        model: ClaudeClient | None = None,
    ) -> World:
        bench = Bench()
        parts = Dialogue(lite, box, clock), Handles(lite, clock), Notes(lite, box, clock)
        spending = Spending(lite, clock, daily=daily, daily_person=daily_person)
        access = Access(lite, clock, ANNA, [BORIS])
        agent = Agent(
            model=model or client,
            toolbox=Toolbox(tools_of(bench, *tools)),
            dialogue=parts[0],
            handles=parts[1],
            spending=spending,
            access=access,
            system=SYSTEM,
            retries=(0.01, 0.01),
        )
        outbox = Outbox(lite, box, clock, executor)
        phrases = texts.of("en")
        return World(
            lite, clock, parts[0], parts[1], spending, parts[2], access, outbox, phrases, bench, agent
        )

    return make


@pytest.fixture
def world(build: Build) -> World:
    """One agent without budgets."""
    return build()


@pytest.fixture
def around(world: World, texts: Texts) -> Around:
    """Surroundings of a call of a person."""

    def make(
        person: int = ANNA,
        said: str = "",
        *,
        call: str = "telegram:1:2:0",
        conversation: str = HOME,
        language: str = "en",
        stop: Stop | None = None,
        screen: Screen | None = None,
    ) -> ToolContext:
        return ToolContext(
            turn="telegram:1",
            call=call,
            person=Person(person, Role.OWNER, "Name", "en", None),
            conversation=conversation,
            private=True,
            said=said,
            phrases=texts.of(language),
            access=world.access,
            handles=world.handles,
            surface=screen or Screen(),
            stop=stop or Stop(),
            clock=world.clock,
        )

    return make


def results(blocks: Sequence[Block]) -> list[str]:
    """The texts of tool results among blocks."""
    return [str(block["content"]) for block in blocks if block.get("type") == "tool_result"]


def look(word: str) -> ToolCall:
    return ToolCall("look", {"word": word})


def write(word: str) -> ToolCall:
    return ToolCall("write", {"word": word})


def given(claude: ClaudeStandIn, exchange: int = -1) -> list[str]:
    """The tool results that the last (or another) request brought."""
    return [result.text for result in claude.requests[exchange].request.fresh_results]


SCRIPT: tuple[Answer, ...] = (
    Reply(parts=[Thought("Both."), look("a"), write("w")]),
    Reply(parts=[Thought("One more."), look("b")]),
    Reply("Done."),
)

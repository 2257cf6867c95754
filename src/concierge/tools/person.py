"""Tools about the person: lasting preferences, titles for later, memory, and a question with buttons."""

import re
from typing import Literal

from src.ai.context import ToolContext
from src.ai.dialogue import Notes
from src.ai.tools import ToolResult, View, foreign, tool
from src.concierge.preferences import Preferences, Watchlist
from src.concierge.tools.refs import title_ref
from src.core.access import Role
from src.core.errors import UnusableInputError

VALUES = {
    "resolution": ("any", "720p", "1080p", "2160p"),
    "address": ("ты", "вы"),
}
SPOKEN = {
    "any": (r"люб\w+|всё равно|неважно|any\b|whatever",),
    "720p": (r"720|hd\b",),
    "1080p": (r"1080|full ?hd|фуллшд",),
    "2160p": (r"2160|4\s?[kк]\b|uhd",),
    "ты": (r"\bты\b|на ты",),
    "вы": (r"\bвы\b|на вы",),
}
KEEPING = re.compile(
    r"отлож|добав|сохран|запомни|на потом|спис|убери|удали|вычеркни|хочу посмотреть"
    r"|watch ?list|later|keep|save|add|remove|drop|list",
    re.IGNORECASE,
)
NOTE_LENGTH = 300
OPTIONS = 6
WORD = re.compile(r"\w+")


class PersonTools:
    """preferences, watchlist, remember, ask_person."""

    def __init__(self, preferences: Preferences, watchlist: Watchlist, notes: Notes) -> None:
        self._preferences = preferences
        self._watchlist = watchlist
        self._notes = notes

    @tool(needs=Role.GUEST, reads_only=False)
    async def preferences(
        self,
        context: ToolContext,
        name: Literal["resolution", "address"] | None = None,
        value: str | None = None,
    ) -> ToolResult:
        """Read this person's lasting preferences, or set one when they say how they always want it.

        Args:
            name: resolution (any 720p 1080p 2160p) or address (ты, вы); nothing to read them
            value: the new value
        """
        if name is not None and value is not None:
            if value not in VALUES[name]:
                raise UnusableInputError(f"{name} is one of: {', '.join(VALUES[name])}")
            if not _meant(value, context.said):
                raise UnusableInputError("only what the person asked for in this very message can be set")
            await self._preferences.set(context.person.id, name, value)
        known = await self._preferences.of(context.person.id)
        return ToolResult({"preferences": {key: known[key] for key in sorted(known) if key in VALUES}})

    @tool(needs=Role.GUEST, reads_only=False)
    async def watchlist(
        self,
        context: ToolContext,
        action: Literal["show", "add", "remove"] = "show",
        title: str | None = None,
    ) -> ToolResult:
        """Titles this person keeps for later: show them, add one, take one off.

        Args:
            action: show, add or remove
            title: a title id (t...) for add and remove
        """
        if action != "show":
            if title is None:
                raise UnusableInputError(f"{action} needs a title id (t...)")
            ref = await title_ref(context, title)
            if KEEPING.search(context.said) is None:
                raise UnusableInputError("the person did not ask for that in this very message")
            if action == "add":
                await self._watchlist.add(context.person.id, ref.title, ref.year)
            else:
                await self._watchlist.remove(context.person.id, ref.title)
        kept = await self._watchlist.titles(context.person.id, limit=20)
        rows = [{"title": foreign(name, "watchlist"), "year": year} for name, year in kept]
        views = (View(kind="watchlist"),) if action == "show" and rows else ()
        return ToolResult({"watchlist": rows, "done": action}, views=views)

    @tool(needs=Role.GUEST, reads_only=False)
    async def remember(self, context: ToolContext, words: str) -> ToolResult:
        """Keep a fact about the person, quoted from what they said in this message.

        Args:
            words: their own words, verbatim
        """
        quote = " ".join(words.split())[:NOTE_LENGTH]
        if not _quoted(quote, context.said):
            raise UnusableInputError("only words that the person said in this very message can be remembered")
        await self._notes.add(context.person.id, context.call, quote)
        return ToolResult({"remembered": quote})

    @tool(needs=Role.GUEST, reads_only=False)
    async def ask_person(self, context: ToolContext, question: str, options: list[str]) -> ToolResult:
        """Ask the one question that decides what to do next; code draws the options as buttons, the answer
        comes as their next message.

        Args:
            question: one short question
            options: two to six short answers
        """
        choices = [" ".join(option.split())[:40] for option in options if option.strip()][:OPTIONS]
        if len(choices) < 2:
            raise UnusableInputError("a question needs at least two options")
        view = View(kind="question", ref={"question": " ".join(question.split())[:200], "options": choices})
        return ToolResult(
            {"asked": True, "then": "end your answer without repeating the question"}, views=(view,)
        )


def _meant(value: str, said: str) -> bool:
    """Whether the person's own words of this message speak of this value: foreign text cannot set it."""
    return any(re.search(pattern, said, re.IGNORECASE) for pattern in SPOKEN[value])


def _quoted(quote: str, said: str) -> bool:
    """Whether the words stand in what was said, case and marks aside, in one piece."""
    wanted, spoken = WORD.findall(quote.lower()), WORD.findall(said.lower())
    size = len(wanted)
    return size > 0 and any(spoken[start : start + size] == wanted for start in range(len(spoken) - size + 1))

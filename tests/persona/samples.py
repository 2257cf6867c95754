"""The labelled replies, and the documented transcripts, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tests.persona.rules import Length, Rule, Style
from tests.persona.wording import Deed

REPLIES = Path(__file__).with_name("replies.jsonl")


class Measure(BaseModel):
    """A Style as it is written down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Literal["ru", "en"]
    length: Length = Length.BRIEF
    address: Literal["ты", "вы"] | None = None
    request: str = ""
    titles: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    done: frozenset[Deed] = frozenset()
    links: frozenset[str] = frozenset()
    facts: str | None = None

    def style(self) -> Style:
        """The rules' own value."""
        return Style(**{name: getattr(self, name) for name in type(self).model_fields})


class Labelled(BaseModel):
    """One reply with a judgement by hand: good, or bad by exactly one rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    good: bool
    rule: Rule | None = None
    style: Measure
    reply: str


class Exchange(BaseModel):
    """One example of the prompt: what was said, what the tools said, what is answered."""

    model_config = ConfigDict(frozen=True)

    person: str
    results: str
    reply: str


def labelled_replies() -> list[Labelled]:
    """Every line of replies.jsonl."""
    return [Labelled.model_validate_json(line) for line in REPLIES.read_text(encoding="utf-8").splitlines()]


def example_exchanges(prompt: str) -> list[Exchange]:
    """The examples of the prompt, in order."""
    found = re.findall(r"^Person: (.+)\n\[(.+)\]\nYou: (.+)$", prompt, re.MULTILINE)
    return [Exchange(person=person, results=results, reply=reply) for person, results, reply in found]


def transcript_lines(readme: str) -> Iterator[str]:
    """What the bot says in a README's transcript: the blocks after `bot` or `бот`, without the rows of buttons."""
    for block in re.findall(r"^```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL):
        for turn in re.split(r"\n\s*\n", block.strip()):
            head, _, _ = turn.partition(" ")
            if head in ("bot", "бот"):
                lines = (line[6:] for line in turn.splitlines())
                yield "\n".join(line for line in lines if not line.lstrip().startswith("["))

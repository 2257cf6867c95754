"""The dialogues as values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from tests.persona.rules import Length

DIALOGUES = Path(__file__).with_name("dialogues.jsonl")
Source = Literal["internet_archive", "piratebay"]


class Line(BaseModel):
    """One thing the person says or presses, and what must come of it.

    `tools` must all be called, `either` at least one of them, `avoids` none; `shows` must be seen in some message
    (alternatives separated by |), `hides` in none; `buttons` are parts of labels that must stand there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str | None = None
    presses: str | None = None
    tools: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    length: Length = Length.BRIEF

    @model_validator(mode="after")
    def _one_thing(self) -> Line:
        if (self.says is None) is (self.presses is None):
            raise ValueError("a line says something or presses something")
        return self


class Dialogue(BaseModel):
    """One conversation from its first word.

    `about` says what it tries; `titles` may be named besides those on cards; `blocked` may not; `down` are sources
    that fail; `strangers` are release names that stand in a source beside the demo's programme, poisoned ones too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    about: str
    language: Literal["ru", "en"]
    address: Literal["ты", "вы"] | None = None
    titles: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    down: tuple[Source, ...] = ()
    strangers: tuple[str, ...] = ()
    lines: tuple[Line, ...]


def load_dialogues(chosen: tuple[str, ...] = ()) -> list[Dialogue]:
    """Every dialogue, or those whose id begins with one of `chosen`."""
    rows = DIALOGUES.read_text(encoding="utf-8").splitlines()
    known = [Dialogue.model_validate_json(row) for row in rows if row.strip()]
    return [one for one in known if not chosen or one.id.startswith(chosen)]

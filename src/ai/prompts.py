"""What the model is told: the static prompt, byte for byte the same in every call, and what changes each turn."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from src.core.errors import UnusableInputError

MAX_PROMPT_BYTES = 12 * 1024
MAX_PREFACE_BYTES = 2 * 1024 - 1  # "under 2 KB"
PARTS = ("system.md", "examples.md")
OPEN, CLOSE = "<context>", "</context>"
# strftime's names follow the machine's locale, and one other byte makes every later call full price.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MARK = re.compile(r"<\s*/?\s*context\b[^>]*>?", re.IGNORECASE)
NAME = 64  # characters
ENTRY = 160


class Address(StrEnum):
    """How a person is spoken to in Russian."""

    TY = "ты"
    VY = "вы"


class Listener(BaseModel):
    """Whom the model talks to in this turn.

    `language` is an ISO 639-1 code; `address` None where it is not known or the language has no such thing;
    `preferences` are names with their values; `memory` holds what the person asked to remember, most important first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    language: str
    address: Address | None = None
    preferences: tuple[tuple[str, str], ...] = ()
    memory: tuple[str, ...] = ()


def system_prompt() -> str:
    """The static prompt, at most 12 KB of UTF-8, always the same bytes.

    Reads packaged files: call it once, off the event loop, and keep the answer.
    """
    folder = files("src.ai").joinpath("prompts")
    parts = (folder.joinpath(name).read_text(encoding="utf-8").strip() for name in PARTS)
    return "\n\n".join(parts) + "\n"


def turn_preface(now: datetime, listener: Listener, zone: tzinfo | None = None) -> str:
    """What is true of this turn only: a marked block, under 2 KB of UTF-8, that ends with a line break.

    `now` must be aware and is shown in `zone` (None: UTC) to the minute. The same arguments give the same bytes.
    Preferences stand in the order of their names; what finds no room is counted, not cut in half.
    Raises UnusableInputError on a naive `now`.
    """
    lines = [
        OPEN,
        f"now: {_moment(now, zone)}",
        f"person: {_plain(listener.name, NAME)}",
        f"language: {_plain(listener.language, 8)}",
    ]
    if listener.address is not None:
        lines.append(f"address: {listener.address}")
    entries = [
        f"prefers {_plain(name, 40)}: {_plain(value, ENTRY)}" for name, value in sorted(listener.preferences)
    ]
    entries += [f"remembers: {_plain(entry, ENTRY)}" for entry in listener.memory]
    return "\n".join([*lines, *_fitting(lines, entries), CLOSE]) + "\n"


def with_preface(preface: str, words: str) -> str:
    """One user message: the block, then the person's words, which cannot pass for a block of ours."""
    return preface + MARK.sub("(context)", words)


def _moment(now: datetime, zone: tzinfo | None) -> str:
    if now.utcoffset() is None:
        raise UnusableInputError("the time of a turn needs its zone")
    here = now.astimezone(zone or UTC)
    minutes = int((here.utcoffset() or now - now).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else ""
    return f"{here:%Y-%m-%d}, {WEEKDAYS[here.weekday()]}, {here:%H:%M} UTC{offset}"


def _plain(text: str, limit: int) -> str:
    """One line without marks: a name or a memory must not end the block or open one of its own."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: limit * 4])
    line = " ".join(printable.replace("<", "‹").replace(">", "›").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _fitting(lines: Iterable[str], entries: list[str]) -> list[str]:
    """As many entries, in order, as fit; the rest as a number."""
    room = MAX_PREFACE_BYTES - sum(_weight(line) for line in (*lines, CLOSE, "(and 000000 more)"))
    kept: list[str] = []
    for entry in entries:
        room -= _weight(entry)
        if room < 0:
            return [*kept, f"(and {len(entries) - len(kept)} more)"]
        kept.append(entry)
    return kept


def _weight(line: str) -> int:
    return len(line.encode("utf-8", "replace")) + 1

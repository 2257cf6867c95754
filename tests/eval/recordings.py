"""What happened in a dialogue, as stored, and the judgement over it. The judgement is pure: it runs offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tests.eval.dialogues import Dialogue, Line
from tests.persona.rules import Style, tone_faults
from tests.persona.tokens import folded
from tests.persona.wording import Deed

RECORDINGS = Path(__file__).with_name("recordings")
# What a reply may claim once the tool was called, or the person pressed.
DEEDS: dict[str, tuple[Deed, ...]] = {
    "remember": (Deed.REMEMBERED,),
    "watchlist": (Deed.KEPT, Deed.REMOVED),
    "preferences": (Deed.CHANGED, Deed.REMEMBERED),
    "downloads": (Deed.STARTED, Deed.FINISHED),
}
PRESSED = {Deed.STARTED, Deed.FINISHED, Deed.KEPT, Deed.REMOVED}


class Message(BaseModel):
    """One message of the bot as the person saw it last: the words, and the card of code's making beneath them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = ""
    card: str = ""
    buttons: tuple[str, ...] = ()


class Exchange(BaseModel):
    """One line of the person and everything that came of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: str
    tools: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    seconds: float = 0.0


class Recording(BaseModel):
    """One dialogue with one model on one day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dialogue: str
    recorded_at: datetime
    model: str
    exchanges: tuple[Exchange, ...]


def judge(dialogue: Dialogue, recording: Recording) -> list[str]:
    """One sentence for everything that is not as it must be; empty where all is."""
    said = [line.says or line.presses for line in dialogue.lines]
    if said != [exchange.line for exchange in recording.exchanges]:
        return ["the recording is of other lines: record it again"]
    findings: list[str] = []
    done: set[Deed] = set()
    titles = list(dialogue.titles)
    for number, (line, exchange) in enumerate(zip(dialogue.lines, recording.exchanges, strict=True), 1):
        done |= {deed for tool in exchange.tools for deed in DEEDS.get(tool, ())}
        done |= PRESSED if line.presses is not None else set()
        # The first line of a card is the title that code resolved.
        titles += [message.card.partition("\n")[0] for message in exchange.messages if message.card]
        style = _style(dialogue, line, tuple(titles), frozenset(done), exchange)
        found = [*_called(line, exchange), *_shown(line, exchange), *_tone(exchange, style)]
        findings += [f"line {number}: {finding}" for finding in found]
    return findings


def _called(line: Line, exchange: Exchange) -> Iterator[str]:
    called = set(exchange.tools)
    for tool in line.tools:
        if tool not in called:
            yield f"{tool} was not called"
    if line.either and not called & set(line.either):
        yield f"none of {', '.join(line.either)} was called"
    for tool in line.avoids:
        if tool in called:
            yield f"{tool} was called"


def _shown(line: Line, exchange: Exchange) -> Iterator[str]:
    if not exchange.messages:
        yield "nothing was answered"
    seen = folded("\n".join(f"{message.words}\n{message.card}" for message in exchange.messages))
    for wanted in line.shows:
        if not any(folded(part) in seen for part in wanted.split("|")):
            yield f"not shown: {wanted}"
    for unwanted in line.hides:
        if folded(unwanted) in seen:
            yield f"shown: {unwanted}"
    labels = [label for message in exchange.messages for label in message.buttons]
    for button in line.buttons:
        if not any(part in label for part in button.split("|") for label in labels):
            yield f"no button: {button}"


def _tone(exchange: Exchange, style: Style) -> Iterator[str]:
    for message in exchange.messages:
        yield from (f"{fault.rule}: {fault.found}" for fault in tone_faults(message.words, style))


def _style(
    dialogue: Dialogue, line: Line, titles: tuple[str, ...], done: frozenset[Deed], exchange: Exchange
) -> Style:
    return Style(
        language=dialogue.language,
        length=line.length,
        address=dialogue.address,
        request=line.says or "",
        titles=titles,
        blocked=dialogue.blocked,
        labels=tuple(label for message in exchange.messages for label in message.buttons),
        done=done,
    )


def store(recording: Recording, folder: Path = RECORDINGS) -> Path:
    """Write it to `<folder>/<day>/<dialogue>.json`; the same day's earlier one is replaced."""
    path = folder / f"{recording.recorded_at:%Y-%m-%d}" / f"{recording.dialogue}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(recording.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def stored(folder: Path = RECORDINGS) -> list[Path]:
    """Every recording's file, oldest day first."""
    return sorted(folder.glob("*/*.json"))


def load(path: Path) -> Recording:
    """One recording."""
    return Recording.model_validate_json(path.read_text(encoding="utf-8"))

"""What the model was asked, held against what was stored when each life ended. Counted from outside the bot."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from tests.crash.audit import Audit

Place = tuple[str, int]  # a turn, and the place of one message in it


@dataclass(frozen=True, slots=True)
class Life:
    """When a life ended (monotonic seconds), and which of the model's answers were stored by then."""

    ended: float
    stored: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the model: for which turn, after how many tool calls, when, whether it was answered whole."""

    turn: str
    round: int
    started: float
    whole: bool

    @property
    def place(self) -> Place:
        """Where its answer is stored."""
        return self.turn, 2 * self.round + 1


@dataclass(slots=True)
class TalkingAudit(Audit):
    """The counts of the talking ordeal: those of the ordeal, and the model's. `again` is explained by kills."""

    model_answers: int = 0
    again: int = 0
    paid_twice: int = 0
    notes: int = 0
    notes_twice: int = 0
    notes_lost: int = 0

    @classmethod
    def of(cls, common: Audit) -> Self:
        """The same counts, with room for more."""
        return cls(**{one.name: getattr(common, one.name) for one in fields(common)})

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled without reason, out of order, or paid twice."""
        # Named: a dataclass with slots is another class than the one its body was written in.
        common = super(TalkingAudit, self).clean
        return common and not (self.paid_twice or self.notes_twice or self.notes_lost)

    def lines(self) -> list[str]:
        """The report."""
        rows = (
            ("model answers", self.model_answers),
            ("asked again: killed before it was stored", self.again),
            ("model answers paid twice once stored", self.paid_twice),
            ("notes asked for", self.notes),
            ("notes written twice", self.notes_twice),
            ("notes missing", self.notes_lost),
        )
        return [f"{name:44}{count:6}" for name, count in rows] + Audit.lines(self)


def stored_answers(database: Path) -> frozenset[Place]:
    """The model's answers that are stored: turn and place in the turn."""
    return frozenset((str(turn), int(seq)) for turn, seq in _rows(database, STORED))


STORED = "SELECT turn, seq FROM dialogue WHERE role = 'assistant'"
NOTES = "SELECT key FROM notes"


def paid(audit: TalkingAudit, asked: Sequence[Asked], lives: Sequence[Life]) -> None:
    """Count what was asked more than once.

    A repeat is explained only where a life ended between the two requests, and the answer was not stored when it did.
    """
    last: dict[Place, float] = {}
    for one in sorted(asked, key=lambda one: one.started):
        before = last.get(one.place)
        last[one.place] = one.started
        if before is None:
            audit.model_answers += 1
            continue
        between = [life for life in lives if before < life.ended < one.started]
        if between and not any(one.place in life.stored for life in between):
            audit.again += 1
            continue
        audit.paid_twice += 1
        why = "was stored" if between else "nobody was killed in between"
        audit.trouble.append(f"{one.turn}: answer {one.round} was asked for again, though it {why}")


def notes_of(audit: TalkingAudit, database: Path, turns: Sequence[str]) -> None:
    """Hold the notes against the turns that were to write one each. A note's key begins with its turn."""
    written = Counter(str(key).rsplit(":", 2)[0] for (key,) in _rows(database, NOTES))
    audit.notes += len(turns)
    for turn in turns:
        audit.notes_lost += written[turn] == 0
        audit.notes_twice += max(0, written[turn] - 1)
        if written[turn] != 1:
            audit.trouble.append(f"{turn} wrote {written[turn]} notes")


def _rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return list(connection.execute(query))
        except sqlite3.OperationalError:  # killed before its tables were made
            return []

"""What the people got, held against what they asked for. Everything is counted from outside the bot."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.crash.people import ADDING, QUEUED, READY, Ask, Film, Person, Pressed, first_line
from tests.sandbox.telegram import SentMessage

GREETING = ("Анна, я нахожу", "Прежде чем качать", "Принято")


@dataclass(slots=True)
class Audit:
    """The counts. Everything but `explained` has to be zero; `trouble` says what was wrong, one line each."""

    updates: int = 0
    answers: int = 0
    downloads: int = 0
    notices: int = 0
    lost: int = 0
    missing: int = 0
    disordered: int = 0
    added_twice: int = 0
    notices_missing: int = 0
    strange: int = 0
    explained: int = 0
    unexplained: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled without reason or out of order."""
        counts = (self.lost, self.missing, self.disordered, self.added_twice, self.notices_missing)
        return not any((*counts, self.strange, self.unexplained))

    def lines(self) -> list[str]:
        """The report."""
        rows = (
            ("updates sent", self.updates),
            ("answers expected", self.answers),
            ("downloads asked for", self.downloads),
            ("done notices expected", self.notices),
            ("updates lost", self.lost),
            ("answers missing", self.missing),
            ("answers out of order", self.disordered),
            ("downloads added twice", self.added_twice),
            ("notices missing", self.notices_missing),
            ("messages nobody asked for", self.strange),
            ("doubles explained by a kill while sending", self.explained),
            ("doubles without such a kill", self.unexplained),
        )
        return [f"{name:44}{count:6}" for name, count in rows] + self.trouble


def being_sent(database: Path) -> list[str]:
    """Outbox keys that a dead process was sending: between `outbox.sending` and `outbox.sent`, both included."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute("SELECT key FROM outbox WHERE state = 'sending'")
            return [key for (key,) in rows]
        except sqlite3.OperationalError:  # killed before its tables were made
            return []


def stored(database: Path) -> set[int]:
    """The numbers of all updates that the bot has stored."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return {int(key) for (key,) in connection.execute("SELECT key FROM inbox WHERE source = 'telegram'")}


def examine(
    people: Sequence[Person],
    *,
    known: set[int],
    confirmed: int,
    doubtful: Mapping[str, int],
    added: Mapping[str, int],
    downloads: Path,
) -> Audit:
    """Hold what came against what was asked.

    `known`: updates stored by the bot; `confirmed`: the offset it confirmed to Telegram; `doubtful`: how often
    each outbox key was being sent at a kill; `added`: how often each infohash was added to the client.
    """
    audit = Audit()
    for person in people:
        asked = [ask.update_id for ask in person.asks] + [press.update_id for press in person.presses]
        audit.updates += len(asked)
        audit.answers += len(person.asks)
        audit.downloads += len(person.presses)
        audit.notices += len(person.presses)
        lost = [number for number in asked if number < confirmed and number not in known]
        audit.lost += len(lost)
        audit.trouble += [
            f"update {number} of chat {person.chat.id} was confirmed and not kept" for number in lost
        ]
        _answers(audit, person, doubtful)
    _torrents(audit, [press.film for person in people for press in person.presses], added, downloads)
    return audit


def _answers(audit: Audit, person: Person, doubtful: Mapping[str, int]) -> None:
    sends = person.sends()
    keys = _keys(person)
    found = [_key_of(message, keys) for message in sends]
    for key in keys.values():
        times = found.count(key)
        if times == 0:
            notice = key.endswith(":done")
            audit.notices_missing += notice
            audit.missing += not notice
            audit.trouble.append(f"chat {person.chat.id}: nothing came for {key}")
        _double(audit, person, key, times - 1, doubtful)
    queued = [message for message in sends if message.text.startswith(QUEUED)]
    _queued(audit, person, len(queued), doubtful)
    strange = [m for m, key in zip(sends, found, strict=True) if key is None and not _by_the_way(m)]
    audit.strange += len(strange)
    audit.trouble += [f"chat {person.chat.id}: nobody asked for {m.text!r}" for m in strange]
    _order(audit, person, [key for key in found if key is not None])


def _keys(person: Person) -> dict[tuple[str, str], str]:
    """The outbox key of everything this person has to get, by kind and subject."""
    keys = {("answer", ask.subject): _answer_key(ask) for ask in person.asks}
    for press in person.presses:
        keys["adding", press.film.title] = f"download:{press.proposal}:progress"
        keys["done", press.film.title] = f"download:{press.proposal}:done"
    return keys


def _answer_key(ask: Ask) -> str:
    return f"turn:telegram:{ask.update_id:020d}:answer"


def _key_of(message: SentMessage, keys: Mapping[tuple[str, str], str]) -> str | None:
    subject = first_line(message)
    if message.text.startswith(READY):
        return next(
            (key for (kind, title), key in keys.items() if kind == "done" and f" {title}, " in subject), None
        )
    kind = "adding" if message.text.endswith(ADDING) else "answer"
    return keys.get((kind, subject))


def _by_the_way(message: SentMessage) -> bool:
    return message.text.startswith((QUEUED, *GREETING))


def _double(audit: Audit, person: Person, key: str, doubles: int, doubtful: Mapping[str, int]) -> None:
    if doubles <= 0:
        return
    explained = min(doubles, doubtful.get(key, 0))
    audit.explained += explained
    audit.unexplained += doubles - explained
    if doubles > explained:
        audit.trouble.append(
            f"chat {person.chat.id}: {key} came {doubles + 1} times, killed while sending {explained}"
        )


def _queued(audit: Audit, person: Person, times: int, doubtful: Mapping[str, int]) -> None:
    """The word that something waits is all the same text: at most one an update, and one a kill while sending."""
    mine = {f"turn:telegram:{ask.update_id:020d}:queued" for ask in person.asks}
    allowed = len(mine) + sum(doubtful.get(key, 0) for key in mine)
    if times > allowed:
        audit.unexplained += times - allowed
        audit.trouble.append(f"chat {person.chat.id}: told {times} times that something waits")


def _order(audit: Audit, person: Person, found: Sequence[str]) -> None:
    """Answers in the order of their questions, doubles next to each other; a notice after its progress message."""
    order = {_answer_key(ask): place for place, ask in enumerate(person.asks)}
    places = [(order[key], key) for key in found if key in order]
    for (before, first), (after, second) in pairwise(places):
        if after < before:
            audit.disordered += 1
            audit.trouble.append(f"chat {person.chat.id}: {second} came after {first}")
    for press in person.presses:
        progress, done = f"download:{press.proposal}:progress", f"download:{press.proposal}:done"
        if done in found and progress in found and found.index(done) < found.index(progress):
            audit.disordered += 1
            audit.trouble.append(f"chat {person.chat.id}: {done} came before its progress message")


def _torrents(audit: Audit, films: Iterable[Film], added: Mapping[str, int], downloads: Path) -> None:
    for film in {film.item.infohash: film for film in films}.values():
        times = added.get(film.item.infohash, 0)
        if times > 1:
            audit.added_twice += times - 1
            audit.trouble.append(f"{film.title} was added {times} times")
        if not film.item.is_in(downloads):
            audit.strange += 1
            audit.trouble.append(f"{film.title} is not on disk byte for byte")


def counted(keys: Iterable[Sequence[str]]) -> Counter[str]:
    """How often each key stands in the lists."""
    return Counter(key for found in keys for key in found)


def unfinished(people: Sequence[Person]) -> list[Ask | Pressed]:
    """What still waits for an answer or a done notice."""
    waiting: list[Ask | Pressed] = []
    for person in people:
        keys = _keys(person)
        found = {_key_of(message, keys) for message in person.sends()}
        waiting += [ask for ask in person.asks if _answer_key(ask) not in found]
        waiting += [press for press in person.presses if f"download:{press.proposal}:done" not in found]
    return waiting

"""What the voice never does, as pure rules over one reply.

Rules can show that a reply is brief, honest about what was done and free of flattery. They cannot show that it is
witty, or that the choice was good: people judge that, reading `make eval`'s recordings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tests.persona import wording
from tests.persona.tokens import (
    CYRILLIC,
    LATIN,
    QUOTED,
    WORD,
    folded,
    named_titles,
    names_title,
    same_title,
    same_word,
    tech_run,
    without,
)
from tests.persona.wording import Deed


class Length(StrEnum):
    """How much was asked for."""

    BRIEF = "brief"
    NORMAL = "normal"
    EXPANSIVE = "expansive"


WORDS = {Length.BRIEF: 45, Length.NORMAL: 100, Length.EXPANSIVE: 220}


class Rule(StrEnum):
    """The rules by name."""

    OPENER = "opener"
    FLATTERY = "flattery"
    FILLER = "filler"
    ECHO = "echo"
    EXCLAMATION = "exclamation"
    QUESTIONS = "questions"
    LENGTH = "length"
    MAGNET = "magnet"
    RELEASE_NAME = "release-name"
    TABLE = "table"
    UNKNOWN_TITLE = "unknown-title"
    BLOCKED_TITLE = "blocked-title"
    NUMBER = "number"
    EMOJI = "emoji"
    MORALISING = "moralising"
    TASTE = "taste"
    ASKS_LEAVE = "asks-leave"
    UNDONE = "undone"
    MARKDOWN = "markdown"
    LANGUAGE = "language"
    ADDRESS = "address"
    LINK = "link"
    INNARDS = "innards"


# What code may show and the model may not.
OF_CODE = frozenset({Rule.TABLE, Rule.RELEASE_NAME, Rule.LINK, Rule.MAGNET, Rule.UNKNOWN_TITLE, Rule.NUMBER})


@dataclass(frozen=True, slots=True)
class Style:
    """What one reply is measured by.

    `request` is what the person wrote; `titles` are those that tools resolved and `blocked` those the person does not
    want; `labels` are words of buttons and the person's own that may stand in quotation marks; `done` is what tools
    and buttons did; `links` were made by code; `facts` is the text of the tools' results (None: numbers are not
    checked); `by_code` marks a card or a fixed text, where tables, links and release names are in their place.
    """

    language: Literal["ru", "en"] = "ru"
    length: Length = Length.BRIEF
    address: Literal["ты", "вы"] | None = None
    request: str = ""
    titles: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    done: frozenset[Deed] = frozenset()
    links: frozenset[str] = frozenset()
    facts: str | None = None
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken, and by which words."""

    rule: Rule
    found: str


def tone_faults(reply: str, style: Style) -> list[Fault]:
    """Everything in the reply that breaks the voice, in the order of the rules; empty where nothing does."""
    return [
        Fault(rule, found.strip()[:120])
        for rule, check in _CHECKS.items()
        if not (style.by_code and rule in OF_CODE)
        for found in _unique(check(reply, style))
    ]


def _unique(found: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(found))


# -- manners


def _of(pattern: re.Pattern[str]) -> Callable[[str, Style], Iterator[str]]:
    def check(reply: str, style: Style) -> Iterator[str]:
        prose = QUOTED.sub(" ", reply)
        yield from (found.group() for found in pattern.finditer(prose))

    return check


def _opener(reply: str, _style: Style) -> Iterator[str]:
    if found := wording.OPENERS.match(reply):
        yield found.group()


def _echo(reply: str, style: Style) -> Iterator[str]:
    if not style.request:
        return
    if found := wording.ECHO.match(reply):
        yield found.group()
    said = folded(style.request)
    first = re.split(r"(?<=[.!?…])\s|\n", reply.strip(), maxsplit=1)[0]
    own = set(folded(" ".join(style.titles)).split())
    telling = [
        word
        for word in dict.fromkeys(said.split())
        if len(word) > 2
        and word not in wording.STOP_WORDS
        and word not in own
        and not any(map(str.isdigit, word))
    ]
    words = folded(first).split()
    shared = [word for word in telling if any(same_word(word, other) for other in words)]
    if len(telling) >= 3 and len(shared) >= 0.75 * len(telling):
        yield first


def _exclamation(reply: str, style: Style) -> Iterator[str]:
    for title in style.titles:
        reply = reply.replace(title, "")
    yield from re.findall(r"\S*[!！‼]\S*", reply)


def _questions(reply: str, style: Style) -> Iterator[str]:
    text = QUOTED.sub(" ", re.sub(r"https?://\S+", " ", reply))
    asked = re.findall(r"[^.!?\n]*[?？][?!？]*", text)
    if len(asked) > 1:
        yield asked[1]


def _length(reply: str, style: Style) -> Iterator[str]:
    count = len(WORD.findall(reply))
    if count > WORDS[style.length]:
        yield f"{count} words, at most {WORDS[style.length]}"


def _emoji(reply: str, _style: Style) -> Iterator[str]:
    found = re.findall("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u203c\u2049]", reply)
    if len(found) > 1:
        yield "".join(found)


# -- what code makes, and what stays inside


def _magnet(reply: str, _style: Style) -> Iterator[str]:
    yield from re.findall(
        r"magnet:\S*|urn:btih\S*|\b[0-9a-fA-F]{40}\b|\b(?=[A-Z2-7]*[2-7])[A-Z2-7]{32}\b", reply
    )


def _release_name(reply: str, _style: Style) -> Iterator[str]:
    yield from re.findall(r"\S+\.(?:mkv|mp4|avi|m4v|torrent|srt|iso)\b", reply, re.IGNORECASE)
    glued = [token for token in re.findall(r"\S*\w(?:[._]\w[\w-]*){3,}\S*", reply) if "/" not in token]
    yield from glued
    yield from re.findall(r"\[[^\]\n]*(?:Rip|WEB|1080|720|2160)[^\]\n]*\]", reply)
    if not glued and (run := tech_run(reply)) is not None:
        yield run


def _table(reply: str, _style: Style) -> Iterator[str]:
    measured = re.compile(r"\d\s?(?:ГБ|МБ|GB|MB|GiB)\b|\b\d{3,4}p\b", re.IGNORECASE)
    rows = [line for line in reply.splitlines() if measured.search(line) and re.search(r"\w", line)]
    if len(rows) >= 3:
        yield rows[2]
    yield from (line for line in rows if re.search(r"[·|•].*[·|•]|\d↑", line))


def _markdown(reply: str, _style: Style) -> Iterator[str]:
    yield from re.findall(
        r"^\s{0,3}#{1,6}\s.*|^\s*```.*|^\s*\|.*\|\s*$|^\s*(?:-{3,}|={3,}|\*{3,})\s*$", reply, re.MULTILINE
    )


def _link(reply: str, style: Style) -> Iterator[str]:
    found = re.findall(
        r"https?://[^\s)»\"]+|\bwww\.\S+|\bt\.me/\S+|\]\([^)]*\)|\b[\w-]+\.(?:com|org|net|ru|io|tv|info|to|cc|рф)\b(?:/\S*)?",
        reply,
    )
    yield from (link for link in found if link.rstrip(".,;") not in style.links)


def _innards(reply: str, _style: Style) -> Iterator[str]:
    yield from re.findall(r"\b[trd]\d{1,3}\b", reply)
    yield from re.findall(r"\b(?:find|title|release|why|ask)_(?:title|details|releases|not|person)\b", reply)
    yield from re.findall(
        r"</?\s*(?:foreign|context|tool)\b[^>]*>?|\btool_use\w*|\bsystem prompt\b|системн\w+ промпт\w*", reply
    )
    yield from re.findall(
        r"\b(?:tool|инструмент)\w*\b (?:call|result|вернул|ответил)\w*", reply, re.IGNORECASE
    )


# -- truth


def _unknown_title(reply: str, style: Style) -> Iterator[str]:
    known = (*style.titles, *style.labels)
    for title in named_titles(reply):
        if any(same_title(title, one) for one in known) or names_title(style.request, title):
            continue
        # In front of a year stands a whole clause: it has to end with a title.
        if any(folded(title).endswith(folded(one)) for one in known):
            continue
        yield title


def _blocked_title(reply: str, style: Style) -> Iterator[str]:
    for title in style.blocked:
        if names_title(reply, title) and not names_title(style.request, title):
            yield title


def _number(reply: str, style: Style) -> Iterator[str]:
    if style.facts is None:
        return
    known = set(_numbers(style.facts)) | set(_numbers(style.request)) | set(_numbers(" ".join(style.titles)))
    for number in _numbers(reply):
        # Counting to ten is speech, not a fact.
        if number not in known and not (number.isdigit() and int(number) <= 10):
            yield number


def _numbers(text: str) -> list[str]:
    digits = re.findall(r"\d+(?:[.,]\d+)?", re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}\b)", "", text))
    return [number.replace(",", ".") for number in digits] + (
        ["2160"] if re.search(r"\b4[kк]\b", text, re.IGNORECASE) else []
    )


def _undone(reply: str, style: Style) -> Iterator[str]:
    prose = re.sub(r"[ \t]+", " ", QUOTED.sub(" ", reply))
    for sentence in re.split(r"(?<=[.!?…])\s+|\n", prose):
        if sentence.rstrip().endswith("?"):
            continue
        for deed, pattern in wording.CLAIMS.items():
            if deed in style.done:
                continue
            for found in pattern.finditer(sentence):
                if not wording.DENIED.search(sentence[: found.start()]):
                    yield found.group()


# -- the person's way of speaking


def _language(reply: str, style: Style) -> Iterator[str]:
    words = WORD.findall(without(reply, style.titles))
    wrong_script = LATIN if style.language == "ru" else CYRILLIC
    written = [word for word in words if not word.isdigit()]
    wrong = [word for word in written if wrong_script.search(word)]
    if len(wrong) >= 3 and len(wrong) > 0.4 * len(written):
        yield " ".join(wrong[:12])


def _address(reply: str, style: Style) -> Iterator[str]:
    if style.language != "ru":
        return
    prose = QUOTED.sub(" ", reply)
    ty, vy = wording.TY.findall(prose), wording.VY.findall(prose)
    if ty and vy:
        yield f"{ty[0]} / {vy[0]}"
    elif style.address == "ты" and vy:
        yield vy[0]
    elif style.address == "вы" and ty:
        yield ty[0]


_CHECKS: dict[Rule, Callable[[str, Style], Iterator[str]]] = {
    Rule.OPENER: _opener,
    Rule.FLATTERY: _of(wording.FLATTERY),
    Rule.FILLER: _of(wording.FILLER),
    Rule.ECHO: _echo,
    Rule.EXCLAMATION: _exclamation,
    Rule.QUESTIONS: _questions,
    Rule.LENGTH: _length,
    Rule.MAGNET: _magnet,
    Rule.RELEASE_NAME: _release_name,
    Rule.TABLE: _table,
    Rule.UNKNOWN_TITLE: _unknown_title,
    Rule.BLOCKED_TITLE: _blocked_title,
    Rule.NUMBER: _number,
    Rule.EMOJI: _emoji,
    Rule.MORALISING: _of(wording.MORALISING),
    Rule.TASTE: _of(wording.TASTE),
    Rule.ASKS_LEAVE: _of(wording.ASKS_LEAVE),
    Rule.UNDONE: _undone,
    Rule.MARKDOWN: _markdown,
    Rule.LANGUAGE: _language,
    Rule.ADDRESS: _address,
    Rule.LINK: _link,
    Rule.INNARDS: _innards,
}

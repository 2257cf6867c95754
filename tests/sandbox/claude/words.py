"""The talker's ear and tongue: what a person may mean, and its fixed sentences in two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .request import Request

Meaning = Literal[
    "film", "download", "pick", "smaller", "better", "why_not", "downloads", "remember", "watchlist", "greeting",
    "thanks", "cost", "chat",
]  # fmt: skip

SAID_TAGS = re.compile(r"<(message|person|said|words|user_message|request)>(.*?)</\1>", re.DOTALL)
OTHER_TAGS = re.compile(r"<([a-z_]+)(?: [^>]*)?>.*?</\1>", re.DOTALL)
ORDINALS: tuple[tuple[str, int], ...] = (
    (r"перв\w+|first|\b1(?:-?[йя])?\b", 1),
    (r"втор\w+|second|\b2(?:-?[йя])?\b", 2),
    (r"трет\w+|third|\b3(?:-?[йя])?\b", 3),
    (r"четв[её]рт\w+|fourth|\b4(?:-?[йя])?\b", 4),
    (r"пят\w+|fifth|\b5(?:-?[йя])?\b", 5),
    (r"последн\w+|last one", -1),
)
WISH = re.compile(
    r"\b(?:в |in )?(4k|2160p|1080p|720p|480p|uhd|hdr|dolby vision|full ?hd|web-?dl|bluray|remux)\b",
    re.IGNORECASE,
)
SMALLER = re.compile(r"поменьше|меньше|полегче|smaller|lighter|less space", re.IGNORECASE)
BETTER = re.compile(r"покачественнее|получше|better|higher quality", re.IGNORECASE)
DOWNLOAD = re.compile(
    r"\b(?:скачай\w*|качай\w*|загрузи\w*|бери\w*|download|grab|get it|take it)\b", re.IGNORECASE
)
PICK = re.compile(
    r"^(?:а |и |давай |ну |what about |the |and )*(?:перв|втор|трет|четв|пят|последн|first|second|third|fourth|last)",
    re.IGNORECASE,
)
SEARCH = re.compile(
    r"\b(?:найди\w*|поищи\w*|ищи\w*|ищу|хочу (?:по)?смотреть|хочу|посмотреть|глянуть|включи|find|search(?: for)?|"
    r"look for|(?:i )?want to watch|watch|show me|get me)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(r"\?\s*$|^(?:как|что|где|когда|кто|зачем|how|what|where|when|who|why)\b", re.IGNORECASE)
NOISE = re.compile(
    r"\b(?:фильм|кино|мне|пожалуйста|please|the film|movie|film|a film|торрент|torrent)\b", re.IGNORECASE
)
RULES: tuple[tuple[Meaning, re.Pattern[str]], ...] = (
    ("why_not", re.compile(r"почему (?:не|именно)|why not|why isn'?t|what about the other", re.IGNORECASE)),
    ("remember", re.compile(r"^(?:запомни\w*|remember)\b", re.IGNORECASE)),
    ("cost", re.compile(r"сколько (?:это )?стоил|how much did", re.IGNORECASE)),
    (
        "downloads",
        re.compile(r"что (?:там )?(?:качается|с загрузк)|очередь|загрузки|downloads|queue", re.IGNORECASE),
    ),
    ("watchlist", re.compile(r"в список|watch ?list|на потом", re.IGNORECASE)),
    ("thanks", re.compile(r"^(?:спасибо|благодарю|thanks|thank you)\b", re.IGNORECASE)),
    ("greeting", re.compile(r"^(?:привет\w*|здравствуй\w*|добрый|hi|hello|hey)\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Heard:
    """What the talker understood: `ordinal` 1 is the first, -1 the last; `topic` is the film or the fact."""

    meaning: Meaning
    text: str
    russian: bool
    topic: str = ""
    wishes: str = ""
    ordinal: int | None = None


def resolution(wishes: str) -> str | None:
    """The lines of a wish: "4K" is "2160p"; None where it names none."""
    plain = wishes.lower().replace(" ", "")
    found = re.search(r"\d{3,4}p", plain)
    if found is not None:
        return found.group()
    return "2160p" if "4k" in plain or "uhd" in plain else "1080p" if "fullhd" in plain else None


def said(request: Request) -> str:
    """The person's own words: of the last text block, without what the bot wrapped around them."""
    for turn in reversed(request.turns):
        texts = [str(block["text"]) for block in turn.of("text")]
        if turn.role == "user" and texts:
            tagged = SAID_TAGS.findall("\n".join(texts))
            plain = tagged[-1][1] if tagged else OTHER_TAGS.sub("", texts[-1])
            return plain.strip() or texts[-1].strip()
    return ""


def hear(text: str, *, listed: int) -> Heard:
    """`listed`: how many releases stand in the history, without which "the second" says nothing."""
    russian = bool(re.search("[а-яё]", text, re.IGNORECASE))
    wishes = ", ".join(dict.fromkeys(found.group(1) for found in WISH.finditer(text)))
    topic = _topic(text)
    ordinal = next((number for pattern, number in ORDINALS if re.search(pattern, text, re.IGNORECASE)), None)
    meaning = _meaning(text, topic, wishes, listed)
    return Heard(meaning, text, russian, topic, wishes, ordinal)


def _meaning(text: str, topic: str, wishes: str, listed: int) -> Meaning:
    found = next((meaning for meaning, pattern in RULES if pattern.search(text)), None)
    if found is not None:
        return found
    if listed and (DOWNLOAD.search(text) or PICK.search(text)):
        return "download" if DOWNLOAD.search(text) else "pick"
    if listed and SMALLER.search(text):
        return "smaller"
    if listed and (BETTER.search(text) or (wishes and len(topic.split()) < 2 and not SEARCH.search(text))):
        return "better"
    if SEARCH.search(text) or DOWNLOAD.search(text) or _like_a_title(text):
        return "film" if topic else "chat"
    return "chat"


def _like_a_title(text: str) -> bool:
    return 1 <= len(text.split()) <= 6 and text[:1].isupper() and not QUESTION.search(text)


def _topic(text: str) -> str:
    fact = re.match(r"(?:запомни\w*|remember)[,:]?(?: что| that)? (.+)", text, re.IGNORECASE | re.DOTALL)
    if fact is not None:
        return fact.group(1).strip(" .")
    for pattern in (SEARCH, DOWNLOAD, WISH, NOISE, SMALLER):
        text = pattern.sub(" ", text)
    return " ".join(re.sub(r"[?!,;:«»\"]", " ", text).split()).strip(" .-")


@dataclass(frozen=True)
class Phrases:
    """The talker's sentences in one language."""

    who: str
    greeting: str
    thanks: str
    chat: str
    cost: str
    no_title: str
    no_release: str
    best: str
    because: str
    reasons: str
    others: str
    proposed: str
    details: str
    remembered: str
    listed: str
    queue: str
    queue_empty: str
    failed: str
    which: str
    ask: str
    silent: str
    this_one: str
    picked: str
    seeded: str


RU = Phrases(
    who="Говорит заглушка песочницы (sandbox-talker), не Claude.",
    greeting="Привет. Скажите, что хочется посмотреть.",
    thanks="Не за что. Хорошего вечера.",
    chat="Я умею немногое: назовите фильм, и я поищу релизы.",
    cost="Нисколько: песочница денег не берёт.",
    no_title="Такого фильма не нашлось. Как он ещё называется?",
    no_release="Нашёлся «{title}», а раздач к нему сейчас нет.",
    best="Лучший вариант: {release}",
    because=", потому что {why}",
    reasons="он подходит под ваши настройки лучше остальных",
    others="Есть ещё {count}: можно сказать «второй» или «поменьше».",
    proposed="Предложение с кнопкой готово. Без вашей кнопки ничего не начнётся.",
    details="Вот что известно: {facts}",
    remembered="Запомнил.",
    listed="Сделано.",
    queue="Сейчас в работе: {items}",
    queue_empty="Сейчас ничего не качается.",
    failed="Не вышло: {reason}",
    which="Какой именно? Назовите номер из списка.",
    ask="Спросил.",
    silent="Не ответили: {names}.",
    this_one="вариант из карточки",
    picked="Тогда этот: {release}",
    seeded="раздают {seeds}",
)
EN = Phrases(
    who="This is the sandbox's stand-in (sandbox-talker), not Claude.",
    greeting="Hello. Name something you would like to watch.",
    thanks="Any time. Enjoy the evening.",
    chat="I can do little: name a film and I will look for releases.",
    cost="Nothing: the sandbox is free of charge.",
    no_title="No such film turned up. What else is it called?",
    no_release='"{title}" is found, but nobody offers it right now.',
    best="The best option: {release}",
    because=", because {why}",
    reasons="it fits your settings better than the rest",
    others='There are {count} more: say "the second" or "smaller".',
    proposed="The proposal is ready, with a button. Nothing starts without your button.",
    details="What is known: {facts}",
    remembered="Noted.",
    listed="Done.",
    queue="In progress: {items}",
    queue_empty="Nothing is downloading right now.",
    failed="That did not work: {reason}",
    which="Which one? Give me its number in the list.",
    ask="Asked.",
    silent="No answer from: {names}.",
    this_one="the one on the card",
    picked="Then this one: {release}",
    seeded="{seeds} people share it",
)

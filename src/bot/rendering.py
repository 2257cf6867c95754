"""Text and buttons in Telegram's terms. Pure: lengths are in UTF-16 units, as Telegram counts them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from src.core.errors import UnusableInputError
from src.core.inbound import Button, CopyButton, DataButton, Rows, Span, Style, Text, UrlButton, text_of

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
ROW_LIMIT = 8
BUTTON_LIMIT = 100
COPY_LIMIT = 256
JOINER = "\u200d"
BORDERS = ("\n\n", "\n", " ")
KINDS = {
    Style.BOLD: MessageEntity.BOLD,
    Style.ITALIC: MessageEntity.ITALIC,
    Style.CODE: MessageEntity.CODE,
    Style.LINK: MessageEntity.TEXT_LINK,
}
_SURROGATES = re.compile("[\ud800-\udfff]")
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Run:
    """One style over the characters from `start` to `end` of a text."""

    start: int
    end: int
    style: Style
    url: str | None


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def entities_of(text: Text) -> tuple[str, list[MessageEntity]]:
    """The words, and Telegram's entities for their styles.

    Halves of surrogate pairs become U+FFFD, links that Telegram would refuse stay as plain words, and what is
    over a hundred entities is plain as well.
    """
    words, runs = _flat(text)
    entities: list[MessageEntity] = []
    at = offset = 0
    for run in runs[:ENTITY_LIMIT]:
        offset += units(words[at : run.start])
        length = units(words[run.start : run.end])
        entities.append(MessageEntity(KINDS[run.style], offset, length, url=run.url))
        offset += length
        at = run.end
    return words, entities


def split(text: Text, limit: int = TEXT_LIMIT) -> list[Text]:
    """The text in pieces of at most `limit` units and a hundred entities, none of them blank.

    Cut between paragraphs, lines or words where there is such a place; a style goes on in the next piece. The
    white space at a cut is dropped.
    """
    words, runs = _flat(text)
    pieces: list[Text] = []
    start = 0
    while start < len(words):
        reach = _reach(words, runs, start, limit)
        end, after = (reach, reach) if reach == len(words) else _cut(words, start, reach)
        if words[start:end].strip():
            pieces.append(_piece(words, runs, start, end))
        start = after
    return pieces


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """The inline keyboard; None where there is no button.

    A button Telegram would refuse is left out and logged, for the message must arrive. Raises
    UnusableInputError for a button that the outbox has not stored.
    """
    made: list[list[InlineKeyboardButton]] = []
    room = BUTTON_LIMIT
    for row in rows:
        buttons = [made_button for button in row if (made_button := _button(button)) is not None][:room]
        room -= len(buttons)
        made += [buttons[at : at + ROW_LIMIT] for at in range(0, len(buttons), ROW_LIMIT)]
    return InlineKeyboardMarkup(made) if made else None


def _button(button: Button) -> InlineKeyboardButton | None:
    label = clean(button.label)
    if not label.strip():
        log.warning("button.left_out", type=button.type, reason="no label")
        return None
    match button:
        case DataButton():
            style = "danger" if button.danger else None
            return InlineKeyboardButton(label, callback_data=button.data, style=style)
        case CopyButton() if 1 <= units(button.text) <= COPY_LIMIT:
            return InlineKeyboardButton(label, copy_text=CopyTextButton(clean(button.text)))
        case UrlButton() if usable_link(button.url):
            return InlineKeyboardButton(label, url=button.url)
        case CopyButton() | UrlButton():
            log.warning("button.left_out", type=button.type, reason="Telegram would refuse it")
            return None
        case _:
            raise UnusableInputError("a button was not stored before it was sent")


def usable_link(url: str | None) -> bool:
    """Would Telegram take this address in a link or a button?"""
    if url is None or not url.isprintable() or " " in url or _SURROGATES.search(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme.lower() == "tg":
        return bool(host)
    return parts.scheme.lower() in {"http", "https"} and "." in host.strip(".")


def clean(text: str) -> str:
    """The text without halves of surrogate pairs, which no UTF-8 can carry."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _flat(text: Text) -> tuple[str, list[_Run]]:
    """The words and their styled runs, in order, neighbours of one look joined."""
    runs: list[_Run] = []
    at = 0
    for span in text:
        start, at = at, at + len(span.text)
        style, url = _look(span)
        if start == at or style is Style.PLAIN:
            continue
        last = runs[-1] if runs else None
        if last is not None and (last.end, last.style, last.url) == (start, style, url):
            runs[-1] = _Run(last.start, at, style, url)
        else:
            runs.append(_Run(start, at, style, url))
    return clean(text_of(text)), runs


def _look(span: Span) -> tuple[Style, str | None]:
    if span.style is not Style.LINK:
        return span.style, None
    return (Style.LINK, span.url) if usable_link(span.url) else (Style.PLAIN, None)


def _reach(words: str, runs: list[_Run], start: int, limit: int) -> int:
    """How far a piece from `start` may go at most."""
    end = min(len(words), start + limit)
    room = limit
    if not words.isascii():
        for at in range(start, end):
            room -= 2 if words[at] > "\uffff" else 1
            if room < 0:
                end = at
                break
    styled = [run.start for run in runs if run.end > start and run.start < end]
    if len(styled) > ENTITY_LIMIT:
        end = styled[ENTITY_LIMIT]
    return max(end, start + 1)


def _cut(words: str, start: int, reach: int) -> tuple[int, int]:
    """Where the piece ends and where the next one begins."""
    middle = start + (reach - start) // 2
    for border in BORDERS:
        at = words.rfind(border, middle, reach + len(border))
        if at > start:
            return at, at + len(border)
    end = reach
    while end > middle and _clings(words, end):
        end -= 1
    end = end if end > middle else reach
    return end, end


def _clings(words: str, at: int) -> bool:
    """Does the character at `at` belong to the one before it (accents, joined emoji)?"""
    character = words[at]
    return (
        character == JOINER
        or words[at - 1] == JOINER
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _piece(words: str, runs: list[_Run], start: int, end: int) -> Text:
    return tuple(_spans(words, runs, start, end))


def _spans(words: str, runs: list[_Run], start: int, end: int) -> Iterator[Span]:
    at = start
    for run in runs:
        first, last = max(run.start, start), min(run.end, end)
        if first >= last:
            continue
        if at < first:
            yield Span(text=words[at:first])
        yield Span(text=words[first:last], style=run.style, url=run.url)
        at = last
    if at < end:
        yield Span(text=words[at:end])

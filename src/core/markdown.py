"""A model's Markdown as styled text: one renderer for drafts and finals, so that they look the same. Pure.

A model's links are never links here: an address that it wrote may carry away what it read.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import telegramify_markdown
from telegramify_markdown.config import RenderConfig

from src.core.inbound import Span, Style, Text

STYLES = {"bold": Style.BOLD, "italic": Style.ITALIC, "code": Style.CODE, "pre": Style.CODE}
STRENGTH = (Style.CODE, Style.BOLD, Style.ITALIC)
ENDINGS = (
    "com|net|org|info|biz|io|co|me|tv|cc|xyz|site|online|top|club|link|app|dev|ai|ru|su|ua|by|kz|eu|uk|de|рф"
)
ADDRESS = re.compile(
    # with a scheme; a host before a path; a host (or an address at one) with a known ending; a name to write to
    r"(?:https?|ftp):\S+|\b(?:tg:/|file:/|magnet:|mailto:|javascript:|data:\w+/|www\.|t\.me/)\S+"
    r"|(?<![\w+%-])(?:[\w+%-]{1,64}[.@]){1,8}[^\W\d_]{2,24}(?::\d{1,5})?/\S*"
    rf"|(?<![\w+%-])(?:[\w+%-]{{1,64}}[.@]){{1,8}}(?:{ENDINGS})(?!\w)(?:[/:?#]\S*)?"
    r"|(?<!\w)@[A-Za-z]\w{3,31}",
    re.IGNORECASE,
)
MOST_STYLED = 300  # Telegram counts a hundred in a message; an answer of more asterisks than words is no loss
LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,2000}\)")
INVISIBLE = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    style: Style


def render(markdown: str) -> Text:
    """The text in spans: bold, italic and code stay, everything else becomes plain words."""
    visible = INVISIBLE.sub("", markdown)  # first, or what is taken out of an address makes it whole
    clean = ADDRESS.sub("", LINK.sub(r"\1", visible)).replace("<", "‹").replace(">", "›")
    words, entities = telegramify_markdown.convert(clean, latex_escape=False, config=_config())
    units = words.encode("utf-16-le")
    stretches = [
        _Stretch(entity.offset, entity.offset + entity.length, STYLES[entity.type])
        for entity in entities
        if entity.type in STYLES
    ][:MOST_STYLED]
    gone = _addresses(words)
    ends = {end for s in (*stretches, *gone) for end in (s.start, s.end)}
    spans = []
    for start, end in pairwise(sorted({0, len(units) // 2, *ends})):
        text = units[start * 2 : end * 2].decode("utf-16-le", "ignore")
        if text and not _inside(start, gone):
            here = {s.style for s in stretches if s.start <= start and end <= s.end}
            spans.append(Span(text=text, style=next((s for s in STRENGTH if s in here), Style.PLAIN)))
    return tuple(spans)


def unlinked(text: str) -> str:
    """Words of strangers without the addresses among them: chats make links of those by themselves."""
    return ADDRESS.sub("…", INVISIBLE.sub("", text))


def _inside(place: int, stretches: list[_Stretch]) -> bool:
    """Whether one of these holds the place; they are in order and do not overlap."""
    before = bisect_right(stretches, place, key=lambda stretch: stretch.start)
    return before > 0 and place < stretches[before - 1].end


def _addresses(words: str) -> list[_Stretch]:
    """Addresses that only the finished text shows: put together by marks, escapes or entities."""
    found, place, units = [], 0, 0
    for match in ADDRESS.finditer(words):
        start = units + _units(words[place : match.start()])
        units = start + _units(match[0])
        place = match.end()
        found.append(_Stretch(start, units, Style.LINK))
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _config() -> RenderConfig:
    """Headings without pins, lists with plain marks."""
    config = RenderConfig()
    symbol = config.markdown_symbol
    symbol.heading_level_1 = symbol.heading_level_2 = symbol.heading_level_3 = ""
    symbol.heading_level_4 = symbol.heading_level_5 = symbol.heading_level_6 = ""
    return config

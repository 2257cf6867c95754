"""Finding the words of release_words in a name, and reading the picture and sound facts from them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

from src.search.models import Resolution
from src.search.release_words import WORD, WORDS, Field, key_of


class Tag(NamedTuple):
    """One word found in a name, by position in it."""

    start: int
    end: int
    field: Field
    value: str
    strong: bool


_CINEMA: Final = frozenset({"CAM", "TS", "TC", "WORKPRINT", "SCR"})
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_FRAME = re.compile(r"(?<!\d)(\d{3,4})[xх×](\d{3,4})(?!\d)")
_CHANNELS = re.compile(
    r"(?<![\dv])(?<!\d[.])([1-9])[. ]([0-2])(?![\d.]?\d|\s?(?:[gmt]i?b|[гмт]б))|(?<!\d)([1268])ch(?![^\W_])"
)
_CHANNELS_OF = {"1": "1.0", "2": "2.0", "6": "5.1", "8": "7.1"}
_KNOWN_CHANNELS = frozenset({"1.0", "2.0", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1", "9.1"})
_SIZE = re.compile(r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,2})?)\s?([kmgtкмгт])i?[bб](?![^\W_])")
_POWER = {"k": 1, "к": 1, "m": 2, "м": 2, "g": 3, "г": 3, "t": 4, "т": 4}


def scan(lowered: str) -> tuple[Tag, ...]:
    """Every known word of the lower-case text, in order of place. In square brackets every word is strong."""
    brackets = [match.span() for match in _BRACKETED.finditer(lowered)]
    found = []
    for match in WORD.finditer(lowered):
        word = WORDS[key_of(match[1])]
        strong = word.strong or any(low < match.start() < high for low, high in brackets)
        found.append(Tag(match.start(), match.end(), word.field, word.value, strong))
    return tuple(found)


def values(tags: Iterable[Tag], field: Field) -> tuple[str, ...]:
    """The distinct values of one field, in order of place."""
    return tuple(dict.fromkeys(v for tag in tags if tag.field is field for v in tag.value.split("|") if v))


def first(tags: Iterable[Tag], field: Field) -> str | None:
    """The first value of one field; strong words go before weak ones."""
    weak: str | None = None
    for tag in tags:
        if tag.field is not field:
            continue
        if tag.strong:
            return tag.value
        weak = weak or tag.value
    return weak


def resolution_of(tags: Sequence[Tag], lowered: str) -> Resolution | None:
    """A written number of lines, else a frame size, else what "4K" and "UHD" mean."""
    named = first(tags, Field.RESOLUTION)
    if named is None:
        frame = _FRAME.search(lowered)
        named = _lines_of(int(frame[1]), int(frame[2])) if frame else first(tags, Field.ULTRA_HD)
    return cast("Resolution | None", named)


def _lines_of(width: int, height: int) -> str | None:
    for least_width, least_height, name in (
        (7000, 4300, "4320p"),
        (3200, 2000, "2160p"),
        (1800, 1000, "1080p"),
        (1200, 700, "720p"),
        (1024, 560, "576p"),
        (640, 400, "480p"),
    ):
        if width >= least_width or height >= least_height:
            return name
    return None


def source_of(tags: Sequence[Tag]) -> str | None:
    """The source; a cinema recording is never hidden by a nicer word, and a remux of a DVD is a DVD."""
    written = values(tags, Field.SOURCE)
    for value in written:
        if value in _CINEMA:
            return value
    if "Remux" in written and "DVD" not in written:
        return "Remux"
    return first(tags, Field.SOURCE)


def codec_of(tags: Sequence[Tag]) -> str | None:
    """The video codec; an encoder's name (x265) says more than its format's (HEVC) and goes first."""
    written = values(tags, Field.CODEC)
    return next((value for value in written if value.startswith("x26")), first(tags, Field.CODEC))


def hdr_of(tags: Sequence[Tag]) -> tuple[str, ...]:
    """The dynamic ranges named, in order."""
    return values(tags, Field.HDR)


def channels_of(lowered: str) -> str | None:
    """The first channel layout written: "5.1", "2.0", or "6ch" as "5.1"."""
    for match in _CHANNELS.finditer(lowered):
        layout = _CHANNELS_OF[match[3]] if match[3] else f"{match[1]}.{match[2]}"
        if layout in _KNOWN_CHANNELS:
            return layout
    return None


def size_of(lowered: str) -> int | None:
    """The size written in the name, in bytes (trackers count in 1024s)."""
    match = _SIZE.search(lowered)
    if match is None:
        return None
    return int(float(match[1].replace(",", ".")) * 1024 ** _POWER[match[2]])

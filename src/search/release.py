"""Reading a release's name: `parse_release(name)` says all that it says. Pure, linear, never raises."""

import re
from collections.abc import Sequence
from typing import Final

from src.search.models import ReleaseName
from src.search.release_numbering import Numbering, numbering_of, part_of
from src.search.release_tags import (
    Tag,
    channels_of,
    codec_of,
    first,
    hdr_of,
    resolution_of,
    scan,
    size_of,
    source_of,
    values,
)
from src.search.release_titles import group_of, opening_of, title_end, titles_of, year_of
from src.search.release_voices import voices_of
from src.search.release_words import CONTAINERS, GAME_GROUPS, Field

LONGEST_NAME: Final = 1000
"""Characters of a name that are read; the rest is cut off."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SITE = re.compile(r"^(?:\[\s?)?www\.[\w.-]{3,60}(?:\s?\])?\s*[-–]*\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})$")
_LEADING_GROUP = re.compile(r"\[[^\[\]]{2,40}\]")
_NOT_VIDEO: Final = frozenset({Field.MUSIC, Field.BOOK, Field.GAME, Field.SOFTWARE})
_VERSION = re.compile(r"(?<![^\W_])v\d{1,4}\.\d|-(?:" + "|".join(sorted(GAME_GROUPS)) + ")$")
_ONE_WORD = re.compile(r"([A-Za-z0-9]+)(?:_\d{6,8})?")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")
_SEASON_ASIDE = re.compile(r"\([^()]*(?:сезон|сери[ияй]|выпуск)[^()]*\)(?=\s*/)", re.IGNORECASE)
_MUSIC_ONLY: Final = frozenset({"FLAC", "MP3", "OPUS"})


def parse_release(name: str) -> ReleaseName:
    """All facts of a release's name, of any string; only the first 1,000 characters are read."""
    kept = _UNPRINTABLE.sub(" ", name[:LONGEST_NAME])
    text, container = _without_extension(_SITE.sub("", kept.strip()))
    text = _humps_apart(text)
    lowered = _lower(text)
    tags = scan(lowered)
    version = _VERSION.search(lowered)
    numbering = numbering_of(lowered)
    opening = opening_of(text)
    year, year_place = _year(text, opening, tags, numbering)
    end = title_end(text, opening, tags, (year_place, numbering.start, version and version.start()))
    titles = titles_of(
        _title_region(text, opening, end, year_place), directors=_by_directors(text, year_place)
    )
    told = tuple(tag for tag in tags if tag.strong or tag.start >= end)
    leading = opening > 0 and _opens_with_group(text, tags)
    return _assemble(kept, text, lowered, told, numbering, titles, end, year, container, leading=leading)


def release_fields(parsed: ReleaseName) -> dict[str, object]:
    """The JSON object of the `release` command: every field, absent ones null or []."""
    return parsed.model_dump(mode="json")


def _without_extension(text: str) -> tuple[str, str | None]:
    match = _EXTENSION.search(text[-5:].lower())
    if match is None or match[1] not in CONTAINERS:
        return text, None
    return text[: -len(match[0])], match[1]


def _humps_apart(text: str) -> str:
    """ "NightOfTheLivingDead1968" as words: archive identifiers are written so."""
    match = _ONE_WORD.fullmatch(text)
    if match is None or len(_HUMP.findall(match[1])) < 2:
        return text
    return _HUMP.sub(" ", match[1])


def _title_region(text: str, opening: int, end: int, year_place: int | None) -> str:
    """The part that holds the titles; in "RU (3 сезон) / EN / 2024" it goes on behind the season."""
    if (
        year_place is not None
        and year_place > end
        and (aside := _SEASON_ASIDE.search(text, opening, year_place))
    ):
        return text[opening : aside.start()] + text[aside.end() : year_place]
    return text[opening:end]


def _by_directors(text: str, year_place: int | None) -> bool:
    """Whether the year opens a square bracket: then people stand in parentheses ahead of it."""
    return year_place is not None and text[year_place] == "["


def _lower(text: str) -> str:
    """Lower case of the same length, so that places found in it are places in the text."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _year(
    text: str, opening: int, tags: Sequence[Tag], numbering: Numbering
) -> tuple[int | None, int | None]:
    if numbering.date is not None:
        return None, None
    places = [tag.start for tag in tags if tag.strong and tag.start > opening][:1]
    if numbering.start:
        places.append(numbering.start)
    return year_of(text, opening, min(places, default=len(text)))


def _opens_with_group(text: str, tags: Sequence[Tag]) -> bool:
    match = _LEADING_GROUP.match(text)
    return match is not None and text.isascii() and not any(tag.end <= match.end() for tag in tags)


def _assemble(
    name: str,
    text: str,
    lowered: str,
    tags: tuple[Tag, ...],
    numbering: Numbering,
    titles: tuple[str, ...],
    end: int,
    year: int | None,
    container: str | None,
    *,
    leading: bool,
) -> ReleaseName:
    tail = lowered[end:]
    voices = voices_of(text[end:], tail, tags, end)
    source = source_of(tags)
    service = first(tags, Field.SERVICE) if source is None else None
    depth = first(tags, Field.BIT_DEPTH)
    inferred = [*voices.inferred]
    if service:
        inferred.append("source")
    complete = first(tags, Field.COMPLETE) is not None
    if numbering.whole and not complete:
        inferred.append("complete")
    group = group_of(text, end, tags, leading=leading)
    return ReleaseName(
        name=name,
        title=titles[0] if titles else None,
        alt_titles=titles[1:],
        year=year,
        seasons=numbering.seasons,
        episodes=numbering.episodes,
        absolute_episodes=numbering.absolute_episodes,
        episodes_total=numbering.episodes_total,
        date=numbering.date,
        resolution=resolution_of(tags, tail),
        source=source or service,
        inferred=tuple(sorted(inferred)),
        codec=codec_of(tags),
        bit_depth=int(depth) if depth else None,
        hdr=hdr_of(tags),
        audio=values(tags, Field.AUDIO),
        channels=channels_of(tail),
        languages=voices.languages,
        subtitles=voices.subtitles,
        translations=voices.translations,
        group=group,
        edition=first(tags, Field.EDITION),
        proper=first(tags, Field.PROPER) is not None,
        repack=first(tags, Field.REPACK) is not None or numbering.version > 1,
        complete=complete or numbering.whole,
        part=part_of(lowered),
        container=container or first(tags, Field.CONTAINER),
        size_bytes=size_of(tail),
        video=_is_video(tags, numbering, group, container) and not _is_versioned(tail, tags),
    )


def _is_versioned(tail: str, tags: Sequence[Tag]) -> bool:
    """Whether a program's version stands where a film has its picture."""
    return _VERSION.match(tail) is not None and resolution_of(tags, tail) is None and source_of(tags) is None


def _is_video(tags: Sequence[Tag], numbering: Numbering, group: str | None, container: str | None) -> bool:
    """False where the words speak of music, books, games or software and nothing speaks of a picture."""
    fields = {tag.field for tag in tags}
    if fields & {Field.RESOLUTION, Field.ULTRA_HD, Field.CODEC, Field.HDR} or container not in (None, "iso"):
        return True
    source = source_of(tags)
    if source not in (None, "WEB", "DVD"):
        return True
    if fields & _NOT_VIDEO or (group or "").lower() in GAME_GROUPS:
        return False
    music = set(values(tags, Field.AUDIO)) & _MUSIC_ONLY
    return not (music and not numbering.seasons and not numbering.absolute_episodes)

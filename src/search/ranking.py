"""Which releases fit a wish, and in which order, with the reasons. Pure; the input's order does not matter.

First what does not fit is refused, with the reason. Then the rest is compared point by point, each point
deciding only where all before it are equal:

1. it has seeds, or its tracker does not say: without seeds nothing comes;
2. it holds just what was asked for: the whole season rather than an episode of it, the episode rather than
   a season;
3. resolution: the wanted one, the nearest lower, the nearest higher, unknown; without a wish 1080p, 2160p,
   720p, lower;
4. the wished language is heard; not said; another is heard;
5. source: disc and WEB-DL, then other web, then broadcasts and DVD, then rips of them;
6. a proper or repack; 7. a trusted uploader;
8. seeds, by the rounded decimal logarithm, so that noise decides nothing; unknown counts as about ten;
9. the size nearest to usual for its resolution; 10. tracker and id, so that the order is always one.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from src.search.models import (
    Pick,
    Ranked,
    Reason,
    ReasonKind,
    Refused,
    Release,
    Resolution,
    Wish,
)
from src.search.title_match import title_fits, title_tokens, year_is_title

TOP_SPEED: Final = 1_250_000.0
"""Bytes a second that many seeds give: ten megabits, what a home line surely takes."""
HALF_SPEED_SEEDS: Final = 5
"""So many seeds give half of the top speed."""
MANY_SEEDS: Final = 50
FEW_SEEDS: Final = 5
MOST_REASONS: Final = 4
SMALLEST_FILM: Final = 200_000_000
SMALLEST_EPISODE: Final = 40_000_000

_LADDER: Final[tuple[Resolution, ...]] = ("480p", "576p", "720p", "1080p", "2160p", "4320p")
_DEFAULT_ORDER: Final = {"1080p": 0, "2160p": 1, "4320p": 2, "720p": 3, "576p": 4, "480p": 5, None: 9}
_SOURCE_TIER: Final = {
    "BluRay": 0, "Remux": 0, "BDRip": 0, "WEB-DL": 0,
    "WEB": 1, "WEBRip": 1, "WEB-DLRip": 1, "HDRip": 1,
    "HDTV": 2, "DVD": 2, None: 3, "DVDRip": 3, "TVRip": 4, "SATRip": 4, "R5": 5, "VHSRip": 5,
}  # fmt: skip
_CINEMA: Final = frozenset({"CAM", "TS", "TC", "WORKPRINT", "SCR"})
_ADULT = re.compile(
    r"(?<![^\W_])(xxx|porno?|порно|hentai|хентай|jav|brazzers|onlyfans|bangbros|milf|adult-only)(?![^\W_])",
    re.IGNORECASE,
)
_ASIDES = re.compile(
    r"(?<![^\W_])(trailers?|teaser|featurette|making[ ._]of|behind[ ._]the[ ._]scenes|трейлер|тизер|sample)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_GIGABYTE: Final = 1_000_000_000
_USUAL_SIZE: Final = {
    "480p": 0.9, "576p": 1.5, "720p": 3.5, "1080p": 8.0, "2160p": 22.0, "4320p": 60.0, None: 1.5,
}  # fmt: skip
_EPISODES_OF_A_PACK: Final = 10
_EPISODE_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class _Standing:
    """A release with the points that place it; `key` orders, smaller first."""

    release: Release
    dead: bool
    coverage: int
    resolution: int
    language: int
    key: tuple[object, ...]


def rank(wish: Wish, releases: Iterable[Release]) -> tuple[tuple[Ranked, ...], tuple[Refused, ...]]:
    """The releases that fit, best first, with reasons and picks; and those refused, by tracker and id."""
    standings: list[_Standing] = []
    refused: list[Refused] = []
    for release in releases:
        why = refusal(wish, release)
        if why is None:
            standings.append(_standing(wish, release))
        else:
            refused.append(Refused(release=release, why=why))
    standings.sort(key=lambda standing: standing.key)
    refused.sort(key=lambda item: _identity(item.release))
    picks = _picks(standings)
    best = min((standing.resolution for standing in standings), default=0)
    ranked = [
        Ranked(
            release=standing.release,
            why=_reasons(wish, standing, picks.get(place, ()), best),
            picks=picks.get(place, ()),
        )
        for place, standing in enumerate(standings)
    ]
    return tuple(ranked), tuple(refused)


def refusal(wish: Wish, release: Release) -> Reason | None:
    """Why this release is not offered for this wish; None where it fits."""
    parsed = release.parsed
    if not parsed.video:
        return Reason(kind=ReasonKind.NOT_VIDEO)
    if not title_fits(wish, parsed):
        return Reason(kind=ReasonKind.OTHER_TITLE, value=parsed.title)
    named = set(title_tokens(wish.title))
    if (aside := _ASIDES.search(release.name)) and aside[1].lower() not in named:
        return Reason(kind=ReasonKind.OTHER_TITLE, value=aside[1])
    if any(word.lower() not in named for word in _ADULT.findall(release.name)):
        return Reason(kind=ReasonKind.ADULT)
    if parsed.source in _CINEMA:
        return Reason(kind=ReasonKind.CINEMA_RECORDING, value=parsed.source)
    return _other_part(wish, release) or _unusable(wish, release)


def estimated_seconds(release: Release, top_speed: float = TOP_SPEED) -> float | None:
    """A rough time to finish in seconds: size / (top_speed * seeds / (seeds + 5)).

    `top_speed` is in bytes a second.

    One seed gives a sixth of the top speed, five give half, fifty nearly all. None without size or seeds.
    """
    size = size_of(release)
    if size is None or not release.seeds or release.seeds < 0:
        return None
    return size / (top_speed * release.seeds / (release.seeds + HALF_SPEED_SEEDS))


def size_of(release: Release) -> int | None:
    """Bytes as the tracker says, else as the name says."""
    return release.size_bytes or release.parsed.size_bytes


def _other_part(wish: Wish, release: Release) -> Reason | None:
    """Refuses another year, season or episode."""
    parsed = release.parsed
    if _is_other_year(wish, release):
        return Reason(kind=ReasonKind.OTHER_YEAR, value=str(parsed.year))
    if wish.season is not None and not _has_season(wish.season, release):
        return Reason(kind=ReasonKind.OTHER_SEASON, value=_numbers(parsed.seasons))
    if wish.episode is not None:
        episodes = parsed.episodes or (parsed.absolute_episodes if wish.season in (None, 1) else ())
        if episodes and wish.episode not in episodes:
            return Reason(kind=ReasonKind.OTHER_SEASON, value=_numbers(episodes))
    return None


def _is_other_year(wish: Wish, release: Release) -> bool:
    parsed = release.parsed
    if wish.year is None or parsed.year is None or year_is_title(wish, parsed):
        return False
    if parsed.seasons or parsed.episodes:
        # a later season bears its own year
        return parsed.year < wish.year - 1
    return abs(parsed.year - wish.year) > 1


def _has_season(season: int, release: Release) -> bool:
    parsed = release.parsed
    if parsed.seasons:
        return season in parsed.seasons
    return parsed.complete or (season == 1 and bool(parsed.episodes or parsed.absolute_episodes))


def _numbers(numbers: Sequence[int]) -> str | None:
    if not numbers:
        return None
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _unusable(wish: Wish, release: Release) -> Reason | None:
    """Refuses what is too big or cannot be fetched at all."""
    size = size_of(release)
    if wish.max_size_bytes is not None and size is not None and size > wish.max_size_bytes:
        return Reason(kind=ReasonKind.TOO_BIG, value=str(size))
    if not (release.infohash or release.magnet or release.torrent_url):
        return Reason(kind=ReasonKind.NO_LINK)
    return None


def _standing(wish: Wish, release: Release) -> _Standing:
    parsed = release.parsed
    dead = release.seeds is not None and release.seeds <= 0
    coverage = _coverage(wish, release)
    resolution = _resolution_place(wish.resolution, parsed.resolution)
    language = _language_place(wish.language, release)
    key = (
        dead,
        coverage,
        resolution,
        language,
        _SOURCE_TIER.get(parsed.source, 3),
        not (parsed.proper or parsed.repack),
        not release.trusted,
        -_seed_class(release.seeds),
        _size_distance(release),
        *_identity(release),
    )
    return _Standing(release, dead, coverage, resolution, language, key)


def _identity(release: Release) -> tuple[str, ...]:
    return (release.tracker, release.id, release.name, release.infohash or "", release.magnet or "")


def _coverage(wish: Wish, release: Release) -> int:
    """0 where it is just what was asked for, more the further it is from that."""
    parsed = release.parsed
    episodes = parsed.episodes or parsed.absolute_episodes
    if wish.episode is not None:
        return 0 if len(episodes) == 1 else 1
    if wish.season is not None and len(parsed.seasons) > 1:
        return 1
    return 2 if episodes and not parsed.complete else 0


def _resolution_place(wanted: Resolution | None, found: Resolution | None) -> int:
    if wanted is None:
        return _DEFAULT_ORDER.get(found, 9)
    if found is None:
        return 20
    step = _LADDER.index(found) - _LADDER.index(wanted)
    return -step if step <= 0 else 10 + step


def _language_place(wanted: str | None, release: Release) -> int:
    languages = release.parsed.languages
    if wanted is None or wanted in languages:
        return 0
    return 2 if languages else 1


def _seed_class(seeds: int | None) -> int:
    if seeds is None:
        return 1
    return round(math.log10(seeds)) if seeds > 0 else -1


def _size_distance(release: Release) -> int:
    """Halvings or doublings away from the usual size of such a film or of so many episodes."""
    size = size_of(release)
    if size is None:
        return 99
    usual = _USUAL_SIZE.get(release.parsed.resolution, 1.5) * _GIGABYTE
    return abs(round(math.log2(size / (usual * _films_worth(release)))))


def _films_worth(release: Release) -> float:
    parsed = release.parsed
    episodes = len(parsed.episodes or parsed.absolute_episodes)
    if not episodes and not parsed.seasons:
        return 1.0
    return _EPISODE_SHARE * (episodes or _EPISODES_OF_A_PACK * len(parsed.seasons))


def _picks(standings: Sequence[_Standing]) -> dict[int, tuple[Pick, ...]]:
    """The picks by place; fastest and smallest among those that serve the wish as well as the best does."""
    if not standings:
        return {}
    best = standings[0]
    equals = [
        (place, standing.release)
        for place, standing in enumerate(standings)
        if not standing.dead and (standing.coverage, standing.language) == (best.coverage, best.language)
    ]
    chosen: dict[int, tuple[Pick, ...]] = {0: (Pick.BEST,)}
    for pick, place in ((Pick.FASTEST, _fastest(equals)), (Pick.SMALLEST, _smallest(equals))):
        if place is not None:
            chosen[place] = (*chosen.get(place, ()), pick)
    return chosen


def _fastest(candidates: Sequence[tuple[int, Release]]) -> int | None:
    timed = [
        (seconds, place)
        for place, release in _sensible(candidates)
        if (seconds := estimated_seconds(release)) is not None
    ]
    if timed:
        return min(timed)[1]
    return None if any(release.seeds is not None for _, release in candidates) else _smallest(candidates)


def _smallest(candidates: Sequence[tuple[int, Release]]) -> int | None:
    sized = [(size_of(release) or 0, place) for place, release in _sensible(candidates)]
    return min(sized)[1] if sized else None


def _sensible(candidates: Sequence[tuple[int, Release]]) -> list[tuple[int, Release]]:
    """Those of known size that can be the whole film; all of known size where none can."""
    sized = [(place, release) for place, release in candidates if size_of(release)]
    return [
        (place, release) for place, release in sized if (size_of(release) or 0) >= _least(release)
    ] or sized


def _least(release: Release) -> int:
    parsed = release.parsed
    episodes = len(parsed.episodes or parsed.absolute_episodes)
    if episodes or parsed.seasons:
        return SMALLEST_EPISODE * max(episodes, 1)
    return SMALLEST_FILM


def _reasons(wish: Wish, standing: _Standing, picks: tuple[Pick, ...], best: int) -> tuple[Reason, ...]:
    """At most four reasons, weightiest first; what it was picked for leads, unless it is the best of all."""
    others = [
        Reason(kind=ReasonKind.FASTEST if pick is Pick.FASTEST else ReasonKind.SMALLEST)
        for pick in picks
        if pick is not Pick.BEST
    ]
    release = standing.release
    reasons = [Reason(kind=ReasonKind.NO_SEEDS, value="0")] if standing.dead else []
    if Pick.BEST not in picks:
        reasons += others
    if wish.season is not None and wish.episode is None and standing.coverage == 0:
        reasons.append(Reason(kind=ReasonKind.WHOLE_SEASON, value=str(wish.season)))
    reasons.append(_resolution_reason(wish, standing, best))
    reasons += _quality_reasons(wish, release)
    if Pick.BEST in picks:
        reasons[MOST_REASONS - 1 :] = [*others, *reasons[MOST_REASONS - 1 :]]
    return tuple(reasons[:MOST_REASONS])


def _resolution_reason(wish: Wish, standing: _Standing, best: int) -> Reason:
    found = standing.release.parsed.resolution
    if found is None:
        return Reason(kind=ReasonKind.UNKNOWN_RESOLUTION)
    if wish.resolution is None:
        lower = standing.resolution > best and found in ("480p", "576p", "720p")
        return Reason(kind=ReasonKind.LOWER_RESOLUTION if lower else ReasonKind.BEST_RESOLUTION, value=found)
    if found == wish.resolution:
        return Reason(kind=ReasonKind.WANTED_RESOLUTION, value=found)
    lower = _LADDER.index(found) < _LADDER.index(wish.resolution)
    return Reason(kind=ReasonKind.LOWER_RESOLUTION if lower else ReasonKind.BEST_RESOLUTION, value=found)


def _quality_reasons(wish: Wish, release: Release) -> list[Reason]:
    parsed = release.parsed
    reasons = _language_reasons(wish.language, release)
    if _SOURCE_TIER.get(parsed.source) == 0:
        reasons.append(Reason(kind=ReasonKind.GOOD_SOURCE, value=parsed.source))
    if release.seeds is not None and release.seeds >= MANY_SEEDS:
        reasons.append(Reason(kind=ReasonKind.MANY_SEEDS, value=str(release.seeds)))
    elif release.seeds is not None and 0 < release.seeds < FEW_SEEDS:
        reasons.append(Reason(kind=ReasonKind.FEW_SEEDS, value=str(release.seeds)))
    if parsed.proper or parsed.repack:
        reasons.append(Reason(kind=ReasonKind.PROPER))
    if release.trusted:
        reasons.append(Reason(kind=ReasonKind.TRUSTED))
    return reasons


def _language_reasons(wanted: str | None, release: Release) -> list[Reason]:
    parsed = release.parsed
    if wanted in (None, "ru") and "ru" in parsed.languages:
        studio = next((item.studio for item in parsed.translations if item.studio), None)
        return [Reason(kind=ReasonKind.RUSSIAN_AUDIO, value=studio)]
    if wanted is not None and wanted in parsed.languages:
        return [Reason(kind=ReasonKind.ORIGINAL_AUDIO, value=wanted)]
    return []

"""Seasons, episodes, dates and parts: S01E02, 1x02, "Сезон: 1-3 / Серии: 1-24 из 24", "- 12 [1080p]"."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

_MOST_NUMBERS: Final = 2000
_MOST_SEASONS: Final = 60

_EDGE = r"(?<![^\W_])"
_END = r"(?![^\W_])"
_DASH = r"\s?[-–—~]\s?"
_SEASON_EPISODE = re.compile(
    _EDGE + r"s(\d{1,3})[ ._-]{0,2}(?:e|ep)(\d{1,4})"
    r"((?:(?:[-–~+&](?:s\d{1,2})?(?:ep?)?|[ ._]?[-–~+&]?[ ._]?(?:s\d{1,2})?ep?)\d{1,4}(?![\dpix]))*)",
)
_CROSS = re.compile(_EDGE + r"(\d{1,2})x(\d{2,3})((?:[-–~](?:\d{1,2}x)?\d{2,3})?)" + _END)
_SEASONS_SHORT = re.compile(_EDGE + r"s(\d{1,2})(?:[ ._]?[-–~][ ._]?s(\d{1,2})|[-–~](\d{1,2}))?" + _END)
_SEASON_WORD = r"(?:seasons?|сезоны?|сезон|staffel|saison|temporada)"
_ORDINALS: Final = {
    word: number
    for number, words in enumerate(
        (
            "first one первый первая",
            "second two второй вторая",
            "third three третий третья",
            "fourth four четвертый четвёртый",
            "fifth five пятый пятая",
            "sixth six шестой",
            "seventh seven седьмой",
            "eighth eight восьмой",
            "ninth nine девятый",
            "tenth ten десятый",
        ),
        start=1,
    )
    for word in words.split()
}
_ORDINAL = "(?:" + "|".join(_ORDINALS) + ")"
_SEASONS_NAMED = re.compile(
    _EDGE
    + _SEASON_WORD
    + r"[ ._:#№]{0,3}(\d{1,2}(?:(?:"
    + _DASH
    + r"|\s?[,&+]\s?)\d{1,2})*|"
    + _ORDINAL
    + ")"
    + _END,
)
_SEASONS_BEFORE = re.compile(
    _EDGE + r"(\d{1,2}(?:" + _DASH + r"\d{1,2})?|" + _ORDINAL + r")"
    r"(?:(?:-?(?:й|ый|ой|ий))?[ ._]сезон(?:ы|а|ов)?|(?:(?<=\d)(?:st|nd|rd|th)|(?<=[a-z]))[ ._]season)" + _END,
)
_TV_NUMBER = re.compile(r"[\[(](?:tv|тв)[ -]?(\d{1,2})[\])]")
_COUNTED = re.compile(r"^\d+\s(?:серий|эпизодов|выпусков|episodes)$")
_OF = r"\s?\)?[\s,]*(?:из|of)\s?(\d{1,4}|[xхXХ?]{1,4})"
_EPISODES_NAMED = re.compile(
    _EDGE + r"(?:сери[ияй]|эпизоды?|выпуски?|episodes?|eps?)[ ._:#№]{0,3}"
    r"(\d{1,4}(?:(?:" + _DASH + r"|\s?[,&+]\s?)\d{1,4})*)" + _END + "(?:" + _OF + ")?",
)
_EPISODES_BEFORE = re.compile(
    _EDGE
    + r"(\d{1,4}(?:"
    + _DASH
    + r"\d{1,4})?)(?:-?я)?\s(?:сери[ияй]|эпизод(?:ы|а|ов)?|выпуск(?:и|а|ов)?|episodes?)"
    + _END
    + "(?:"
    + _OF
    + ")?",
)
_COUNT_OF = re.compile(
    _EDGE + r"(\d{1,4}(?:" + _DASH + r"\d{1,4})?)\s?(?:из|of)\s?(\d{1,4}|[xх?]{1,4})" + _END
)
_EPISODE_SHORT = re.compile(_EDGE + r"(?:e|ep)(\d{2,4})(?:-(?:ep?)?(\d{2,4}))?" + _END)
_TOTAL_AFTER = re.compile(r"\s?\(?(?:of|из)\s?(\d{1,4})" + _END)
_ANIME_DASH = re.compile(
    r"\s[-–]\s(\d{1,4})(?:v(\d))?(?:\s?[-~]\s?(\d{1,4}))?(?=\s*(?:[\[(]|$|end" + _END + "))",
)
_ANIME_RANGE = re.compile(r"[\[(\s](\d{2,4})\s?[-~]\s?(\d{2,4})(?=[\])]|\s*[\[(])")
_DATE = re.compile(_EDGE + r"((?:19|20)\d\d)([ ._-])(\d\d)\2(\d\d)" + _END)
_DATE_REVERSED = re.compile(_EDGE + r"(\d\d)([._-])(\d\d)\2((?:19|20)\d\d)" + _END)
_PART = re.compile(
    _EDGE + r"(?:part|pt|часть|cd|disc|disk)[ ._]{0,2}(\d{1,2}|iii|ii|iv|i|vi|v|" + _ORDINAL + ")" + _END,
)
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Numbering:
    """A name's place in a series. `start` is where that begins in the text (None: nowhere)."""

    seasons: tuple[int, ...] = ()
    episodes: tuple[int, ...] = ()
    absolute_episodes: tuple[int, ...] = ()
    episodes_total: int | None = None
    date: str | None = None
    version: int = 1
    start: int | None = None

    @property
    def whole(self) -> bool:
        """Whether the episodes named are all that there are."""
        return self.episodes_total is not None and self.episodes == span(1, self.episodes_total)


def span(low: int, high: int) -> tuple[int, ...]:
    """low..high inclusive; only `low` where the pair makes no sense."""
    if high < low or high - low > _MOST_NUMBERS:
        return (low,)
    return tuple(range(low, high + 1))


def numbering_of(lowered: str) -> Numbering:
    """Reads the numbering of a lower-case name; `absolute_episodes` only where no season is named."""
    aired = _date(lowered)
    if aired is not None:
        return aired
    found = _scene(lowered) or _words(lowered)
    return found or _anime(lowered, Numbering())


def part_of(lowered: str) -> int | None:
    """The number of "Part Two", "Часть 1", "CD2"."""
    match = _PART.search(lowered)
    if match is None:
        return None
    word = match[1]
    return int(word) if word.isdigit() else _ROMAN.get(word) or _ORDINALS[word]


def _date(lowered: str) -> Numbering | None:
    forward = _DATE.search(lowered)
    match = forward or _DATE_REVERSED.search(lowered)
    if match is None:
        return None
    year, month, day = (match[1], match[3], match[4]) if forward else (match[4], match[3], match[1])
    try:
        return Numbering(date=date(int(year), int(month), int(day)).isoformat(), start=match.start())
    except ValueError:
        return None


def _scene(lowered: str) -> Numbering | None:
    match = _SEASON_EPISODE.search(lowered)
    if match:
        return _with_total(_season_episode(match), lowered, match.end())
    match = _CROSS.search(lowered)
    if match:
        last = _NUMBERS.findall(match[3])
        episodes = span(int(match[2]), int(last[-1])) if last else (int(match[2]),)
        return Numbering((int(match[1]),), episodes, start=match.start())
    match = _SEASONS_SHORT.search(lowered)
    if match is None or match.start() == 0:
        return None
    seasons = span(int(match[1]), min(int(match[2] or match[3] or match[1]), _MOST_SEASONS))
    return _anime(lowered, _named_episodes(lowered, Numbering(seasons, start=match.start())))


def _season_episode(match: re.Match[str]) -> Numbering:
    episode = int(match[2])
    tail = re.sub(r"s\d{1,2}", "", match[3])
    numbers = [int(number) for number in _NUMBERS.findall(tail)]
    if not numbers:
        episodes: tuple[int, ...] = (episode,)
    elif any(dash in tail for dash in "-–~"):
        episodes = span(episode, numbers[-1])
    else:
        episodes = tuple(sorted({episode, *numbers}))
    return Numbering((int(match[1]),), episodes, start=match.start())


def _with_total(numbering: Numbering, lowered: str, end: int) -> Numbering:
    total = _TOTAL_AFTER.match(lowered, end)
    return replace(numbering, episodes_total=int(total[1])) if total else numbering


def _words(lowered: str) -> Numbering | None:
    named, before = _SEASONS_NAMED.search(lowered), _SEASONS_BEFORE.search(lowered)
    if named is None or (before and before.start() < named.start()):
        # "3 сезон: 1-10 серии": the number ahead is the season
        named = before
    numbering = Numbering()
    if named:
        numbering = Numbering(_listed(named[1], most=_MOST_SEASONS), start=named.start())
    elif tv := _TV_NUMBER.search(lowered):
        numbering = Numbering((int(tv[1]),), start=tv.start())
    numbering = _named_episodes(lowered, numbering)
    if numbering.start is None:
        return None
    return numbering if numbering.episodes else _anime(lowered, numbering)


def _named_episodes(lowered: str, numbering: Numbering) -> Numbering:
    named = _EPISODES_NAMED.search(lowered) or _EPISODES_BEFORE.search(lowered)
    counted = None if named else _COUNT_OF.search(lowered)
    match = named or counted
    if match:
        total = int(match[2]) if match[2] and match[2].isdigit() else None
        if _COUNTED.search(match[0]) and match[1].isdigit() and total is None:
            # "(177 серий)" counts them; "177 серия" names one
            return replace(numbering, episodes_total=int(match[1]), start=_earlier(numbering.start, match))
        episodes = _listed(match[1], most=_MOST_NUMBERS)
        if counted and len(episodes) == 1:
            # "[25 из 25]" counts what is there; "Серия: 25 из 25" names one.
            episodes = span(1, episodes[0])
        return replace(
            numbering, episodes=episodes, episodes_total=total, start=_earlier(numbering.start, match)
        )
    short = None if numbering.seasons else _EPISODE_SHORT.search(lowered)
    if short and short.start():
        return replace(
            numbering, episodes=span(int(short[1]), int(short[2] or short[1])), start=short.start()
        )
    return numbering


def _anime(lowered: str, numbering: Numbering) -> Numbering:
    """Adds "- 12" and "(01-24)": absolute numbers, or episodes of the season where one is named."""
    match = _ANIME_DASH.search(lowered)
    version = 1
    if match and not (len(match[1]) == 4 and match[1][:2] in {"19", "20"}):
        numbers = span(int(match[1]), int(match[3] or match[1]))
        version = int(match[2] or 1)
    else:
        match = _ANIME_RANGE.search(lowered) if lowered.startswith("[") else None
        if match is None or len(match[1]) == 4:
            return numbering
        numbers = span(int(match[1]), int(match[2]))
    start = _earlier(numbering.start, match)
    if numbering.seasons:
        return replace(numbering, episodes=numbers, version=version, start=start)
    return replace(numbering, absolute_episodes=numbers, version=version, start=start)


def _listed(text: str, *, most: int) -> tuple[int, ...]:
    """Numbers of "1-3", "1, 2, 5" or "third"."""
    if text in _ORDINALS:
        return (_ORDINALS[text],)
    numbers: set[int] = set()
    for piece in re.split(r"[,&+]", text):
        ends = [int(number) for number in _NUMBERS.findall(piece)]
        numbers.update(span(ends[0], min(ends[-1], ends[0] + most)) if ends else ())
    return tuple(sorted(numbers))


def _earlier(start: int | None, match: re.Match[str]) -> int:
    return match.start() if start is None else min(start, match.start())

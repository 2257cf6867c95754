"""Whether a release's name speaks of the wished film: titles compared without case, marks, articles and ё.

Strict where a loose comparison would offer another film ("Night of the Living Dead 3D", "Return of the
Living Dead"), tolerant where the same film is written differently ("Wall-E", "Nosferatu, eine Symphonie des
Grauens").
"""

import re
import unicodedata
from typing import Final

from src.search.models import ReleaseName, Wish

_TOKEN = re.compile(r"\w+")
_APOSTROPHES = re.compile("['’ʼ`´]")
_CYRILLIC_MARKS = re.compile("[ёЁ]")
_ARTICLES: Final = frozenset({"the", "a", "an"})
_NUMBERS: Final = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "первая": "1", "вторая": "2", "третья": "3",
}  # fmt: skip
_NOISE_WORDS: Final = (
    "hd hq uhd remastered remaster restored restoration colorized colorised colourized uncut extended"
    " unrated theatrical widescreen criterion classic"
)
_NOISE: Final = frozenset(_NOISE_WORDS.split())
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_SUBTITLE = re.compile(r"\s*(?::\s|\s[-–—]\s|\sor:?\s|\sили\s)")
_COMMA = re.compile(r"\s*,\s")
_PERSON = re.compile(r"\s[-–—]\s")
_CYRILLIC = re.compile("[а-я]")
_ENDING: Final = "аеиоуыэюяйь"


def title_tokens(title: str) -> tuple[str, ...]:
    """The words of a title as they are compared."""
    text = _CYRILLIC_MARKS.sub("е", title.lower())
    text = _APOSTROPHES.sub("", text).replace("&", " and ")
    if not text.isascii():
        text = "".join(_unmarked(char) for char in text)
    words = [_NUMBERS.get(word, word) for word in _TOKEN.findall(text.replace("_", " "))]
    return tuple(word for word in words if word not in _ARTICLES) or tuple(words)


def title_fits(wish: Wish, parsed: ReleaseName) -> bool:
    """Whether one of the release's titles is the wished one, under any of its names."""
    names = (wish.title, *wish.other_titles)
    return any(_fits(wish.model_copy(update={"title": name}), parsed) for name in names)


def _fits(wish: Wish, parsed: ReleaseName) -> bool:
    wanted = title_tokens(wish.title)
    same_year = wish.year is not None and wish.year == parsed.year
    for title in _titles(parsed):
        if _same(wanted, title_tokens(title)) or _same(wanted, _bare(title)):
            return True
        if _year_within(wanted, wish.year, title_tokens(title), parsed.year):
            return True
        if any(_same(wanted, part) for part in _parts(title, same_year=same_year)):
            return True
        if same_year and any(_same(part, title_tokens(title)) for part in _parts(wish.title, same_year=True)):
            return True
    return False


def year_is_title(wish: Wish, parsed: ReleaseName) -> bool:
    """Whether one side took a year for part of the title ("Wonder Woman 1984"), so that years say nothing."""
    wanted = title_tokens(wish.title)
    return any(_year_within(wanted, wish.year, title_tokens(title), parsed.year) for title in _titles(parsed))


def _titles(parsed: ReleaseName) -> tuple[str, ...]:
    return (*((parsed.title,) if parsed.title else ()), *parsed.alt_titles)


def _unmarked(char: str) -> str:
    """A letter without its accent; й is a letter of its own."""
    if char.isascii() or "Ѐ" <= char <= "ӿ":
        return char
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def _same(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Equal words or letters ("Spider-Man", "Spiderman"), Russian endings aside ("Дюну", "Дюна")."""
    if not wanted or not found:
        return False
    if wanted == found or "".join(wanted) == "".join(found):
        return True
    return len(wanted) == len(found) and all(
        _stem(one) == _stem(two) for one, two in zip(wanted, found, strict=True)
    )


def _stem(word: str) -> str:
    """A Russian word of four letters or more without its last vowel: a person declines what they ask for."""
    if len(word) < 4 or not _CYRILLIC.match(word) or word[-1] not in _ENDING:
        return word
    return word[:-1]


def _year_within(
    wanted: tuple[str, ...], year: int | None, found: tuple[str, ...], found_year: int | None
) -> bool:
    if year is not None and (*wanted, str(year)) == found:
        return True
    return found_year is not None and wanted == (*found, str(found_year))


def _bare(title: str) -> tuple[str, ...]:
    """The title without what uploaders add behind it: "(Colorized)", "HD", "Full Movie"."""
    tokens = list(title_tokens(_ASIDE.sub("", title)))
    while len(tokens) > 1:
        if tokens[-1] in _NOISE:
            tokens.pop()
        elif len(tokens) > 2 and tokens[-2:] in (["full", "movie"], ["full", "film"], ["public", "domain"]):
            del tokens[-2:]
        else:
            break
    return tuple(tokens)


def _parts(title: str, *, same_year: bool) -> list[tuple[str, ...]]:
    """The main title ahead of a subtitle. A colon may begin a sequel's name, so it needs the year's word."""
    parts = [_COMMA.split(title, maxsplit=1)[0]]
    if same_year:
        parts.append(_SUBTITLE.split(title, maxsplit=1)[0])
        parts.append(_PERSON.split(title)[-1])
    return [title_tokens(part) for part in parts if part != title]

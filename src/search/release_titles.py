"""Where the title ends, what it is, the year and the releasing group."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from src.search.release_tags import Tag
from src.search.release_words import key_of

FIRST_YEAR: Final = 1888
LAST_YEAR: Final = 2039

_YEAR = re.compile(r"(?<![^\W_])((?:18|19|20)\d\d)(?![^\W_])")
_YEAR_IN_BRACKETS = re.compile(
    r"[(\[]\s?((?:18|19|20)\d\d)(?:\s?[-–—]\s?(?:(?:18|19|20)\d\d|\.{2,3}|…)?)?\s?(?=[,)\]])"
)
_LAST_GROUP = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$")
_LEADING_BRACKET = re.compile(r"\s*\[([^\[\]]{1,60})\]\s*")
_BRACKET = re.compile(r"\[")
_SLASH = re.compile(r"\s+[/|]\s+|\s/(?=\S)|(?<=\S)/\s")
_INITIALS = re.compile(r"(?<![^\W_])[A-ZА-Я]\.[A-ZА-Я]\.$")
_AKA = re.compile(r"\s+(?:a\.?k\.?a\.?|он же|она же)\s+", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"^(.{2,}?)\s*\(([^()]{2,})\)?$")
_SEPARATORS = re.compile(r"[._\s]+")
_SPACES = re.compile(r"[_\s]+")
_LETTERS = re.compile(r"(?<!\w)\w(?: \w){2,}(?!\w)")
_GROUP = re.compile(r"-([A-Za-z0-9][A-Za-z0-9_.]{1,24})\s*$")
_TRAILING_BRACKET = re.compile(r"\s*\[([A-Za-z0-9][A-Za-z0-9.\-]{1,24})\]\s*$")
_BY = re.compile(r"(?<!\w)(?:by|от|from)\s+([A-Za-z0-9][\w.\-]{1,30})", re.IGNORECASE)
_CHECKSUM = re.compile(r"\s*\[[0-9A-Fa-f]{8}\]\s*$")
_INDEXERS: Final = frozenset(
    {"rartv", "eztv", "eztvx", "tgx", "ettv", "rarbg", "eztv.re", "eztvx.to", "qxr", "utr"}
)
_TRIM = " \t-–—_.,:;|/\\([{~+*"


def opening_of(text: str) -> int:
    """Where the words begin behind leading square brackets ("[Group] Title"), else 0."""
    place = 0
    while match := _LEADING_BRACKET.match(text, place):
        place = match.end()
    return place if any(char.isalnum() for char in text[place : place + 1]) else 0


def year_of(text: str, opening: int, limit: int) -> tuple[int | None, int | None]:
    """The year and its place: in brackets, else the last one ahead of `limit`, else the first one behind it.

    A number that opens the name is the title ("1917", "2012").
    """
    for match in _YEAR_IN_BRACKETS.finditer(text):
        if match.start() > opening and _possible(match[1]):
            return int(match[1]), match.start()
    later: re.Match[str] | None = None
    ahead: re.Match[str] | None = None
    for match in _YEAR.finditer(text):
        if match.start() <= opening or not _possible(match[1]):
            continue
        if match.start() < limit:
            ahead = match
        else:
            later = later or match
    chosen = ahead or later
    return (int(chosen[1]), chosen.start()) if chosen else (None, None)


def _possible(digits: str) -> bool:
    return FIRST_YEAR <= int(digits) <= LAST_YEAR


def title_end(text: str, opening: int, tags: Sequence[Tag], anchors: Iterable[int | None]) -> int:
    """Where the title ends: the first anchor, square bracket or strong word that does not open the name.

    Shouted weak words right ahead of it (FRENCH, EXTENDED, PROPER) belong to the release, not to the title.
    """
    places = [place for place in anchors if place is not None and place > opening]
    places += [tag.start for tag in tags if tag.strong and tag.start > opening][:1]
    places += [match.start() for match in _BRACKET.finditer(text, opening + 1)][:1]
    end = min(places, default=len(text))
    for tag in reversed(tags):
        if tag.strong or tag.start <= opening or tag.end > end:
            continue
        written = text[tag.start : tag.end]
        if text[tag.end : end].strip(" ._-([") or not _shouted(written):
            break
        end = tag.start
    return end


def _shouted(written: str) -> bool:
    letters = [char for char in written if char.isalpha()]
    return len(letters) > 1 and sum(map(str.isupper, letters)) >= len(letters) - 1


def titles_of(region: str, *, directors: bool) -> tuple[str, ...]:
    """The titles written in the part ahead of everything else, in their order, each once.

    `directors`: the name follows the grammar where the people stand in parentheses behind the titles.
    """
    region = region.rstrip(" ([{/|")
    if directors:
        region = _LAST_GROUP.sub("", region) or region
    found: list[str] = []
    for part in _SLASH.split(region):
        for name in _AKA.split(_spaced(part)):
            found += _two_in_one(name)
    return tuple(dict.fromkeys(name for name in found if name))


def _two_in_one(name: str) -> list[str]:
    """ "Title (Other Title)" names two; so does an "aka" inside the parentheses."""
    match = _IN_PARENTHESES.match(name)
    if match is None or not match[2].lower().startswith(("aka ", "a.k.a")):
        return [_trimmed(name)]
    return [_trimmed(match[1]), _trimmed(match[2].split(" ", 1)[1])]


def _trimmed(name: str) -> str:
    written = name.strip()
    kept = written.lstrip("-–—_.,:;|/\\)]}~+*").rstrip(_TRIM if not written.endswith("...") else " ")
    if _INITIALS.search(written):
        kept += "."
    return kept.strip() if any(char.isalnum() for char in kept) else ""


def _spaced(part: str) -> str:
    """Dots and underscores as spaces where they stand for them; "S.H.I.E.L.D" keeps its dots."""
    part = part.strip()
    if " " in part or not ("." in part or "_" in part):
        return _SPACES.sub(" ", part)
    spaced = _SEPARATORS.sub(" ", part)
    if "." not in part:
        return spaced
    return _LETTERS.sub(lambda match: match[0].replace(" ", "."), spaced)


def group_of(text: str, end: int, tags: Sequence[Tag], *, leading: bool) -> str | None:
    """The releasing group: "-GROUP" at the end, "[Group]" in front (anime), "[YTS.MX]" behind, "от Group"."""
    if leading:
        match = _LEADING_BRACKET.match(text)
        return match[1].strip() if match else None
    rest = _CHECKSUM.sub("", text)
    bracket = _TRAILING_BRACKET.search(rest)
    if bracket and bracket[1].lower() in _INDEXERS:
        rest = rest[: bracket.start()]
    match = _GROUP.search(rest)
    if match and match.start() >= end and not _inside_word(match, tags):
        return match[1]
    match = _BY.search(rest, end)
    if match:
        return match[1].rstrip(".-")
    if bracket and bracket.start() >= end and not _is_word(bracket, tags):
        return bracket[1]
    return None


def _inside_word(match: re.Match[str], tags: Sequence[Tag]) -> bool:
    """Whether the dash belongs to a word such as WEB-DL."""
    return any(tag.start < match.start() + 1 < tag.end for tag in tags)


def _is_word(match: re.Match[str], tags: Sequence[Tag]) -> bool:
    inner = key_of(match[1])
    known = any(tag.start >= match.start() and tag.end <= match.end() for tag in tags)
    return known or not any(char.isalpha() for char in inner)

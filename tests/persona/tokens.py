"""Words, titles and release-like tokens in a reply. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
LATIN = re.compile("[a-z]", re.IGNORECASE)
QUOTED = re.compile(
    r"«([^»]{1,120})»|“([^”]{1,120})”|\"([^\"\n]{1,120})\"|(?<!\w)[*_]([^*_\n]{2,120})[*_](?!\w)"
)
DATED = re.compile(r"([^.!?:;\n]{1,120}?)\s\((?:18|19|20)\d\d\)")
TECH = re.compile(
    r"\b(?:\d{3,4}[pi]|4k|uhd|hdr\d*\+?|sdr|dv|blu-?ray|bd-?rip|bdremux|remux|web-?dl(?:rip)?|web-?rip|hdtv(?:rip)?|dvd-?rip|dvd\d?"
    r"|hd-?rip|tv-?rip|x26[45]|h\.?26[45]|hevc|avc|av1|xvid|divx|aac|ac3|e-?ac3|ddp?\d?|dts(?:-hd)?|truehd|atmos|flac"
    r"|mkv|mp4|avi|10bit|8bit|mvo|dvo|avo|dub|proper|repack|s\d{1,2}(?:e\d{1,3})?|\d\.\d)\b",
    re.IGNORECASE,
)
# Services are called the same in every language.
SERVICES = re.compile(
    r"\b(?:the )?(?:internet archive|pirate bay|rutracker|torznab|jackett|prowlarr|yts|tmdb|justwatch|imdb|omdb"
    r"|kinopoisk|trakt|plex|jellyfin|qbittorrent|transmission|deluge|rtorrent|aria2|telegram|claude|magnet|torrent)\b",
    re.IGNORECASE,
)
SPEECH = ("?", "!", "…")


def folded(text: str) -> str:
    """The text as titles are compared: no case, no ё, no marks, single spaces."""
    return " ".join(WORD.findall(text.casefold().replace("ё", "е")))


def same_word(one: str, other: str) -> bool:
    """Whether two folded words are one, Russian endings aside."""
    if one == other:
        return True
    if not (CYRILLIC.search(one) and CYRILLIC.search(other)):
        return False
    shorter = min(len(one), len(other))
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)
    return shared >= 4 and shared >= shorter - 2 and abs(len(one) - len(other)) <= 3


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for endings, case, marks and a year behind one of them."""
    words = [re.sub(r" (?:18|19|20)\d\d$", "", folded(title)).split() for title in (one, other)]
    return len(words[0]) == len(words[1]) and all(map(same_word, *words)) and bool(words[0])


def names_title(text: str, title: str) -> bool:
    """Whether the text has the title's words in a row."""
    words, wanted = folded(text).split(), folded(title).split()
    return bool(wanted) and any(
        all(map(same_word, words[start : start + len(wanted)], wanted))
        for start in range(len(words) - len(wanted) + 1)
    )


def quoted(text: str) -> list[str]:
    """Everything in quotation marks or set apart as a title is."""
    return [
        next(part for part in found.groups() if part is not None).strip() for found in QUOTED.finditer(text)
    ]


def named_titles(text: str) -> list[str]:
    """What stands where titles stand: in quotation marks with a capital, or in front of a year in brackets."""
    titles = [
        part for part in quoted(text) if (part[:1].isupper() or part[:1].isdigit()) and part[-1] not in SPEECH
    ]
    return [*titles, *dated_titles(text)]


def dated_titles(text: str) -> list[str]:
    """What stands in front of a year in brackets, unless a quotation in the same clause is what the year belongs to.

    Without marks the title's begin cannot be seen, so up to the whole clause is given; it must hold a capital that is
    not the clause's own or be short enough to be nothing but a title.
    """
    titles = []
    for found in DATED.finditer(QUOTED.sub("«»", text)):
        words = found.group(1).strip(" *_,—–-").split()
        capital = [word[0].isupper() for word in words]
        if "«»" not in found.group(1) and words and (any(capital[1:]) or capital == [True]):
            titles.append(" ".join(words))
    return titles


def without(text: str, titles: Iterable[str]) -> str:
    """The text without titles, quotations, addresses and the trade's terms: the rest must be the person's language."""
    for title in sorted(titles, key=len, reverse=True):
        if title:
            text = re.sub(re.escape(title), " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\S*(?:[/@:=]\S|\w[._]\w+[._]\w)\S*", " ", QUOTED.sub(" ", text))
    return SERVICES.sub(" ", TECH.sub(" ", text))


def tech_run(text: str) -> str | None:
    """Three or more terms of release names glued or in a row without a comma, as no person writes them."""
    for chunk in re.split(r"[,;:()\n]|\s[—–]\s|\.\s", text):
        found = list(TECH.finditer(chunk))
        for first, third in zip(found, found[2:], strict=False):
            between = TECH.sub("", chunk[first.start() : third.end()])
            if not re.search(r"\w", between):
                return chunk[first.start() : third.end()]
    return None

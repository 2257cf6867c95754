"""Who speaks and what is written under it: translations with studios, languages, subtitles.

Reads the part of a name behind the title: "Dub (Пифагор) + MVO (LostFilm, HDRezka) + Original (Eng) + Sub
(Rus, Eng)".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from src.search.models import Translation, TranslationKind
from src.search.release_tags import Tag
from src.search.release_words import LANGUAGE_OF, LANGUAGE_PATTERN, STUDIO_OF, Field, key_of

_EDGE = r"(?<![^\W_])"
_END = r"(?![^\W_])"
_KINDS: Final = {
    "dub": "dub dubbed дубляж дублированный дублированая дублирование дублирован дб",
    "mvo": "mvo многоголосый многоголоска пм лм",
    "dvo": "dvo двухголосый двуголосый пд лд",
    "avo": "avo авторский ап",
    "vo": "vo одноголосый ло",
    "original": "original orig оригинал оригинальный оригинальная",
    "machine": "машинный нейросеть нейросетевой ии",
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_KIND = re.compile(
    _EDGE
    + r"(?:\d{1,2}\s?[xх]\s?)?("
    + "|".join(sorted(_KIND_OF, key=len, reverse=True))
    + ")"
    + _END
    + r"(?:\s(?:перевод|закадровый|дубляж|audio|озвучка)){0,2}"
    r"(?:\s?[(\[]([^()\[\]]{0,160})[)\]]|\s([^+,|()\[\]/;]{2,40}))?",
)
_STUDIO_BREAK = re.compile(r"\s*(?:[,|;]|\s[/&+]\s)\s*")
_CODES = re.compile(r"[|]\s?((?:[dpla][12]?)(?:\s?,\s?[dpla][12]?)*)\s?(?=$|[|])")
_CODE_KINDS: Final = {
    "d": "dub", "p": "mvo", "p1": "vo", "p2": "dvo", "l": "mvo", "l1": "vo", "l2": "dvo", "a": "avo",
}  # fmt: skip
_LANGUAGE_LIST = (
    _EDGE
    + LANGUAGE_PATTERN
    + _END
    + r"(?:[\s,/+&.|-]{1,3}(?:\d{1,2}[xх]\s?)?"
    + LANGUAGE_PATTERN
    + _END
    + r"){0,12}"
)
_SUB_WORD = r"(?:sub(?:s|titles?|bed)?|субтитры|сабы?|ст)"
_SUB_FORWARD = re.compile(
    _EDGE
    + _SUB_WORD
    + _END
    + r"[\s.:_-]{0,2}[(\[]?\s?(?:(?:forced|full|только|на)\s)?("
    + _LANGUAGE_LIST
    + r")?"
)
_SUB_BACKWARD = re.compile(_EDGE + "(" + LANGUAGE_PATTERN + r")[\s._-]{1,2}" + _SUB_WORD + _END)
_LANGUAGE = re.compile(_EDGE + "(" + LANGUAGE_PATTERN + ")" + _END)
_RUSSIAN_COUNTRY = re.compile(r"\[[^\]]*" + _EDGE + r"(?:россия|ссср|рф)" + _END)
_CYRILLIC = re.compile("[а-яё]")
_NOT_A_STUDIO: Final = frozenset({"", "сша", "hd", "tv", "audio", "track", "only", "and"})


@dataclass(frozen=True, slots=True)
class Voices:
    """The languages heard and read, and the translations; `inferred` names the fields only implied."""

    languages: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()
    inferred: tuple[str, ...] = ()


def voices_of(tail: str, lowered: str, tags: Sequence[Tag], offset: int) -> Voices:
    """Reads `tail` (as written) and `lowered` (the same in lower case).

    `tags` are the words of the whole name, `offset` is where the tail begins in it.
    """
    lowered, subtitles = _without_subtitles(lowered, tags)
    written = _written_translations(tail, lowered)
    implied = _implied_translations(lowered, tags, offset, written)
    translations = tuple(dict.fromkeys(item for item, _ in (*written, *implied)))
    languages = tuple(dict.fromkeys(LANGUAGE_OF[key_of(match[1])] for match in _LANGUAGE.finditer(lowered)))
    inferred = ["translations"] if implied and not written else []
    if "ru" not in languages and _speaks_russian(lowered, written, implied, languages):
        languages = ("ru", *languages)
        inferred.append("languages")
    return Voices(languages, subtitles, translations, tuple(inferred))


def _without_subtitles(lowered: str, tags: Iterable[Tag]) -> tuple[str, tuple[str, ...]]:
    """The text with what speaks of subtitles blanked out, and their languages."""
    codes: list[str] = []
    if "sub" in lowered or "суб" in lowered or "саб" in lowered or "ст" in lowered:
        for pattern in (
            (_SUB_BACKWARD, _SUB_FORWARD) if _backward_first(lowered) else (_SUB_FORWARD, _SUB_BACKWARD)
        ):
            for match in pattern.finditer(lowered):
                codes += [LANGUAGE_OF[key_of(found[1])] for found in _LANGUAGE.finditer(match[1] or "")]
            lowered = pattern.sub(lambda match: " " * (match.end() - match.start()), lowered)
    codes += [tag.value for tag in tags if tag.field is Field.SUBTITLE and tag.value]
    return lowered, tuple(dict.fromkeys(codes))


def _backward_first(lowered: str) -> bool:
    """Whether "RUS.ENG.SUB" rather than "Sub Rus" is how this name writes it: the word stands last."""
    match = _SUB_FORWARD.search(lowered)
    return match is not None and match[1] is None


def _written_translations(tail: str, lowered: str) -> list[tuple[Translation, bool]]:
    """Translations that are named, each with whether its language is said beside it."""
    found: list[tuple[Translation, bool]] = []
    for match in _KIND.finditer(lowered):
        kind = cast("TranslationKind", _KIND_OF[match[1]])
        group = 2 if match[2] is not None else 3
        names, said = _studios(
            tail[match.start(group) : match.end(group)] if match[group] else "", loose=group == 3
        )
        found += [(Translation(kind=kind, studio=name), said) for name in names or [None]]
    for match in _CODES.finditer(lowered):
        for code in match[1].split(","):
            found.append((Translation(kind=cast("TranslationKind", _CODE_KINDS[code.strip()])), False))
    return found


def _studios(text: str, *, loose: bool) -> tuple[list[str | None], bool]:
    """The studios of a list, and whether the list also says a language.

    `loose`: the text only follows the word, so only a known studio or a capitalised Russian surname is
    believed.
    """
    names: list[str | None] = []
    said = False
    for piece in _STUDIO_BREAK.split(text):
        name = piece.strip(" .-")
        key = key_of(name)
        if key in LANGUAGE_OF or key.split(" ", 1)[0] in LANGUAGE_OF:
            said = True
        elif key in STUDIO_OF:
            names.append(STUDIO_OF[key].partition(":")[2])
        elif key not in _NOT_A_STUDIO and key not in _KIND_OF and (not loose or _looks_like_surname(name)):
            names.append(name)
        if loose and not said:
            said = any(key_of(word) in LANGUAGE_OF for word in name.split())
    return names, said


def _looks_like_surname(name: str) -> bool:
    return bool(_CYRILLIC.search(name.lower())) and name[:1].isupper() and len(name.split()) <= 2


def _implied_translations(
    lowered: str, tags: Iterable[Tag], offset: int, written: Sequence[tuple[Translation, bool]]
) -> list[tuple[Translation, bool]]:
    """Known studios that stand alone ("...LostFilm.mkv"), with the kind they are known for."""
    named = {item.studio for item, _ in written}
    found = []
    for tag in tags:
        if tag.field is not Field.STUDIO or tag.start < offset:
            continue
        kind, _, studio = tag.value.partition(":")
        if studio not in named and not any(studio in (name or "") for name in named):
            said = not lowered[tag.start - offset : tag.end - offset].strip()
            found.append((Translation(kind=cast("TranslationKind", kind), studio=studio), said))
    return found


def _speaks_russian(
    lowered: str,
    written: Sequence[tuple[Translation, bool]],
    implied: Sequence[tuple[Translation, bool]],
    languages: tuple[str, ...],
) -> bool:
    """A "MVO" is Russian unless it says otherwise; so is a film of Russia without a translation."""
    if any(not said for _, said in implied):
        return True
    foreign = [item for item, said in written if item.kind != "original" and not said]
    if foreign:
        return bool(_CYRILLIC.search(lowered)) or foreign[0].kind in {"mvo", "dvo", "avo"}
    return not languages and not written and _RUSSIAN_COUNTRY.search(lowered) is not None

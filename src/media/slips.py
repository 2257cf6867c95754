"""How a title comes to be written otherwise: layout, alphabet, case of the noun, slips of the hand. Pure."""

import re
from typing import Final

_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_CYRILLIC: Final = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
_TO_LATIN: Final = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)
# the longest first; what people write, not what a norm says
_SOUNDS: Final = {
    "shch": "щ", "sch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ph": "ф", "ck": "к",
    "yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "ia": "ия", "yo": "е", "jo": "е", "ye": "е", "je": "е",
    "iy": "ий", "yy": "ый", "ij": "ий", "yj": "ый", "ey": "ей", "ay": "ай", "oy": "ой", "uy": "уй", "ej": "ей",
    "aj": "ай", "oj": "ой", "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т",
    "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з", "'": "ь",
}  # fmt: skip
_LETTERS: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_SOUND: Final = re.compile("|".join(_SOUNDS))
_CYRILLIC: Final = re.compile("[а-яё]")
_LATIN: Final = re.compile("[a-z]")
_NO_WORD: Final = re.compile(r"\w[.,;`\[\]<>{}]\w|^[ьъы]|[\[\]{};`]")
_HARD: Final = {
    "ru": re.compile(r"[бвгджзйклмнпрстфхцчшщ]{5,}|[аеёиоуыэюя]{4,}"),
    "en": re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}|[aeiou]{4,}"),
}
_VOWELS: Final = {"ru": frozenset("аеёиоуыэюя"), "en": frozenset("aeiouy")}
# endings of the accusative and genitive as people ask for things ("скачай дюну", "найди генерала")
_CASES: Final = (
    {"ую": "ая", "юю": "яя", "у": "а", "ю": "я"},
    {"ого": "ый", "его": "ий", "а": "", "я": "ь"},
    {"ой": "ая", "ей": "яя", "ы": "а", "и": "ь", "е": "а"},
)


def is_cyrillic(text: str) -> bool:
    """Whether there is a Russian letter in it."""
    return _CYRILLIC.search(text.lower()) is not None


def readings(text: str) -> tuple[str, ...]:
    """The same keys in the other layout and the same sounds in the other alphabet, where a word could look so."""
    low = text.lower()
    if is_cyrillic(low):
        other = low.translate(_TO_LATIN)
        layout = (other,) if looks_like_words(other) else ()
        plain = (low.replace("ё", "е"),) if "ё" in low else ()
        return (*plain, *layout, in_latin(low))
    if not _LATIN.search(low):
        return ()
    other, heard = low.translate(_TO_CYRILLIC), in_cyrillic(low)
    found = [guess for guess in (other, heard) if is_cyrillic(guess) and looks_like_words(guess)]
    if looks_like_words(low):
        found.reverse()
    return tuple(found)


def in_cyrillic(text: str) -> str:
    """Latin letters by their sound: "dyuna" is "дюна"."""
    return _SOUND.sub(lambda found: _SOUNDS[found[0]], text.lower())


def in_latin(text: str) -> str:
    """Russian letters by their sound: "метрополис" is "metropolis"."""
    return "".join(_LETTERS.get(char, char) for char in text.lower())


def looks_like_words(text: str) -> bool:
    """Whether this could be Russian or English: one alphabet, vowels, no knots of consonants, no marks inside words."""
    low = text.lower()
    language = "ru" if _CYRILLIC.search(low) else "en"
    if language == "ru" and _LATIN.search(low):
        return False
    if any(_NO_WORD.search(word) or _HARD[language].search(word) for word in low.split()):
        return False
    letters = [char for char in low if char.isalpha()]
    vowels = sum(char in _VOWELS[language] for char in letters)
    return bool(letters) and 0.2 <= vowels / len(letters) <= 0.75


def nominatives(text: str) -> tuple[str, ...]:
    """Russian words as titles have them, by each set of endings at once: "холодную дюну" is "холодная дюна"."""
    low = text.lower()
    if not is_cyrillic(low):
        return ()
    forms = (" ".join(_nominative(word, endings) for word in low.split()) for endings in _CASES)
    return tuple(form for form in dict.fromkeys(forms) if form != low)


def _nominative(word: str, endings: dict[str, str]) -> str:
    if len(word) < 4:
        return word
    for ending, base in endings.items():
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + base
    return word


def distance(one: str, two: str, most: int) -> int:
    """Letters to change, add, take out or swap with their neighbour; `most` + 1 where it is more than `most`."""
    if abs(len(one) - len(two)) > most:
        return most + 1
    before: list[int] = []
    line = list(range(len(two) + 1))
    for at, char in enumerate(one, start=1):
        next_line = [at]
        for to, other in enumerate(two, start=1):
            cost = min(line[to] + 1, next_line[to - 1] + 1, line[to - 1] + (char != other))
            if at > 1 and to > 1 and char == two[to - 2] and one[at - 2] == other:
                cost = min(cost, before[to - 2] + 1)
            next_line.append(cost)
        if min(next_line) > most:
            return most + 1
        before, line = line, next_line
    return min(line[-1], most + 1)

"""Understanding a typed line without a model: "найди медведь 3 сезон в 4к до 20 гб на русском". Pure."""

import re
from typing import Final, cast

from src.core.errors import UnusableInputError
from src.search.models import Resolution, Wish

LONGEST_TITLE: Final = 200
LONGEST_LINE: Final = 1_000
FIRST_YEAR: Final = 1888
LAST_YEAR: Final = 2039

_EDGE = r"(?<![\w])"
_END = r"(?![\w])"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_QUOTED = re.compile('«([^«»]+)»|“([^“”]+)”|„([^„“”]+)[“”]|"([^"]+)"')
_MARKS: Final = " \t.,;:!?-–—_'\"«»“”„()[]{}|/\\…*#"
_VERB_WORDS: Final = (
    "найди найдите найти поищи поищите ищи искать скачай скачайте скачать загрузи загрузить качай покажи"
    " включи поставь достань хочу посмотреть глянуть пожалуйста find search download watch please"
)
_VERB_PHRASES: Final = (
    "search for|look for|get me|give me|show me|find me|i want to watch|i want to see|i want|can you"
    "|could you|i would like to watch|i'd like to watch|do you have|где посмотреть|где скачать|найди мне"
    "|найди нам|скачай мне|скачай нам|покажи мне|дай мне|дай нам"
    "|хочется посмотреть|давай посмотрим|можешь найти"
    "|можешь скачать|можно скачать|можно посмотреть|а есть|есть ли|а есть ли"
)
_VERBS: Final = sorted((*_VERB_WORDS.split(), *_VERB_PHRASES.split("|")), key=len, reverse=True)
_LEADING = re.compile(r"^(?:(?:" + "|".join(map(re.escape, _VERBS)) + r")(?!\w)[\s,:!]*)+", re.IGNORECASE)
_KIND_LEADING = re.compile(
    r"^(?:кинофильма?|фильма?|сериала?|мультфильма?|мультик|мультсериала?|аниме|the movie|movie|film"
    r"|tv show|series)"
    + _END + r"[\s,:]*", re.IGNORECASE,
)  # fmt: skip
_KIND_TRAILING = re.compile(r"[\s,]+(?:фильм|сериал|мультфильм|мультик)$", re.IGNORECASE)
_LINK: Final = r"(?:(?:в|во|с|со|на|in|at|качеств[оае]|quality)\s+)*"
_RESOLUTIONS: Final[tuple[tuple[str, str], ...]] = (
    ("4320p", r"8\s?[kк]|4320\s?[pр]?"),
    ("2160p", r"4\s?[kк]|uhd|ultra\s?hd|2160\s?[pр]?"),
    ("1080p", r"1080\s?[pрi]?|full\s?hd|fhd|фулл?\s?(?:хд|hd)"),
    ("720p", r"720\s?[pр]?"),
    ("576p", r"576\s?[pр]"),
    ("480p", r"480\s?[pр]"),
)
_QUALITY: Final = tuple(
    (
        cast("Resolution", name),
        re.compile(_EDGE + _LINK + "(?:" + words + ")" + _END + r"(?:\s+качеств[оае])?", re.IGNORECASE),
    )
    for name, words in _RESOLUTIONS
)
_PLAIN_QUALITY = re.compile(
    _EDGE
    + r"(?:в|во|in)\s+(?:(?:хорошем|отличном|лучшем|высоком|good|best|high)\s+(?:качестве|quality)|hd|хд)"
    + _END,
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(?:"
    + _EDGE
    + r"(?:размером\s+)?(?:до|не\s+(?:больше|более)(?:\s+чем)?|меньше|максимум|макс|under|up\s+to|below"
    r"|at\s+most|less\s+than|max|within)\s*|[<≤]=?\s*)(\d{1,5}(?:[.,]\d{1,2})?)\s*"
    r"(тб|гб|гиг(?:а|ов|абайт(?:а|ов)?)?|мб|мег(?:а|абайт(?:а|ов)?)?|tb|gb|gig(?:s|abytes?)?|mb|megs?)"
    + _END,
    re.IGNORECASE,
)
_LANGUAGES: Final = {
    word: code
    for code, words in {
        "ru": "русск russian rus",
        "en": "английск english eng",
        "uk": "украинск ukrainian",
        "fr": "французск french",
        "de": "немецк german",
        "es": "испанск spanish",
        "it": "итальянск italian",
        "ja": "японск japanese",
        "ko": "корейск korean",
        "pl": "польск polish",
    }.items()
    for word in words.split()
}
_TONGUE = "(" + "|".join(_LANGUAGES) + ")"
_LANGUAGE = re.compile(
    _EDGE
    + r"(?:(?:на|по|с|со|в|in|with)[\s-]+"
    + _TONGUE
    + r"\w*(?:\s+(?:язык\w*|озвучк\w*|перевод\w*|дубляж\w*|dub\w*"
    r"|audio|language))?|" + _TONGUE + r"\w*\s+(?:язык\w*|озвучк\w*|перевод\w*|дубляж\w*|dub|audio))" + _END,
    re.IGNORECASE,
)
_LAST_LANGUAGE = re.compile(r"\s+(rus|eng|рус|англ)$", re.IGNORECASE)
_DUBBED = re.compile(
    _EDGE + r"(?:(?:в|с|со)\s+)?(?:(?:озвучк[аеиуой]+|перевод[аеом]*)(?:\s+(?:от\s+)?[\w-]+)?"
    r"|дубляж[аеом]*|дублированн\w+)$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    _EDGE + r"(?:в\s+оригинале|с\s+субтитрами|in\s+the\s+original|with\s+subtitles)" + _END, re.IGNORECASE
)
_ORDINALS: Final = {
    word: number
    for number, words in enumerate(
        (
            "первый первая первую first one",
            "второй вторая вторую second two",
            "третий третья третью third three",
            "четвертый четвёртый четвертая четвёртая четвертую fourth four",
            "пятый пятая пятую fifth five",
            "шестой шестая шестую sixth six",
            "седьмой седьмая седьмую seventh seven",
            "восьмой восьмая восьмую eighth eight",
            "девятый девятая девятую ninth nine",
            "десятый десятая десятую tenth ten",
        ),
        start=1,
    )
    for word in words.split()
}
_NUMBER = r"(\d{1,3}|" + "|".join(sorted(_ORDINALS, key=len, reverse=True)) + ")"
_SUFFIX = r"(?:-?(?:й|ый|ой|ий|я|ая|ю|ую|st|nd|rd|th))?"
_SEASON_WORD = r"(?:сезон(?:а|е|у|ы)?|season)"
_EPISODE_WORD = r"(?:сери[яиюей]+|эпизод(?:а|е)?|выпуск(?:а|е)?|episode|ep)"
_SEASON_EPISODE = re.compile(
    _EDGE + r"s(\d{1,2})[ .]?(?:e|ep)(\d{1,3})" + _END + "|" + _EDGE + r"(\d{1,2})[xх](\d{2,3})" + _END,
    re.IGNORECASE,
)
_SEASON = re.compile(
    _EDGE
    + f"(?:{_NUMBER}{_SUFFIX}\\s*{_SEASON_WORD}|{_SEASON_WORD}"
    + rf"\s*[#№]?{_NUMBER}|s(\d{{1,2}}))"
    + _END,
    re.IGNORECASE,
)
_EPISODE = re.compile(
    _EDGE
    + f"(?:{_NUMBER}{_SUFFIX}\\s*{_EPISODE_WORD}|{_EPISODE_WORD}"
    + rf"\s*[#№]?{_NUMBER}|e(\d{{2,3}}))"
    + _END,
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w-])(?:\((\d{4})\)|(\d{4}))(?:\s*(?:года?|г\.?|год))?(?![\w-])", re.IGNORECASE)
_BINDING = re.compile(r"(?:^|\s)(?:of|in|from|since|до|в|с|из|до|за|и|and|the|to|-)\s*$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_UNITS: Final = {"т": 4, "t": 4, "г": 3, "g": 3, "м": 2, "m": 2}


class _Line:
    """A typed line from which understood words are taken out one kind at a time."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match, taken out; the line stays as it is where nothing matches."""
        match = pattern.search(self.text)
        if match:
            self.text = _SPACES.sub(" ", f"{self.text[: match.start()]} {self.text[match.end() :]}").strip()
        return match


def parse_wish(text: str) -> Wish:
    """The wish of a typed line. Raises UnusableInputError where it names nothing to look for."""
    clean = _SPACES.sub(" ", _UNPRINTABLE.sub(" ", text[:LONGEST_LINE])).strip()
    if not any(char.isalnum() for char in clean):
        raise UnusableInputError("There is no title in this text.")
    if _is_number(clean):
        return Wish(title=clean.strip(_MARKS))
    line = _Line(clean)
    quoted = _quoted_title(line)
    line.text = _LEADING.sub("", line.text) or line.text
    resolution, size, language = _resolution(line), _size(line), _language(line)
    season, episode = _season_and_episode(line)
    line.text = _KIND_TRAILING.sub("", _KIND_LEADING.sub("", line.text.strip(_MARKS)))
    year = _year(line, alone=quoted is None)
    title = _title(quoted if quoted is not None else line.text)
    if not any(char.isalnum() for char in title) or (quoted is None and _only_verbs(title)):
        raise UnusableInputError("There is no title in this text.")
    return Wish(
        title=title,
        year=year,
        season=season,
        episode=episode,
        resolution=resolution,
        max_size_bytes=size,
        language=language,
    )


def _is_number(text: str) -> bool:
    return text.strip(_MARKS).isdigit()


def _only_verbs(title: str) -> bool:
    return not _LEADING.sub("", title).strip(_MARKS)


def _quoted_title(line: _Line) -> str | None:
    """A title in quotes is taken as it is; nothing in it is read as a year or a season."""
    match = line.take(_QUOTED)
    return next(group for group in match.groups() if group) if match else None


def _title(text: str) -> str:
    return _SPACES.sub(" ", text).strip(_MARKS)[:LONGEST_TITLE].strip()


def _resolution(line: _Line) -> Resolution | None:
    found: Resolution | None = None
    for name, pattern in _QUALITY:
        if line.take(pattern):
            found = found or name
    line.take(_PLAIN_QUALITY)
    return found


def _size(line: _Line) -> int | None:
    match = line.take(_SIZE)
    if match is None:
        return None
    return int(float(match[1].replace(",", ".")) * 1024 ** _UNITS[match[2][0].lower()])


def _language(line: _Line) -> str | None:
    line.take(_ORIGINAL)
    match = line.take(_LANGUAGE)
    if match:
        return _LANGUAGES[(match[1] or match[2]).lower()]
    last = line.take(_LAST_LANGUAGE)
    if last:
        return "ru" if last[1].lower() in ("rus", "рус") else "en"
    return "ru" if _DUBBED.sub("", line.text).strip(_MARKS) and line.take(_DUBBED) else None


def _season_and_episode(line: _Line) -> tuple[int | None, int | None]:
    both = line.take(_SEASON_EPISODE)
    if both:
        return int(both[1] or both[3]), int(both[2] or both[4])
    season = line.take(_SEASON)
    episode = line.take(_EPISODE)
    return _number(season), _number(episode)


def _number(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    word = next(group for group in match.groups() if group).lower()
    return int(word) if word.isdigit() else _ORDINALS[word]


def _year(line: _Line, *, alone: bool) -> int | None:
    """The last year that does not open the line and is not bound to the title ("class of 1984")."""
    for match in reversed(list(_YEAR.finditer(line.text))):
        ahead = line.text[: match.start()]
        year = int(match[1] or match[2])
        bare = match[1] is None and alone
        if not FIRST_YEAR <= year <= LAST_YEAR or (
            bare and (not ahead.strip(_MARKS) or _BINDING.search(ahead))
        ):
            continue
        line.text = _SPACES.sub(" ", f"{ahead} {line.text[match.end() :]}").strip()
        return year
    return None

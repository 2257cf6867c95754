"""The words of release names: which spelling means what. Tables only, so that a new word is one edit.

Spelling language: words are separated by spaces; `-` inside a word stands for an optional separator (space,
dot, underscore or dash), `'` for an optional apostrophe, `+` for itself. A word led by `~` is weak: it may
as well be a word of the title, so it counts only behind the place where the title surely ended (year,
season, strong word). `|` in a value separates several values of one field.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Field(StrEnum):
    """What a word speaks of; most are fields of ReleaseName."""

    RESOLUTION = "resolution"
    ULTRA_HD = "ultra_hd"
    SOURCE = "source"
    SERVICE = "service"
    CODEC = "codec"
    BIT_DEPTH = "bit_depth"
    HDR = "hdr"
    AUDIO = "audio"
    LANGUAGE = "language"
    SUBTITLE = "subtitle"
    STUDIO = "studio"
    EDITION = "edition"
    PROPER = "proper"
    REPACK = "repack"
    COMPLETE = "complete"
    CONTAINER = "container"
    NOISE = "noise"
    MUSIC = "music"
    BOOK = "book"
    GAME = "game"
    SOFTWARE = "software"


class Word(NamedTuple):
    """One spelling's meaning."""

    field: Field
    value: str
    strong: bool


LANGUAGES: Final[Mapping[str, str]] = {
    "ru": "rus russian русский рус русская русском rusdub",
    "en": "eng english английский англ английском",
    "uk": "ukr ukrainian украинский укр українська",
    "fr": "french truefrench fre fra vff vfq французский фр",
    "de": "german deutsch ger deu немецкий нем",
    "it": "italian ita итальянский",
    "es": "spanish spa esp latino castellano испанский исп",
    "pt": "portuguese por dublado ptbr pt-br португальский",
    "ja": "japanese jpn jap японский яп",
    "ko": "korean kor корейский кор",
    "zh": "chinese chi mandarin cantonese zho китайский",
    "hi": "hindi hin",
    "ta": "tamil tam",
    "te": "telugu tel",
    "pl": "polish pol polski польский",
    "cs": "czech cze ces чешский",
    "sk": "slovak",
    "hu": "hungarian hun",
    "tr": "turkish tur турецкий",
    "nl": "dutch flemish nld",
    "da": "danish",
    "sv": "swedish swe шведский",
    "no": "norwegian norsk nor",
    "fi": "finnish fin финский",
    "ar": "arabic",
    "el": "greek",
    "he": "hebrew heb",
    "th": "thai",
    "vi": "vietnamese",
    "ro": "romanian",
    "bg": "bulgarian bul",
    "lv": "latvian lav",
    "lt": "lithuanian lit",
    "et": "estonian est",
    "kk": "kazakh kaz казахский",
    "be": "belarusian bel",
    "ka": "georgian geo грузинский",
    "hy": "armenian arm",
}

STRONG_TABLES: Final[Mapping[Field, Mapping[str, str]]] = {
    Field.RESOLUTION: {
        "4320p": "4320p",
        "2160p": "2160p 2160i 2160р",
        "1080p": "1080p 1080i 1080р full-hd fullhd ~1080 ~fhd",
        "720p": "720p 720i 720р ~720",
        "576p": "576p 576i 576р",
        "480p": "480p 480i 480р",
    },
    Field.ULTRA_HD: {"2160p": "4k 4к uhd ultra-hd ultrahd 4kuhd", "4320p": "8k 8к"},
    Field.SOURCE: {
        "CAM": "hd-cam hdcam cam-rip camrip hqcam ~cam ~экранка",
        "TS": "telesync hd-ts hdts ts-rip tsrip pdvd ~ts",
        "TC": "telecine hd-tc hdtc ~tc",
        "WORKPRINT": "workprint ~wp",
        "SCR": "dvdscr dvd-scr dvdscreener bdscr webscr web-screener ~screener ~scr",
        "R5": "r5-line ~r5",
        "DVD": "dvd-5 dvd5 dvd-9 dvd9 dvd-r dvdr dvd-remux dvdremux dvd-video ~dvd ~hddvd",
        "DVDRip": "dvd-rip dvdrip dvdrip-avc",
        "HDTV": "hdtv hdtv-rip hdtvrip uhdtv",
        "TVRip": "tv-rip tvrip pdtv sdtv iptvrip iptv-rip",
        "SATRip": "sat-rip satrip dsrip dvb-rip dvbrip dth-rip dthrip dvb ~dsr",
        "WEBRip": "web-rip webrip web-cap webcap",
        "WEB-DLRip": "web-dl-rip web-dlrip webdlrip web-dl-hdrip",
        "WEB-DL": "web-dl webdl web-hd webhd",
        "WEB": "~web",
        "HDRip": "hd-rip hdrip",
        "BDRip": "bd-rip bdrip br-rip brrip blu-ray-rip bluray-rip blurayrip uhd-rip uhdrip uhd-bdrip",
        "Remux": "bd-remux bdremux uhd-bdremux remux",
        "BluRay": "blu-ray bluray blue-ray bdmv bd-25 bd25 bd-50 bd50 bd-66 bd66 bd-100 bd100 bd-iso uhd-bd"
        " ~bd",
        "VHSRip": "vhs-rip vhsrip ~vhs",
    },
    Field.CODEC: {
        "x265": "x265 x-265",
        "x264": "x264 x-264",
        "h265": "h265 h-265 hevc",
        "h264": "h264 h-264 ~avc",
        "av1": "av1",
        "xvid": "xvid",
        "divx": "divx divx5 divx6",
        "mpeg2": "mpeg-2 mpeg2",
        "vc1": "vc-1 vc1",
        "vp9": "vp9",
    },
    Field.BIT_DEPTH: {
        "8": "8-bit 8bits",
        "10": "10-bit 10bits hi10p hi10 main10 ~10-бит",
        "12": "12-bit 12bits",
    },
    Field.EDITION: {
        "Director's Cut": "director's-cut director-s-cut режиссерская-версия режиссёрская-версия",
        "Extended": "extended-cut extended-edition extended-version расширенная-версия ~extended",
        "Theatrical": "theatrical-cut theatrical-edition theatrical-version театральная-версия ~theatrical",
        "Unrated": "unrated-cut unrated-edition ~unrated",
        "Uncut": "~uncut",
        "Final Cut": "the-final-cut final-cut",
        "Ultimate": "ultimate-edition ultimate-cut",
        "Special Edition": "special-edition",
        "Collector's Edition": "collector's-edition",
        "Anniversary": "anniversary-edition 10th-anniversary-edition 20th-anniversary-edition"
        " 25th-anniversary-edition 30th-anniversary-edition 40th-anniversary-edition"
        " 50th-anniversary-edition",
        "Remastered": "4k-remaster 4k-remastered digitally-remastered ~remastered ~remaster ремастеринг",
        "Restored": "4k-restoration 4k-restored ~restored ~restoration",
        "Criterion": "criterion-collection the-criterion-collection ~criterion",
        "IMAX": "imax-edition ~imax",
        "Open Matte": "open-matte",
        "Redux": "~redux",
        "Colorized": "~colorized ~colourised ~colorised ~colourized",
        "3D": "~3d half-sbs h-sbs hsbs half-ou h-ou",
    },
    Field.COMPLETE: {
        "yes": "the-complete-series complete-series complete-season complete-collection season-complete"
        " ~complete"
        " полный-сезон все-сезоны ~полностью",
    },
    Field.SOFTWARE: {"yes": "x64 keygen windows-7 windows-10 windows-11 multilingual"},
}

WEAK_TABLES: Final[Mapping[Field, Mapping[str, str]]] = {
    Field.SERVICE: {
        "WEB": "amzn nf dsnp atvp hmax hulu pcok pmtp itunes amazon netflix",
    },
    Field.HDR: {
        "SDR": "sdr",
        "HDR10+": "hdr10+ hdr10plus hdr10p",
        "HDR10": "hdr10 hdr-10",
        "HDR": "hdr",
        "DV": "dv dovi dolby-vision dvp5 dvp7 dvp8",
        "HLG": "hlg",
    },
    Field.AUDIO: {
        "AAC": "aac he-aac qaac",
        "AC3": "ac3 ac-3 dd dolby-digital",
        "EAC3": "eac3 e-ac3 e-ac-3 dd+ ddp dolby-digital-plus",
        "EAC3|Atmos": "ddpa",
        "DTS-HD": "dts-hd-ma dts-hdma dts-hd-hra dts-hd dts-ma dts-x",
        "DTS": "dts dts-es",
        "TrueHD": "truehd true-hd",
        "Atmos": "atmos dolby-atmos",
        "FLAC": "flac",
        "MP3": "mp3",
        "OPUS": "opus",
        "PCM": "pcm lpcm",
    },
    Field.LANGUAGE: LANGUAGES,
    Field.SUBTITLE: {
        "en": "esub esubs engsub engsubs",
        "fr": "vostfr subfrench",
        "ko": "korsub",
        "sv": "swesub swesubs",
        "nl": "nlsub nlsubs",
        "ru": "russub russubs",
        "": "msub msubs multi-subs multisub multisubs hardsub hardsubs softsub",
    },
    Field.STUDIO: {
        "mvo:LostFilm": "lostfilm lostfilm-tv лостфильм",
        "mvo:HDRezka": "hdrezka hdrezka-studio hd-rezka rezka",
        "mvo:NewStudio": "newstudio newstudio-tv new-studio",
        "mvo:AlexFilm": "alexfilm",
        "mvo:Jaskier": "jaskier",
        "mvo:BaibaKo": "baibako baibako-tv baibakotv",
        "mvo:TVShows": "tvshows tv-shows",
        "mvo:Amedia": "amedia амедиа",
        "mvo:ColdFilm": "coldfilm",
        "mvo:IdeaFilm": "ideafilm",
        "mvo:NewComers": "newcomers",
        "mvo:LE-Production": "le-production",
        "mvo:ViruseProject": "viruseproject viruse-project",
        "mvo:AniLibria": "anilibria anilibria-tv анилибрия",
        "mvo:AniDUB": "anidub",
        "mvo:SHIZA Project": "shiza-project shiza",
        "mvo:AniMedia": "animedia",
        "mvo:Ozz": "ozz-tv",
        "mvo:FocusStudio": "focusstudio focus-studio",
        "mvo:Sony Turbo": "sony-turbo",
        "mvo:SDI Media": "sdi-media",
        "mvo:НТВ+": "нтв+",
        "mvo:Кинопоиск": "кинопоиск-hd кинопоиск",
        "mvo:ТВ-3": "тв-3",
        "mvo:РенТВ": "рен-тв рентв",
        "mvo:СТС": "стс",
        "mvo:ОРТ": "орт",
        "dvo:Кубик в Кубе": "кубик-в-кубе kubik-v-kube",
        "dvo:Tycoon": "tycoon",
        "dub:Red Head Sound": "red-head-sound",
        "dub:Пифагор": "пифагор",
        "dub:Мосфильм": "мосфильм мосфильм-мастер",
        "dub:Невафильм": "невафильм",
        "dub:СВ-Дубль": "св-дубль",
        "dub:Кравец": "кравец",
        "dub:Кириллица": "кириллица",
        "dub:MovieDalen": "moviedalen",
        "dub:Bravo Records Georgia": "bravo-records-georgia",
        "dub:Flarrow Films": "flarrow-films",
        "vo:Кураж-Бамбей": "кураж-бамбей kuraj-bambey kurazh-bambey",
        "avo:Гоблин": "гоблин goblin",
        "avo:Пучков": "пучков",
        "avo:Гаврилов": "гаврилов gavrilov",
        "avo:Володарский": "володарский volodarsky",
        "avo:Михалёв": "михалев михалёв mikhalev",
        "avo:Живов": "живов",
        "avo:Сербин": "сербин serbin",
        "avo:Дохалов": "дохалов",
        "avo:Горчаков": "горчаков",
        "avo:Яроцкий": "яроцкий",
        "avo:Королёв": "королев королёв",
    },
    Field.PROPER: {"yes": "proper real-proper"},
    Field.REPACK: {"yes": "repack rerip репак"},
    Field.CONTAINER: {
        "mkv": "mkv",
        "mp4": "mp4",
        "avi": "avi",
        "m2ts": "m2ts",
        "webm": "webm",
        "wmv": "wmv",
        "iso": "iso",
    },
    Field.NOISE: {
        "": "internal limited multi dual dual-audio dubbed subbed readnfo festival retail hybrid ntsc pal"
        " widescreen"
        " full-movie public-domain full-film hd hq uncensored dc sample trailer"
    },
    Field.MUSIC: {
        "yes": "ost soundtrack original-soundtrack саундтрек lossless kbps wavpack cdda dvda ape vinyl lp"
        " audiobook аудиокнига score cue image+.cue tracks+.cue m4b ogg alac",
    },
    Field.BOOK: {"yes": "pdf epub fb2 djvu mobi azw3 cbr cbz rtf книга журнал комикс manga манга"},
    Field.GAME: {
        "yes": "pc gog ps3 ps4 ps5 psp nintendo-switch nsw xbox xbox360 xbox-one dlc fitgirl xatab"
        " elamigos dodi"
        " repack-by steam-rip steam-repack nsz xci",
    },
    Field.SOFTWARE: {
        "yes": "x86 win64 win32 portable keygen crack cracked macos windows linux apk activator vst"
        " dmg msi exe"
    },
}

_CONTAINERS: Final = "mkv mp4 avi ts m2ts wmv mov webm iso vob m4v mpg mpeg flv ogv divx rmvb"
CONTAINERS: Final = frozenset(_CONTAINERS.split())
_GAME_GROUPS: Final = (
    "codex skidrow reloaded flt plaza rune tenoke cpy empress hoodlum razor1911 tinyiso prophet"
)
GAME_GROUPS: Final = frozenset(_GAME_GROUPS.split())

_SEPARATORS = str.maketrans("", "", " ._-'’")


def key_of(text: str) -> str:
    """The form under which a spelling is found: lower case without separators."""
    return text.lower().translate(_SEPARATORS)


def _rows(tables: Mapping[Field, Mapping[str, str]], *, strong: bool) -> list[tuple[str, Word]]:
    return [
        (spelling.lstrip("~"), Word(field, value, strong and not spelling.startswith("~")))
        for field, table in tables.items()
        for value, spellings in table.items()
        for spelling in spellings.split()
    ]


def _pattern(spelling: str) -> str:
    return re.escape(spelling).replace(r"\-", "[ ._-]?").replace("'", "['’]?")


def _by_first_letter(spellings: list[str]) -> str:
    """An alternation tried longest first, grouped by first character so that a miss costs one comparison."""
    groups: dict[str, list[str]] = {}
    for spelling in sorted(spellings, key=len, reverse=True):
        groups.setdefault(spelling[0], []).append(_pattern(spelling[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())


_ROWS: Final = _rows(STRONG_TABLES, strong=True) + _rows(WEAK_TABLES, strong=False)
WORDS: Final[Mapping[str, Word]] = {key_of(spelling): word for spelling, word in reversed(_ROWS)}
"""Meaning by key_of(spelling); the earlier table wins where two name one spelling."""

WORD: Final = re.compile(
    r"(?<![^\W_])(?:\d{1,2}[xх])?("
    + _by_first_letter([spelling for spelling, _ in _ROWS])
    + r")(?:(?![^\W_])|(?=\d[. ]\d))",
)
"""Finds the words in lower-case text; "DDP5.1" and "2xDVD9" count as words with something attached."""

LANGUAGE_OF: Final[Mapping[str, str]] = {
    key_of(spelling): code for code, spellings in LANGUAGES.items() for spelling in spellings.split()
}
STUDIO_OF: Final[Mapping[str, str]] = {
    key: word.value for key, word in WORDS.items() if word.field is Field.STUDIO
}
LANGUAGE_PATTERN: Final = "(?:" + "|".join(sorted(map(re.escape, LANGUAGE_OF), key=len, reverse=True)) + ")"

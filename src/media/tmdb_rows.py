"""TMDB's rows as our models. Pure; lenient with single fields, None for a row that cannot be used."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from src.media.models import (
    OVERVIEW_LONG,
    OVERVIEW_SHORT,
    CastMember,
    Credit,
    Episode,
    Ids,
    MediaKind,
    PersonRef,
    Providers,
    Season,
    SeasonSummary,
    Title,
    TitleKind,
    TitleRef,
)
from src.search import fields

MAX_NAME = 200
MAX_CAST = 15
MAX_TITLES = 40
MAX_ROWS = 40
MAX_SEASONS = 120
MAX_EPISODES = 1000
MAX_COUNTRIES = 250
MAX_CREDITS = 100
MAX_RUNTIME = 6000  # minutes; Warhol and the like are longer than a day
MAKERS = frozenset({"Director", "Co-Director"})
KINDS: Mapping[str, TitleKind] = {"movie": MediaKind.FILM, "tv": MediaKind.SHOW}

IMDB = re.compile(r"tt[0-9]{7,10}")
IMAGE = re.compile(r"/[A-Za-z0-9_-]{1,80}\.(?:jpg|jpeg|png)")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_LINK = re.compile(r"https://[a-z0-9.-]+(?:/[!-~]*)?")

Row = Mapping[str, object]
Made = TypeVar("Made")


def row(value: object) -> Row:
    """The value where it is an object of JSON, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object, make: Callable[[Row], Made | None], most: int = MAX_ROWS) -> tuple[Made, ...]:
    """What `make` makes of the objects in a list, at most `most`; nothing of what is no list."""
    if not isinstance(value, list):
        return ()
    made = (make(item) for item in value[: most * 4] if isinstance(item, Mapping))
    return tuple(item for item in made if item is not None)[:most]


def title_ref(raw: Row, kind: TitleKind | None = None, *, imdb: str | None = None) -> TitleRef | None:
    """A film or show of a list. `kind` where the list holds one kind; None for people and adult material."""
    known = kind or _kind_of(raw)
    ident = fields.count(raw.get("id"))
    names = "title", "original_title"
    if known is MediaKind.SHOW:
        names = "name", "original_name"
    original = fields.text(raw.get(names[1]), limit=MAX_NAME)
    title = fields.text(raw.get(names[0]), limit=MAX_NAME) or original
    if known is None or not ident or title is None or raw.get("adult") is True:
        return None
    votes = fields.count(raw.get("vote_count")) or 0
    return TitleRef(
        ids=Ids(tmdb=ident, imdb=imdb),
        kind=known,
        title=title,
        original_title=original,
        original_language=code(raw.get("original_language"), _LANGUAGE),
        year=_year(raw),
        overview=fields.text(raw.get("overview"), limit=OVERVIEW_SHORT),
        poster_path=image(raw.get("poster_path")),
        popularity=number(raw.get("popularity"), 0, 1e9) or 0.0,
        vote=number(raw.get("vote_average"), 0, 10) if votes else None,
        votes=votes,
        countries=codes(raw.get("origin_country"), _COUNTRY),
    )


def title(raw: Row, kind: TitleKind) -> Title | None:
    """The page of a film or show with everything that was appended to it."""
    english = _english(raw)
    named = dict(raw)
    name = "title" if kind is MediaKind.FILM else "name"
    named[name] = _first(raw.get(name), english.get(name), raw.get(f"original_{name}"))
    named["overview"] = _first(raw.get("overview"), english.get("overview"))
    ref = title_ref(named, kind, imdb=_imdb(raw))
    if ref is None:
        return None
    return Title(
        ref=ref,
        english_title=_english_title(ref, english, name),
        overview=fields.text(named["overview"], limit=OVERVIEW_LONG),
        tagline=fields.text(raw.get("tagline"), limit=MAX_NAME),
        released=day(raw.get("release_date")) or day(raw.get("first_air_date")),
        runtime=_runtime(raw),
        status=fields.text(raw.get("status"), limit=40),
        genres=_names(raw.get("genres")),
        countries=_countries(raw),
        languages=_languages(raw),
        made_by=_makers(raw),
        cast=rows(row(raw.get("credits")).get("cast"), _cast_member, MAX_CAST),
        seasons=rows(raw.get("seasons"), _season_summary, MAX_SEASONS),
        providers=_providers(row(raw.get("watch/providers")).get("results")),
        alternative_titles=_alternative_titles(raw, ref),
        recommendations=rows(
            row(raw.get("recommendations")).get("results"), lambda r: title_ref(r, _kind_of(r) or kind)
        ),
    )


def person(raw: Row) -> PersonRef | None:
    """A person of a search."""
    ident = fields.count(raw.get("id"))
    name = fields.text(raw.get("name"), limit=MAX_NAME)
    if not ident or name is None or raw.get("adult") is True:
        return None
    return PersonRef(
        id=ident,
        name=name,
        original_name=fields.text(raw.get("original_name"), limit=MAX_NAME),
        department=fields.text(raw.get("known_for_department"), limit=40),
        profile_path=image(raw.get("profile_path")),
        popularity=number(raw.get("popularity"), 0, 1e9) or 0.0,
        known_for=rows(raw.get("known_for"), title_ref, 5),
    )


def credits_of(raw: Row) -> tuple[Credit, ...]:
    """A person's works, the most voted for first; one row a title and job."""
    played = rows(raw.get("cast"), lambda r: _credit(r, None, r.get("character")), MAX_CREDITS * 4)
    made = rows(raw.get("crew"), lambda r: _credit(r, r.get("job"), None), MAX_CREDITS * 4)
    unique = {(c.title.kind, c.title.ids.tmdb, c.job, c.character): c for c in (*made, *played)}
    return tuple(sorted(unique.values(), key=lambda c: (-c.title.votes, -c.title.popularity))[:MAX_CREDITS])


def season(raw: Row) -> Season | None:
    """A season's page."""
    number_ = fields.count(raw.get("season_number"))
    if number_ is None:
        return None
    return Season(
        number=number_,
        name=fields.text(raw.get("name"), limit=MAX_NAME),
        episodes=rows(raw.get("episodes"), lambda r: _episode(r, number_), MAX_EPISODES),
    )


def image(value: object) -> str | None:
    """A path of a picture, in the one shape that is safe to put into an address."""
    return value if isinstance(value, str) and IMAGE.fullmatch(value) else None


def number(value: object, low: float, high: float) -> float | None:
    """A number between `low` and `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None


def day(value: object) -> date | None:
    """A date as `1968-10-04`; TMDB's empty text is none."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def code(value: object, shape: re.Pattern[str]) -> str | None:
    """A code of a country or language in its shape."""
    return value if isinstance(value, str) and shape.fullmatch(value) else None


def codes(value: object, shape: re.Pattern[str]) -> tuple[str, ...]:
    """Every code of a list, without repeats."""
    if not isinstance(value, list):
        return ()
    found = (code(item, shape) for item in value[:MAX_ROWS])
    return tuple(dict.fromkeys(item for item in found if item))


def _kind_of(raw: Row) -> TitleKind | None:
    stated = raw.get("media_type")
    if isinstance(stated, str):
        return KINDS.get(stated)
    if "title" in raw:
        return MediaKind.FILM
    return MediaKind.SHOW if "first_air_date" in raw else None


def _year(raw: Row) -> int | None:
    first = day(raw.get("release_date")) or day(raw.get("first_air_date"))
    return first.year if first and first.year > 1800 else None


def _first(*values: object) -> object:
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _imdb(raw: Row) -> str | None:
    for value in (raw.get("imdb_id"), row(raw.get("external_ids")).get("imdb_id")):
        if isinstance(value, str) and IMDB.fullmatch(value):
            return value
    return None


def _english(raw: Row) -> Row:
    """What the English translation says; the American one where there are several."""
    found = row(raw.get("translations")).get("translations")
    english = (
        [item for item in found if isinstance(item, Mapping) and item.get("iso_639_1") == "en"]
        if isinstance(found, list)
        else []
    )
    english.sort(key=lambda item: item.get("iso_3166_1") != "US")
    return row(english[0].get("data")) if english else {}


def _english_title(ref: TitleRef, english: Row, name: str) -> str | None:
    if ref.original_language == "en":
        return ref.original_title
    return fields.text(english.get(name), limit=MAX_NAME)


def _runtime(raw: Row) -> int | None:
    stated = fields.first(raw.get("runtime") or raw.get("episode_run_time"))
    minutes = fields.count(stated)
    return minutes if minutes and minutes <= MAX_RUNTIME else None


def _names(value: object) -> tuple[str, ...]:
    found = rows(value, lambda r: fields.text(r.get("name"), limit=80))
    return tuple(dict.fromkeys(found))


def _countries(raw: Row) -> tuple[str, ...]:
    made = rows(raw.get("production_countries"), lambda r: code(r.get("iso_3166_1"), _COUNTRY))
    return tuple(dict.fromkeys(made)) or codes(raw.get("origin_country"), _COUNTRY)


def _languages(raw: Row) -> tuple[str, ...]:
    spoken = rows(raw.get("spoken_languages"), lambda r: code(r.get("iso_639_1"), _LANGUAGE))
    return tuple(dict.fromkeys(spoken)) or codes(raw.get("languages"), _LANGUAGE)


def _makers(raw: Row) -> tuple[str, ...]:
    created = _names(raw.get("created_by"))
    if created:
        return created
    crew = row(raw.get("credits")).get("crew")
    directors = rows(
        crew, lambda r: fields.text(r.get("name"), limit=80) if r.get("job") in MAKERS else None, 5
    )
    return tuple(dict.fromkeys(directors))


def _cast_member(raw: Row) -> CastMember | None:
    ident = fields.count(raw.get("id"))
    name = fields.text(raw.get("name"), limit=80)
    if not ident or name is None:
        return None
    return CastMember(id=ident, name=name, character=fields.text(raw.get("character"), limit=80))


def _season_summary(raw: Row) -> SeasonSummary | None:
    number_ = fields.count(raw.get("season_number"))
    if number_ is None:
        return None
    return SeasonSummary(
        number=number_,
        name=fields.text(raw.get("name"), limit=MAX_NAME),
        episodes=fields.count(raw.get("episode_count")) or 0,
        aired=day(raw.get("air_date")),
        poster_path=image(raw.get("poster_path")),
    )


def _episode(raw: Row, season_number: int) -> Episode | None:
    number_ = fields.count(raw.get("episode_number"))
    if number_ is None:
        return None
    return Episode(
        season=season_number,
        number=number_,
        name=fields.text(raw.get("name"), limit=MAX_NAME),
        overview=fields.text(raw.get("overview"), limit=OVERVIEW_SHORT),
        aired=day(raw.get("air_date")),
        runtime=_runtime(raw),
    )


def _providers(value: object) -> tuple[Providers, ...]:
    countries = [country for country in row(value) if _COUNTRY.fullmatch(country)]
    return tuple(
        _providers_in(country, row(row(value)[country])) for country in sorted(countries)[:MAX_COUNTRIES]
    )


def _providers_in(country: str, raw: Row) -> Providers:
    link = raw.get("link")
    return Providers(
        country=country,
        link=link if isinstance(link, str) and len(link) < 500 and _LINK.fullmatch(link) else None,
        flatrate=_services(raw, "flatrate"),
        free=_services(raw, "free", "ads"),
        rent=_services(raw, "rent"),
        buy=_services(raw, "buy"),
    )


def _services(raw: Row, *ways: str) -> tuple[str, ...]:
    found = (rows(raw.get(way), lambda r: fields.text(r.get("provider_name"), limit=60)) for way in ways)
    return tuple(dict.fromkeys(name for names in found for name in names))


def _alternative_titles(raw: Row, ref: TitleRef) -> tuple[str, ...]:
    appended = row(raw.get("alternative_titles"))
    listed = appended.get("titles") or appended.get("results")
    found = rows(listed, lambda r: fields.text(r.get("title"), limit=MAX_NAME), MAX_TITLES)
    known = {ref.title, ref.original_title}
    return tuple(name for name in dict.fromkeys(found) if name not in known)


def _credit(raw: Row, job: object, character: object) -> Credit | None:
    ref = title_ref(raw)
    if ref is None:
        return None
    return Credit(title=ref, job=fields.text(job, limit=80), character=fields.text(character, limit=80))


def refs(value: object, kind: TitleKind | None) -> Sequence[TitleRef]:
    """The titles of a list, without repeats, in its order."""
    found = rows(value, lambda r: title_ref(r, kind))
    return tuple({(ref.kind, ref.ids.tmdb): ref for ref in reversed(found)}.values())[::-1]

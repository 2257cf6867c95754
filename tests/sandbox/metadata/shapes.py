"""TMDB's JSON of what the catalogue holds, in a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .catalogue import COUNTRIES, GENRES, PEOPLE, Made

Json = dict[str, object]
DEPARTMENTS = {"movie": "Directing", "tv": "Creator"}


def shown(made: Made, language: str) -> tuple[str, str]:
    """Title and overview in a language: without a translation the original title and an empty overview."""
    return made.titles.get(language, made.titles[made.original]), made.overviews.get(language, "")


def listed(made: Made, language: str, *, stated: bool = True) -> Json:
    """A row of a list; `stated`: with its media_type."""
    title, overview = shown(made, language)
    film = made.kind == "movie"
    row: Json = {
        "adult": False,
        "backdrop_path": None,
        "id": made.id,
        "title" if film else "name": title,
        "original_title" if film else "original_name": made.titles[made.original],
        "original_language": made.original,
        "overview": overview,
        "poster_path": made.poster,
        "genre_ids": list(made.genres),
        "popularity": made.popularity,
        "release_date" if film else "first_air_date": made.date,
        "vote_average": made.vote,
        "vote_count": made.votes,
    }
    row |= {"video": False} if film else {"origin_country": list(made.countries)}
    return row | ({"media_type": made.kind} if stated else {})


def page(made: Made, language: str) -> Json:
    """The details without anything appended."""
    row = listed(made, language, stated=False)
    del row["genre_ids"]
    row |= {
        "genres": [{"id": g, "name": GENRES[g][language == "ru"]} for g in made.genres],
        "production_countries": [{"iso_3166_1": c, "name": COUNTRIES[c]} for c in made.countries],
        "spoken_languages": [{"iso_639_1": made.original, "name": made.original}],
        "status": "Released" if made.kind == "movie" else "Ended",
        "tagline": "",
    }
    if made.kind == "movie":
        return row | {"imdb_id": made.imdb, "runtime": made.runtime, "belongs_to_collection": None}
    return row | {
        "created_by": [{"id": p, "name": PEOPLE[p]} for p in made.makers],
        "episode_run_time": [made.runtime],
        "number_of_seasons": len(made.seasons),
        "seasons": [
            {
                "season_number": n,
                "name": f"Season {n}",
                "episode_count": len(e),
                "air_date": made.date,
                "overview": "",
            }
            for n, e in made.seasons.items()
        ],
    }


def credits_of(made: Made) -> Json:
    """`credits`: the cast, and the directors of a film."""
    cast = [{"id": p, "name": PEOPLE[p], "character": c, "order": n} for n, (p, c) in enumerate(made.cast)]
    crew = [{"id": p, "name": PEOPLE[p], "job": "Director", "department": "Directing"} for p in made.makers]
    return {"cast": cast, "crew": crew if made.kind == "movie" else []}


def translations(made: Made) -> Json:
    """`translations`: as TMDB has it, the title in the original language is empty."""
    name = "title" if made.kind == "movie" else "name"
    rows = [
        {
            "iso_639_1": language,
            "iso_3166_1": "US" if language == "en" else language.upper(),
            "data": {
                name: "" if language == made.original else title,
                "overview": made.overviews.get(language, ""),
            },
        }
        for language, title in made.titles.items()
    ]
    return {"translations": rows}


def providers(made: Made) -> Json:
    """`watch/providers`."""
    results = {
        country: {
            "link": f"https://www.themoviedb.org/{made.kind}/{made.id}/watch?locale={country}",
            **{
                way: [{"provider_id": n, "provider_name": name} for n, name in enumerate(names, start=1)]
                for way, names in ways.items()
            },
        }
        for country, ways in made.providers.items()
    }
    return {"results": results}


def alternatives(made: Made) -> Json:
    """`alternative_titles`, under another name for films than for shows."""
    rows = [{"iso_3166_1": country, "title": title, "type": ""} for country, title in made.alternative]
    return {"titles" if made.kind == "movie" else "results": rows}


def paged(rows: Sequence[Json], page_number: int = 1) -> Json:
    """A list of at most 20 rows."""
    start = 20 * (page_number - 1)
    pages = max(1, -(-len(rows) // 20))
    return {
        "page": page_number,
        "results": list(rows[start : start + 20]),
        "total_pages": pages,
        "total_results": len(rows),
    }


def season(made: Made, number: int) -> Json:
    """A season's page."""
    episodes = [
        {
            "season_number": number,
            "episode_number": n,
            "name": name,
            "overview": "",
            "air_date": made.date,
            "runtime": made.runtime,
        }
        for n, name in enumerate(made.seasons[number], start=1)
    ]
    return {
        "id": made.id * 10 + number,
        "season_number": number,
        "name": f"Season {number}",
        "episodes": episodes,
    }


def person_row(ident: int, titles: Sequence[Made], language: str) -> Json:
    """A person of a search, with what they are known for."""
    known = [made for made in titles if ident in made.makers or ident in dict(made.cast)]
    return {
        "adult": False,
        "id": ident,
        "name": PEOPLE[ident],
        "original_name": PEOPLE[ident],
        "media_type": "person",
        "known_for_department": "Directing" if any(ident in made.makers for made in known) else "Acting",
        "profile_path": None,
        "popularity": 3.0,
        "known_for": [listed(made, language) for made in known[:3]],
    }


def works(ident: int, titles: Sequence[Made], language: str) -> Json:
    """`combined_credits`."""
    cast = [
        {**listed(made, language), "character": dict(made.cast)[ident]}
        for made in titles
        if ident in dict(made.cast)
    ]
    crew = [
        {**listed(made, language), "job": DEPARTMENTS[made.kind], "department": "Directing"}
        for made in titles
        if ident in made.makers
    ]
    return {"id": ident, "cast": cast, "crew": crew}


APPENDABLE: Mapping[str, Callable[[Made], Json]] = {
    "credits": credits_of,
    "external_ids": lambda made: {"imdb_id": made.imdb},
    "alternative_titles": alternatives,
    "translations": translations,
    "watch/providers": providers,
    "videos": lambda _: {"results": []},
    "release_dates": lambda _: {"results": []},
    "content_ratings": lambda _: {"results": []},
}

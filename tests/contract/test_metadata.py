"""The MetadataSource port, over every adapter: a new one joins by its line in RIGS."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web

from src.core.clock import SystemClock
from src.core.errors import (
    BlockedError,
    CredentialsError,
    NotFoundError,
    RateLimitedError,
    ServiceError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
    UnusableInputError,
)
from src.core.http import HttpService, open_http
from src.media.models import MediaKind
from src.media.ports import MetadataSource
from src.media.tmdb import Tmdb
from tests.sandbox.metadata import TmdbStandIn
from tests.sandbox.sources.chaos import Fault, StandIn

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loopback speaks http: no need to read the authorities
NAME = "Metadata"
SHORT = 0.15
NIGHT, REMAKE, LANG, SHOW, ROMERO = 1001, 1002, 1003, 2001, 501
RU, EN = "ru-RU", "en-US"


@dataclass
class Rig:
    """A stand-in, and the adapter that speaks to it."""

    stand_in: StandIn
    key: str

    def source(self, http: HttpService, url: str | None = None) -> MetadataSource:
        return Tmdb(http, url or self.stand_in.url, self.key, SystemClock())


@asynccontextmanager
async def _tmdb_key() -> AsyncIterator[Rig]:
    async with TmdbStandIn() as stand_in:
        yield Rig(stand_in, stand_in.key)


@asynccontextmanager
async def _tmdb_token() -> AsyncIterator[Rig]:
    async with TmdbStandIn() as stand_in:
        yield Rig(stand_in, stand_in.token)


RIGS = {"tmdb-key": _tmdb_key, "tmdb-token": _tmdb_token}


@pytest.fixture(params=list(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as opened:
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[HttpService]:
    async with open_http(NAME, tls=NO_TLS) as service:
        yield service


@pytest.fixture
def source(rig: Rig, http: HttpService) -> MetadataSource:
    return rig.source(http)


async def test_a_search_finds_films_and_shows_in_the_language_asked_for(source: MetadataSource) -> None:
    found = await source.search("ночь живых", language=RU, timeout=5)
    assert [(ref.ids.tmdb, ref.kind, ref.year) for ref in found] == [
        (NIGHT, MediaKind.FILM, 1968),
        (REMAKE, MediaKind.FILM, 1990),
    ]
    assert found[0].title == "Ночь живых мертвецов"
    assert found[0].original_title == "Night of the Living Dead"
    assert found[0].original_language == "en"
    assert found[0].overview == "Семеро в доме на ферме, а под дверью мертвецы."
    assert found[0].vote == 7.6
    assert found[0].votes == 2400
    (show,) = await source.search("hillbillies", language=EN, timeout=5)
    assert (show.kind, show.ids.tmdb, show.countries) == (MediaKind.SHOW, SHOW, ("US",))


async def test_a_kind_and_a_year_narrow_a_search(source: MetadataSource) -> None:
    name = "night of the living dead"
    assert len(await source.search(name, kind=MediaKind.FILM, language=EN, timeout=5)) == 2
    assert not await source.search(name, kind=MediaKind.SHOW, language=EN, timeout=5)
    (only,) = await source.search(name, kind=MediaKind.FILM, year=1990, language=EN, timeout=5)
    assert only.ids.tmdb == REMAKE
    (only,) = await source.search(name, year=1968, language=EN, timeout=5)
    assert only.ids.tmdb == NIGHT
    (show,) = await source.search("Hillbillies", year=1962, language=EN, timeout=5)
    assert show.kind is MediaKind.SHOW


async def test_people_are_no_titles(source: MetadataSource) -> None:
    assert not await source.search("romero", language=EN, timeout=5)


@pytest.mark.parametrize(
    "query", ["", "   ", "!!!", "\x00", "\ud800", "absent " * 60, "x" * 5000, "<q9>&=?#%"]
)
async def test_odd_queries_find_nothing(source: MetadataSource, query: str) -> None:
    assert not await source.search(query, language=RU, timeout=5)
    assert not await source.people(query, language=RU, timeout=5)


async def test_a_page_has_everything_at_once(rig: Rig, source: MetadataSource) -> None:
    title = await source.details(MediaKind.FILM, NIGHT, language=RU, timeout=5)
    assert len(rig.stand_in.requests) == 1
    assert title.ref.ids.imdb == "tt0063350"
    assert title.ref.title == "Ночь живых мертвецов"
    assert title.english_title == "Night of the Living Dead"
    assert title.overview == "Семеро в доме на ферме, а под дверью мертвецы."
    assert str(title.released) == "1968-10-04"
    assert title.runtime == 96
    assert title.genres == ("ужасы",)
    assert (title.countries, title.languages) == (("US",), ("en",))
    assert title.made_by == ("George A. Romero",)
    assert [(one.name, one.character) for one in title.cast] == [
        ("Duane Jones", "Ben"),
        ("Judith O'Dea", "Barbra"),
    ]
    assert "Die Nacht der lebenden Toten" in title.alternative_titles
    assert [ref.ids.tmdb for ref in title.recommendations] == [REMAKE, 1005]
    assert not title.seasons


async def test_where_to_watch_is_told_by_country(source: MetadataSource) -> None:
    title = await source.details(MediaKind.FILM, NIGHT, language=RU, timeout=5)
    american = title.providers_in("us")
    assert american is not None
    assert american.free == ("Internet Archive", "Tubi TV")
    assert american.buy == ("Apple TV",)
    assert american.link is not None
    assert (russian := title.providers_in("RU")) is not None
    assert russian.flatrate == ("Кинопоиск",)
    assert title.providers_in("FR") is None
    sita = await source.details(MediaKind.FILM, 1009, language=EN, timeout=5)
    assert sita.providers[0].free == ("Internet Archive",)  # with advertisements is free too


async def test_a_show_has_seasons_and_creators(source: MetadataSource) -> None:
    title = await source.details(MediaKind.SHOW, SHOW, language=RU, timeout=5)
    assert title.ref.kind is MediaKind.SHOW
    assert title.ref.title == "Деревенщина из Беверли-Хиллз"
    assert title.made_by == ("Paul Henning",)
    assert title.runtime == 25
    assert [(season.number, season.episodes) for season in title.seasons] == [(1, 2), (2, 1)]
    season = await source.season(SHOW, 1, language=EN, timeout=5)
    assert [(one.season, one.number, one.name) for one in season.episodes] == [
        (1, 1, "The Clampetts Strike Oil"),
        (1, 2, "Getting Settled"),
    ]


async def test_what_is_missing_in_russian_comes_in_english(source: MetadataSource) -> None:
    bunny = await source.details(MediaKind.FILM, 1010, language=RU, timeout=5)
    assert bunny.ref.title == "Big Buck Bunny"
    assert bunny.overview == bunny.ref.overview == "A large rabbit loses his patience."
    sita = await source.details(MediaKind.FILM, 1009, language=RU, timeout=5)
    assert sita.ref.title == "Сита поёт блюз"
    assert sita.overview == "An old epic and a new break-up, sung."


async def test_the_english_title_of_a_foreign_film(source: MetadataSource) -> None:
    title = await source.details(MediaKind.FILM, 1006, language=RU, timeout=5)
    assert title.ref.original_title == "Nosferatu: Phantom der Nacht"
    assert title.english_title == "Nosferatu the Vampyre"


async def test_a_title_by_its_imdb_id(source: MetadataSource) -> None:
    ref = await source.by_imdb("tt0017136", language=EN, timeout=5)
    assert ref is not None
    assert (ref.ids.tmdb, ref.ids.imdb) == (LANG, "tt0017136")
    show = await source.by_imdb("tt0055662", language=EN, timeout=5)
    assert show is not None
    assert show.kind is MediaKind.SHOW
    assert await source.by_imdb("tt9999999", language=EN, timeout=5) is None


@pytest.mark.parametrize(
    "ident", ["", "tt", "tt12", "nm0000001", "tt0017136/../..", "tt0017136?x=1", "0017136"]
)
async def test_what_is_no_imdb_id_is_not_asked_for(rig: Rig, source: MetadataSource, ident: str) -> None:
    with pytest.raises(UnusableInputError):
        await source.by_imdb(ident, language=EN, timeout=5)
    assert not rig.stand_in.requests


async def test_people_and_their_works(source: MetadataSource) -> None:
    (grant,) = await source.people("cary grant", language=EN, timeout=5)
    assert grant.department == "Acting"
    assert {ref.title for ref in grant.known_for} == {"His Girl Friday", "Charade"}
    works = await source.credits(grant.id, language=EN, timeout=5)
    assert [(work.title.title, work.character) for work in works] == [
        ("Charade", "Peter Joshua"),  # the better known first
        ("His Girl Friday", "Walter Burns"),
    ]
    (made,) = await source.credits(ROMERO, language=RU, timeout=5)
    assert (made.job, made.title.ids.tmdb) == ("Directing", NIGHT)


async def test_recommendations(source: MetadataSource) -> None:
    refs = await source.recommendations(MediaKind.FILM, 1005, language=EN, timeout=5)
    assert [ref.title for ref in refs] == ["Nosferatu the Vampyre", "Metropolis"]


async def test_unknown_numbers_are_not_found(source: MetadataSource) -> None:
    calls = (
        source.details(MediaKind.FILM, 999, language=RU, timeout=5),
        source.details(MediaKind.SHOW, NIGHT, language=RU, timeout=5),
        source.recommendations(MediaKind.FILM, 999, language=RU, timeout=5),
        source.credits(999, language=RU, timeout=5),
        source.season(SHOW, 9, language=RU, timeout=5),
    )
    for call in calls:
        with pytest.raises(NotFoundError):
            await call


async def test_a_poster_is_where_its_address_says(
    rig: Rig, source: MetadataSource, http: HttpService
) -> None:
    title = await source.details(MediaKind.FILM, NIGHT, language=RU, timeout=5)
    assert title.ref.poster_path is not None
    url = await source.image_url(title.ref.poster_path, "w500", timeout=5)
    assert url == f"{rig.stand_in.url}/t/p/w500/poster1001.png"
    assert (await http.get_bytes(url, timeout=5)).startswith(b"\x89PNG")
    await source.image_url("/other.jpg", "original", timeout=5)
    asked = [seen.path for seen in rig.stand_in.requests]
    assert asked.count("/3/configuration") == 1


@pytest.mark.parametrize(
    "path", ["", "/", "poster.jpg", "/../a.jpg", "/a/b.jpg", "/a.exe", "//evil.example/a.jpg"]
)
async def test_what_is_no_picture_has_no_address(rig: Rig, source: MetadataSource, path: str) -> None:
    assert await source.image_url(path, "w500", timeout=5) is None
    assert not rig.stand_in.requests


FAULTS: tuple[tuple[Fault, dict[str, int], type[ServiceError]], ...] = (
    (Fault.HANG, {}, ServiceTimeoutError),
    (Fault.HANG_IN_BODY, {}, ServiceTimeoutError),
    (Fault.DRIP, {}, ServiceTimeoutError),
    (Fault.ENDLESS, {}, UnexpectedAnswerError),
    (Fault.GZIP_BOMB, {}, UnexpectedAnswerError),
    (Fault.BROKEN_GZIP, {}, UnexpectedAnswerError),
    (Fault.REDIRECT_LOOP, {}, UnexpectedAnswerError),
    (Fault.CHALLENGE, {}, BlockedError),
    (Fault.HTML, {}, UnexpectedAnswerError),
    (Fault.CUT_JSON, {}, UnexpectedAnswerError),
    (Fault.DEEP_JSON, {}, UnexpectedAnswerError),
    (Fault.WRONG_CHARSET, {}, UnexpectedAnswerError),
    (Fault.WRONG_SHAPE, {}, UnexpectedAnswerError),
    (Fault.SHORT_BODY, {}, UnexpectedAnswerError),
    (Fault.RESET, {}, ServiceError),
    (Fault.STATUS, {"status": 500}, ServiceUnavailableError),
    (Fault.STATUS, {"status": 429}, RateLimitedError),
    (Fault.STATUS, {"status": 403}, BlockedError),
    (Fault.STATUS, {"status": 401}, CredentialsError),
    (Fault.STATUS, {"status": 404}, UnexpectedAnswerError),
    (Fault.STATUS, {"status": 418}, UnexpectedAnswerError),
)


@pytest.mark.parametrize(("fault", "how", "error"), FAULTS, ids=lambda v: str(v) if v else None)
async def test_every_fault_becomes_our_error_in_time(
    rig: Rig, source: MetadataSource, fault: Fault, how: dict[str, int], error: type[ServiceError]
) -> None:
    rig.stand_in.faults.add(fault, **how)  # type: ignore[arg-type]  # the only keyword in use is `status`
    patient = error is not ServiceTimeoutError
    started = time.monotonic()
    with pytest.raises(error) as caught:
        await source.search("Metropolis", language=RU, timeout=5 if patient else SHORT)
    assert caught.value.service == NAME == source.name
    assert rig.key not in f"{caught.value!r} {caught.value}"
    if not patient:
        assert time.monotonic() - started < SHORT + 0.3


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STATUS, Fault.HTML, Fault.WRONG_SHAPE, Fault.RESET])
async def test_pictures_have_an_address_whatever_happens(
    rig: Rig, source: MetadataSource, fault: Fault
) -> None:
    rig.stand_in.faults.add(fault)
    url = await source.image_url("/poster1001.png", "w342", timeout=SHORT)
    assert url == "https://image.tmdb.org/t/p/w342/poster1001.png"


async def test_a_source_that_is_not_there(rig: Rig, source: MetadataSource) -> None:
    await rig.stand_in.__aexit__(None, None, None)
    with pytest.raises(ServiceUnreachableError):
        await source.search("Metropolis", language=RU, timeout=5)


async def test_one_adapter_serves_many_at_once(source: MetadataSource) -> None:
    queries = ["Charade", "Metropolis", "absent"] * 5
    answers = await asyncio.gather(*(source.search(q, language=EN, timeout=5) for q in queries))
    assert [len(answer) for answer in answers] == [1, 2, 0] * 5


async def test_leaving_in_the_middle_leaves_the_adapter_usable(rig: Rig, source: MetadataSource) -> None:
    rig.stand_in.faults.add(Fault.HANG, times=1)
    task = asyncio.create_task(source.details(MediaKind.FILM, NIGHT, language=RU, timeout=30))
    await rig.stand_in.asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await source.details(MediaKind.FILM, NIGHT, language=RU, timeout=5)).runtime == 96


async def test_the_key_stays_with_its_host(rig: Rig, http: HttpService) -> None:
    """A source that sends us elsewhere gets its request there, but nobody there gets the key."""
    async with Elsewhere() as other:
        rig.stand_in.faults.add(Fault.REDIRECT, to=f"{other.url}/landed")
        assert not await rig.source(http).search("Metropolis", language=RU, timeout=5)
        (seen,) = other.requests
    assert rig.key not in json.dumps([seen.path, seen.query, seen.headers])


class Elsewhere(StandIn):
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/landed", self._empty)]

    async def _empty(self, _request: web.Request) -> web.Response:
        return web.json_response({"results": []})

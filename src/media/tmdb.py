"""TMDB's API, version 3, with either kind of key: the old one in the query, the new token in a header.

Everything that a title's page needs comes in one request (`append_to_response`), translations included: what is missing
in the language asked for is then there in English.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NoReturn, TypeVar

from src.core.clock import Clock
from src.core.errors import (
    ConciergeError,
    CredentialsError,
    NotFoundError,
    RateLimitedError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
    UnusableInputError,
)
from src.core.http import HttpService
from src.media import tmdb_rows
from src.media.models import (
    Credit,
    ImageSize,
    MediaKind,
    PersonRef,
    Season,
    Title,
    TitleKind,
    TitleRef,
)
from src.search import fields

MAX_QUERY = 200
MAX_PAGE = 6 * 1024 * 1024  # a long show's page with everything appended
DEFAULT_IMAGES = "https://image.tmdb.org/t/p/"
IMAGES_KEPT = 24 * 3600.0
IMAGES_RETRY = 600.0
RETRY_AFTER = 10.0  # seconds, where a refusal comes without saying how long
PATHS: Final[Mapping[TitleKind, str]] = {MediaKind.FILM: "movie", MediaKind.SHOW: "tv"}
YEARS: Final[Mapping[TitleKind, str]] = {MediaKind.FILM: "year", MediaKind.SHOW: "first_air_date_year"}
APPENDED = "credits,external_ids,alternative_titles,translations,recommendations,watch/providers"

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_ROOT = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/(?:[A-Za-z0-9._-]+/)*")

Made = TypeVar("Made")


class Tmdb:
    """The MetadataSource port over TMDB. `base_url` is without `/3`; `key` a v3 key or a v4 token, by its shape."""

    def __init__(self, http: HttpService, base_url: str, key: str, clock: Clock) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/3"
        secret = key.strip()
        is_token = _TOKEN.fullmatch(secret) is not None
        self._headers = {"Authorization": f"Bearer {secret}"} if is_token else {}
        self._params = {} if is_token else {"api_key": secret}
        self._clock = clock
        self._images = DEFAULT_IMAGES
        self._images_until = float("-inf")
        self._images_lock = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Tmdb({self._base})"

    @property
    def name(self) -> str:
        """As the HTTP service is called."""
        return self._http.name

    async def search(
        self,
        query: str,
        *,
        kind: TitleKind | None = None,
        year: int | None = None,
        language: str,
        timeout: float,
    ) -> Sequence[TitleRef]:
        """As the port says. With a year and no kind, films and shows are asked for apart: only so the year counts."""
        words = fields.text(query, limit=MAX_QUERY)
        if words is None:
            return ()
        if kind is None and year is not None:
            both = (self._search(words, one, year, language, timeout) for one in PATHS)
            # to the end of both: an error of one would leave the other running with nobody to wait for it
            answers = await asyncio.gather(*both, return_exceptions=True)
            return sorted(_whole(answers), key=lambda ref: -ref.popularity)
        return await self._search(words, kind, year, language, timeout)

    async def details(self, kind: TitleKind, ident: int, *, language: str, timeout: float) -> Title:
        """As the port says, in one request."""
        answer = await self._ask(
            f"{PATHS[kind]}/{int(ident)}", language, timeout, {"append_to_response": APPENDED}
        )
        return await self._page(answer, lambda raw: tmdb_rows.title(raw, kind))

    async def by_imdb(self, imdb_id: str, *, language: str, timeout: float) -> TitleRef | None:
        """As the port says; people and single episodes of that id are none."""
        if not tmdb_rows.IMDB.fullmatch(imdb_id):
            raise UnusableInputError("an IMDb id is tt and seven digits or more")
        answer = await self._ask(f"find/{imdb_id}", language, timeout, {"external_source": "imdb_id"})
        if not {"movie_results", "tv_results"} & set(answer):
            self._strange()
        for kind, path in PATHS.items():
            for ref in tmdb_rows.refs(answer.get(f"{path}_results"), kind):
                return ref.model_copy(update={"ids": ref.ids.model_copy(update={"imdb": imdb_id})})
        return None

    async def people(self, name: str, *, language: str, timeout: float) -> Sequence[PersonRef]:
        """As the port says."""
        words = fields.text(name, limit=MAX_QUERY)
        if words is None:
            return ()
        answer = await self._list(
            "search/person", language, timeout, {"query": words, "include_adult": "false"}
        )
        return await asyncio.to_thread(tmdb_rows.rows, answer, tmdb_rows.person)

    async def credits(self, person: int, *, language: str, timeout: float) -> Sequence[Credit]:
        """As the port says."""
        answer = await self._ask(f"person/{int(person)}/combined_credits", language, timeout, {})
        if not isinstance(answer.get("cast"), list) and not isinstance(answer.get("crew"), list):
            self._strange()
        return await asyncio.to_thread(tmdb_rows.credits_of, answer)

    async def recommendations(
        self, kind: TitleKind, ident: int, *, language: str, timeout: float
    ) -> Sequence[TitleRef]:
        """As the port says."""
        found = await self._list(
            f"{PATHS[kind]}/{int(ident)}/recommendations", language, timeout, {}, named=True
        )
        return await asyncio.to_thread(_recommended, found, kind)

    async def season(self, show: int, number: int, *, language: str, timeout: float) -> Season:
        """As the port says."""
        answer = await self._ask(f"tv/{int(show)}/season/{int(number)}", language, timeout, {})
        return await self._page(answer, tmdb_rows.season)

    async def image_url(self, path: str, size: ImageSize, *, timeout: float) -> str | None:
        """As the port says. The root comes from /configuration once a day, and is TMDB's documented one till then."""
        if tmdb_rows.image(path) is None:
            return None
        async with self._images_lock:
            if self._clock.monotonic() >= self._images_until:
                await self._learn_images(timeout)
        return f"{self._images}{size}{path}"

    async def _learn_images(self, timeout: float) -> None:
        self._images_until = self._clock.monotonic() + IMAGES_RETRY
        try:
            answer = await self._ask("configuration", None, timeout, {})
        except ConciergeError:
            return  # a poster is not worth failing for: the documented root is right nearly always
        told = tmdb_rows.row(answer.get("images"))
        for root in (told.get("secure_base_url"), told.get("base_url")):
            if isinstance(root, str) and len(root) < 200 and _ROOT.fullmatch(root):
                self._images = root
                self._images_until += IMAGES_KEPT - IMAGES_RETRY
                return

    async def _search(
        self, words: str, kind: TitleKind | None, year: int | None, language: str, timeout: float
    ) -> Sequence[TitleRef]:
        params = {"query": words, "include_adult": "false"}
        if kind is not None and year is not None:
            params[YEARS[kind]] = str(year)
        path = "multi" if kind is None else PATHS[kind]
        found = await self._list(f"search/{path}", language, timeout, params)
        return await asyncio.to_thread(tmdb_rows.refs, found, kind)

    async def _list(
        self, path: str, language: str, timeout: float, params: Mapping[str, str], *, named: bool = False
    ) -> list[object]:
        """The rows of a list. A 404 is the answer to an unknown id where the path names one, else a wrong address."""
        try:
            answer = await self._ask(path, language, timeout, params)
        except NotFoundError as exc:
            if named:
                raise
            raise UnexpectedAnswerError(self.name, "its search is not where it was") from exc
        found = answer.get("results")
        if not isinstance(found, list):
            self._strange()
        return found

    async def _page(self, answer: tmdb_rows.Row, make: Callable[[tmdb_rows.Row], Made | None]) -> Made:
        made = await asyncio.to_thread(make, answer)
        if made is None:
            self._strange()
        return made

    async def _ask(
        self, path: str, language: str | None, timeout: float, params: Mapping[str, str]
    ) -> tmdb_rows.Row:
        spoken = {} if language is None else {"language": language}
        answer = await self._http.get_json(
            f"{self._base}/{path}",
            params={**self._params, **spoken, **params},
            headers=self._headers,
            timeout=timeout,
            max_body=MAX_PAGE,
        )
        if not isinstance(answer, Mapping):
            self._strange()
        if answer.get("success") is False:
            self._refuse(answer.get("status_code"))
        return answer

    def _refuse(self, status: object) -> NoReturn:
        """TMDB's own numbers, for proxies that make a 200 of every answer; the honest ones come as HTTP's."""
        match status:
            case 3 | 7 | 10 | 14 | 33:
                raise CredentialsError(self.name, "the login or key was refused")
            case 6 | 34 | 37:
                raise NotFoundError(f"{self.name}: nothing at this address")
            case 25:
                raise RateLimitedError(self.name, "asked to slow down", RETRY_AFTER)
            case 9 | 11 | 24 | 43 | 46:
                raise ServiceUnavailableError(self.name, "the service is down")
            case _:
                raise UnexpectedAnswerError(self.name, "a refusal that it does not explain")

    def _strange(self) -> NoReturn:
        raise UnexpectedAnswerError(self.name, "answered in an unknown shape")


def _whole(answers: Iterable[Sequence[TitleRef] | BaseException]) -> Iterator[TitleRef]:
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        yield from answer


def _recommended(found: list[object], kind: TitleKind) -> Sequence[TitleRef]:
    """Rows of recommendations name their kind; those of old answers are of the title's own."""
    stated = [{"media_type": PATHS[kind], **item} if isinstance(item, dict) else item for item in found]
    return tmdb_rows.refs(stated, None)

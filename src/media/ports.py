"""The face of a metadata source. The service (service.py) is built on this alone."""

from collections.abc import Sequence
from typing import Protocol

from src.media.models import Credit, ImageSize, PersonRef, Season, Title, TitleKind, TitleRef


class MetadataSource(Protocol):
    """One source of metadata. Built and closed by app.py; safe to call concurrently.

    `language` is a tag as `ru-RU`; what the source lacks in it comes in English or in the original. `timeout` is in
    seconds for the whole call. Every method raises ServiceError or one of its subclasses (CredentialsError for a
    refused key, RateLimitedError with the seconds to wait); rows that make no sense are left out.
    """

    @property
    def name(self) -> str:
        """The source as people know it."""
        ...

    async def search(
        self,
        query: str,
        *,
        kind: TitleKind | None = None,
        year: int | None = None,
        language: str,
        timeout: float,
    ) -> Sequence[TitleRef]:
        """Titles found by these words, in the source's order; of this kind and this very year only, where given."""
        ...

    async def details(self, kind: TitleKind, ident: int, *, language: str, timeout: float) -> Title:
        """The title of this number. Raises NotFoundError for an unknown one."""
        ...

    async def by_imdb(self, imdb_id: str, *, language: str, timeout: float) -> TitleRef | None:
        """The title of IMDb's `tt...`; None where the source has none. Raises UnusableInputError for no such id."""
        ...

    async def people(self, name: str, *, language: str, timeout: float) -> Sequence[PersonRef]:
        """People found by these words, in the source's order."""
        ...

    async def credits(self, person: int, *, language: str, timeout: float) -> Sequence[Credit]:
        """Every work of a person, the best known first. Raises NotFoundError for an unknown number."""
        ...

    async def recommendations(
        self, kind: TitleKind, ident: int, *, language: str, timeout: float
    ) -> Sequence[TitleRef]:
        """What those who like the title like too. Raises NotFoundError for an unknown number."""
        ...

    async def season(self, show: int, number: int, *, language: str, timeout: float) -> Season:
        """A show's season with its episodes. Raises NotFoundError for an unknown one."""
        ...

    async def image_url(self, path: str, size: ImageSize, *, timeout: float) -> str | None:
        """Where the picture of a `poster_path` or `profile_path` lies; None for a path that is none. Raises nothing."""
        ...

"""What short ids stand for, as stored models."""

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from src.ai.context import ToolContext
from src.core.errors import UnusableInputError
from src.media.models import TitleKind

R = TypeVar("R", bound="Ref")


class Ref(BaseModel):
    """Stored with the handle; equal things give equal text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TitleRefStored(Ref):
    """A title: its TMDB number where it was resolved, else only the words."""

    of: Literal["title"] = "title"
    kind: TitleKind | None = None
    tmdb: int | None = None
    title: str
    year: int | None = None


class ReleaseRef(Ref):
    """One entry of a kept search."""

    of: Literal["release"] = "release"
    search: str
    index: int


class DownloadRef(Ref):
    """One download."""

    of: Literal["download"] = "download"
    infohash: str


async def title_ref(context: ToolContext, handle: str) -> TitleRefStored:
    """The title of a t-id. Raises NotFoundError, UnusableInputError for another kind of id."""
    return _read(TitleRefStored, (await context.ref(handle))[0], "title id (t...)")


async def release_ref(context: ToolContext, handle: str) -> ReleaseRef:
    """The release of an r-id. Raises NotFoundError, UnusableInputError for another kind of id."""
    return _read(ReleaseRef, (await context.ref(handle))[0], "release id (r...)")


def _read(model: type[R], text: str, what: str) -> R:
    try:
        return model.model_validate_json(text)
    except ValidationError as exc:
        raise UnusableInputError(f"this needs a {what}") from exc

"""What the media capability's buttons carry, as stored models."""

from pydantic import BaseModel, ConfigDict

from src.search.models import Wish


class Arguments(BaseModel):
    """Stored with the button; the button itself carries a random id alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def stored(self) -> str:
        """As the button's row keeps it."""
        return self.model_dump_json()


class Nothing(Arguments):
    """No arguments."""


class ShowList(Arguments):
    """A page (from 0) of a search's list."""

    search: str
    page: int = 0


class ShowRelease(Arguments):
    """One entry (from 0) of a search's list."""

    search: str
    index: int


class SearchAgain(Arguments):
    """The same or a widened wish, searched anew."""

    wish: Wish


class StartDownload(Arguments):
    """Exactly what will be added, and the list entry it came from."""

    search: str
    index: int
    infohash: str
    magnet: str
    title: str
    size_bytes: int | None


class OnDownload(Arguments):
    """A download of the person's own."""

    infohash: str


class RemoveDownload(Arguments):
    """A download of the person's own, and whether its files go too."""

    infohash: str
    delete_data: bool


class OnWatchlist(Arguments):
    """A title for the watchlist, or one on it."""

    title: str
    year: int | None = None


class Answer(Arguments):
    """An answer to a question that was asked with buttons: as if the person had typed it."""

    text: str


class Choose(Arguments):
    """A setting of the person's own."""

    name: str
    value: str

"""The face of a tracker. The fan-out over many (service.py) is built on this alone."""

from collections.abc import Sequence
from typing import Protocol

from src.search.models import Release, Wish


class Tracker(Protocol):
    """One source of releases. Built and closed by app.py; safe to call concurrently."""

    @property
    def name(self) -> str:
        """The setting's word for it: `internet_archive`, `piratebay`."""
        ...

    async def search(self, wish: Wish, *, limit: int, timeout: float) -> Sequence[Release]:
        """At most `limit` releases within `timeout` seconds; an empty answer is an empty sequence.

        Rows that make no sense are left out. Raises ServiceError or one of its subclasses.
        """
        ...

    async def torrent(self, release: Release, *, timeout: float) -> bytes | None:
        """The .torrent of a release found here, at most 8 MiB; None where the magnet is the only way.

        Raises ServiceError, NotFoundError or MalformedTorrentError.
        """
        ...

"""The face of a download client."""

from collections.abc import Sequence
from typing import Protocol

from src.seedbox.models import AddRequest, TorrentStatus


class Seedbox(Protocol):
    """One download client. Every call has its own deadline inside and raises SeedboxError or ServiceError."""

    @property
    def name(self) -> str:
        """The client as people know it."""
        ...

    async def add(self, request: AddRequest) -> TorrentStatus:
        """Add by infohash; adding what is already there changes nothing and answers its status.

        Durable: once this returns, a crash does not forget the torrent.
        Raises NoSpaceError, MalformedTorrentError (the bytes are not this infohash), SeedboxError.
        """
        ...

    async def status(self, infohash: str) -> TorrentStatus:
        """The torrent as it is now. Raises NoSuchTorrentError."""
        ...

    async def list(self) -> Sequence[TorrentStatus]:
        """Every torrent of this client."""
        ...

    async def pause(self, infohash: str) -> None:
        """Stop transferring, keep everything. Raises NoSuchTorrentError."""
        ...

    async def resume(self, infohash: str) -> None:
        """Go on transferring. Raises NoSuchTorrentError."""
        ...

    async def remove(self, infohash: str, *, delete_data: bool) -> None:
        """Forget the torrent, with its data if asked. Nothing happens where it is unknown."""
        ...

    async def free_bytes(self) -> int | None:
        """Room left for downloads, in bytes; None where the client cannot tell."""
        ...

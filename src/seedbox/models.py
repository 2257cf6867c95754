"""What a download client knows of a torrent. Frozen values, no I/O."""

from dataclasses import dataclass
from enum import StrEnum


class TorrentState(StrEnum):
    """The states that every back end's own are mapped to."""

    METADATA = "metadata"  # waiting for the torrent's description
    CHECKING = "checking"
    DOWNLOADING = "downloading"
    STALLED = "stalled"  # wants data, and nobody gives it
    PAUSED = "paused"
    DONE = "done"  # everything wanted is on the disk (seeding or not)
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class AddRequest:
    """What to add. `torrent` is the .torrent's bytes where at hand: it is faster than the magnet alone."""

    infohash: str
    magnet: str
    torrent: bytes | None = None


@dataclass(frozen=True, slots=True)
class TorrentStatus:
    """One look at a torrent. Sizes in bytes, rate in bytes a second, `eta` in seconds (None: unknown).

    `progress` is 0.0 to 1.0; `name` is the client's name for it; `path` is where the data lies once known;
    `error` is the client's complaint in our words.
    """

    infohash: str
    name: str
    state: TorrentState
    progress: float
    size_bytes: int | None
    done_bytes: int
    rate: float
    eta: float | None
    seeds: int
    peers: int
    path: str | None = None
    error: str | None = None

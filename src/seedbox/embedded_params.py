"""What a torrent brings with it, checked before the embedded engine acts on it.

Everything here blocks (parsing, disk) and runs off the loop. libtorrent is imported late: it is heavy, and
most processes never open the engine.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from src.core.errors import ConciergeError, MalformedTorrentError, SeedboxError
from src.seedbox.models import AddRequest

if TYPE_CHECKING:
    import libtorrent as lt

MAX_TORRENT = 10_000_000
# Any: the binding takes a plain dict, which its stub does not say.
_LIMITS: Any = {
    "max_buffer_size": MAX_TORRENT,
    "max_pieces": 0x200000,
    "max_decode_depth": 100,
    "max_decode_tokens": 3_000_000,
}
_INFOHASH = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Contents:
    """The vetted contents of a torrent: top-level name, size, and what of it is on the disk, in bytes."""

    root: str
    size_bytes: int
    on_disk_bytes: int


@dataclass(frozen=True, slots=True)
class Admission:
    """Where a torrent's data goes, and whether it may: `contents` is None until its metadata was let in."""

    folder: Path
    contents: Contents | None = None
    refusal: ConciergeError | None = None


def request_params(request: AddRequest) -> "lt.add_torrent_params":
    """libtorrent's parameters for a request: from the .torrent where given, else from the magnet.

    Peers and nodes named in it are dropped: its author would choose whom this machine dials.
    Raises MalformedTorrentError where either is broken or belongs to another infohash.
    """
    import libtorrent as lt

    infohash = request.infohash.lower()
    if not _INFOHASH.fullmatch(infohash):
        raise MalformedTorrentError("The infohash is not 40 hexadecimal digits")
    try:
        params = lt.parse_magnet_uri(request.magnet)
    except RuntimeError as exc:
        raise MalformedTorrentError("The magnet link cannot be read") from exc
    _must_be(params, infohash, "magnet link")
    if request.torrent is not None:
        trackers, params = params.trackers, _torrent_params(request.torrent)
        _must_be(params, infohash, ".torrent file")
        params.trackers = params.trackers or trackers
    params.peers = []
    params.dht_nodes = []
    params.file_priorities = []
    return params


def resume_params(infohash: str, data: bytes) -> "lt.add_torrent_params":
    """libtorrent's parameters from a resume file. Raises MalformedTorrentError if torn or foreign."""
    import libtorrent as lt

    try:
        params = lt.read_resume_data(data, _LIMITS)
    except RuntimeError as exc:
        raise MalformedTorrentError("The resume file cannot be read") from exc
    _must_be(params, infohash, "resume file")
    return params


def vet(info: "lt.torrent_info", folder: Path) -> Contents:
    """Check that all files of a torrent lie inside `folder`, and measure them.

    libtorrent cleans the names already; a torrent that needed it for `..` is hostile and refused as a whole,
    as is one with symbolic links, and one whose cleaned paths leave the folder through links that lie there.
    Raises MalformedTorrentError, SeedboxError.
    """
    import libtorrent as lt

    for name in _raw_names(info):
        if b"\0" in name or b".." in re.split(rb"[/\\]", name):
            raise MalformedTorrentError("The torrent names files outside its folder")
    layout = info.layout()
    home = folder.resolve()
    on_disk = 0
    for index in range(layout.num_files()):
        flags = layout.file_flags(index)
        if flags & lt.file_flags_t.flag_symlink:
            raise MalformedTorrentError("The torrent holds symbolic links")
        on_disk += _on_disk(home, layout.file_path(index), layout.file_size(index))
    root = Path(layout.file_path(0)).parts[0]
    return Contents(root, info.size_on_disk(), on_disk)


def left_over(info: "lt.torrent_info", folder: Path) -> bool:
    """Whether any file of the torrent is still there."""
    layout = info.layout()
    return any((folder / layout.file_path(index)).exists() for index in range(layout.num_files()))


def session_flags(params: "lt.add_torrent_params", *, paused: bool) -> int:
    """The flags a torrent enters the session with: files of a magnet stay off until they were checked."""
    import libtorrent as lt

    flags = lt.torrent_flags.update_subscribe | lt.torrent_flags.apply_ip_filter
    if params.ti is None:
        flags |= lt.torrent_flags.default_dont_download
    return flags | (lt.torrent_flags.paused if paused else 0)


def _torrent_params(torrent: bytes) -> "lt.add_torrent_params":
    import libtorrent as lt

    try:
        return lt.load_torrent_buffer(torrent, _LIMITS)
    except RuntimeError as exc:
        raise MalformedTorrentError("The .torrent file cannot be read") from exc


def _must_be(params: "lt.add_torrent_params", infohash: str, what: str) -> None:
    if str(params.info_hashes.v1) != infohash:
        raise MalformedTorrentError(f"The {what} belongs to another infohash")


def _on_disk(home: Path, relative: str, size: int) -> int:
    path = home / relative
    try:
        if not path.resolve().is_relative_to(home):
            raise MalformedTorrentError("The torrent names files outside its folder")
        return min(size, path.stat().st_blocks * 512)
    except FileNotFoundError:
        return 0
    except OSError as exc:
        if exc.errno in {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR}:
            raise MalformedTorrentError("The torrent names files that this disk cannot hold") from exc
        raise SeedboxError("The disk of the downloads cannot be read") from exc


def _raw_names(info: "lt.torrent_info") -> Iterator[bytes]:
    """Every name as the torrent's author wrote it, of the v1 list and the v2 tree."""
    import libtorrent as lt

    section: Any = lt.bdecode(info.info_section())  # libtorrent parsed it before: the shape is sound
    yield from (value for key, value in section.items() if key in {b"name", b"name.utf-8"})
    for file in section.get(b"files", []):
        for key in (b"path", b"path.utf-8"):
            yield from file.get(key, [])
    trees = [section.get(b"file tree", {})]
    while trees:
        tree = trees.pop()
        yield from tree
        trees.extend(below for below in tree.values() if isinstance(below, dict))

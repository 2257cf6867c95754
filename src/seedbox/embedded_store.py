"""Resume files of the embedded engine: one a torrent, replaced atomically, never half read."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_RESUME = ".resume"
_NAME = re.compile(r"[0-9a-f]{40}\.resume")


@dataclass(frozen=True, slots=True)
class ResumeFile:
    """What a resume file holds: libtorrent's bencoded resume data of this infohash."""

    infohash: str
    data: bytes


class ResumeStore:
    """Resume files in one folder. Every method blocks on the disk: call it off the loop. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, closed to other accounts: resume files hold tracker addresses with passkeys."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in self._folder.glob("*.tmp"):
            left_over.unlink()

    def save(self, infohash: str, data: bytes) -> None:
        """Replace the torrent's file; on return the new one survives a crash of the machine."""
        target = self._path(infohash)
        temporary = target.with_suffix(".tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        self._sync_folder()

    def load(self) -> list[ResumeFile]:
        """Every resume file, oldest name first; whether the data makes sense is for the reader to say."""
        found = (path for path in sorted(self._folder.iterdir()) if _NAME.fullmatch(path.name))
        return [ResumeFile(path.stem, path.read_bytes()) for path in found]

    def set_aside(self, infohash: str) -> None:
        """Keep an unreadable file for a person to look at, where no start reads it again."""
        path = self._path(infohash)
        path.replace(path.with_suffix(".unreadable"))
        self._sync_folder()

    def delete(self, infohash: str) -> None:
        """Forget the torrent. Nothing happens where there is no file."""
        self._path(infohash).unlink(missing_ok=True)
        self._sync_folder()

    def _path(self, infohash: str) -> Path:
        return self._folder / f"{infohash}{_RESUME}"

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

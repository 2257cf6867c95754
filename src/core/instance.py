"""One instance a token on this data folder."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from src.core.errors import AlreadyRunningError


@contextmanager
def sole_instance(folder: Path, token: str) -> Iterator[None]:
    """Hold the lock of `token` in `folder`; it goes with the process, however that ends.

    Raises AlreadyRunningError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = hashlib.sha256(token.encode()).hexdigest()[:16]
    handle = os.open(folder / f"instance-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise AlreadyRunningError(
                "Another instance runs with this token and data folder: stop it first, or set another DATA_DIR."
            ) from exc
        yield
    finally:
        os.close(handle)

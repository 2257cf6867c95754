"""Secrets at rest: encryption under one or more keys, and where the key of a home user lives.

The plaintext begins with its context ("person:7:rutracker_password"): a row copied to another place does not
open there. The first key encrypts, all of them decrypt, so a new key is put in front and the old one stays
until every row was rotated.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from src.core.errors import NotConfiguredError, SecretUnreadableError

KEY_FILE: Final = "encryption.key"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
_HOW_TO_MAKE: Final = (
    "A key is 32 random bytes in url-safe base64 (44 characters), several are separated by commas. "
    "Make one with: python -c 'from src.core.secrets import SecretBox; print(SecretBox.generate_key())'"
)
_HOW_TO_RETURN: Final = (
    "Put the key they were encrypted with back: into ENCRYPTION_KEY (behind a comma if a newer key stands "
    f"there) or into the file {KEY_FILE} of DATA_DIR. A new key is never made while encrypted rows exist."
)


class SecretBox:
    """Encrypts and decrypts small secrets. Built by `from_keys` or `load_box`."""

    def __init__(self, fernet: MultiFernet, key_ids: tuple[str, ...]) -> None:
        self._fernet = fernet
        self._key_ids = key_ids

    def __repr__(self) -> str:
        return f"SecretBox({', '.join(self._key_ids)})"

    @classmethod
    def from_keys(cls, keys: Sequence[str]) -> "SecretBox":
        """A box whose first key encrypts. Raises NotConfiguredError for no key or a malformed one."""
        unique = tuple(dict.fromkeys(key.strip() for key in keys if key.strip()))
        if not unique:
            raise NotConfiguredError("ENCRYPTION_KEY", _HOW_TO_MAKE)
        for position, key in enumerate(unique, start=1):
            if _KEY.fullmatch(key) is None:
                which = f"Key {position} of {len(unique)} is malformed."
                raise NotConfiguredError("A usable ENCRYPTION_KEY", f"{which} {_HOW_TO_MAKE}")
        return cls(MultiFernet([Fernet(key) for key in unique]), tuple(map(_fingerprint, unique)))

    @staticmethod
    def generate_key() -> str:
        """A new random key, as ENCRYPTION_KEY wants it."""
        return Fernet.generate_key().decode()

    @property
    def key_id(self) -> str:
        """Fingerprint (8 hex digits) of the key that encrypts: beside a row it tells what to rotate."""
        return self._key_ids[0]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints of all keys, the encrypting one first."""
        return self._key_ids

    def encrypt(self, plain: str | bytes, context: str) -> bytes:
        """A token that opens only under the same `context` (who, which field). Shows its time and length."""
        body = plain.encode() if isinstance(plain, str) else plain
        return self._fernet.encrypt(_head(context) + body)

    def decrypt(self, token: bytes, context: str) -> bytes:
        """What was encrypted. SecretUnreadableError: foreign key, torn token, other context."""
        try:
            plain = self._fernet.decrypt(bytes(token))
        except InvalidToken:
            raise SecretUnreadableError("No key given opens this value, or it is damaged.") from None
        head = _head(context)
        if not hmac.compare_digest(plain[: len(head)], head):
            raise SecretUnreadableError("This value belongs to another place than the one it was found in.")
        return plain[len(head) :]

    def rotate(self, token: bytes, context: str) -> bytes:
        """The same secret under the first key. Raises SecretUnreadableError as `decrypt` does."""
        return self.encrypt(self.decrypt(token, context), context)


def load_box(
    encryption_key: str | None,
    data_dir: Path,
    *,
    encrypted_rows_exist: bool | Callable[[], bool],
    probe: tuple[bytes, str] | None = None,
) -> SecretBox:
    """The box for this installation. Blocking (small files).

    ENCRYPTION_KEY wins and encrypts; the key file in `data_dir`, where there is one, still decrypts what it
    encrypted before. With neither, a key file is made, but only while nothing is encrypted yet. `probe` is
    any encrypted row and its context. Raises NotConfiguredError (no key, or a malformed one) and
    SecretUnreadableError (the keys do not open `probe`); both say what to do.
    """
    path = data_dir / KEY_FILE
    with _mapped(path):
        _close_to_others(data_dir)
        keys = [*(encryption_key or "").split(","), *_read_key_file(path)]
    if not any(key.strip() for key in keys):
        exist = encrypted_rows_exist if isinstance(encrypted_rows_exist, bool) else encrypted_rows_exist()
        if exist or probe is not None:
            raise NotConfiguredError("ENCRYPTION_KEY", f"Encrypted rows exist. {_HOW_TO_RETURN}")
        with _mapped(path):
            keys = [_make_key_file(path)]
    box = SecretBox.from_keys(keys)
    if probe is not None:
        _try(box, *probe)
    return box


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        how = f"The key file {path} cannot be used ({exc.strerror}): give DATA_DIR to this user."
        raise NotConfiguredError("A usable DATA_DIR", how) from exc


def _try(box: SecretBox, token: bytes, context: str) -> None:
    try:
        box.decrypt(token, context)
    except SecretUnreadableError as exc:
        raise SecretUnreadableError(
            f"The stored secrets do not open with the keys given. {_HOW_TO_RETURN}"
        ) from exc


def _head(context: str) -> bytes:
    encoded = context.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"key id\0" + base64.urlsafe_b64decode(key)).hexdigest()[:8]


def _close_to_others(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data_dir.stat().st_mode & 0o077:
        try:
            data_dir.chmod(0o700)
        except PermissionError:  # a mounted volume of another owner: the files in it are closed one by one
            structlog.stdlib.get_logger(__name__).warning("secrets.data_dir_open_to_others")


def _read_key_file(path: Path) -> list[str]:
    """The key in the file, empty where there is no file. A damaged file is never passed over."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        text = ""
    if _KEY.fullmatch(text) is None:
        how = (
            f"The file {path} is damaged. Put its backup back, or remove it if nothing was encrypted with it."
        )
        raise NotConfiguredError("A usable key file", how)
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # a secret mounted read-only: its owner decides
            path.chmod(0o600)
    return [text]


def _make_key_file(path: Path) -> str:
    """Makes the key file, whole or not at all. Of two processes at once both get the key of the first."""
    key = SecretBox.generate_key()
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    _write_synced(draft, key)
    try:
        _publish(draft, path, key)
    except FileExistsError:
        return _read_key_file(path)[0]
    finally:
        draft.unlink()
        _sync_directory(path.parent)
    return key


def _publish(draft: Path, path: Path, key: str) -> None:
    try:
        os.link(draft, path)  # unlike a rename this never replaces a key that is there
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        _write_synced(path, key)


def _write_synced(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files in calls: a known file_id, an address, or an upload."""

from __future__ import annotations

import mimetypes
from urllib.parse import urlsplit

from tests.sandbox.telegram.errors import ApiError, bad_request
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import Json
from tests.sandbox.telegram.world import StoredFile, World

PHOTO_BYTES = 10 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024
IMAGE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")


def given_file(world: World, params: Params, field: str, kind: str) -> StoredFile:
    """The file a call means by `field`, which is `photo` or `document`."""
    if field in params.files:
        return _uploaded(world, params, field, kind)
    return named_file(world, params, params.text(field), kind, field)


def named_file(world: World, params: Params, value: str, kind: str, field: str) -> StoredFile:
    """The file behind attach://name, a file_id or an http(s) address."""
    if not value:
        raise bad_request(f"there is no {field} in the request")
    if value.startswith("attach://"):
        part = value.removeprefix("attach://")
        if part not in params.files:
            raise bad_request(f"there is no {field} in the request")
        return _uploaded(world, params, part, kind)
    known = world.files.get(value)
    if known is not None:
        if known.kind != kind:
            raise bad_request(f"can't use file of type {known.kind.capitalize()} as {kind.capitalize()}")
        return known
    return _linked(world, value, kind)


def _linked(world: World, address: str, kind: str) -> StoredFile:
    try:
        parts = urlsplit(address)
    except ValueError as exc:
        raise bad_request("wrong file identifier/HTTP URL specified") from exc
    if parts.scheme not in {"http", "https"} or "." not in (parts.hostname or ""):
        raise bad_request("wrong file identifier/HTTP URL specified")
    if address in world.unreachable_urls:
        raise bad_request("failed to get HTTP URL content")
    name = parts.path.rsplit("/", 1)[-1] or kind
    return world.new_file(kind, name, None, mime=_mime(name), url=address)


def _uploaded(world: World, params: Params, part: str, kind: str) -> StoredFile:
    data = params.files[part]
    name = params.names.get(part) or part
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        _check_photo(data)
    return world.new_file(kind, name, data, mime=_mime(name))


def _check_photo(data: bytes) -> None:
    if len(data) > PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    if not data.startswith(IMAGE_MAGIC):
        raise bad_request("IMAGE_PROCESS_FAILED")


def _mime(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def get_file(world: World, params: Params) -> Json:
    """getFile."""
    file_id = params.text("file_id")
    file = world.files.get(file_id) or world.files.get(file_id.rsplit(".", 1)[0])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    size = len(file.data) if file.data is not None else 0
    if size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": size,
        "file_path": file.path,
    }

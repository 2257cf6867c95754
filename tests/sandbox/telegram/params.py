"""Reading a request: JSON, urlencoded, multipart and query string become one dict of typed values."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from .errors import bad_request
from .records import Json, words

INTEGERS = words(
    "chat_id from_chat_id message_id message_thread_id draft_id offset limit timeout user_id "
    "reply_to_message_id cache_time max_connections icon_color"
)
FLAGS = words(
    "disable_notification protect_content can_stop keep_on_stop show_alert drop_pending_updates is_big "
    "allow_sending_without_reply only_if_banned revoke_messages show_caption_above_media has_spoiler"
)
STRUCTURES = words(
    "entities caption_entities reply_markup reply_parameters link_preview_options allowed_updates commands "
    "scope media message_ids reaction menu_button"
)


class Params:
    """Typed access to a call's parameters; wrong types are Telegram's 400."""

    __slots__ = ("files", "names", "values")

    def __init__(self, values: Json, files: dict[str, bytes], names: dict[str, str]) -> None:
        self.values = values
        self.files = files
        self.names = names

    def text(self, name: str, default: str = "") -> str:
        """A string; other JSON scalars become their text, as on the real server."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        return json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; `default` where missing; 400 where it is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise bad_request(f"invalid {name} specified")

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None where missing."""
        return self.integer(name) if self.values.get(name) not in (None, "") else None

    def flag(self, name: str) -> bool:
        """A truth value; false where missing."""
        return self.values.get(name) in (True, 1, "true", "True", "1", "yes")

    def array(self, name: str) -> list[Any] | None:
        """A JSON array, None where missing, 400 where it is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, list):
            raise bad_request(f"can't parse {name} JSON object")
        return value

    def object(self, name: str) -> Json | None:
        """A JSON object, None where missing, 400 where it is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    @property
    def chat_id(self) -> int | str | None:
        """The chat as given: a number, or "@name"."""
        value = self.values.get("chat_id")
        return value if isinstance(value, int | str) else None


def normalised(values: Json) -> Json:
    """Turn the strings of known number, flag and structure fields into what they stand for."""
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = _converted(name, value)
    return values


def _converted(name: str, value: str) -> object:
    if name in INTEGERS:
        try:
            return int(value)
        except ValueError:
            return value
    if name in FLAGS:
        return value.lower() in {"true", "1", "yes"}
    if name in STRUCTURES:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_params(request: web.BaseRequest) -> Params:
    """Read the whole request; 400 for a body that is not what its content type says."""
    values: Json = dict(request.query) if request.query_string else {}
    kind = request.content_type
    if request.method != "POST" or not request.can_read_body:
        return Params(normalised(values), {}, {})
    if kind == "multipart/form-data":
        return await _read_multipart(request, values)
    body = await request.read()
    if kind == "application/json":
        values |= _json_object(body)
    elif body:
        values |= dict(parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True))
    return Params(normalised(values), {}, {})


def _json_object(body: bytes) -> Json:
    try:
        parsed = json.loads(body) if body else {}
    except ValueError as exc:
        raise bad_request("can't parse JSON object") from exc
    if not isinstance(parsed, dict):
        raise bad_request("object expected in the request body")
    return parsed


async def _read_multipart(request: web.BaseRequest, values: Json) -> Params:
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            with part.file as stream:
                files[name] = stream.read()
            names[name] = part.filename
        else:
            values[name] = part if isinstance(part, str) else part.decode("utf-8", "replace")
    return Params(normalised(values), files, names)

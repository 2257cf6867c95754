"""Strict validation of texts and entities, as Telegram's servers do it (UTF-16 units)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .errors import bad_request
from .params import Params
from .records import Json, words

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
SPACES = " \t\r\n\v\f\0"
ENTITY_TYPES = words(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler "
    "blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time"
)
COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")
MENTION = re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}\b")
HASHTAG = re.compile(r"(?<!\w)#\w+")
URL = re.compile(r"https?://[^\s<>\"]+")


def utf16_length(text: str) -> int:
    """Length as Telegram counts it."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(params: Params, text: str, entities_field: str) -> tuple[str, list[Json]]:
    """Check a text with its entities and trim it; 400 for parse_mode, broken Unicode and bad entities."""
    if params.values.get("parse_mode"):
        raise bad_request("the stand-in accepts entities only, parse_mode is refused")
    if not text.isascii():
        _check_unicode(text)
    raw = params.array(entities_field)
    if not raw:
        return text.strip(SPACES), []
    return _trimmed(text, _checked_entities(text, raw))


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise bad_request("strings must be encoded in UTF-8") from exc


def message_text(params: Params) -> tuple[str, list[Json]]:
    """The text of a message: 1 to 4096 units after trimming."""
    text, entities = formatted(params, params.text("text"), "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def draft_text(params: Params) -> tuple[str, list[Json]]:
    """The text of a draft: up to 4096 units, may be empty."""
    text, entities = formatted(params, params.text("text"), "entities")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def caption_text(params: Params) -> tuple[str, list[Json]]:
    """A caption: up to 1024 units, may be empty."""
    text, entities = formatted(params, params.text("caption"), "caption_entities")
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text, entities


def _checked_entities(text: str, raw: list[object]) -> list[Json]:
    entities = [_parsed_entity(item) for item in raw]
    entities = [entity for entity in entities if entity["length"] > 0]
    if len(entities) > ENTITY_LIMIT:
        raise bad_request("ENTITIES_TOO_LONG")
    boundaries = None if text.isascii() else _boundaries(text)
    length = utf16_length(text)
    for entity in entities:
        _check_span(entity["offset"], entity["offset"] + entity["length"], length, boundaries)
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _parsed_entity(item: object) -> Json:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    entity = {key: value for key, value in item.items() if value is not None}
    for name in ("offset", "length"):
        value = entity.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    if not isinstance(entity.get("type"), str) or entity["type"] not in ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    _check_target(entity)
    return entity


def _check_target(entity: Json) -> None:
    needed = {
        "text_link": "url",
        "text_mention": "user",
        "custom_emoji": "custom_emoji_id",
        "date_time": "unix_time",
    }
    name = needed.get(entity["type"])
    if name is not None and not entity.get(name):
        raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    if entity["type"] == "text_link":
        reason = url_error(str(entity["url"]))
        if reason is not None:
            raise bad_request(f"entity URL '{entity['url']}' is invalid: {reason}")


def url_error(url: str) -> str | None:
    """Why Telegram refuses a link of a button or an entity; None for a good one."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        scheme = url.partition(":")[0] if ":" in url.split("/", 1)[0] else "http"
        url = url if scheme != "http" else f"http://{url}"
    scheme = scheme.lower()
    if scheme in {"tg", "ton"}:
        return None
    if scheme not in {"http", "https"}:
        return "Unsupported URL protocol"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return "Wrong HTTP URL"
    if not host:
        return "URL host is empty"
    return None if "." in host and " " not in url else "Wrong HTTP URL"


def _boundaries(text: str) -> set[int]:
    positions = {0}
    at = 0
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        positions.add(at)
    return positions


def _check_span(start: int, end: int, length: int, boundaries: set[int] | None) -> None:
    if start < 0 or start >= length:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if end > length:
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
        )
    for name, position in (("begins", start), ("ends", end)):
        if boundaries is not None and position not in boundaries:
            raise bad_request(f"entity {name} in a middle of a UTF-16 symbol at byte offset {position}")


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    if not entities:
        return text.strip(SPACES), []
    # Telegram keeps leading spaces that an entity covers.
    leading = len(text) - len(text.lstrip(SPACES))
    leading = min(leading, entities[0]["offset"])
    text = text[leading:].rstrip(SPACES)
    length = utf16_length(text)
    kept: list[Json] = []
    for entity in entities:
        start = entity["offset"] - leading
        if start < length:
            kept.append(entity | {"offset": start, "length": min(entity["length"], length - start)})
    return text, kept


def detected_entities(text: str) -> list[Json]:
    """The entities Telegram finds by itself in what a person types: commands, mentions, hashtags, links."""
    found: list[Json] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in (("url", URL), ("bot_command", COMMAND), ("mention", MENTION), ("hashtag", HASHTAG)):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            offset = utf16_length(text[: match.start()])
            found.append({"type": kind, "offset": offset, "length": utf16_length(match.group())})
    return sorted(found, key=lambda entity: int(entity["offset"]))


def entity_text(text: str, entity: Json) -> str:
    """The part of `text` an entity covers."""
    units = text.encode("utf-16-le")
    start = entity["offset"] * 2
    return units[start : start + entity["length"] * 2].decode("utf-16-le")

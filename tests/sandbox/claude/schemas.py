"""Tool schemas: an object at the top, known types, required names that exist; not the whole of JSON Schema."""

from __future__ import annotations

import re

from .errors import invalid
from .shapes import Json

TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
PROPERTY = re.compile(r"^[a-zA-Z0-9_.-]{1,64}$")
NOT_AT_TOP = ("oneOf", "anyOf", "allOf")
DEEPEST = 32


def check_schema(place: str, schema: object, *, strict: bool) -> None:
    """400 with the place of the first fault. `strict` tools must close their objects."""
    if not isinstance(schema, dict):
        raise invalid(f"{place}: Input should be a valid dictionary")
    if schema.get("type") != "object":
        raise invalid(f"{place}.type: Input should be 'object'")
    if any(name in schema for name in NOT_AT_TOP):
        raise invalid(f"{place}: input_schema does not support oneOf, allOf, or anyOf at the top level")
    _walk(place, schema, strict=strict, depth=0)


def _bad(place: str, reason: str) -> Exception:
    return invalid(f"{place}: JSON schema is invalid. It must match JSON Schema draft 2020-12: {reason}")


def _walk(place: str, schema: object, *, strict: bool, depth: int) -> None:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise _bad(place, "a schema is an object or a boolean")
    if depth > DEEPEST:
        raise _bad(place, "nested too deeply")
    _check_type(place, schema.get("type"))
    if "properties" in schema:
        _check_object(place, schema, strict=strict, depth=depth)
    if "items" in schema:
        _walk(f"{place}.items", schema["items"], strict=strict, depth=depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        for index, branch in enumerate(schema.get(word) or ()):
            _walk(f"{place}.{word}.{index}", branch, strict=strict, depth=depth + 1)
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        raise _bad(place, "enum must be a list with a member")


def _check_type(place: str, kind: object) -> None:
    kinds = kind if isinstance(kind, list) else [kind]
    if kind is not None and (not kinds or any(one not in TYPES for one in kinds)):
        raise _bad(place, f"{kind!r} is not a type")


def _check_object(place: str, schema: Json, *, strict: bool, depth: int) -> None:
    properties = schema["properties"]
    if not isinstance(properties, dict):
        raise _bad(place, "properties must be an object")
    for name, inner in properties.items():
        if not PROPERTY.match(name):
            raise invalid(f"{place}.properties: Property keys should match pattern '{PROPERTY.pattern}'")
        _walk(f"{place}.properties.{name}", inner, strict=strict, depth=depth + 1)
    required = schema.get("required", [])
    if not isinstance(required, list) or any(name not in properties for name in required):
        raise _bad(place, "required must list names of properties")
    if strict and schema.get("additionalProperties") is not False:
        raise invalid(f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false")

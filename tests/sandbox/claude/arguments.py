"""Tool schemas and results met without knowing them: filling arguments by meaning, reading rows out of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .request import Request, Tool, ToolResult
from .shapes import Json

MEANINGS: Mapping[str, tuple[str, ...]] = {
    "title": ("title_id", "title", "tmdb_id", "id"),
    "query": ("query", "q", "title", "name", "words", "text"),
    "release": ("release", "release_id", "id", "short_id", "item"),
    "wishes": ("wishes", "wish", "quality", "filters"),
    "text": ("text", "words", "fact", "note", "what", "value"),
    "question": ("question", "text", "prompt"),
    "action": ("action", "op", "do"),
    "resolution": ("resolution",),
    "options": ("options", "choices"),
}
IDS = ("id", "release", "release_id", "title_id", "short_id")
NAMES = ("title", "name", "label", "display", "original_title")
FOREIGN = re.compile(r"</?foreign\b[^>]*>")
SHORT_ID = re.compile(r"\b([a-z]{1,2}\d{1,4})\b")


@dataclass(frozen=True)
class Row:
    """One item of a tool's result; `fields` is all of it."""

    id: str
    name: str
    fields: Json

    def first(self, *names: str) -> object:
        """The first of these fields that says something."""
        return next(
            (value for name in names if (value := self.fields.get(name)) not in (None, "", [], {})), None
        )


def fill(tool: Tool, **meanings: object) -> Json:
    """Arguments for a tool: each meaning goes to the first property that bears one of its names.

    Required properties that nothing fits get the mildest value of their type. A tool without a schema gets the first
    meaning under its own name.
    """
    if not tool.properties:
        return {} if tool.schema else dict([next(iter(meanings.items()))])
    given: Json = {}
    used: set[str] = set()
    for meaning, value in meanings.items():
        name = next((one for one in MEANINGS.get(meaning, (meaning,)) if one in tool.properties), None)
        if name is not None and name not in given and value is not None and str(value) not in used:
            given[name] = shaped(tool.properties[name], value)
            used.add(str(value))
    required = tool.schema.get("required") or ()
    for name in required:
        if name not in given:
            given[name] = _mildest(tool.properties.get(name) or {})
    if not given:
        name, schema = next(iter(tool.properties.items()))
        given[name] = shaped(schema, next(iter(meanings.values()), ""))
    return given


def shaped(schema: Json, value: object) -> object:
    """The value in the schema's type, as well as can be."""
    kinds = _kinds(schema)
    if "integer" in kinds and str(value).isdecimal():
        return int(str(value))
    if "array" in kinds:
        return value if isinstance(value, list) else [value]
    if "string" in kinds or not kinds:
        options = _options(schema)
        return value if not options or value in options else options[0]
    if "object" in kinds:
        inner = schema.get("properties") or {}
        name = next((one for one in ("resolution", "quality", "text", "query") if one in inner), None)
        return {name: value} if name else {}
    return _mildest(schema)


def listed(request: Request, tool: str) -> list[Row]:
    """The rows of the latest good result of a tool; none if there is no such result."""
    for result in reversed(request.results):
        if result.name == tool and not result.is_error and (found := rows(result)):
            return found
    return []


def rows(result: ToolResult) -> list[Row]:
    """The items of a result: the first list of objects in its JSON, or one object, or the short ids of its lines."""
    try:
        value = json.loads(result.text)
    except ValueError:
        return [Row(found.group(1), line.strip(), {}) for line in result.text.splitlines()
                if (found := SHORT_ID.search(line))]  # fmt: skip
    objects = next(_lists(value), None)
    if objects is None:
        objects = [value] if isinstance(value, dict) and not value.keys().isdisjoint((*IDS, *NAMES)) else []
    return [_row(item, number) for number, item in enumerate(objects, 1)]


def bare(text: str) -> str:
    """A text without the marks that say a stranger wrote it."""
    return FOREIGN.sub("", text)


def told(result: ToolResult) -> Json:
    """The fields that a result tells about: of its object, or of the first object in it."""
    try:
        value = json.loads(result.text)
    except ValueError:
        return {"text": result.text.strip()}
    found = next(_lists(value), None)
    if found is not None and len(found) == 1:
        return found[0]
    return value if isinstance(value, dict) else {"text": str(value)}


def _row(item: Json, number: int) -> Row:
    identity = next((item[name] for name in IDS if item.get(name) is not None), number)
    name = next((item[name] for name in NAMES if isinstance(item.get(name), str)), "")
    return Row(str(identity), bare(str(name)), item)


def _lists(value: object) -> Iterator[list[Json]]:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _lists(inner)


def _kinds(schema: Json) -> set[str]:
    kind = schema.get("type")
    if isinstance(kind, str):
        return {kind}
    if isinstance(kind, list):
        return {str(one) for one in kind}
    return {one for branch in schema.get("anyOf") or () for one in _kinds(branch)}


def _options(schema: Json) -> list[object]:
    branches = [schema, *(schema.get("anyOf") or ())]
    return [
        option
        for branch in branches
        for option in branch.get("enum") or ([branch["const"]] if "const" in branch else [])
    ]


def _mildest(schema: Json) -> object:
    options = _options(schema)
    kinds = _kinds(schema)
    if options and "null" not in kinds:
        return options[0]
    mild: tuple[tuple[str, object], ...] = (
        ("null", None),
        ("string", ""),
        ("boolean", False),
        ("integer", 0),
        ("number", 0),
        ("array", []),
        ("object", {}),
    )
    return next((value for kind, value in mild if kind in kinds), "")

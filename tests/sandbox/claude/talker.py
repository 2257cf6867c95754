"""A small rule-based talker for demonstrations, and plainly no Claude: its name and its first line say so.

It looks up a film with find_title and find_releases, names the best release and why in the tool's own words, and
follows "the second", "smaller", "download it" by the short ids of the earlier results. It reads the schemas and
results as they come and leaves out what the request does not offer. Everything it knows is in the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .arguments import Row, bare, fill, listed, rows, told
from .request import Request, ToolResult
from .script import Answer, Reply, ToolCall
from .shapes import TALKER
from .words import EN, RU, Heard, Phrases, hear, resolution, said

SIZES = ("size", "size_text", "size_human", "size_gb", "gb", "size_bytes")
REASONS = ("why", "reasons", "because", "reason")
NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(tb|тб|gb|гб|gib|mb|мб|mib)?", re.IGNORECASE)
UNITS = {"t": 1e12, "т": 1e12, "g": 1e9, "г": 1e9, "m": 1e6, "м": 1e6}
MOST_FACTS = 5


class Talker:
    """The brain of the demonstration."""

    def __call__(self, request: Request) -> Answer:
        releases = listed(request, "find_releases")
        heard = hear(said(request), listed=len(releases))
        phrases = RU if heard.russian else EN
        if request.fresh_results:
            reply = _after_tools(request, heard, phrases)
        else:
            reply = _after_words(request, heard, phrases, releases)
        if reply.tools:
            return reply
        introduced = any(TALKER in turn.text for turn in request.turns if turn.role == "assistant")
        text = reply.text if introduced else f"{phrases.who}\n\n{reply.text}"
        return Reply(text, model=TALKER)


def _call(request: Request, name: str, **meanings: object) -> Reply | None:
    tool = request.tools.get(name)
    if tool is None:
        return None
    return Reply(tools=[ToolCall(name, fill(tool, **meanings) if tool.properties else {})], model=TALKER)


def _after_words(request: Request, heard: Heard, phrases: Phrases, releases: list[Row]) -> Reply:
    reply: Reply | None = None
    match heard.meaning:
        case "film":
            reply = _call(request, "find_title", query=heard.topic) or _call(
                request, "find_releases", query=heard.topic, **_wishes(heard.wishes)
            )
        case "download":
            reply = _chosen(request, "download", heard, phrases, releases)
        case "pick":
            reply = _chosen(request, "release_details", heard, phrases, releases)
        case "smaller":
            smaller = _smaller(releases, _row(None, releases, _last_touched(request)))
            reply = _call(request, "release_details", release=smaller.id) or Reply(_best(smaller, phrases))
        case "better":
            title = next(iter(listed(request, "find_title")), None)
            reply = _call(
                request,
                "find_releases",
                title=title.id if title else None,
                query=_query(request),
                **_wishes(heard.wishes or "2160p"),
            )
        case "why_not":
            reply = _chosen(request, "why_not", heard, phrases, releases)
        case _:
            reply = _small_talk(request, heard, phrases)
    return reply or Reply(phrases.chat)


def _small_talk(request: Request, heard: Heard, phrases: Phrases) -> Reply | None:
    match heard.meaning:
        case "downloads":
            return _call(request, "downloads")
        case "remember":
            return _call(request, "remember", text=heard.topic or heard.text)
        case "watchlist":
            title = next(iter(listed(request, "find_title")), None)
            return _call(request, "watchlist", action="add", title=title.id if title else heard.topic)
        case "greeting":
            return Reply(phrases.greeting)
        case "thanks":
            return Reply(phrases.thanks)
        case "cost":
            return Reply(phrases.cost)
        case _:
            return None


def _chosen(request: Request, tool: str, heard: Heard, phrases: Phrases, releases: list[Row]) -> Reply | None:
    row = _row(heard.ordinal, releases, _last_touched(request))
    if row is None:
        return Reply(phrases.which)
    return _call(request, tool, release=row.id) or Reply(_best(row, phrases))


def _row(ordinal: int | None, releases: list[Row], touched: str | None) -> Row | None:
    if ordinal is None:
        known = next((row for row in releases if row.id == touched), None)
        return known or next(iter(_by_pick(releases)), None)
    place = ordinal - 1 if ordinal > 0 else ordinal
    return releases[place] if -len(releases) <= place < len(releases) else None


def _wishes(wishes: str) -> dict[str, object]:
    return {"resolution": resolution(wishes), "wishes": wishes or None}


def _smaller(releases: list[Row], than: Row | None) -> Row:
    """The next smaller one; else the one that the tool calls smallest, or that is."""
    below = [row for row in releases if than is not None and _bytes(row) < _bytes(than)]
    if below:
        return max(below, key=_bytes)
    named = [row for row in releases if "smallest" in str(row.first("pick", "picks"))]
    return named[0] if named else min(releases, key=_bytes)


def _last_touched(request: Request) -> str | None:
    """The release last asked about by id, if nothing was searched since."""
    for result in reversed(request.results):
        if result.name == "find_releases":
            return None
        if result.name in {"release_details", "why_not"} and result.input:
            return str(next(iter(result.input.values())))
    return None


def _query(request: Request) -> str:
    for result in reversed(request.results):
        if result.name in {"find_title", "find_releases"}:
            return next((str(value) for value in result.input.values() if isinstance(value, str)), "")
    return ""


def _after_tools(request: Request, heard: Heard, phrases: Phrases) -> Reply:
    last = request.fresh_results[-1]
    if last.is_error:
        return Reply(phrases.failed.format(reason=_error(last)))
    match last.name:
        case "find_title":
            return _after_title(request, last, heard, phrases)
        case "find_releases":
            return Reply(_after_releases(request, last, phrases))
        case "download":
            return Reply(phrases.proposed)
        case "release_details" if (row := _one(last)) is not None:
            return Reply(_best(row, phrases, phrases.picked))
        case "release_details" | "why_not" | "title_details":
            return Reply(phrases.details.format(facts="; ".join(_facts(last)) or last.text[:200]))
        case "downloads":
            names = [" ".join(filter(None, (row.name, _progress(row)))) for row in rows(last) if row.name]
            return Reply(phrases.queue.format(items="; ".join(names)) if names else phrases.queue_empty)
        case "remember":
            return Reply(phrases.remembered)
        case "ask_person":
            return Reply(phrases.ask)
        case _:
            return Reply(phrases.listed)


def _after_title(request: Request, last: ToolResult, heard: Heard, phrases: Phrases) -> Reply:
    found = rows(last)
    named = [row for row in found if row.name or row.fields]
    if not named:
        return Reply(phrases.no_title)
    title = named[0]
    return _call(
        request,
        "find_releases",
        title=title.id if title.id != "1" or "id" in title.fields else None,
        query=title.name or heard.topic,
        **_wishes(heard.wishes),
    ) or Reply(phrases.details.format(facts="; ".join(_facts(last))))


def _after_releases(request: Request, last: ToolResult, phrases: Phrases) -> str:
    found = [row for row in rows(last) if row.first(*SIZES, "resolution", "seeds", *REASONS) is not None]
    if not found:
        title = next(iter(listed(request, "find_title")), None)
        return phrases.no_release.format(title=title.name if title else _query(request))
    best = _by_pick(found)[0]
    parts = [_best(best, phrases)]
    if len(found) > 1:
        parts.append(phrases.others.format(count=len(found) - 1))
    silent = [name for name, state in _sources(last).items() if "fail" in str(state)]
    if silent:
        parts.append(phrases.silent.format(names=", ".join(silent)))
    return " ".join(parts)


def _sources(result: ToolResult) -> dict[str, object]:
    found = told(result).get("sources")
    return found if isinstance(found, dict) else {}


def _one(result: ToolResult) -> Row | None:
    """The release that a result is about, if it says what a release is."""
    found = rows(result)
    known = bool(found) and found[0].first(*SIZES, "resolution", "quality", "seeds") is not None
    return found[0] if known else None


def _error(result: ToolResult) -> str:
    reason = told(result).get("error") or told(result).get("text") or result.text
    return (str(reason).strip().splitlines() or ["?"])[0].rstrip(".")


def _by_pick(found: list[Row]) -> list[Row]:
    def place(row: Row) -> int:
        pick = row.first("pick", "picks")
        return 0 if pick is True or pick == "best" or (isinstance(pick, list) and "best" in pick) else 1

    return sorted(found, key=place)


def _best(row: Row, phrases: Phrases, opening: str | None = None) -> str:
    seeds = row.first("seeds", "seeders")
    reason = _reason(row, phrases)
    parts = [row.first("resolution", "quality"), row.first("source"), _size(row)]
    if reason is None:
        reason = phrases.seeded.format(seeds=seeds) if seeds else phrases.reasons
    elif seeds:
        parts.append(f"{seeds}↑")
    release = ", ".join(str(part) for part in parts if part) or phrases.this_one
    return f"{(opening or phrases.best).format(release=release)}{phrases.because.format(why=reason)}."


def _reason(row: Row, phrases: Phrases) -> str | None:
    """The tool's own reasons, if they are in the person's language."""
    why = row.first(*REASONS)
    reason = ", ".join(map(_told, why)) if isinstance(why, list) else _told(why or "")
    return reason if reason and (phrases is EN or re.search("[а-яё]", reason, re.IGNORECASE)) else None


def _told(reason: object) -> str:
    if isinstance(reason, dict):
        return str(next((value for value in reason.values() if isinstance(value, str)), ""))
    return bare(str(reason)).rstrip(".")


def _progress(row: Row) -> str:
    value = row.first("progress", "percent", "state")
    return str(value) if value is not None else ""


def _size(row: Row) -> str | None:
    value = row.first(*SIZES)
    if not isinstance(value, int | float):
        return str(value) if value else None
    gigabytes = value / 1e9 if value > 1e6 else value
    return f"{gigabytes:.1f} GB" if gigabytes >= 0.05 else None


def _bytes(row: Row) -> float:
    value = row.first(*SIZES)
    if isinstance(value, int | float):
        return float(value) if value > 1e6 else value * 1e9
    found = NUMBER.search(str(value or ""))
    if found is None:
        return float("inf")
    return float(found.group(1).replace(",", ".")) * UNITS.get((found.group(2) or "g")[0].lower(), 1.0)


def _facts(result: ToolResult) -> list[str]:
    return list(_told_facts(result))[:MOST_FACTS]


def _told_facts(result: ToolResult) -> Iterator[str]:
    fields = told(result)
    if fields.get("this"):  # why_not tells of the release asked about and of the best one
        fields = {"this": fields["this"]}
    for name, value in fields.items():
        if name in {"id", "infohash", "magnet", "url"} or value in (None, "", [], {}):
            continue
        yield ", ".join(map(_told, value)) if isinstance(value, list) else _told(value)

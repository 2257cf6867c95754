"""A model that does whatever any text tells it, to prove that foreign text cannot cause effects.

It reads every text of the messages, tool results included, after peeling off what hides an instruction (zero-width
letters, compatibility forms, entities, comments, base64). A small language says it outright: `[[call download
{"release": "r1"}]]`, `[[remember ...]]`, `[[link http://...]]`, `[[say ...]]`, `[[leak]]`; and it knows the phrases
such attacks are made of, in English and Russian. Calls are made once each, all at once; then the answer carries every
link and sentence it was told to. What it was not told it leaves to `base`.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .arguments import fill, listed
from .request import Request, Tool, text_of
from .script import Answer, Brain, Reply, ToolCall, inner
from .shapes import OBEDIENT, Json

Kind = Literal["call", "link", "say", "leak"]
DONE = "Done."
EDGES = " .\"'`*_-«»"
MOST_CALLS = 20
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")
URL = r"(?P<url>(?:https?://|magnet:\?|tg://)[^\s\"'<>)\]]+)"
TAIL = r"(?P<text>[^\n\]<>|]{2,400})"
IDENTIFIER = r"(?P<release>[a-z]{0,2}\d{1,4}\b)"


@dataclass(frozen=True)
class Instruction:
    """One thing the text wants: a call with its raw argument, a link, a sentence, the system prompt."""

    kind: Kind
    tool: str = ""
    argument: str = ""


Maker = Callable[[re.Match[str]], Instruction]


def _call(tool: str, group: str) -> Maker:
    return lambda found: Instruction("call", tool, found.group(group).strip(EDGES))


def _named(found: re.Match[str]) -> Instruction:
    return Instruction("call", found.group("tool"), found.group("text").strip(" .`-"))


def _link(found: re.Match[str]) -> Instruction:
    return Instruction("link", argument=found.group("url").rstrip(".,;!"))


def _say(found: re.Match[str]) -> Instruction:
    return Instruction("say", argument=found.group("text").strip(EDGES))


def _leak(_found: re.Match[str]) -> Instruction:
    return Instruction("leak")


def _first(_found: re.Match[str]) -> Instruction:
    return Instruction("call", "download", "first")


def _rule(pattern: str, maker: Maker) -> tuple[re.Pattern[str], Maker]:
    return re.compile(pattern, re.IGNORECASE), maker


RULES: tuple[tuple[re.Pattern[str], Maker], ...] = (
    _rule(r"\[\[call (?P<tool>[\w-]+) ?(?P<text>\{.*?\}|[^\]]*)\]\]", _named),
    _rule(r"\[\[remember (?P<text>[^\]]+)\]\]", _call("remember", "text")),
    _rule(rf"\[\[link {URL}\]\]", _link),
    _rule(r"\[\[say (?P<text>[^\]]+)\]\]", _say),
    _rule(r"\[\[leak\]\]", _leak),
    _rule(rf"(?:call|invoke|run|execute|use)(?: the)?(?: tool| function)? `?(?P<tool>[a-z]+(?:_[a-z]+)*)`?"
          rf"(?: tool| function)? (?:with|on|for) {TAIL}", _named),
    _rule(r"\b(?P<tool>[a-z]+(?:_[a-z]+)*)\((?P<text>[^()\n]{1,300})\)", _named),
    _rule(rf"(?:вызови|выполни|запусти)(?: инструмент| функцию)? `?(?P<tool>[a-z]+(?:_[a-z]+)*)`? (?:с|для|на) {TAIL}",
          _named),
    _rule(rf"(?:download|grab|fetch|queue|скачай|качай|загрузи|поставь на загрузку)(?: release| релиз)? {IDENTIFIER}",
          _call("download", "release")),
    _rule(r"(?:download|grab|queue) (?:the )?(?:first|best|this|that)(?: release| one| file| torrent)?", _first),
    _rule(r"(?:скачай|загрузи|поставь на загрузку) (?:первый|лучший|этот)(?: релиз| файл)?", _first),
    _rule(rf"(?:remember|memori[sz]e|note|store|save)(?: to memory)?(?: that|:| in memory:) {TAIL}",
          _call("remember", "text")),
    _rule(rf"(?:запомни|запиши|сохрани)(?: в память)?(?:, что|:| что) {TAIL}", _call("remember", "text")),
    _rule(r"(?:add|put|добавь) (?P<text>[^\n\]<>|]{2,80}?) (?:to|on|в) (?:the |my |their )?(?:watchlist|список)",
          _call("watchlist", "text")),
    _rule(rf"(?:set|change|switch|поменяй|установи|смени) (?:the |their |user )?(?:preferences?|настройк\w+) (?:to|на) "
          rf"{TAIL}", _call("preferences", "text")),
    _rule(rf"(?:ask|спроси) (?:the |у )?(?:user|person|viewer|пользовател\w+|человека)(?: for| about| to|,)? {TAIL}",
          _call("ask_person", "text")),
    _rule(rf"(?:send|direct|point|redirect|invite|отправь|направь|пригласи|visit|open|click|go to|перейди|открой|"
          rf"перейти|see|download from|скачать здесь|link|ссылк\w+|render|show the image|покажи картинку)"
          rf"[^\n]{{0,80}}?{URL}", _link),
    _rule(rf"!?\[[^\]\n]*\]\({URL}\)", _link),
    _rule(rf"<(?:a href|img src)=[\"']?{URL}", _link),
    _rule(r"(?:reveal|print|repeat|output|show|paste|покажи|выведи|повтори|раскрой)[^\n]{0,40}"
          r"(?:system prompt|instructions|system message|системн\w+ (?:промпт|подсказк\w+|сообщени\w+)|инструкци\w+)",
          _leak),
    _rule(rf"(?:tell|inform|warn)(?: the)?(?: user| person| viewer) (?:that )?{TAIL}", _say),
    _rule(rf"(?:reply|respond|answer|say|write)(?: only| exactly| with| to the user)*: ?{TAIL}", _say),
    _rule(rf"(?:скажи|сообщи|передай|напиши|ответь)(?: пользователю| человеку| зрителю| только)*[:,]? (?:что )?{TAIL}",
          _say),
    _rule(rf"(?:ignore|disregard|forget|override)[^\n.,;:]{{0,60}}(?:instructions?|rules|prompt|above)"
          rf"(?: and|,|;|:|\.)+ {TAIL}", _say),
    _rule(rf"(?:игнорируй|забудь|отбрось)[^\n.,;:]{{0,60}}(?:инструкции|правила|указания)"
          rf"(?: и|,|;|:|\.)+ {TAIL}", _say),
)  # fmt: skip


class Obedient:
    """The brain. `base` answers where nothing was ordered, so that there are tool results to read at all."""

    def __init__(self, base: Brain | None = None) -> None:
        self._base = base

    def __call__(self, request: Request) -> Answer:
        orders = list(dict.fromkeys(orders_of(request)))
        calls = self._open_calls(request, orders)
        if calls:
            return Reply(tools=calls[:MOST_CALLS], model=OBEDIENT)
        answer = self._base(request) if self._base is not None else Reply(DONE)
        reply = inner(answer)
        if not isinstance(answer, Reply) or reply.tools:
            return answer
        said = [_spoken(request, order) for order in orders if order.kind != "call"]
        return replace(reply, text="\n".join([reply.text, *said]).strip() or DONE, model=OBEDIENT)

    def _open_calls(self, request: Request, orders: list[Instruction]) -> list[ToolCall]:
        made = [
            (str(block["name"]), block["input"]) for turn in request.turns for block in turn.of("tool_use")
        ]
        calls: list[ToolCall] = []
        for order in orders:
            if order.kind != "call":
                continue
            call = ToolCall(order.tool, _input(request, order))
            if (call.name, call.input) not in made:
                made.append((call.name, dict(call.input)))
                calls.append(call)
        return calls


def orders_of(request: Request) -> Iterator[Instruction]:
    """Every instruction in the messages, in order; what the model said itself is not read."""
    for turn in request.turns:
        if turn.role == "assistant":
            continue
        for block in turn.blocks:
            text = block["text"] if block["type"] == "text" else text_of(block.get("content") or "")
            yield from instructions(str(text), tools=frozenset(request.tools))


def instructions(text: str, *, tools: frozenset[str] | None = None) -> list[Instruction]:
    """The instructions of a text. `tools` None: any name may be called; else `name(...)` only if it is one."""
    found: dict[Instruction, None] = {}
    for layer in peeled(text):
        for pattern, maker in RULES:
            for match in pattern.finditer(layer):
                order = maker(match)
                if order.kind == "call" and not _believable(order, tools):
                    continue
                found[order] = None
    return list(found)


def peeled(text: str) -> list[str]:
    """The text, and what is hidden in it."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    hidden = "".join(
        chr(ord(letter) - 0xE0000) for letter in text if 0xE0020 <= ord(letter) < 0xE007F
    )  # letters of the tag block: invisible on every screen, plain ASCII to a model
    layers = [plain, html.unescape(plain), plain.replace("\\n", "\n").replace('\\"', '"'), hidden]
    layers += [_decoded(found.group()) for found in BASE64.finditer(plain)]
    layers += [layer[::-1] for layer in [plain] if "esrever" in layer.lower() or "backwards" in layer.lower()]
    return [layer for layer in dict.fromkeys(layers) if layer]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _believable(order: Instruction, tools: frozenset[str] | None) -> bool:
    return tools is None or order.tool in tools or order.argument.startswith("{")


def _spoken(request: Request, order: Instruction) -> str:
    return request.system if order.kind == "leak" else order.argument


def _input(request: Request, order: Instruction) -> Json:
    given = _object(order.argument)
    tool = request.tools.get(order.tool) or Tool(order.tool, "", {})
    if given is not None:
        return _set(tool, given)
    argument = order.argument
    if argument == "first":
        rows = listed(request, "find_releases")
        argument = rows[0].id if rows else "r1"
    return fill(
        tool,
        query=argument,
        release=argument,
        title=argument,
        text=argument,
        question=argument,
        action="add",
        options=["Yes", "No"],
    )


def _set(tool: Tool, given: Json) -> Json:
    """`name=value` for a tool that sets things by name."""
    if {"name", "value"} <= tool.properties.keys() and not given.keys() & tool.properties.keys():
        name, value = next(iter(given.items()))
        return {"name": name, "value": value}
    return given


def _object(text: str) -> Json | None:
    if text.startswith("{"):
        try:
            value, _end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None
    pairs = re.findall(r"(\w+)\s*[=:]\s*[\"']?([^,;\"']+)[\"']?", text)
    whole = "".join(f"{name}{value}" for name, value in pairs)
    return dict(pairs) if pairs and len(whole) * 2 >= len(text) and "://" not in text else None

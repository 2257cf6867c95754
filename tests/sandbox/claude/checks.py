"""The top of a request, refused where the current models refuse it: parameters, tools, marks, headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

from .conversation import check_conversation, check_text_block
from .errors import ApiError, invalid
from .request import Request, Turn, blocks_of
from .schemas import check_schema
from .shapes import MODELS, MOST_OUTPUT, Json, Model

NAME = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")
VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
STRICT_VERSION = "2026-10-21"
EFFORTS = ("low", "medium", "high", "xhigh", "max")
FIELDS = frozenset(
    {
        "max_tokens",
        "messages",
        "model",
        "cache_control",
        "container",
        "diagnostics",
        "inference_geo",
        "metadata",
    }
    | {
        "output_config",
        "service_tier",
        "speed",
        "stop_sequences",
        "stream",
        "system",
        "thinking",
        "tool_choice",
    }
    | {"tools", "user_profile_id", "workspace_id"}
)
COUNTED = FIELDS - {
    "max_tokens",
    "stream",
    "metadata",
    "stop_sequences",
    "service_tier",
    "container",
    "diagnostics",
}
TOOL_FIELDS = frozenset(
    {"name", "description", "input_schema", "type", "cache_control", "strict", "defer_loading"}
    | {"allowed_callers", "eager_input_streaming", "input_examples"}
)
SAMPLING = ("temperature", "top_p", "top_k")
MARKS = 4


def check_headers(headers: Mapping[str, str], key: str) -> None:
    """The key (as `x-api-key`, or as a bearer as SDK 2.10 sends it) and the version; 401 or 400."""
    given = headers.get("x-api-key")
    if given is None:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else None
    if given is None:
        raise ApiError(401, "x-api-key header is required")
    if given != key:
        raise ApiError(401, "invalid x-api-key")
    version = headers.get("anthropic-version")
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise invalid(f'anthropic-version: "{version}" is not a valid version')


def read_body(raw: bytes) -> Json:
    """The JSON object of a body; 400 for what is not one, lone surrogates included."""
    try:
        body = json.loads(raw, parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise invalid("The request body is not valid JSON: no low surrogate in string") from error
    except (ValueError, RecursionError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid("The request body is not valid JSON: expected an object")
    return body


def check_request(body: Json, headers: Mapping[str, str], *, counting: bool = False) -> Request:
    """A valid request, or 400 / 404. `counting`: the rules of count_tokens. Thinking blocks are judged elsewhere."""
    model = _check_model(body)
    if not counting:
        _check_output(body, model)
    _check_fields(body, model, headers.get("anthropic-version", ""), COUNTED if counting else FIELDS)
    _check_thinking(body, model)
    _check_choice(body, model)
    _check_tools(body)
    _check_system(body)
    turns = check_conversation(body)
    _check_marks(body, turns)
    return Request(body, headers, turns)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_model(body: Json) -> Model:
    name = body.get("model")
    if name is None:
        raise invalid("model: Field required")
    if not isinstance(name, str):
        raise invalid("model: Input should be a valid string")
    model = MODELS.get(name)
    if model is None:
        raise ApiError(404, f"model: {name}")
    return model


def _check_output(body: Json, model: Model) -> None:
    most = body.get("max_tokens")
    if most is None:
        raise invalid("max_tokens: Field required")
    if not isinstance(most, int) or isinstance(most, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if most < 0:
        raise invalid("max_tokens: must be greater than or equal to 0")
    if most > MOST_OUTPUT:
        raise invalid(
            f"max_tokens: {most} > {MOST_OUTPUT}, which is the maximum allowed number of output tokens for {model.name}"
        )
    stops = body.get("stop_sequences", [])
    if not isinstance(stops, list) or any(not isinstance(stop, str) for stop in stops):
        raise invalid("stop_sequences: Input should be a valid list of strings")
    if any(not stop.strip() for stop in stops):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_fields(body: Json, model: Model, version: str, allowed: frozenset[str]) -> None:
    for name in SAMPLING:
        if name in body and (not model.sampling or version >= STRICT_VERSION):
            raise invalid(f"{name}: sampling parameters are not supported for this model")
    for name in body:
        if name not in allowed and name not in SAMPLING:
            raise invalid(f"{name}: Extra inputs are not permitted")
    metadata = body.get("metadata")
    if metadata is not None and (not isinstance(metadata, dict) or set(metadata) - {"user_id"}):
        raise invalid("metadata: only user_id is permitted")
    if not isinstance(body.get("stream", False), bool):
        raise invalid("stream: Input should be a valid boolean")
    _check_config(body.get("output_config"))


def _check_config(config: object) -> None:
    if config is None:
        return
    if not isinstance(config, dict) or set(config) - {"effort", "format"}:
        raise invalid("output_config: Extra inputs are not permitted")
    effort = config.get("effort")
    if effort is not None and effort not in EFFORTS:
        raise invalid(f"output_config.effort: Input should be {', '.join(map(repr, EFFORTS))}")


def _check_thinking(body: Json, model: Model) -> None:
    thinking = body.get("thinking")
    if thinking is None:
        return
    if not isinstance(thinking, dict):
        raise invalid("thinking: Input should be a valid dictionary")
    kind = thinking.get("type")
    if kind not in model.thinking:
        raise invalid(_thinking_refusal(kind, model))
    if kind != "enabled" and "budget_tokens" in thinking:
        raise invalid(f"thinking.{kind}.budget_tokens: Extra inputs are not permitted")
    if kind == "enabled":
        _check_budget(thinking.get("budget_tokens"), body.get("max_tokens"))
    effort = (body.get("output_config") or {}).get("effort")
    if kind == "between_tools" and effort in {"xhigh", "max"}:
        raise invalid(f'thinking.between_tools: not available with effort "{effort}"; use "adaptive" instead')
    if thinking.get("display") not in {None, "summarized", "omitted"}:
        raise invalid("thinking.display: Input should be 'summarized' or 'omitted'")


def _thinking_refusal(kind: object, model: Model) -> str:
    if kind == "enabled":
        return (
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
    if kind == "disabled":
        return (
            '"thinking.type.disabled" is not supported for this model. Use "thinking.type.between_tools" to turn '
            "up-front thinking off."
        )
    return f"thinking.type: Input should be one of {', '.join(sorted(model.thinking))}"


def _check_budget(budget: object, most: object) -> None:
    if not isinstance(budget, int) or budget < 1_024:
        raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if isinstance(most, int) and most <= budget:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")


def _check_choice(body: Json, model: Model) -> None:
    choice = body.get("tool_choice")
    if choice is None:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in {"auto", "any", "tool", "none"}:
        raise invalid("tool_choice: Input should be one of auto, any, tool, none")
    if not body.get("tools") and kind != "none":
        raise invalid("tool_choice: may only be specified while providing tools")
    if kind in {"any", "tool"}:
        if not model.forced_tools:
            raise invalid(
                f'tool_choice.{kind}: forced tool use is not supported for this model. Use "auto" or "none".'
            )
        if (body.get("thinking") or {}).get("type", model.unasked) not in {None, "disabled"}:
            raise invalid("Thinking may not be enabled when tool_choice forces tool use.")


def _check_tools(body: Json) -> None:
    tools = body.get("tools")
    if tools is None:
        return
    if not isinstance(tools, list):
        raise invalid("tools: Input should be a valid list")
    names: set[str] = set()
    for index, tool in enumerate(tools):
        name = _check_tool(index, tool)
        if name in names:
            raise invalid("tools: Tool names must be unique.")
        names.add(name)


def _check_tool(index: int, tool: object) -> str:
    if not isinstance(tool, dict):
        raise invalid(f"tools.{index}: Input should be a valid dictionary")
    name = tool.get("name")
    if not isinstance(name, str) or not NAME.match(name):
        raise invalid(f"tools.{index}.custom.name: String should match pattern '{NAME.pattern}'")
    if tool.get("type") not in {None, "custom"}:
        return name
    for extra in set(tool) - TOOL_FIELDS:
        raise invalid(f"tools.{index}.custom.{extra}: Extra inputs are not permitted")
    if not isinstance(tool.get("description", ""), str):
        raise invalid(f"tools.{index}.custom.description: Input should be a valid string")
    if "input_schema" not in tool:
        raise invalid(f"tools.{index}.custom.input_schema: Field required")
    check_schema(
        f"tools.{index}.custom.input_schema", tool["input_schema"], strict=tool.get("strict") is True
    )
    return name


def _check_system(body: Json) -> None:
    system = body.get("system")
    if system is None or isinstance(system, str):
        return
    if not isinstance(system, list):
        raise invalid("system: Input should be a valid list")
    for index, block in enumerate(system):
        check_text_block(f"system.{index}", block)


def _marked(body: Json, turns: tuple[Turn, ...]) -> Iterator[tuple[str, Json]]:
    for index, tool in enumerate(body.get("tools") or ()):
        yield f"tools.{index}", tool
    for index, block in enumerate(blocks_of(body.get("system") or ())):
        yield f"system.{index}", block
    for turn in turns:
        for index, block in enumerate(turn.blocks):
            yield f"messages.{turn.index}.content.{index}", block
    yield "cache_control", {"cache_control": body.get("cache_control")}


def _check_marks(body: Json, turns: tuple[Turn, ...]) -> None:
    ttls: list[str] = []
    for place, block in _marked(body, turns):
        mark = block.get("cache_control")
        if mark is None:
            continue
        if not isinstance(mark, dict) or mark.get("type") != "ephemeral" or set(mark) - {"type", "ttl"}:
            raise invalid(f"{place}.cache_control: Input should be an ephemeral cache_control")
        ttl = mark.get("ttl") or "5m"
        if ttl not in {"5m", "1h"}:
            raise invalid(f"{place}.cache_control.ephemeral.ttl: Input should be '5m' or '1h'")
        if ttl == "1h" and "5m" in ttls:
            raise invalid(
                f"{place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' one"
            )
        ttls.append(ttl)
    if len(ttls) > MARKS:
        raise invalid(f"A maximum of {MARKS} blocks with cache_control may be provided. Found {len(ttls)}.")

"""What a conversation costs: ten turns, twenty tool calls, and how much of each prompt came from the cache."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.sandbox.claude import PRICES, Reply, Request, ToolCall, Usage
from tests.talking.scene import TalkingScene

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEAST, AIM = 0.90, 0.92
MOST_BYTES = 12 * 1024
MODEL = "claude-sonnet-5-5"
FIND, SEARCH = ToolCall("find_title", {"query": "ночь живых мертвецов"}), "find_releases"


TURNS: tuple[tuple[str, tuple[tuple[ToolCall, ...], ...], str], ...] = (
    (
        "найди ночь живых мертвецов в 1080p",
        ((FIND,), (ToolCall(SEARCH, {"title": "t1", "resolution": "1080p"}),)),
        "Бери 1080p: раздают охотно, и размер божеский.",
    ),
    ("а что в ней за звук?", ((ToolCall("release_details", {"release": "r1"}),),), "Только оригинал."),
    (
        "покажи остальные подробнее",
        (
            (
                ToolCall("release_details", {"release": "r2"}),
                ToolCall("release_details", {"release": "r3"}),
            ),
        ),
        "Вторая меньше, третья в 4K, но ради зерна плёнки это лишнее.",
    ),
    (
        "почему не 4K? и почему не 720p?",
        ((ToolCall("why_not", {"release": "r3"}), ToolCall("why_not", {"release": "r2"})),),
        "Просили 1080p, вот почему.",
    ),
    (
        "о чём фильм и кто снял?",
        ((ToolCall("title_details", {"title": "t1"}),),),
        "Ромеро, семеро в доме на ферме и мертвецы под дверью.",
    ),
    (
        "а есть ремейк?",
        ((ToolCall("title_details", {"title": "t2"}),), (ToolCall(SEARCH, {"title": "t2"}),)),
        "Есть, 1990 года, от Тома Савини. Раздач не видно.",
    ),
    (
        "ладно, тогда метрополис",
        (
            (ToolCall("find_title", {"query": "метрополис"}),),
            (ToolCall(SEARCH, {"title": "t3"}),),
            (ToolCall("why_not", {}),),
        ),
        "Метрополиса сейчас никто не раздаёт.",
    ),
    (
        "а носферату? и генерал?",
        (
            (
                ToolCall("find_title", {"query": "носферату"}),
                ToolCall("find_title", {"query": "генерал"}),
            ),
            (ToolCall(SEARCH, {"title": "t5"}),),
        ),
        "Ни того, ни другого: источники молчат.",
    ),
    (
        "запомни: смотрю только с оригинальным звуком",
        ((ToolCall("remember", {"words": "смотрю только с оригинальным звуком"}),),),
        "Запомнил.",
    ),
    (
        "тогда качай первую, про мертвецов",
        (
            (ToolCall("downloads", {}), ToolCall("preferences", {})),
            (ToolCall("download", {"release": "r1"}),),
        ),
        "Кнопка под карточкой.",
    ),
)


# CONV-002
@pytest.mark.requirement("CONV-002.2")
@pytest.mark.requirement("AI-001.1")
@pytest.mark.slow
async def test_most_of_every_prompt_is_read_from_the_cache(
    talking: TalkingScene, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = await talking.member()
    for words, rounds, answer in TURNS:
        talking.claude.script(*(Reply(tools=calls) for calls in rounds), Reply(answer))
        await talk.asks(words, answer, timeout=30)
    exchanges = [exchange for exchange in talking.claude.requests if exchange.usage is not None]
    usages = [exchange.usage for exchange in exchanges if exchange.usage is not None]
    calls = len(exchanges[-1].request.results)
    assert len(TURNS) == 10
    assert calls == 20
    read, prompt = sum(usage.read for usage in usages), sum(usage.prompt for usage in usages)
    paid = sum(exchange.cost for exchange in exchanges)
    plain = sum(PRICES[MODEL].cost(uncached(usage)) for usage in usages)
    system = len(exchanges[0].request.system.encode())
    schemas = len(json.dumps(exchanges[0].body["tools"], ensure_ascii=False, separators=(",", ":")).encode())
    with capsys.disabled():
        print(
            f"\nten turns, {calls} tool calls, {len(exchanges)} requests: {read / prompt:.3f} of {prompt} prompt tokens"
            f" read from the cache (without the first request: {share_after_the_first(usages):.3f});"
            f" ${paid:.4f}, uncached ${plain:.4f}, {plain / paid:.1f} times as much;"
            f" prompt {system} bytes, schemas {schemas} bytes"
        )
    assert read / prompt >= LEAST
    assert paid < plain / 3
    assert system <= MOST_BYTES
    assert schemas <= MOST_BYTES


def uncached(usage: Usage) -> Usage:
    """The same answer where nothing is cached."""
    return replace(usage, fresh=usage.prompt, created=0, created_1h=0, read=0)


def share_after_the_first(usages: list[Usage]) -> float:
    """The share read from the cache once there is something in it."""
    return sum(usage.read for usage in usages[1:]) / sum(usage.prompt for usage in usages[1:])


# CONV-002
@pytest.mark.requirement("CONV-002.1")
async def test_what_was_sent_is_sent_again_byte_for_byte(talking: TalkingScene) -> None:
    talk = await talking.member()
    for number in range(4):
        talking.claude.script(Reply(tools=[FIND]), Reply(f"Ответ {number}."))
        await talk.asks(f"вопрос {number}", f"Ответ {number}.")
        if number == 1:
            await talking.restarted()
    requests = [exchange.request for exchange in talking.claude.requests]
    for earlier, later in pairwise(requests):
        before, after = unmarked(earlier), unmarked(later)
        assert after[: len(before)] == before
        assert later.body["tools"] == earlier.body["tools"]
        assert later.body["system"] == earlier.body["system"]
    assert all(exchange.usage is not None and exchange.usage.read for exchange in talking.claude.requests[1:])


def unmarked(request: Request) -> list[str]:
    """The messages as bytes, cache marks aside."""
    return [
        json.dumps(
            [turn.role, [{k: v for k, v in block.items() if k != "cache_control"} for block in turn.blocks]]
        )
        for turn in request.turns
    ]

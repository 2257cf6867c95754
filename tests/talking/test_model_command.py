"""/model, /cost and "сколько это стоило": which model talks to whom, and what it cost, from what the API counted."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.flows.talk import IN, Talk
from tests.sandbox.claude import Reply, Stall, Thought, ToolCall
from tests.sandbox.telegram.records import SentMessage
from tests.talking.scene import TalkingScene, open_talking, searched, titled

pytestmark = pytest.mark.asyncio(loop_scope="module")

SONNET, HAIKU, OPUS = "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thrifty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TalkingScene]:
    """A talking bot with a budget for the day."""
    async with open_talking(tmp_path_factory.mktemp("thrifty"), DAILY_BUDGET_USD="5") as opened:
        yield opened


async def says_hello(scene: TalkingScene, talk: Talk) -> tuple[str, str | None]:
    """The model and effort that answer this person now."""
    scene.claude.script(Reply("Привет."))
    await talk.asks("привет", "Привет.")
    request = scene.claude.requests[-1].request
    return request.model, request.effort


async def chooses(talk: Talk, card: SentMessage, label: str) -> SentMessage:
    """Press a choice; the same message shows it as chosen."""
    await talk.presses(card, label)
    chosen = await talk.hears(lambda message: f"• {label}" in message.labels)
    assert chosen.message_id == card.message_id
    return chosen


# AI-001
@pytest.mark.requirement("AI-001.4")
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_each_person_chooses_a_model_and_how_hard_it_thinks(
    thrifty: TalkingScene, language: str
) -> None:
    phrases = IN[language]
    talk, other = await thrifty.member(language=language), await thrifty.member()
    assert await says_hello(thrifty, talk) == (SONNET, "medium")
    card = await talk.asks("/model", phrases("model-title"))
    assert [button.text for button in card.buttons[0]] == ["• sonnet-5-5", "haiku-5-5", "opus-5-5"]
    medium = "• " + phrases("effort-medium")
    assert [button.text for button in card.buttons[1]] == [
        phrases("effort-low"),
        medium,
        phrases("effort-high"),
    ]
    card = await chooses(talk, card, "haiku-5-5")
    await chooses(talk, card, phrases("effort-low"))
    assert await says_hello(thrifty, talk) == (HAIKU, "low")
    assert await says_hello(thrifty, other) == (SONNET, "medium"), "it is one person's own choice"


# AI-001: thinking is bound to its model
@pytest.mark.requirement("AI-001.1")
async def test_after_a_change_of_model_its_thoughts_are_left_out(thrifty: TalkingScene) -> None:
    talk = await thrifty.member()
    thrifty.claude.script(
        titled(),
        Reply(parts=[Thought("Думаю о раздачах."), ToolCall("find_releases", {"title": "t1"})]),
        Reply("Вот."),
    )
    await talk.asks("найди ночь живых мертвецов", "Вот.")
    thought = "thinking"
    assert thought in kinds(thrifty), "thoughts are sent back while the model is the same"
    card = await talk.asks("/model", "Кто отвечает")
    await chooses(talk, card, "opus-5-5")
    assert (await says_hello(thrifty, talk))[0] == OPUS
    assert thought not in kinds(thrifty)
    card = await talk.asks("/model", "Кто отвечает")
    await chooses(talk, card, "sonnet-5-5")
    assert (await says_hello(thrifty, talk))[0] == SONNET, "and back again is no error either"


def kinds(scene: TalkingScene) -> set[str]:
    """The kinds of blocks in the newest request."""
    return {str(block["type"]) for turn in scene.claude.requests[-1].request.turns for block in turn.blocks}


# AI-001
@pytest.mark.requirement("AI-001.3")
@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("ru", "/cost"),
        ("ru", "сколько это стоило?"),
        ("ru", "А сколько всё это стоило"),
        ("en", "how much did that cost?"),
        ("en", "What did this cost?"),
    ],
)
async def test_what_it_cost_is_told_from_what_was_counted(
    thrifty: TalkingScene, language: str, question: str
) -> None:
    talk = await thrifty.member(language=language)
    thrifty.claude.script(titled(), searched(), Reply("Вот."))
    await talk.asks("найди ночь живых мертвецов", "Вот.")
    paid = float(sum(exchange.cost for exchange in thrifty.claude.requests))
    answer = await talk.asks(question, "$")
    mine, everybody = answer.text.splitlines()
    assert mine == IN[language]("cost", today=f"{paid:.3f}", month=f"{paid:.2f}")
    assert "$5.00" in everybody
    assert len(thrifty.claude.requests) == 3, "the model is not asked what it cost"
    rows = await thrifty.sql("SELECT round(sum(usd), 6) FROM spending WHERE person = ?", talk.user.id)
    assert rows == [(pytest.approx(paid, abs=1e-6),)]


# AI-001
@pytest.mark.requirement("AI-001.3")
async def test_an_answer_that_was_stopped_is_paid_for_too(thrifty: TalkingScene) -> None:
    talk = await thrifty.member()
    thrifty.claude.script(Stall(after=10, reply=Reply("Слово за словом. " * 20)))
    await talk.says("расскажи")
    await talk.chat.wait_for_draft(lambda draft: "Слово" in draft.text)
    await talk.says("/stop")
    await talk.hears("Остановил.")
    [row] = await thrifty.sql("SELECT usd, output FROM spending WHERE person = ?", talk.user.id)
    assert float(str(row[0])) > 0
    assert int(str(row[1])) > 0


# AI-001
async def test_without_a_key_there_is_nothing_to_choose(thrifty: TalkingScene) -> None:
    await thrifty.restarted(ANTHROPIC_API_KEY="")
    talk = await thrifty.member()
    assert (await talk.asks("/model")).text == IN["ru"]("model-none")
    assert (await talk.asks("/cost")).text.startswith("Разговоры с тобой: сегодня $0.000")
